// The key formulas of RFC 2409 over Prf.
#include "tests/crypto/ike_keys.hpp"

namespace iscsi_ike::test {

using crypto::ExpandKey;
using crypto::HashAlgorithm;
using crypto::HashOf;
using crypto::Octets;
using crypto::Prf;

Bytes ToBytes(const crypto::Digest& digest) {
  return {digest.Expose().begin(), digest.Expose().end()};
}

Bytes PrfOf(HashAlgorithm hash, const Bytes& key, std::initializer_list<Octets> parts) {
  return ToBytes(Prf(hash, key).Compute(parts));
}

Bytes SkeyidStep(HashAlgorithm hash, const Bytes& skeyid, const Bytes& previous, const Bytes& gxy,
                 const Bytes& cky_i, const Bytes& cky_r, std::uint8_t n) {
  return PrfOf(hash, skeyid, {previous, gxy, cky_i, cky_r, Octets(&n, 1)});
}

Keys DeriveKeys(const PhaseOne& p) {
  Keys keys;
  keys.skeyid = PrfOf(p.hash, p.psk, {p.ni, p.nr});
  keys.d = SkeyidStep(p.hash, keys.skeyid, {}, p.gxy, p.cky_i, p.cky_r, 0);
  keys.a = SkeyidStep(p.hash, keys.skeyid, keys.d, p.gxy, p.cky_i, p.cky_r, 1);
  keys.e = SkeyidStep(p.hash, keys.skeyid, keys.a, p.gxy, p.cky_i, p.cky_r, 2);
  return keys;
}

Bytes HashI(const PhaseOne& p, const Bytes& skeyid, const Bytes& sai, const Bytes& id) {
  return PrfOf(p.hash, skeyid, {p.ke_i, p.ke_r, p.cky_i, p.cky_r, sai, id});
}

Bytes HashR(const PhaseOne& p, const Bytes& skeyid, const Bytes& sai, const Bytes& id) {
  return PrfOf(p.hash, skeyid, {p.ke_r, p.ke_i, p.cky_r, p.cky_i, sai, id});
}

Bytes CipherKey(HashAlgorithm hash, const Bytes& skeyid_e, std::size_t size) {
  Bytes key = skeyid_e;
  key.resize(size);
  if (size > skeyid_e.size()) {
    constexpr std::uint8_t kZero = 0;
    ExpandKey(Prf(hash, skeyid_e), {Octets(&kZero, 1)}, {}, key);
  }
  return key;
}

Bytes PhaseOneIv(const PhaseOne& p, std::size_t block_size) {
  Bytes iv = ToBytes(HashOf(p.hash, {p.ke_i, p.ke_r}));
  iv.resize(block_size);
  return iv;
}

Bytes LaterIv(HashAlgorithm hash, const Bytes& block, const Bytes& message_id) {
  Bytes iv = ToBytes(HashOf(hash, {block, message_id}));
  iv.resize(block.size());
  return iv;
}

Bytes Keymat(HashAlgorithm hash, const Bytes& skeyid_d, const Bytes& seed, std::size_t size) {
  Bytes keymat(size);
  ExpandKey(Prf(hash, skeyid_d), {seed}, {seed}, keymat);
  return keymat;
}

}  // namespace iscsi_ike::test
