// Phase 1 of Agree.
#include <utility>

#include "ike/core/agree_parts.hpp"
#include "ike/core/offers.hpp"
#include "ike/core/peer_identity.hpp"
#include "ike/wire/describe.hpp"
#include "ike/wire/id.hpp"

namespace iscsi_ike::ike {
namespace {

// Unreadable: an offer that its own writer could not read: more than a payload holds.
NegotiationFailure Unreadable(const ParseError& error) {
  NegotiationFailure failure;
  failure.code = FailureCode::kMalformed;
  failure.text = DescribeError(error);
  return failure;
}

// KeSize of the KE payload that comes with the offer.
std::size_t KeSize(const policy::Plan& plan, policy::ExchangeMode mode) {
  if (mode == policy::ExchangeMode::kMain) return 0;
  return crypto::Info(plan.phase1.front().group).public_size;
}

void AgreeOnSuite(Talk& talk) {
  const policy::ExchangeMode mode = talk.agreement.mode;
  const policy::Plan& asked = talk.initiator.peer->plan;
  std::vector<std::uint8_t> octets;
  Writer writer(octets);
  WritePhase1Offer(writer, asked, mode);
  const auto offer = ParseSa(octets);
  if (!offer) return talk.Hinder(Role::kResponder, Unreadable(offer.error()));
  auto choice = ChoosePhase1(*offer, talk.responder.peer->plan, mode, KeSize(asked, mode));
  if (!choice) return talk.Hinder(Role::kResponder, std::move(choice).error());
  std::vector<std::uint8_t> answer_octets;
  Writer answer_writer(answer_octets);
  WritePhase1Answer(answer_writer, *choice);
  const auto answer = ParseSa(answer_octets);
  if (!answer) return talk.Hinder(Role::kInitiator, Unreadable(answer.error()));
  auto checked = CheckPhase1Answer(*answer, asked, mode);
  if (!checked) return talk.Hinder(Role::kInitiator, std::move(checked).error());
  talk.agreement.phase1 = {choice->suite, choice->lifetime};
  talk.initiator.suite = checked->suite;
  talk.responder.suite = choice->suite;
}

// AgreeOnKey: a responder of main mode cannot read MM5, an initiator of aggressive mode cannot
// verify HASH_R of AM2. Without a key there is nothing to compare.
void AgreeOnKey(Talk& talk) {
  const crypto::Secret& a = talk.initiator.peer->key;
  const crypto::Secret& b = talk.responder.peer->key;
  talk.agreement.same_key = !a.empty() && crypto::ConstantTimeEqual(a.Expose(), b.Expose());
  if (talk.agreement.same_key || a.empty() || b.empty()) return;
  const bool main = talk.agreement.mode == policy::ExchangeMode::kMain;
  NegotiationFailure failure;
  failure.code = main ? FailureCode::kKeysDiffer : FailureCode::kHashMismatch;
  failure.text = main ? "the pre-shared keys differ: MM5 decrypts to noise"
                      : "the pre-shared keys differ: HASH_R of AM2 does not verify";
  talk.Hinder(main ? Role::kResponder : Role::kInitiator, std::move(failure));
}

// AgreeOnIdentity: `judge` thinks of what the other end shows. In aggressive mode the responder has
// already chosen its peer by that.
void AgreeOnIdentity(Talk& talk, Role judge, Octets shown) {
  const Session& session = judge == Role::kInitiator ? talk.initiator : talk.responder;
  if (talk.Has(judge, FailureCode::kPeerIdentity)) return;
  if (auto failure = JudgeIdentity(*session.peer, shown, session.remote))
    talk.Hinder(judge, std::move(*failure));
}

}  // namespace

std::vector<std::uint8_t> IdentityBody(const PeerConfig& peer, const policy::IpAddress& local) {
  std::vector<std::uint8_t> body;
  Writer writer(body);
  WriteId(writer, OwnIdentity(peer, local));
  return body;
}

void AgreeOnPhase1(Talk& talk) {
  talk.initiator.suite = talk.responder.suite = talk.initiator.peer->plan.phase1.front();
  AgreeOnSuite(talk);
  AgreeOnKey(talk);
  const auto id_i = IdentityBody(*talk.initiator.peer, talk.initiator.local.address);
  const auto id_r = IdentityBody(*talk.responder.peer, talk.responder.local.address);
  talk.agreement.responder_identity = IdentityText(id_r);
  // MM5 shows the initiator's and MM6 the responder's, AM2 the responder's before AM3 proves the
  // initiator's.
  const bool main = talk.agreement.mode == policy::ExchangeMode::kMain;
  if (main) AgreeOnIdentity(talk, Role::kResponder, id_i);
  AgreeOnIdentity(talk, Role::kInitiator, id_r);
  if (!main) AgreeOnIdentity(talk, Role::kResponder, id_i);
}

}  // namespace iscsi_ike::ike
