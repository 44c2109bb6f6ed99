#include "ike/tool/replay_settings.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/connect_attempts.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/peer.hpp"
#include "ike/tool/serve_places.hpp"
#include "ike/tool/served.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// PlanConnect: the local end is the recorded one, whatever route this machine has.
Checked<ReplayPlan> PlanConnect(const Options& options, const RecordingHead& head) {
  if (head.local.size() != 1) return Usage("FILE", "line 1: 'local' is not one address");
  const auto ports = ParseSourcePorts(options.child);
  if (!ports) return Failure(ports.error());
  auto sources = ReadForPortal(options);
  if (!sources) return Failure(sources.error());
  const auto remote = RemoteEnd(options.network, *sources);
  if (!remote) return Failure(remote.error());
  const Ends ends{head.local.front(), *remote};
  Settings settings = TranslateFor(Role::kInitiator, *sources, ends, options.policy);
  ReplayPlan plan;
  if (settings.plan.outcome != policy::Outcome::kPlan) {
    plan.refused = std::move(settings.plan);
    return plan;
  }
  if (auto key = DemandKey(settings); !key) return Failure(key.error());
  auto attempts =
      MakeAttempts(options, ChildOf(options.child, *sources), settings, ends, head.nat_port);
  if (!attempts) return Failure(attempts.error());
  plan.settings = {InitiatorConfig(head.nat_port), std::move(*attempts), nullptr};
  plan.children = options.child.phase1_only ? 0 : std::max<std::size_t>(ports->size(), 1);
  return plan;
}

Checked<ReplayPlan> PlanServe(const Options& options, const RecordingHead& head) {
  const auto places = PlacesOf(options.network, options.session);
  if (!places) return Failure(places.error());
  const auto ends = EndsOf(options.network, *places);
  if (!ends) return Failure(ends.error());
  auto served = ReadServed(options, *ends);
  if (!served) return Failure(served.error());
  ReplayPlan plan;
  if (std::none_of(served->begin(), served->end(), IsUsable)) {
    const auto refused = std::find_if(served->begin(), served->end(), [](const Served& one) {
      return one.settings.plan.outcome != policy::Outcome::kPlan;
    });
    if (refused == served->end()) return Failure(DemandKey(served->front().settings).error());
    plan.refused = std::move(refused->settings.plan);
    return plan;
  }
  auto config = ServingConfig(options, *served, head.nat_port);
  if (!config) return Failure(config.error());
  plan.settings = {std::move(*config), {}, nullptr};
  plan.several = served->size() > 1;
  return plan;
}

}  // namespace

Checked<ReplayPlan> PlanReplay(const Options& options, const RecordingHead& head) {
  return options.command == Command::kServe ? PlanServe(options, head) : PlanConnect(options, head);
}

}  // namespace iscsi_ike::ike::tool
