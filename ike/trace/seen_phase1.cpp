#include "ike/trace/seen_phase1.hpp"

#include "ike/core/keymat.hpp"

namespace iscsi_ike::ike {
namespace {

// HASH_R is made with a pre-shared key in these methods; the latter two add XAUTH afterwards.
bool IsPresharedKey(std::uint16_t method) {
  switch (static_cast<Phase1Authentication>(method)) {
    case Phase1Authentication::kPresharedKey:
    case Phase1Authentication::kXauthInitPresharedKey:
    case Phase1Authentication::kXauthRespPresharedKey:
      return true;
    default:
      return false;
  }
}

}  // namespace

PskVerdict TryPsk(const SeenPhase1& seen, crypto::Octets psk) {
  if (!seen.chosen) return PskVerdict::kIncomplete;
  const auto hash = HashFromWire(seen.chosen->hash);
  if (!hash || !IsPresharedKey(seen.chosen->auth)) return PskVerdict::kUnsupported;
  for (const SeenPhase1::Body* body : {&seen.sa_offer, &seen.public_i, &seen.public_r,
                                       &seen.nonce_i, &seen.nonce_r, &seen.id_r, &seen.hash_r}) {
    if (body->empty()) return PskVerdict::kIncomplete;
  }
  const crypto::Digest skeyid = DeriveSkeyid(*hash, psk, seen.nonce_i, seen.nonce_r);
  const Phase1HashInput input{seen.public_r,  seen.public_i, seen.responder,
                              seen.initiator, seen.sa_offer, seen.id_r};
  const crypto::Digest expected = ComputePhase1Hash(crypto::Prf(*hash, skeyid.Expose()), input);
  const bool match = crypto::ConstantTimeEqual(expected.Expose(), seen.hash_r);
  return match ? PskVerdict::kMatch : PskVerdict::kNoMatch;
}

}  // namespace iscsi_ike::ike
