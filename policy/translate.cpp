// Rules about the word itself, and the order in which all rules run.
#include "policy/translate.hpp"

#include <algorithm>

#include "policy/text.hpp"
#include "policy/translation.hpp"

namespace iscsi_ike::policy {
namespace {

// Bits that RFC 4171 section 6.3.9 makes insignificant without IKE_IPSEC_ENABLED.
constexpr std::uint64_t kNeedIkeIpsec = 0x7C;

// Row 1. A word that is not valid says nothing; not said is not the same as off.
bool RuleValid(Translation& run) {
  if (run.request.word.IsValid()) return true;
  run.Say(ReasonCode::kWordNotValid);
  if (run.request.word.word() != 0) {
    run.Say(ReasonCode::kBitsWithoutValid, run.request.word.ToHex());
  }
  if (run.request.require_ipsec) run.Say(ReasonCode::kRequiredButUnspecified);
  run.plan.outcome = Outcome::kUnspecified;
  return false;
}

// Row 8.
void RuleReservedBits(Translation& run) {
  const std::uint64_t reserved = run.request.word.Reserved();
  if (reserved == 0) return;
  run.Say(run.request.authoring ? ReasonCode::kReservedBitsAuthored : ReasonCode::kReservedBits,
          SetBits(reserved));
}

// Row 2.
bool RuleIkeIpsec(Translation& run) {
  if (run.Has(SecurityFlag::kIkeIpsec)) return true;
  run.Say(ReasonCode::kIpsecDisabled);
  const std::uint64_t insignificant = run.request.word.word() & kNeedIkeIpsec;
  if (insignificant != 0) {
    run.Say(
        run.request.strict ? ReasonCode::kInsignificantBitsStrict : ReasonCode::kInsignificantBits,
        SecurityFlags(insignificant).ToString());
  }
  if (run.request.require_ipsec) run.Say(ReasonCode::kRequiredButDisabled);
  run.plan.outcome = Outcome::kDisabled;
  return false;
}

// Row 3: whether main mode can find the key by the peer's address.
bool KeyIsChosenByAddress(const Translation& run) {
  if (run.HasDynamicAddress()) return false;
  return !run.HasName() || run.request.key_binding == KeyBinding::kPeerAddress;
}

void RuleBothModes(Translation& run) {
  run.plan.exchanges = {ExchangeMode::kMain, ExchangeMode::kAggressive};
  if (!run.IsInitiator()) {
    run.Say(ReasonCode::kBothModesResponder);
  } else if (KeyIsChosenByAddress(run)) {
    run.Say(ReasonCode::kBothModesMainFirst);
  } else {
    run.plan.exchanges = {ExchangeMode::kAggressive, ExchangeMode::kMain};
    run.Say(ReasonCode::kBothModesAggressiveFirst);
  }
  if (run.request.strict_microsoft) run.Say(ReasonCode::kBothModesStrict);
}

// Row 4. A clear bit is "disabled" here, not "no preference" (RFC 4171 section 6.3.9).
void RuleNoMode(Translation& run) {
  if (!run.request.assume_main) return run.Say(ReasonCode::kNoPhase1Mode);
  run.plan.exchanges = {ExchangeMode::kMain};
  run.Say(ReasonCode::kAssumedMainMode);
}

// Rows 3 and 4.
void RuleModes(Translation& run) {
  const bool main = run.Has(SecurityFlag::kMainMode);
  const bool aggressive = run.Has(SecurityFlag::kAggressiveMode);
  if (main && aggressive) {
    RuleBothModes(run);
  } else if (main) {
    run.plan.exchanges = {ExchangeMode::kMain};
    run.Say(ReasonCode::kMainModeOnly);
  } else if (aggressive) {
    run.plan.exchanges = {ExchangeMode::kAggressive};
    run.Say(ReasonCode::kAggressiveModeOnly);
  } else {
    RuleNoMode(run);
  }
  if (aggressive && run.request.strict_microsoft) run.Say(ReasonCode::kAggressiveStrict);
}

// PfsGroups lists every group that the notation or the configuration names, without doubles.
std::vector<crypto::DhGroup> PfsGroups(const TranslateRequest& request) {
  std::vector<crypto::DhGroup> groups;
  const auto add = [&](const std::optional<crypto::DhGroup>& group) {
    if (group && std::find(groups.begin(), groups.end(), *group) == groups.end()) {
      groups.push_back(*group);
    }
  };
  add(request.pfs_group);
  for (const EspSuite& suite : request.suites.phase2) add(suite.pfs_group);
  return groups;
}

std::string GroupNames(const std::vector<crypto::DhGroup>& groups) {
  std::vector<std::string> names;
  for (const crypto::DhGroup group : groups) names.emplace_back(crypto::Info(group).name);
  return Join(names, ", ");
}

// Row 7, PFS_ENABLED clear: the initiator does not ask; a responder takes more than it asked for.
void RuleNoPfs(Translation& run) {
  if (run.IsInitiator()) {
    run.Say(ReasonCode::kPfsNotProposed);
  } else {
    run.Say(run.request.refuse_pfs ? ReasonCode::kPfsRefused : ReasonCode::kPfsAccepted);
  }
  run.plan.refuse_pfs = run.request.refuse_pfs;
  const auto groups = PfsGroups(run.request);
  if (!groups.empty()) run.Say(ReasonCode::kPfsGroupWithoutPfs, GroupNames(groups));
}

// Row 7.
void RulePfs(Translation& run) {
  run.plan.pfs = run.Has(SecurityFlag::kPfs);
  if (!run.plan.pfs) return RuleNoPfs(run);
  run.Say(run.IsInitiator() ? ReasonCode::kPfsProposed : ReasonCode::kPfsDemanded);
  if (run.request.refuse_pfs) run.Say(ReasonCode::kPfsRefuseUnused);
  const auto groups = PfsGroups(run.request);
  if (groups.empty()) return run.Say(ReasonCode::kPfsGroupFromPhase1);
  run.plan.pfs_group = groups.front();
  run.Say(groups.size() == 1 ? ReasonCode::kPfsGroupChosen : ReasonCode::kPfsGroupsDiffer,
          GroupNames(groups));
}

std::string EncapsulationNames(const std::vector<Encapsulation>& modes) {
  std::vector<std::string> names;
  for (const Encapsulation mode : modes) names.emplace_back(Name(mode));
  return Join(names, ", ");
}

// Row 6, no single preference. An order in the configuration replaces tunnel-then-transport; one
// encapsulation alone is a restriction, and no other is accepted.
void RuleEncapsulationOrder(Translation& run) {
  const std::vector<Encapsulation>& order = run.request.encapsulations;
  if (order.empty()) {
    run.plan.encapsulations = {Encapsulation::kTunnel, Encapsulation::kTransport};
    return run.Say(ReasonCode::kNoEncapsulationPreference);
  }
  for (const Encapsulation mode : order) {
    if (!run.Plans(mode)) run.plan.encapsulations.push_back(mode);
  }
  run.Say(ReasonCode::kEncapsulationOverridden, EncapsulationNames(run.plan.encapsulations));
  run.plan.accept_other_encapsulation = run.plan.encapsulations.size() > 1;
}

// Row 6, one preference: the initiator offers nothing else; a responder still takes the other one,
// a preference being no requirement, unless strict.
void RuleOneEncapsulation(Translation& run, Encapsulation preferred) {
  const std::vector<Encapsulation>& allowed = run.request.encapsulations;
  const auto is_allowed = [&](Encapsulation mode) {
    return allowed.empty() || std::find(allowed.begin(), allowed.end(), mode) != allowed.end();
  };
  const auto other =
      preferred == Encapsulation::kTunnel ? Encapsulation::kTransport : Encapsulation::kTunnel;
  run.plan.encapsulations = {preferred};
  run.plan.accept_other_encapsulation = !run.request.strict && is_allowed(other);
  run.Say(preferred == Encapsulation::kTunnel ? ReasonCode::kTunnelPreferred
                                              : ReasonCode::kTransportPreferred);
  if (!is_allowed(preferred)) {
    run.Say(ReasonCode::kEncapsulationConflict, EncapsulationNames(allowed));
  } else if (allowed.size() > 1 && allowed.front() != preferred) {
    run.Say(ReasonCode::kEncapsulationOverrideUnused, EncapsulationNames(allowed));
  }
  if (run.IsInitiator()) return;
  run.Say(run.plan.accept_other_encapsulation ? ReasonCode::kOtherEncapsulationAccepted
          : run.request.strict                ? ReasonCode::kOtherEncapsulationRefused
                                              : ReasonCode::kEncapsulationRestricted);
}

// Rows 5 and 6.
void RuleEncapsulation(Translation& run) {
  const bool tunnel = run.Has(SecurityFlag::kTunnelPreferred);
  const bool transport = run.Has(SecurityFlag::kTransportPreferred);
  if (tunnel != transport) {
    return RuleOneEncapsulation(run, tunnel ? Encapsulation::kTunnel : Encapsulation::kTransport);
  }
  if (tunnel) {
    run.Say(run.request.strict_microsoft ? ReasonCode::kBothEncapsulationsStrict
                                         : ReasonCode::kBothEncapsulations);
  }
  RuleEncapsulationOrder(run);
}

void FillPlan(Translation& run) {
  run.plan.outcome = Outcome::kPlan;
  run.plan.phase1 = run.request.suites.phase1;
  run.plan.phase2 = run.request.suites.phase2;
  run.plan.phase1_lifetime = run.request.phase1_lifetime;
  run.plan.phase2_lifetime = run.request.phase2_lifetime;
  run.plan.identity = run.request.identity;
}

void RunRules(Translation& run) {
  if (!RuleValid(run)) return;
  RuleReservedBits(run);
  if (!RuleIkeIpsec(run)) return;
  FillPlan(run);
  RuleModes(run);
  if (run.plan.exchanges.empty()) return;
  RulePfs(run);
  RuleEncapsulation(run);
  CheckMainModeKey(run);
  CheckMainModeAddresses(run);
  CheckAggressiveIdentity(run);
  CheckIdentity(run);
  CheckTunnelAddress(run);
  CheckSuites(run);
}

}  // namespace

bool Translation::Plans(ExchangeMode mode) const {
  return std::find(plan.exchanges.begin(), plan.exchanges.end(), mode) != plan.exchanges.end();
}

bool Translation::Plans(Encapsulation mode) const {
  return std::find(plan.encapsulations.begin(), plan.encapsulations.end(), mode) !=
         plan.encapsulations.end();
}

Plan Translate(const TranslateRequest& request) {
  Translation run{request, {}};
  run.plan.reasons = request.prior;
  RunRules(run);
  if (!HasError(run.plan.reasons)) return std::move(run.plan);
  Plan rejected;
  rejected.outcome = Outcome::kRejected;
  rejected.reasons = std::move(run.plan.reasons);
  return rejected;
}

}  // namespace iscsi_ike::policy
