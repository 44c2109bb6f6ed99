#include "ike/tool/served_checks.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "ike/select_peer.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/policy_no.hpp"
#include "ike/tool/report.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using policy::ExchangeMode;

bool HasPlan(const Served& served) {
  return served.settings.plan.outcome == policy::Outcome::kPlan;
}

// Anywhere: the record of `one` passes the test at some portal.
template <class Test>
bool Anywhere(const std::vector<Served>& served, const Served& one, Test test) {
  return std::any_of(served.begin(), served.end(),
                     [&](const Served& s) { return s.name == one.name && test(s); });
}

// WarnOnce: a record at several portals has the same to say at each.
class WarnOnce {
 public:
  void Say(const std::string& line) {
    if (said_.insert(line).second) Warn(line);
  }

 private:
  std::set<std::string> said_;
};

void WarnOfAll(const std::vector<Served>& served) {
  WarnOnce warn;
  for (const Served& one : served) {
    if (Anywhere(served, one, HasPlan)) {
      for (const policy::Reason& reason : one.settings.plan.reasons)
        if (reason.severity == policy::Severity::kWarning)
          warn.Say("'" + one.name + "': " + std::string(reason.code) + ": " + reason.text);
    } else {
      const PolicyNo no = WhyNot(one.settings.plan);
      warn.Say("'" + one.name + "' is not served: " + no.code + ": " + no.text);
    }
  }
}

// RefuseAll is Refuse for several plans: a line each, and one object.
ExitCode RefuseAll(const std::vector<Served>& served, bool json) {
  policy::Plan all;
  all.outcome = policy::Outcome::kRejected;
  std::set<std::string> codes;  // a Reason's code is a view
  for (const Served& one : served) {
    const PolicyNo no = WhyNot(one.settings.plan);
    const std::string text = "'" + one.name + "': " + no.code + ": " + no.text;
    all.reasons.push_back({*codes.insert(no.code).first, policy::Severity::kError, text});
  }
  if (json) Print(PolicyFailureLine(all));
  for (const policy::Reason& reason : all.reasons)
    Complain({ExitCode::kPolicy, "policy: " + reason.text});
  return ExitCode::kPolicy;
}

// ShadowOf: the earlier responder, for the same identity of the peer, to which all goes that could
// come to this one.
std::optional<std::size_t> ShadowOf(const EngineConfig& config, std::size_t index) {
  const PeerConfig& peer = *config.responders[index];
  std::optional<std::size_t> shadow;
  for (const ExchangeMode mode : peer.plan.exchanges) {
    const auto rival = RivalOf(config, index, mode);
    if (!rival || config.responders[*rival]->peer_identity != peer.peer_identity)
      return std::nullopt;
    shadow = rival;
  }
  return shadow;
}

}  // namespace

std::optional<ExitCode> JudgePlans(const std::vector<Served>& served, bool json) {
  if (served.size() == 1) {
    const policy::Plan& plan = served.front().settings.plan;
    WarnOf(plan);
    return HasPlan(served.front()) ? std::nullopt : std::optional(Refuse(plan, json));
  }
  if (std::none_of(served.begin(), served.end(), HasPlan)) return RefuseAll(served, json);
  WarnOfAll(served);
  return std::nullopt;
}

Status<ToolError> DemandKeys(const std::vector<Served>& served) {
  if (served.size() == 1) return DemandKey(served.front().settings);
  for (const Served& one : served) {
    if (Anywhere(served, one, HasPlan) && !Anywhere(served, one, IsUsable))
      return Usage("--config", "'" + one.name +
                                   "' has no key, and there is none elsewhere: --key-file, a key "
                                   "of the portal or groupKey would serve");
  }
  return Done{};
}

std::optional<std::string> RivalNote(const EngineConfig& config, std::size_t index,
                                     ExchangeMode mode) {
  const auto rival = RivalOf(config, index, mode);
  if (!rival) return std::nullopt;
  const PeerConfig& peer = *config.responders[index];
  const PeerConfig& first = *config.responders[*rival];
  std::string note = "'" + peer.name + "' is never used in " + std::string(policy::Name(mode)) +
                     " mode: '" + first.name + "' comes first, for the same peers";
  if (peer.peer_identity != first.peer_identity)
    note += "; the two differ only in the identity of the peer";
  return note;
}

Status<ToolError> CheckRivals(const EngineConfig& config, bool one_peer) {
  WarnOnce warn;
  for (std::size_t i = 0; i < config.responders.size(); ++i) {
    const PeerConfig& peer = *config.responders[i];
    if (const auto first = one_peer ? std::nullopt : ShadowOf(config, i))
      return Usage("--config", "'" + peer.name + "' could never be chosen: '" +
                                   config.responders[*first]->name +
                                   "' has the same peer and peerIdentity, and comes first");
    const auto& modes = peer.plan.exchanges;
    if (std::find(modes.begin(), modes.end(), ExchangeMode::kMain) == modes.end()) continue;
    if (const auto note = RivalNote(config, i, ExchangeMode::kMain)) warn.Say(*note);
  }
  return Done{};
}

}  // namespace iscsi_ike::ike::tool
