#include "ike/tool/render.hpp"

#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/policy_no.hpp"
#include "ike/tool/rendered_files.hpp"
#include "ike/tool/settings.hpp"
#include "policy/render/render.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using policy::render::Request;
using policy::render::Target;

// OwnRole: Windows is written for as an initiator alone, so that our end is the target there.
Checked<Role> OwnRole(const std::string& text, Target target) {
  if (text.empty()) return target == Target::kWindows ? Role::kResponder : Role::kInitiator;
  if (text == "initiator") return Role::kInitiator;
  if (text == "responder") return Role::kResponder;
  return Usage("--role", "is initiator or responder");
}

std::optional<policy::IpAddress> AddressOf(const std::optional<Endpoint>& end) {
  if (!end || end->address.IsUnspecified()) return std::nullopt;
  return end->address;
}

Checked<std::optional<Endpoint>> GivenEnd(const std::string& text, const char* option) {
  if (text.empty()) return std::optional<Endpoint>();
  const auto end = ParseEndpoint(text, option, kIkePort, true);
  if (!end) return Failure(end.error());
  if (end->port != 0 && end->port != kIkePort)
    Warn(std::string(option) + ": the port is not written down; daemons have 500");
  return std::optional(*end);
}

Checked<Ends> GivenEnds(const NetworkOptions& network) {
  if (network.local.size() > 1) return Usage("--local", "takes one address");
  const auto remote = GivenEnd(network.portal, "--portal");
  if (!remote) return Failure(remote.error());
  const auto local = GivenEnd(network.local.empty() ? "" : network.local.front(), "--local");
  if (!local) return Failure(local.error());
  return Ends{*local, *remote};
}

// Complete adds what the config says; the target's address has to be known.
Status<ToolError> Complete(Ends& ends, const Sources& sources, Role role) {
  const auto at = [](const policy::IpAddress& address) { return Endpoint{address, kIkePort}; };
  if (!ends.remote && sources.peer) ends.remote = at(*sources.peer);
  auto& target = role == Role::kInitiator ? ends.remote : ends.local;
  if (!target && sources.portal) target = at(*sources.portal);
  if (AddressOf(target)) return Done{};
  if (role == Role::kInitiator)
    return Usage("--portal", "is missing: the address of the target, which is written for");
  return Usage("--local", "is missing: our own address, where the other end finds us");
}

Status<ToolError> SetSelectors(const ChildOptions& given, const Sources& sources,
                               Request& request) {
  const ChildOptions child = ChildOf(given, sources);
  const auto set = [](const std::string& text, const char* option,
                      std::optional<policy::Selector>& selector) -> Status<ToolError> {
    if (text.empty()) return Done{};
    const auto parsed = ParseSelector(text, option);
    if (!parsed) return Failure(parsed.error());
    selector = *parsed;
    return Done{};
  };
  if (auto s = set(child.local_ts, "--local-ts", request.own_selector); !s) return s;
  if (auto s = set(child.remote_ts, "--remote-ts", request.peer_selector); !s) return s;
  if (child.target_port.empty()) return Done{};
  const auto port = ParseNumber(child.target_port, "--target-port", 1, 65535);
  if (!port) return Failure(port.error());
  request.target_port = static_cast<std::uint16_t>(*port);
  return Done{};
}

Checked<Request> RequestOf(const Options& options, const Sources& sources, const Ends& ends,
                           const Settings& settings, Role role) {
  Request request;
  request.role = role == Role::kInitiator ? policy::Role::kInitiator : policy::Role::kResponder;
  request.word = settings.word;
  request.plan = settings.plan;
  request.group_key = settings.group_key;
  request.peer_identity = settings.peer_identity;
  request.own_address = AddressOf(ends.local);
  request.peer_address = AddressOf(ends.remote);
  request.name = sources.name;
  request.key_size = settings.key.size();
  if (auto s = SetSelectors(options.child, sources, request); !s) return Failure(s.error());
  return request;
}

ExitCode RefuseToRender(Target target, const std::string& why, bool json) {
  if (json) Print(RefusedJson(target, why));
  return Complain({ExitCode::kPolicy, why});
}

// Deliver: what is printed never has the key.
Checked<ExitCode> Deliver(const Options& options, Target target, Request request,
                          const Settings& settings) {
  const bool with_key = options.render.with_keys;
  const auto shown = Render(target, request);
  if (!shown) return RefuseToRender(target, shown.error().Text(), options.output.json);
  for (const std::string& warning : shown->warnings) Warn(warning);
  if (!options.render.out.empty()) {
    request.with_key = with_key;
    const auto kept = Render(target, request);
    if (!kept) return Usage(kept.error());
    if (auto s = WriteRendered(options.render.out, kept->files, settings.key); !s)
      return Failure(s.error());
  }
  if (options.output.json) {
    Print(RenderedJson(target, *shown));
  } else if (options.render.out.empty()) {
    Print(RenderedText(shown->files));
  }
  return ExitCode::kOk;
}

Checked<ExitCode> TryRender(const Options& options) {
  if (options.render.target.empty())
    return Usage("--for", "is missing: strongswan, libreswan, racoon or windows");
  const auto target = policy::render::TargetByName(options.render.target, "--for");
  if (!target) return Usage(target.error());
  const auto role = OwnRole(options.policy.role, *target);
  if (!role) return Failure(role.error());
  if (options.render.with_keys && options.render.out.empty())
    return Usage("--with-keys", "needs --out: keys go into files of mode 0600 only");
  auto ends = GivenEnds(options.network);
  if (!ends) return Failure(ends.error());
  const auto sources = ReadSources(options, "", AddressOf(ends->remote));
  if (!sources) return Failure(sources.error());
  if (auto s = Complete(*ends, *sources, *role); !s) return Failure(s.error());
  const Settings settings = TranslateFor(*role, *sources, *ends, options.policy);
  if (settings.plan.outcome != policy::Outcome::kPlan) {
    const PolicyNo no = WhyNot(settings.plan);
    return RefuseToRender(*target, "policy: " + no.code + ": " + no.text, options.output.json);
  }
  WarnOf(settings.plan);
  if (options.render.with_keys)
    if (auto demanded = DemandKey(settings); !demanded) return Failure(demanded.error());
  auto request = RequestOf(options, *sources, *ends, settings, *role);
  if (!request) return Failure(request.error());
  return Deliver(options, *target, *std::move(request), settings);
}

}  // namespace

ExitCode RunRender(const Options& options) {
  const auto code = TryRender(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
