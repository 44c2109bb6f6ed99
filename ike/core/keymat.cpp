#include "ike/core/keymat.hpp"

#include <algorithm>
#include <array>

namespace iscsi_ike::ike {
namespace {

using crypto::Octets;

constexpr std::array<std::uint8_t, 1> kZero{0};
constexpr std::array<std::uint8_t, 1> kOne{1};
constexpr std::array<std::uint8_t, 1> kTwo{2};
constexpr std::uint8_t kProtocolEsp = 3;
// Octets for one direction: AES-256 with its nonce, and the longest integrity key.
constexpr std::size_t kMostKeymat = 32 + 4 + 64;

}  // namespace

crypto::Digest DeriveSkeyid(crypto::HashAlgorithm hash, Octets psk, Octets nonce_i,
                            Octets nonce_r) {
  return crypto::Prf(hash, psk).Compute({nonce_i, nonce_r});
}

SkeyidSet DeriveSkeyidSet(const crypto::Prf& prf, const crypto::Digest& skeyid, Octets shared,
                          const Cookie& initiator, const Cookie& responder) {
  SkeyidSet set;
  const Octets i(initiator.octets);
  const Octets r(responder.octets);
  set.skeyid = skeyid.Clone();
  set.d = prf.Compute({shared, i, r, kZero});
  set.a = prf.Compute({set.d.Expose(), shared, i, r, kOne});
  set.e = prf.Compute({set.a.Expose(), shared, i, r, kTwo});
  return set;
}

CipherKey DeriveCipherKey(const policy::Phase1Suite& suite, const crypto::Digest& skeyid_e) {
  CipherKey key;
  const std::size_t size = suite.key_bits / 8U;
  if (size <= skeyid_e.size()) {
    key.Assign(skeyid_e.Expose().first(size));
    return key;
  }
  crypto::ExpandKey(crypto::Prf(suite.hash, skeyid_e.Expose()), {kZero}, {}, key.Resize(size));
  return key;
}

crypto::Digest ComputePhase1Hash(const crypto::Prf& prf, const Phase1HashInput& input) {
  return prf.Compute({input.own_public, input.other_public, input.own_cookie.octets,
                      input.other_cookie.octets, input.sa_offer, input.own_id});
}

KeymatParts DeriveKeymat(const crypto::Prf& prf, const policy::EspSuite& suite,
                         const KeymatInput& input) {
  const auto spi = static_cast<std::uint32_t>(input.spi);
  const std::array<std::uint8_t, 5> protocol_spi{
      kProtocolEsp, static_cast<std::uint8_t>(spi >> 24U), static_cast<std::uint8_t>(spi >> 16U),
      static_cast<std::uint8_t>(spi >> 8U), static_cast<std::uint8_t>(spi)};
  const std::initializer_list<Octets> seed{input.shared, protocol_spi, input.nonce_i,
                                           input.nonce_r};
  KeymatParts parts{crypto::Secret(policy::EncryptionKeySize(suite)),
                    crypto::Secret(policy::IntegrityKeySize(suite.auth))};
  crypto::InlineSecret<kMostKeymat> keymat;
  keymat.Resize(parts.encryption.size() + parts.integrity.size());
  crypto::ExpandKey(prf, seed, seed, keymat.ExposeMutable());
  const Octets all = keymat.Expose();
  std::copy_n(all.begin(), parts.encryption.size(), parts.encryption.ExposeMutable().begin());
  std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(parts.encryption.size()),
              parts.integrity.size(), parts.integrity.ExposeMutable().begin());
  return parts;
}

}  // namespace iscsi_ike::ike
