// Addresses, endpoints and selectors as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/error.hpp"
#include "policy/ip_address.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::policy {

struct AddressAndPort {
  IpAddress address;
  std::optional<std::uint16_t> port;  // unset: none was written
};

// ParseAddressAndPort reads "192.0.2.1", "192.0.2.1:500", "2001:db8::1", "[2001:db8::1]:500". Port
// 0 is allowed only where the system may choose one.
[[nodiscard]] Parsed<AddressAndPort> ParseAddressAndPort(std::string_view text,
                                                         std::string_view place,
                                                         bool allow_port_zero);

// WithPort writes what ParseAddressAndPort reads, an IPv6 address in brackets.
[[nodiscard]] std::string WithPort(const IpAddress& address, std::uint16_t port);

// HostAddress is an address, or the name of a host that has yet to be resolved: exactly one of the
// two.
struct HostAddress {
  std::optional<IpAddress> address;
  std::string host;
};

// ParseHostAddress errors do not show `text`, which may be a key in the wrong place.
[[nodiscard]] Parsed<HostAddress> ParseHostAddress(std::string_view text, std::string_view place);

// ParseSelector reads "ADDR[/BITS]", "ADDR[/BITS] PROTO [PORT]" (as ToString prints it) and
// "ADDR[/BITS][PROTO/PORT]" (as strongSwan writes it). Without PROTO any protocol, without PORT any
// port. PROTO is tcp, udp, any or a number, which may have the word "protocol" in front.
[[nodiscard]] Parsed<Selector> ParseSelector(std::string_view text, std::string_view place);

}  // namespace iscsi_ike::policy
