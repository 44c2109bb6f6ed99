#include "ike/core/peer_refusal.hpp"

#include <algorithm>

#include "ike/wire/describe.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

std::string SuitesOf(const policy::Plan& plan) {
  std::string text;
  for (const policy::Phase1Suite& suite : plan.phase1)
    text += (text.empty() ? "" : ", ") + policy::ToString(suite);
  return text;
}

// Phase1Hint: where to look when phase 1 is refused; empty: the notification says it all.
std::string Phase1Hint(const Session& session, NotifyType type) {
  const std::string mode(policy::Name(session.mode));
  const std::string own = session.has_sa() ? session.sa().local_identity : std::string();
  const std::string identity = "identity " + own + (own.empty() ? "of this end" : " of this end");
  switch (type) {
    case NotifyType::kUnsupportedExchangeType:
    case NotifyType::kInvalidExchangeType:
      return "the peer does not do " + mode +
             " mode for this address: it allows only the other mode, or none";
    case NotifyType::kNoProposalChosen:
      return "the peer takes none of the phase-1 suites that were offered: " +
             SuitesOf(session.peer->plan) +
             "; or it has no connection for this end's address, or only one for the other mode";
    case NotifyType::kInvalidIdInformation:
      return "the peer does not accept the " + identity +
             ": compare it with what the peer expects, its type included";
    case NotifyType::kAuthenticationFailed:
      return "the peer could not verify this end: the pre-shared keys differ, or it has none for "
             "the " +
             identity + " at this address";
    case NotifyType::kInvalidHashInformation:
      return "this end's HASH does not verify at the peer: the pre-shared keys differ; compare "
             "their fingerprints";
    case NotifyType::kPayloadMalformed:
    case NotifyType::kInvalidPayloadType:
      return session.keys_ready ? "the peer could perhaps not decrypt what this end sent, which is "
                                  "what another pre-shared key looks like"
                                : "";
    default:
      return {};
  }
}

std::string Phase2Hint(const Session& session, const Exchange& quick, NotifyType type) {
  const auto& offered = session.peer->plan.phase2;
  const bool esn = std::any_of(offered.begin(), offered.end(), [](const auto& s) { return s.esn; });
  if (esn &&
      (type == NotifyType::kBadProposalSyntax || type == NotifyType::kAttributesNotSupported)) {
    return "the offer has extended sequence numbers; libreswan for one then refuses all of it: "
           "offer only suites without -esn";
  }
  if (type == NotifyType::kNoProposalChosen) {
    return "the peer takes none of the ESP transforms that were offered: look at cipher, "
           "integrity, encapsulation, extended sequence numbers and the PFS group";
  }
  if (type == NotifyType::kInvalidIdInformation) {
    return "offered selectors: " + policy::ToString(quick.quick->initiator_selector) + " and " +
           policy::ToString(quick.quick->responder_selector) +
           "; some peers also say this when the encapsulation mode differs";
  }
  return {};
}

}  // namespace

std::string TextOf(const NotifyView& notify) {
  std::string text = Describe(notify.type);
  if (!notify.data.empty()) text += ", data " + HexStart(notify.data, 32);
  return text;
}

NegotiationFailure RefusedBy(const Session& session, const NotifyView& notify,
                             const Exchange* quick) {
  NegotiationFailure failure;
  failure.code = FailureCode::kPeerRefused;
  failure.peer_notify = ToNumber(notify.type);
  failure.text =
      "the peer refused with " + TextOf(notify) + (quick != nullptr ? "; phase 1 is fine" : "");
  std::string hint = quick != nullptr ? Phase2Hint(session, *quick, notify.type)
                                      : Phase1Hint(session, notify.type);
  if (!hint.empty()) failure.details.push_back(std::move(hint));
  return failure;
}

}  // namespace iscsi_ike::ike
