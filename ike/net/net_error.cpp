#include "ike/net/net_error.hpp"

#include <cerrno>

namespace iscsi_ike::ike::net {

namespace {

std::string RuleOf(const Endpoint& endpoint, int error_number) {
  const std::string port = std::to_string(endpoint.port);
  const std::string family = endpoint.address.is_v6() ? "IPv6" : "IPv4";
  switch (error_number) {
    case EADDRINUSE:
      return "UDP port " + port +
             " is in use by another program (an IKE daemon?); stop it or choose another port";
    case EADDRNOTAVAIL:
      return family == "IPv6" && endpoint.address.octets()[0] == 0xfe
                 ? "not an address of this machine, or a link-local one, which needs an interface"
                 : "not an address of this machine";
    case EACCES:
    case EPERM:
      return "binding UDP port " + port + " needs root or CAP_NET_BIND_SERVICE";
    case EAFNOSUPPORT:
      return family + " is not available on this machine";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "no route to this address";
    default:
      return std::generic_category().message(error_number);
  }
}

}  // namespace

NetError NetError::OfErrno(const Endpoint& endpoint, int error_number) {
  return {endpoint, std::error_code(error_number, std::generic_category()),
          RuleOf(endpoint, error_number)};
}

bool NetError::IsFamilyMissing() const {
  return code == std::errc::address_family_not_supported ||
         (endpoint.address.IsUnspecified() && code == std::errc::address_not_available);
}

}  // namespace iscsi_ike::ike::net
