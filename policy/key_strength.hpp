// How hard a pre-shared key is to guess. Aggressive mode shows a hash over values that a listener
// knows (RFC 2409 section 5.4), and main mode shows as much to whoever answers in the peer's place,
// so that a password can be tried offline.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/plan.hpp"

namespace iscsi_ike::policy {

inline constexpr unsigned kWeakKeyBits = 64;            // below: WEAK_KEY
inline constexpr unsigned kAggressiveWeakKeyBits = 96;  // below, with aggressive mode

// EstimateKeyBits is generous: it counts alphabet and length, then takes off what guessing programs
// try first (repeats, runs such as "abcd" and "qwer", periods, well-known words). A high figure
// proves nothing; a low one is certain.
[[nodiscard]] unsigned EstimateKeyBits(crypto::Octets key);

// KeyReasons gives WEAK_KEY or AGGRESSIVE_WEAK_KEY with the estimate and the length, never the key.
[[nodiscard]] std::vector<Reason> KeyReasons(crypto::Octets key,
                                             std::span<const ExchangeMode> exchanges);

// ShownFingerprint is what two administrators compare to see whether their keys are the same
// (crypto::Fingerprint). Empty without a key, and when the reasons say WEAK_KEY: guesses could be
// tried on it.
[[nodiscard]] std::string ShownFingerprint(crypto::Octets key, std::span<const Reason> reasons);

}  // namespace iscsi_ike::policy
