#include "bench/openssl_dh.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <array>
#include <string>

#include "crypto/dh_groups.hpp"

namespace iscsi_ike::bench {
namespace {

struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

// GroupName is OpenSSL's; empty for group 2, which it does not know by name.
std::string GroupName(const crypto::DhGroupInfo& info) {
  switch (info.group) {
    case crypto::DhGroup::kModp1024:
      return {};
    case crypto::DhGroup::kEcp256:
      return "P-256";
    case crypto::DhGroup::kEcp384:
      return "P-384";
    case crypto::DhGroup::kEcp521:
      return "P-521";
    default:
      return "modp_" + std::string(info.name.substr(4));
  }
}

EVP_PKEY* ParametersFrom(OSSL_PARAM* named) {
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEY_PARAMETERS, named) != 1) return nullptr;
  return key;
}

EVP_PKEY* ParametersFromPrime(crypto::Octets prime) {
  const Number p(BN_bin2bn(prime.data(), static_cast<int>(prime.size()), nullptr));
  const Number g(BN_new());
  OSSL_PARAM_BLD* const builder = OSSL_PARAM_BLD_new();
  BN_set_word(g.get(), 2);
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_P, p.get());
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_G, g.get());
  OSSL_PARAM* const numbers = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY* const key = ParametersFrom(numbers);
  OSSL_PARAM_free(numbers);
  OSSL_PARAM_BLD_free(builder);
  return key;
}

}  // namespace

void OpensslDh::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

OpensslDh::OpensslDh(crypto::DhGroup group)
    : info_(crypto::Info(group)),
      parameters_(MakeParameters()),
      own_(MakeKeyPair()),
      peer_value_(PublicValue(MakeKeyPair())) {}

OpensslDh::Key OpensslDh::MakeParameters() const {
  if (info_.kind == crypto::DhKind::kX25519) return {};
  std::string name = GroupName(info_);
  if (name.empty()) return Key(ParametersFromPrime(crypto::ModpPrime(info_.group)));
  std::array<OSSL_PARAM, 2> named{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size()),
      OSSL_PARAM_construct_end()};
  if (info_.kind == crypto::DhKind::kModp) return Key(ParametersFrom(named.data()));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_paramgen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_params(context.get(), named.data()) != 1)
    return {};
  EVP_PKEY_paramgen(context.get(), &key);
  return Key(key);
}

OpensslDh::Key OpensslDh::MakeKeyPair() const {
  const Context context(info_.kind == crypto::DhKind::kX25519
                            ? EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr)
                            : EVP_PKEY_CTX_new(parameters_.get(), nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1) return {};
  if (info_.kind == crypto::DhKind::kModp) {
    int bits = static_cast<int>(8 * info_.private_size);
    std::array<OSSL_PARAM, 2> length{OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_DH_PRIV_LEN, &bits),
                                     OSSL_PARAM_construct_end()};
    if (EVP_PKEY_CTX_set_params(context.get(), length.data()) != 1) return {};
  }
  EVP_PKEY_keygen(context.get(), &key);
  return Key(key);
}

std::vector<std::uint8_t> OpensslDh::PublicValue(const Key& key) {
  unsigned char* octets = nullptr;
  const std::size_t size = key ? EVP_PKEY_get1_encoded_public_key(key.get(), &octets) : 0;
  std::vector<std::uint8_t> value(octets, octets + size);
  OPENSSL_free(octets);
  return value;
}

bool OpensslDh::Generate() {
  own_ = MakeKeyPair();
  return own_ && !PublicValue(own_).empty();
}

bool OpensslDh::Agree(bool validate_peer) {
  Key peer(EVP_PKEY_new());
  const bool x25519 = info_.kind == crypto::DhKind::kX25519;
  if (EVP_PKEY_copy_parameters(peer.get(), x25519 ? own_.get() : parameters_.get()) != 1 ||
      EVP_PKEY_set1_encoded_public_key(peer.get(), peer_value_.data(), peer_value_.size()) != 1)
    return false;
  const Context context(EVP_PKEY_CTX_new(own_.get(), nullptr));
  std::array<std::uint8_t, 1024> secret;
  std::size_t size = secret.size();
  return EVP_PKEY_derive_init(context.get()) == 1 &&
         EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), validate_peer ? 1 : 0) == 1 &&
         EVP_PKEY_derive(context.get(), secret.data(), &size) == 1;
}

}  // namespace iscsi_ike::bench
