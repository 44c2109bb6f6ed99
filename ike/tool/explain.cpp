#include "ike/tool/explain.hpp"

#include "ike/tool/console.hpp"
#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/explain_all.hpp"
#include "ike/tool/settings.hpp"
#include "policy/explain.hpp"

namespace iscsi_ike::ike::tool {

namespace {

Checked<Role> ParseRole(const std::string& text) {
  if (text.empty() || text == "initiator") return Role::kInitiator;
  if (text == "responder") return Role::kResponder;
  return Usage("--role", "is initiator or responder");
}

Checked<ExitCode> TryExplain(const Options& options) {
  const auto role = ParseRole(options.policy.role);
  if (!role) return Failure(role.error());
  const bool by_directory = options.policy.inputs.isns.Any() && options.network.portal.empty();
  if (options.all || by_directory) return ExplainAll(options, *role);
  Ends ends;
  std::optional<policy::IpAddress> peer;
  if (!options.network.portal.empty()) {
    const auto portal = ParseEndpoint(options.network.portal, "--portal", kIkePort, false);
    if (!portal) return Failure(portal.error());
    ends.remote = *portal;
    peer = portal->address;
  }
  const auto sources = ReadSources(options, "", peer);
  if (!sources) return Failure(sources.error());
  // The initiator speaks with the portal of the settings, as connect does.
  const auto bound = sources->peer ? sources->peer : sources->portal;
  if (!ends.remote && bound && *role == Role::kInitiator) ends.remote = Endpoint{*bound, kIkePort};
  const Settings settings = TranslateFor(*role, *sources, ends, options.policy);
  Print(options.output.json ? policy::ExplainJson(settings.word, settings.plan) + "\n"
                            : policy::ExplainText(settings.word, settings.plan));
  return settings.plan.outcome == policy::Outcome::kRejected ? ExitCode::kPolicy : ExitCode::kOk;
}

}  // namespace

ExitCode RunExplain(const Options& options) {
  const auto code = TryExplain(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
