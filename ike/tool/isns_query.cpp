#include "ike/tool/isns_query.hpp"

#include <algorithm>
#include <utility>

#include "ike/net/reactor.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/isns_server.hpp"
#include "ike/tool/portal_plan.hpp"
#include "policy/isns/discovery.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using policy::isns::Discovery;
using policy::isns::DiscoveryConfig;

using Kind = policy::isns::DialogueFailure::Kind;

// For all questions together: each answer has a time of its own, and a server can make us ask many.
constexpr Duration kWholeTalk = std::chrono::minutes(5);

Checked<DiscoveryConfig> ConfigOf(const IsnsOptions& options) {
  DiscoveryConfig config;
  auto initiator = InitiatorName(options.initiator);
  if (!initiator) return Failure(initiator.error());
  config.initiator = *std::move(initiator);
  config.may_register = !options.no_register;
  if (options.target.empty()) return config;
  auto target = ParseIscsiName(options.target, "--target");
  if (!target) return Failure(target.error());
  config.target = *std::move(target);
  return config;
}

}  // namespace

Checked<Discovered> AskDirectory(const IsnsOptions& options) {
  if (options.server.empty()) return Usage("--isns", "is missing: which server is asked?");
  const auto server = ParseIsnsServer(options.server, "--isns");
  if (!server) return Failure(server.error());
  const auto config = ConfigOf(options);
  if (!config) return Failure(config.error());
  auto patience = IsnsPatienceOf(options.timeout);
  if (!patience) return Failure(patience.error());
  patience->whole = std::max(kWholeTalk, 2 * patience->answer);
  Warn(kIsnsInClear);

  Discovery discovery(*config);
  net::Reactor reactor;
  net::IsnsLink link(reactor, *server, *patience);
  link.Start(discovery, [&reactor] { reactor.Stop(); });
  reactor.OnTermination([&link](int) { link.End("ended by a signal", Kind::kConnection); });
  reactor.Run();
  if (discovery.failure()) return Failure(IsnsFailure(*server, *discovery.failure()));
  return Discovered{*server, config->initiator, discovery.registered(), discovery.TakeDirectory()};
}

ToolError NothingThere(const Discovered& discovered, const std::string& target) {
  const std::string what = target.empty() ? std::string("no target") : "no target " + target;
  return {ExitCode::kNegotiationFailed,
          "iSNS: the server shows " + what + " to " + discovered.initiator +
              ": it is not registered, or in no discovery domain with this initiator that is "
              "enabled"};
}

policy::Config PortalsOf(const policy::isns::Directory& directory, const std::string& target) {
  policy::Config config;
  std::vector<std::vector<std::string>> targets(directory.portals.size());
  for (const policy::isns::Group& group : directory.groups) {
    const policy::isns::Node& node = directory.nodes[group.node];
    const bool wanted = target.empty() || policy::SameName(node.name, target);
    if (wanted && node.IsTarget()) targets[group.portal].push_back(node.name);
  }
  PublishedReader reader(directory);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const policy::isns::Portal& portal = directory.portals[i];
    if (targets[i].empty() || portal.key.port.udp) continue;
    config.portals.push_back(ToTargetPortal(portal));
    config.portals.back().targets = std::move(targets[i]);
    auto proposals = reader.Read(portal);
    if (proposals.Any() || !proposals.notes.empty())
      config.portals.back().published = std::move(proposals);
  }
  return config;
}

}  // namespace iscsi_ike::ike::tool
