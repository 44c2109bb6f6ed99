#include "ike/tool/connect_all_plan.hpp"

#include <algorithm>
#include <utility>

#include "crypto/secret.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/number_text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Prepared is a portal that there is something to negotiate for.
struct Prepared {
  PortalOutcome outcome;
  Sources sources;
  Settings settings;
  policy::Selector remote;
};

// AreAlike: one phase 1 serves both.
bool AreAlike(const Prepared& a, const Prepared& b) {
  return a.outcome.record == b.outcome.record && a.settings.word == b.settings.word &&
         crypto::ConstantTimeEqual(a.settings.key.Expose(), b.settings.key.Expose());
}

policy::Selector TargetSide(const policy::IpAddress& address, std::uint16_t port) {
  return {address, static_cast<std::uint8_t>(address.bits()), policy::kProtocolTcp, port};
}

}  // namespace

PortalOutcome ConnectAllPlan::OutcomeFor(std::size_t portal) const {
  PortalOutcome outcome;
  const policy::TargetPortal& there = fabric_->portal(portal);
  outcome.portal = fabric_->NameOf(portal);
  outcome.name = there.symbolic_name;
  if (there.address)
    outcome.endpoint = policy::isns::PortalKey{*there.address, {there.socket, false}};
  return outcome;
}

std::size_t ConnectAllPlan::LocalAt(const Endpoint& local) {
  const auto known = std::find(locals_.begin(), locals_.end(), local);
  const auto index = static_cast<std::size_t>(known - locals_.begin());
  if (known == locals_.end()) locals_.push_back(local);
  return index;
}

void ConnectAllPlan::Place(std::size_t portal, const NegativeCacheFile& cache) {
  const auto& address = fabric_->portal(portal).address;
  const auto refuse = [&](const char* code, std::string text) {
    unreachable_.push_back(OutcomeFor(portal));
    unreachable_.back().no = PolicyNo{code, std::move(text)};
  };
  if (!address) return refuse("NO_ADDRESS", "the portal is known by name, which is not resolved");
  if (auto why = cache.WhyNot({*address, {fabric_->portal(portal).socket, false}}))
    return refuse("FAILED_BEFORE", std::move(*why));
  if (const auto known = by_address_.find(*address); known != by_address_.end()) {
    return visits_[known->second].portals.push_back(portal);
  }
  const Endpoint remote{*address, peer_port_};
  const auto local = LocalEnd(options_->network, remote);
  if (!local) return refuse("NO_ROUTE", local.error().line);
  by_address_[*address] = visits_.size();
  visits_.push_back({LocalAt(*local), remote, {portal}});
}

Checked<ConnectAllPlan> ConnectAllPlan::Make(const Options& options, const FabricSource& fabric,
                                             const NegativeCacheFile& cache) {
  ConnectAllPlan plan(options, fabric);
  if (!options.peer_ike_port.empty()) {
    const auto port = ParseNumber(options.peer_ike_port, "--peer-ike-port", 1, 65535);
    if (!port) return Failure(port.error());
    plan.peer_port_ = static_cast<std::uint16_t>(*port);
  }
  for (std::size_t i = 0; i < fabric.size(); ++i) plan.Place(i, cache);
  return plan;
}

void ConnectAllPlan::SetBound(std::vector<Endpoint> bound, std::uint16_t nat_port) {
  locals_ = std::move(bound);
  nat_port_ = nat_port;
}

std::vector<Call> ConnectAllPlan::CallsOf(const Visit& visit,
                                          std::vector<PortalOutcome>& done) const {
  const Ends ends{locals_[visit.local], visit.remote};
  std::vector<Prepared> prepared;
  const auto refuse = [&](PortalOutcome outcome, PolicyNo no) {
    outcome.no = std::move(no);
    done.push_back(std::move(outcome));
  };
  for (const std::size_t portal : visit.portals) {
    PortalOutcome outcome = OutcomeFor(portal);
    auto sources = fabric_->SourcesFor(portal);
    if (!sources) {
      refuse(std::move(outcome), {"NO_RECORD", sources.error().line});
      continue;
    }
    Settings settings = TranslateFor(Role::kInitiator, *sources, ends, options_->policy);
    outcome.record = sources->name;
    outcome.word = settings.word;
    if (settings.plan.outcome != policy::Outcome::kPlan) {
      refuse(std::move(outcome), WhyNot(settings.plan));
    } else if (settings.key.empty()) {
      refuse(std::move(outcome), {"NO_KEY", "no key is given, and none is in the config"});
    } else {
      const auto remote = TargetSide(visit.remote.address, sources->target_port);
      prepared.push_back(
          {std::move(outcome), std::move(sources).value(), std::move(settings), remote});
    }
  }
  std::vector<Call> calls;
  while (!prepared.empty()) {
    const auto others =
        std::stable_partition(prepared.begin(), prepared.end(),
                              [&](const Prepared& one) { return AreAlike(one, prepared.front()); });
    Call call;
    auto attempts = MakeAttempts(*options_, ChildOf(options_->child, prepared.front().sources),
                                 prepared.front().settings, ends, nat_port_);
    for (auto one = prepared.begin(); one != others; ++one) {
      if (attempts) {
        call.portals.push_back({std::move(one->outcome), one->remote});
      } else {
        refuse(std::move(one->outcome), {"SETTINGS", attempts.error().line});
      }
    }
    prepared.erase(prepared.begin(), others);
    if (!attempts) continue;
    call.attempts = std::move(attempts).value();
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace iscsi_ike::ike::tool
