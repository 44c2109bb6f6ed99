// MODP exponentiation on OpenSSL's Montgomery arithmetic; exponents and results are cleared after
// use.
#include "crypto/dh_modp.hpp"

#include <algorithm>

#include "crypto/dh_groups.hpp"
#include "crypto/modp_comb.hpp"

namespace iscsi_ike::crypto {
namespace {

constexpr BN_ULONG kGenerator = 2;

// IsKey: zero is no private key.
bool IsKey(Octets private_key, Octets out) {
  return !private_key.empty() && private_key.size() <= out.size() &&
         std::ranges::any_of(private_key, [](std::uint8_t octet) { return octet != 0; });
}

}  // namespace

bool IsModpPublicValue(DhGroup group, Octets value) {
  const Octets prime = ModpPrime(group);
  if (prime.empty() || value.size() != prime.size()) return false;
  const std::uint8_t last = value.back();
  const Octets head = value.first(value.size() - 1);
  const Octets prime_head = prime.first(prime.size() - 1);
  if (last <= 1 && std::ranges::all_of(head, [](std::uint8_t o) { return o == 0; })) return false;
  if (std::ranges::equal(head, prime_head)) return last + 1 < prime.back();
  return std::ranges::lexicographical_compare(head, prime_head);
}

bool ModpDh::Prepare() {
  if (base_ && exponent_ && result_) return true;
  base_.reset(BN_new());
  exponent_.reset(BN_secure_new());
  result_.reset(BN_secure_new());
  return base_ && exponent_ && result_;
}

const ModpDh::Field* ModpDh::FieldOf(DhGroup group) {
  const Octets prime = ModpPrime(group);
  if (prime.empty() || !Prepare()) return nullptr;
  const auto index = ModpIndexOf(group);
  Field& field = fields_[index];
  if (field.montgomery) return &field;
  field.prime.reset(BN_bin2bn(prime.data(), static_cast<int>(prime.size()), nullptr));
  BnMontgomeryPtr montgomery(BN_MONT_CTX_new());
  const BnContextPtr context(BN_CTX_new());
  if (!field.prime || !montgomery || !context ||
      BN_MONT_CTX_set(montgomery.get(), field.prime.get(), context.get()) != 1) {
    return nullptr;
  }
  field.montgomery = std::move(montgomery);
  return &field;
}

DhOutcome ModpDh::Generate(DhGroup group, Octets private_key, MutableOctets out) {
  if (IsKey(private_key, out) && RaiseTwoByComb(group, private_key, out)) return DhOutcome::kOk;
  const Field* const field = FieldOf(group);
  if (field == nullptr || BN_set_word(base_.get(), kGenerator) != 1) return DhOutcome::kFailed;
  return Raise(*field, private_key, out);
}

DhOutcome ModpDh::Agree(DhGroup group, Octets private_key, Octets peer_public, MutableOctets out) {
  if (!IsModpPublicValue(group, peer_public)) return DhOutcome::kBadPeerValue;
  const Field* const field = FieldOf(group);
  if (field == nullptr || !Assign(base_.get(), peer_public)) return DhOutcome::kFailed;
  return Raise(*field, private_key, out);
}

DhOutcome ModpDh::Raise(const Field& field, Octets private_key, MutableOctets out) {
  if (!IsKey(private_key, out)) return DhOutcome::kFailed;
  // A context for each: it keeps the temporary numbers of a computation until it is freed.
  const BnContextPtr context(BN_CTX_secure_new());
  const bool ok =
      context && Assign(exponent_.get(), private_key) &&
      BN_mod_exp_mont_consttime(result_.get(), base_.get(), exponent_.get(), field.prime.get(),
                                context.get(), field.montgomery.get()) == 1 &&
      BN_bn2binpad(result_.get(), out.data(), static_cast<int>(out.size())) >= 0;
  BN_clear(exponent_.get());
  BN_clear(result_.get());
  return ok ? DhOutcome::kOk : DhOutcome::kFailed;
}

}  // namespace iscsi_ike::crypto
