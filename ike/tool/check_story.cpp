#include "ike/tool/check_story.hpp"

#include <string_view>
#include <utility>

#include "ike/tool/config_source.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/policy_no.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// PolicyReason: why an end has no plan; empty: it has one.
std::string PolicyReason(const EndStory& story) {
  if (story.peer == nullptr || story.peer->plan.outcome == policy::Outcome::kPlan) return {};
  const PolicyNo no = WhyNot(story.peer->plan);
  return "the plan of " + std::string(1, story.end.letter) + ": " + no.code + ": " + no.text;
}

std::string RecordLabel(const CheckEntry& entry) {
  return entry.sources.name.empty() ? "the record" : "'" + entry.sources.name + "'";
}

// PassedOverText says what keeps the closest record from being used.
std::string PassedOverText(const CheckDirection& direction, PassedOver reason) {
  const EndStory story = StoryOf(direction, Role::kResponder);
  const PeerConfig& peer = *story.peer;
  const std::string record = RecordLabel(story.entry);
  switch (reason) {
    case PassedOver::kUnusable:
      return peer.key.empty() && peer.plan.outcome == policy::Outcome::kPlan
                 ? record + " has no key"
                 : record + " has no plan";
    case PassedOver::kLocalAddress:
      return record + " is served at " +
             (peer.local.address.IsUnspecified() ? "no portal of its own"
                                                 : peer.local.address.ToString() + " alone");
    case PassedOver::kRemoteAddress:
      return record + " is bound to the peer " + peer.remote->address.ToString();
    case PassedOver::kMode:
      return record + " does not allow the exchange";
    case PassedOver::kIdentity:
      return record + " is for the identity " + peer.peer_identity->ToString();
  }
  return {};
}

}  // namespace

EndStory StoryOf(const CheckDirection& direction, Role role) {
  const CheckPair& pair = direction.pair;
  const CheckVerdict& verdict = direction.verdict;
  const CheckPlaces& places = pair.places();
  if (role == Role::kInitiator)
    return {pair.initiator(),        pair.initiator().entries.front(),
            verdict.initiator.get(), places.initiator,
            places.initiator_by,     verdict.agreement.initiator_identity};
  return {
      pair.responder(),        pair.responder().entries[verdict.agreement.responder.value_or(0)],
      verdict.responder.get(), places.responder,
      places.responder_by,     verdict.agreement.responder_identity};
}

std::string FileOf(const CheckEnd& end) {
  const std::string& file = end.options.policy.config;
  return file == "-" ? "standard input" : file;
}

NegotiationFailure FailureOf(const CheckDirection& direction, const Hindrance& hindrance) {
  constexpr std::string_view kFine = "phase 1 is fine; ";
  NegotiationFailure failure = hindrance.failure;
  if (failure.text.empty()) failure.text = Summary(failure.code);
  const bool first = &hindrance == &direction.verdict.agreement.hindrances.front();
  if (!first && failure.text.starts_with(kFine)) failure.text.erase(0, kFine.size());
  if (hindrance.passed_over && direction.verdict.responder)
    failure.details.insert(failure.details.begin(),
                           PassedOverText(direction, *hindrance.passed_over));
  if (hindrance.judge == Role::kResponder && hindrance.passed_over != PassedOver::kUnusable)
    return failure;
  std::string reason = PolicyReason(StoryOf(direction, hindrance.judge));
  if (!reason.empty()) failure.details.push_back(std::move(reason));
  return failure;
}

const CheckEntry& EntryOf(const CheckDirection& direction, const CheckChange& change,
                          const PlacedEdit& placed) {
  const auto& entries = direction.pair.End(placed.role).entries;
  if (placed.role == Role::kInitiator) return entries.front();
  return entries[change.verdict.agreement.responder.value_or(0)];
}

std::string EditText(const CheckDirection& direction, const CheckChange& change,
                     const PlacedEdit& placed) {
  const CheckEnd& end = direction.pair.End(placed.role);
  std::string text = "in " + std::string(1, end.letter);
  if (end.entries.size() > 1) text += ", " + RecordLabel(EntryOf(direction, change, placed));
  text += ": " + placed.edit.text;
  const CheckVerdict& verdict = change.verdict;
  if (placed.edit.is_key)
    text += ", fingerprint " + KeyFingerprint(placed.role == Role::kInitiator ? *verdict.initiator
                                                                              : *verdict.responder);
  return text;
}

}  // namespace iscsi_ike::ike::tool
