// NetError: a socket that could not be had, with the endpoint it was for and the rule in one line.
#pragma once

#include <string>
#include <system_error>

#include "crypto/result.hpp"
#include "ike/endpoint.hpp"

namespace iscsi_ike::ike::net {

struct NetError {
  Endpoint endpoint;
  std::error_code code;  // of the system
  std::string rule;      // "UDP port 500 is already in use ..."

  static NetError OfErrno(const Endpoint& endpoint, int error_number);
  [[nodiscard]] bool IsPortInUse() const { return code == std::errc::address_in_use; }
  // IsFamilyMissing: this machine has no IPv6 (or no IPv4) at all.
  [[nodiscard]] bool IsFamilyMissing() const;
  [[nodiscard]] std::string Text() const { return endpoint.ToString() + ": " + rule; }
};

}  // namespace iscsi_ike::ike::net
