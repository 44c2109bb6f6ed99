// The steps of quick mode (RFC 2409 section 5.5): what each message writes, and how it is read and
// judged. The script in quick_mode.cpp puts them together.
//
//   HASH(1) = prf(SKEYID_a, M-ID | everything behind it)
//   HASH(2) = prf(SKEYID_a, M-ID | Ni_b | everything behind it)
//   HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b)
#pragma once

#include "crypto/hash.hpp"
#include "ike/core/runner.hpp"

namespace iscsi_ike::ike::quick {

[[nodiscard]] crypto::Digest Hash1(const StepContext& context, Octets rest);
[[nodiscard]] crypto::Digest Hash2(const StepContext& context, Octets rest);
[[nodiscard]] crypto::Digest Hash3(const StepContext& context);

// OfferedEncapsulation: how an offer of this end's wants ESP to travel: in UDP when there is a
// translator (RFC 3947 section 5.1).
[[nodiscard]] UdpEncapsulation OfferedEncapsulation(const Session& session);
// OwnOffer is the one form that this end's offer has, and that an answer must have.
[[nodiscard]] EncapsulationRule OwnOffer(const Session& session);

Step WriteFirst(StepContext& context);
Step WriteSecond(StepContext& context);
Step WriteThird(StepContext& context);

Step AbsorbFirst(StepContext& context, const PayloadList& payloads);
Step AbsorbSecond(StepContext& context, const PayloadList& payloads);
Step AbsorbThird(StepContext& context, const PayloadList& payloads);

// Accept: the HASH first; only what it covers is then judged, and may end the exchange.
Step AcceptFirst(StepContext& context, const PayloadList& payloads);
Step AcceptSecond(StepContext& context, const PayloadList& payloads);
Step AcceptThird(StepContext& context, const PayloadList& payloads);

inline constexpr std::size_t kNonceSize = 32;

}  // namespace iscsi_ike::ike::quick
