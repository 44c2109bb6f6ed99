#include <string>

#include "ike/endpoint.hpp"
#include "ike/events.hpp"

namespace iscsi_ike::ike {

std::string_view Name(Role role) { return role == Role::kInitiator ? "initiator" : "responder"; }

std::string_view Name(CloseReason reason) {
  switch (reason) {
    case CloseReason::kByCaller:
      return "by caller";
    case CloseReason::kByPeer:
      return "by peer";
    case CloseReason::kExpired:
      return "expired";
    case CloseReason::kReplaced:
      return "replaced";
  }
  return "";
}

std::string Endpoint::ToString() const {
  const std::string text = address.ToString();
  return (address.is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(port);
}

}  // namespace iscsi_ike::ike
