// Main mode with pre-shared keys (RFC 2409 section 5.4):
//
//   MM1  I -> R  HDR, SA
//   MM2  R -> I  HDR, SA
//   MM3  I -> R  HDR, KE, Ni
//   MM4  R -> I  HDR, KE, Nr
//   MM5  I -> R  HDR*, IDii, HASH_I
//   MM6  R -> I  HDR*, IDir, HASH_R
#include <array>

#include "ike/core/announce.hpp"
#include "ike/core/nat_detection.hpp"
#include "ike/core/phase1.hpp"
#include "ike/core/script_table.hpp"

namespace iscsi_ike::ike {
namespace {

using phase1::AbsorbIdentity;
using phase1::AbsorbKeyExchange;
using phase1::AbsorbOffer;

Step WriteOffer(StepContext& context) {
  if (auto written = phase1::WriteOffer(context); !written) return written;
  phase1::WriteVendorIds(context);
  return Done{};
}

Step WriteAnswer(StepContext& context) {
  if (auto written = phase1::WriteAnswer(context); !written) return written;
  phase1::WriteVendorIds(context);
  return Done{};
}

Step WriteKeyExchange(StepContext& context) {
  if (auto written = phase1::WriteKeyExchange(context); !written) return written;
  phase1::WriteNatDetection(context);
  return Done{};
}

Step AcceptOffer(StepContext& context, const PayloadList& payloads) {
  phase1::TakeVendorIds(context, payloads);
  return phase1::Choose(context);
}

Step AcceptAnswer(StepContext& context, const PayloadList& payloads) {
  if (auto checked = phase1::CheckAnswer(context, payloads); !checked) return checked;
  context.session.responder_cookie = context.received->header.responder;
  phase1::TakeVendorIds(context, payloads);
  return Done{};
}

Step AcceptKeyExchange(StepContext& context, const PayloadList& payloads) {
  if (auto checked = phase1::CheckPublicValue(context); !checked) return checked;
  phase1::TakeNatDetection(context, payloads);
  if (context.exchange.role == Role::kInitiator) return Done{};
  return phase1::DrawNonce(context);
}

Step WriteIdentityAndHash(StepContext& context) {
  if (auto written = phase1::WriteIdentity(context); !written) return written;
  return phase1::WriteHash(context);
}

Step AcceptIdentity(StepContext& context, const PayloadList& payloads) {
  if (auto verified = phase1::VerifyHash(context, payloads, context.session.responder_cookie);
      !verified) {
    return verified;
  }
  phase1::TakeInitialContact(context, payloads);
  return phase1::JudgePeerIdentity(context);
}

constexpr PayloadSet kSa{PayloadType::kSa};
constexpr PayloadSet kKeyAndNonce{PayloadType::kKeyExchange, PayloadType::kNonce};
constexpr PayloadSet kIdAndHash{PayloadType::kId, PayloadType::kHash};

// clang-format off
constexpr std::array<Row, 6> kMainModeRows{{
    // name, writer, protection, required, optional, to_open, to_write,
    //     write, absorb, accept, retransmit
    {"MM1", I, kClear, kSa, {}, Gate::kNothing, Gate::kNothing,
     &WriteOffer, &AbsorbOffer, &AcceptOffer, true},
    {"MM2", R, kClear, kSa, {}, Gate::kNothing, Gate::kNothing,
     &WriteAnswer, &AbsorbNothing, &AcceptAnswer, false},
    {"MM3", I, kClear, kKeyAndNonce, {}, Gate::kNothing, Gate::kOwnPublic,
     &WriteKeyExchange, &AbsorbKeyExchange, &AcceptKeyExchange, true},
    {"MM4", R, kClear, kKeyAndNonce, {}, Gate::kNothing, Gate::kOwnPublic,
     &WriteKeyExchange, &AbsorbKeyExchange, &AcceptKeyExchange, false},
    {"MM5", I, kSealed, kIdAndHash, {}, Gate::kSharedSecret, Gate::kSharedSecret,
     &WriteIdentityAndHash, &AbsorbIdentity, &AcceptIdentity, true},
    {"MM6", R, kSealed, kIdAndHash, {}, Gate::kSharedSecret, Gate::kSharedSecret,
     &WriteIdentityAndHash, &AbsorbIdentity, &AcceptIdentity, false},
}};

const Script kMainMode{"main mode", ExchangeType::kMain, true, kMainModeRows,
                     &phase1::Shared, Gate::kNothing, &phase1::Finish};
// clang-format on

}  // namespace

const Script& MainModeScript() { return kMainMode; }

}  // namespace iscsi_ike::ike
