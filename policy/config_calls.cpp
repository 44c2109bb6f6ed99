#include "policy/config_calls.hpp"

#include <utility>

#include "policy/text.hpp"

namespace iscsi_ike::policy {

JsonSink::Next LoginSink::OnMember(std::string_view name) {
  if (SameName(name, "target")) return &target_;
  if (SameName(name, "address")) return &address_;
  if (SameName(name, "socket")) return &socket_;
  if (SameName(name, "initiator")) return &initiator_.name;
  if (SameName(name, "initiatorPort")) return &initiator_.port;
  if (SameName(name, "passedFlags")) return &passed_flags_;
  if (SameName(name, "requireIpsec")) return &require_ipsec_;
  if (SameName(name, "key")) return &key_;
  return Failure(JsonProblem{{},
                             "is not known here; known are target, address, socket, initiator, "
                             "initiatorPort, passedFlags, requireIpsec, key"});
}

JsonVerdict LoginSink::OnEnd() {
  Login login;
  login.target = target_.value.value_or("");
  login.address = address_.address;
  login.host = address_.host;
  if (socket_.value) login.socket = static_cast<std::uint16_t>(*socket_.value);
  if (login.socket == 0U) return JsonProblem{"socket", "is 0; a TCP port is 1 to 65535"};
  login.initiator = initiator_.Make();
  login.passed = {passed_flags_.value.value_or(SecurityFlags()),
                  require_ipsec_.value.value_or(false)};
  if (key_.is_given()) {
    auto key = CheckKey(key_.Take(), "key");
    if (!key) return JsonProblem{key.error().place, key.error().rule};
    login.key = *std::move(key);
  }
  config_.logins.push_back(std::move(login));
  return std::nullopt;
}

JsonSink::Next TunnelSink::OnMember(std::string_view name) {
  if (SameName(name, "initiator")) return &initiator_.name;
  if (SameName(name, "initiatorPort")) return &initiator_.port;
  if (SameName(name, "destination")) return &destination_;
  if (SameName(name, "outer")) return &outer_;
  return Failure(
      JsonProblem{{}, "is not known here; known are initiator, initiatorPort, destination, outer"});
}

JsonVerdict TunnelSink::OnEnd() {
  if (!destination_.value) return JsonProblem{"destination", "is missing or null"};
  if (!outer_.value) return JsonProblem{"outer", "is missing or null"};
  if (destination_.value->IsUnspecified())
    return JsonProblem{"destination", "is the address of no host"};
  if (outer_.value->IsUnspecified()) return JsonProblem{"outer", "is the address of no host"};
  config_.tunnels.push_back({initiator_.Make(), *destination_.value, *outer_.value});
  return std::nullopt;
}

}  // namespace iscsi_ike::policy
