#include "ike/tool/discover.hpp"

#include "ike/net/isns_link.hpp"
#include "ike/net/reactor.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/discover_report.hpp"
#include "ike/tool/isns_server.hpp"
#include "policy/isns/discovery.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using policy::isns::Discovery;
using policy::isns::DiscoveryConfig;

Checked<DiscoveryConfig> ConfigOf(const DiscoverOptions& options) {
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

std::string NothingThere(const DiscoveryConfig& config) {
  const std::string what =
      config.target.empty() ? std::string("no target") : "no target " + config.target;
  return "the server shows " + what + " to " + config.initiator +
         ": it is not registered, or in no discovery domain with this initiator that is enabled";
}

Checked<ExitCode> TryDiscover(const Options& options) {
  if (options.discover.isns.empty()) return Usage("--isns", "is missing: which server is asked?");
  const auto server = ParseIsnsServer(options.discover.isns, "--isns");
  if (!server) return Failure(server.error());
  const auto config = ConfigOf(options.discover);
  if (!config) return Failure(config.error());
  const auto patience = IsnsPatienceOf(options.network.timeout);
  if (!patience) return Failure(patience.error());
  Warn(kIsnsInClear);

  Discovery discovery(*config);
  net::Reactor reactor;
  net::IsnsLink link(reactor, *server, *patience);
  link.Start(discovery, [&reactor] { reactor.Stop(); });
  reactor.Run();
  if (discovery.failure()) return Failure(IsnsFailure(*server, *discovery.failure()));

  const Discovered discovered{*server, config->initiator, discovery.registered(),
                              discovery.TakeDirectory()};
  if (options.output.json) {
    PrintDiscoveredJson(discovered, Print);
  } else {
    PrintDiscoveredText(discovered, options.output.verbosity > 0, Print);
  }
  if (CountTargets(discovered.directory) != 0) return ExitCode::kOk;
  return Failure(ToolError{ExitCode::kNegotiationFailed, "iSNS: " + NothingThere(*config)});
}

}  // namespace

ExitCode RunDiscover(const Options& options) {
  const auto code = TryDiscover(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
