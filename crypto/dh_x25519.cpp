// X25519 on libsodium.
#include "crypto/dh_x25519.hpp"

#include <sodium.h>

namespace iscsi_ike::crypto {
namespace {

constexpr std::size_t kSize = crypto_scalarmult_curve25519_BYTES;

}  // namespace

DhOutcome X25519Generate(Octets private_key, MutableOctets out) {
  if (private_key.size() != kSize || out.size() != kSize) return DhOutcome::kFailed;
  const bool ok = crypto_scalarmult_curve25519_base(out.data(), private_key.data()) == 0;
  return ok ? DhOutcome::kOk : DhOutcome::kFailed;
}

DhOutcome X25519Agree(Octets private_key, Octets peer_public, MutableOctets out) {
  if (peer_public.size() != kSize) return DhOutcome::kBadPeerValue;
  if (private_key.size() != kSize || out.size() != kSize) return DhOutcome::kFailed;
  // Returns -1 for points of low order, which are those that give zero.
  const bool ok =
      crypto_scalarmult_curve25519(out.data(), private_key.data(), peer_public.data()) == 0;
  return ok && sodium_is_zero(out.data(), out.size()) == 0 ? DhOutcome::kOk
                                                           : DhOutcome::kBadPeerValue;
}

}  // namespace iscsi_ike::crypto
