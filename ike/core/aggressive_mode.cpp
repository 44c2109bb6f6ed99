// Aggressive mode with pre-shared keys (RFC 2409 section 5.4):
//
//   AM1  I -> R  HDR, SA, KE, Ni, IDii
//   AM2  R -> I  HDR, SA, KE, Nr, IDir, HASH_R
//   AM3  I -> R  HDR(*), HASH_I
//
// "If the last message is encrypted" is left to the ends (section 5): both forms are taken.
#include <array>

#include "ike/core/announce.hpp"
#include "ike/core/nat_detection.hpp"
#include "ike/core/phase1.hpp"
#include "ike/core/script_table.hpp"
#include "ike/core/select_peer.hpp"

namespace iscsi_ike::ike {
namespace {

Step WriteFirst(StepContext& context) {
  if (auto written = phase1::WriteOffer(context); !written) return written;
  if (auto written = phase1::WriteKeyExchange(context); !written) return written;
  if (auto written = phase1::WriteIdentity(context); !written) return written;
  phase1::WriteVendorIds(context);
  return Done{};
}

Step AbsorbFirst(StepContext& context, const PayloadList& payloads) {
  if (auto absorbed = phase1::AbsorbOffer(context, payloads); !absorbed) return absorbed;
  if (auto absorbed = phase1::AbsorbKeyExchange(context, payloads); !absorbed) return absorbed;
  return phase1::AbsorbIdentity(context, payloads);
}

Step AcceptFirst(StepContext& context, const PayloadList& payloads) {
  if (auto selected = SelectPeerByIdentity(context); !selected) return selected;
  phase1::TakeVendorIds(context, payloads);
  if (auto chosen = phase1::Choose(context); !chosen) return chosen;
  if (auto checked = phase1::CheckPublicValue(context); !checked) return checked;
  return phase1::DrawNonce(context);
}

Step WriteSecond(StepContext& context) {
  if (auto written = phase1::WriteAnswer(context); !written) return written;
  if (auto written = phase1::WriteKeyExchange(context); !written) return written;
  if (auto written = phase1::WriteIdentity(context); !written) return written;
  if (auto written = phase1::WriteHash(context); !written) return written;
  phase1::WriteVendorIds(context);
  phase1::WriteNatDetection(context);
  return Done{};
}

Step WriteThird(StepContext& context) {
  // In front of HASH_I, as RFC 3947 section 3.2 draws it: HASH_I does not cover them, and the last
  // block, from which the vectors of phase 2 grow, should hold nothing that it does not verify.
  phase1::WriteNatDetection(context);
  return phase1::WriteHash(context);
}

Step AbsorbSecond(StepContext& context, const PayloadList& payloads) {
  if (auto absorbed = phase1::AbsorbKeyExchange(context, payloads); !absorbed) return absorbed;
  return phase1::AbsorbIdentity(context, payloads);
}

Step AcceptSecond(StepContext& context, const PayloadList& payloads) {
  if (auto checked = phase1::CheckAnswer(context, payloads); !checked) return checked;
  if (auto checked = phase1::CheckPublicValue(context); !checked) return checked;
  if (auto verified = phase1::VerifyHash(context, payloads, context.received->header.responder);
      !verified)
    return verified;
  context.session.responder_cookie = context.received->header.responder;
  phase1::TakeVendorIds(context, payloads);
  phase1::TakeNatDetection(context, payloads);
  return phase1::JudgePeerIdentity(context);
}

Step AcceptThird(StepContext& context, const PayloadList& payloads) {
  if (auto verified = phase1::VerifyHash(context, payloads, context.session.responder_cookie);
      !verified) {
    return verified;
  }
  phase1::TakeNatDetection(context, payloads);
  if (context.received->header.encrypted()) phase1::TakeInitialContact(context, payloads);
  return phase1::JudgePeerIdentity(context);
}

constexpr PayloadSet kFirst{PayloadType::kSa, PayloadType::kKeyExchange, PayloadType::kNonce,
                            PayloadType::kId};
constexpr PayloadSet kSecond{PayloadType::kSa, PayloadType::kKeyExchange, PayloadType::kNonce,
                             PayloadType::kId, PayloadType::kHash};
constexpr PayloadSet kThird{PayloadType::kHash};

// AM2 is repeated by its writer too: when AM3 is lost, nobody else has a reason to speak.
// clang-format off
constexpr std::array<Row, 3> kAggressiveModeRows{{
    // name, writer, protection, required, optional, to_open, to_write,
    //     write, absorb, accept, retransmit
    {"AM1", I, kClear, kFirst, {}, Gate::kNothing, Gate::kOwnPublic,
     &WriteFirst, &AbsorbFirst, &AcceptFirst, true},
    {"AM2", R, kClear, kSecond, {}, Gate::kNothing, Gate::kOwnPublic,
     &WriteSecond, &AbsorbSecond, &AcceptSecond, true},
    {"AM3", I, Protection::kEither, kThird, {}, Gate::kSharedSecret, Gate::kSharedSecret,
     &WriteThird, &AbsorbNothing, &AcceptThird, false},
}};

const Script kAggressiveMode{"aggressive mode", ExchangeType::kAggressive, true, kAggressiveModeRows,
                     &phase1::Shared, Gate::kSharedSecret, &phase1::Finish};
// clang-format on

}  // namespace

const Script& AggressiveModeScript() { return kAggressiveMode; }

}  // namespace iscsi_ike::ike
