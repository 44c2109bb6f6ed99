#include "ike/tool/check_report.hpp"

#include <algorithm>

#include "ike/tool/check_story.hpp"
#include "ike/tool/key_fingerprint.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kMostRefusalLines = 6;

std::string CheckRow(std::string label, const std::string& text) {
  label.resize(15, ' ');
  return label + text + "\n";
}

std::string LifetimeText(const policy::Lifetime& lifetime) {
  std::string text = ", lifetime " + std::to_string(lifetime.seconds) + " s";
  if (lifetime.kilobytes != 0) text += ", " + std::to_string(lifetime.kilobytes) + " KB";
  return text;
}

std::string EndText(const EndStory& story) {
  std::string text = FileOf(story.end);
  const std::string& record = story.entry.sources.name;
  if (!record.empty()) text += ", '" + record + "'";
  return text + ": " + std::string(Name(story.end.role)) + " at " + story.place.address.ToString() +
         " (" + story.by + "), word " + story.entry.sources.request.word.ToHex();
}

std::string ChildLines(const CheckDirection& direction, const AgreedChild& child) {
  const CheckPair& pair = direction.pair;
  const policy::Selector& i = child.selectors.initiator;
  const policy::Selector& r = child.selectors.responder;
  return CheckRow("phase 2", policy::ToString(child.suite) + LifetimeText(child.lifetime)) +
         CheckRow("encapsulation", std::string(policy::Name(child.encapsulation)) +
                                       (child.udp_encapsulated ? ", in UDP" : "")) +
         CheckRow("PFS",
                  child.pfs_group ? std::string(crypto::Info(*child.pfs_group).name) : "no") +
         CheckRow("selectors", policy::ToString(i) + " (" + pair.initiator().letter + "), " +
                                   policy::ToString(r) + " (" + pair.responder().letter + ")");
}

std::string KeyText(const CheckDirection& direction) {
  const CheckVerdict& verdict = direction.verdict;
  const PeerConfig* r = verdict.responder.get();
  const auto of = [](const PeerConfig* peer) {
    return peer == nullptr || peer->key.empty() ? "none" : KeyFingerprint(*peer);
  };
  if (verdict.agreement.same_key) return "the same, fingerprint " + of(r);
  return "fingerprint " + of(verdict.initiator.get()) + " (" + direction.pair.initiator().letter +
         "), " + of(r) + " (" + direction.pair.responder().letter + ")";
}

std::string AgreedLines(const CheckDirection& direction) {
  const CheckVerdict& verdict = direction.verdict;
  const Agreement& agreement = verdict.agreement;
  const CheckPair& pair = direction.pair;
  std::string exchange(policy::Name(agreement.mode));
  for (const policy::ExchangeMode mode : verdict.before)
    exchange += ", after " + std::string(policy::Name(mode)) + " mode in vain";
  std::string text;
  if (agreement.initiator_identity.empty()) return text;
  text += CheckRow("exchange", exchange);
  if (agreement.phase1)
    text += CheckRow("phase 1", policy::ToString(agreement.phase1->suite) +
                                    LifetimeText(agreement.phase1->lifetime));
  text += CheckRow(
      "identities",
      agreement.initiator_identity + " (" + pair.initiator().letter + ")" +
          (agreement.responder_identity.empty()
               ? ""
               : ", " + agreement.responder_identity + " (" + pair.responder().letter + ")"));
  text += CheckRow("key", KeyText(direction));
  if (agreement.child) text += ChildLines(direction, *agreement.child);
  return text;
}

std::string ObstacleLines(const CheckDirection& direction, const Hindrance& hindrance) {
  const NegotiationFailure failure = FailureOf(direction, hindrance);
  std::string text =
      CheckRow("in the way", std::string(1, direction.pair.End(hindrance.judge).letter) + " says " +
                                 std::string(Name(failure.code)) + ": " + failure.text);
  for (const std::string& detail : failure.details) text += CheckRow("", detail);
  const std::size_t shown = std::min(failure.refusals.size(), kMostRefusalLines);
  for (std::size_t i = 0; i < shown; ++i) text += CheckRow("", failure.refusals[i].Text());
  if (shown < failure.refusals.size())
    text += CheckRow("", "and " + std::to_string(failure.refusals.size() - shown) +
                             " more of this kind, which --json tells");
  return text;
}

std::string ChangeLines(const CheckDirection& direction, const CheckChange& change, bool first) {
  std::string text;
  for (const PlacedEdit& placed : change.edits)
    text += CheckRow(!text.empty() ? "and"
                     : first       ? "change"
                                   : "or",
                     EditText(direction, change, placed));
  for (const std::string& one : change.lowered) text += CheckRow("", "which means " + one);
  return text;
}

}  // namespace

std::string CheckText(const CheckDirection& direction) {
  const CheckPair& pair = direction.pair;
  const Agreement& agreement = direction.verdict.agreement;
  std::string text;
  for (const Role role : {Role::kInitiator, Role::kResponder})
    text += CheckRow(std::string(1, pair.End(role).letter), EndText(StoryOf(direction, role)));
  text += CheckRow(
      "verdict", agreement.ok() ? "they would agree"
                                : "they would not agree: " +
                                      std::string(Name(agreement.hindrances.front().failure.code)));
  text += AgreedLines(direction);
  for (const Hindrance& hindrance : agreement.hindrances)
    text += ObstacleLines(direction, hindrance);
  bool first = true;
  for (const CheckChange& change : direction.changes) {
    text += ChangeLines(direction, change, first);
    first = false;
  }
  if (!agreement.ok() && direction.changes.empty())
    text += CheckRow("change", "none of up to " + std::to_string(kMostCheckEdits) +
                                   " members was found that would do");
  return text;
}

}  // namespace iscsi_ike::ike::tool
