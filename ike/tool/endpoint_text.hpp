// Endpoints and selectors as they are typed.
#pragma once

#include <string_view>

#include "ike/endpoint.hpp"
#include "ike/tool/exit_codes.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike::tool {

// ParseEndpoint reads "192.0.2.1", "192.0.2.1:500", "2001:db8::1", "[2001:db8::1]:500". Port 0 is
// allowed only where the system may choose one.
[[nodiscard]] Checked<Endpoint> ParseEndpoint(std::string_view text, std::string_view place,
                                              std::uint16_t default_port, bool allow_port_zero);

// ParseSelector reads "ADDR[/BITS]", "ADDR[/BITS] PROTO [PORT]" (as the tool prints it) and
// "ADDR[/BITS][PROTO/PORT]" (as strongSwan writes it). Without PROTO any protocol, without PORT any
// port. PROTO is tcp, udp, any or a number.
[[nodiscard]] Checked<policy::Selector> ParseSelector(std::string_view text,
                                                      std::string_view place);

}  // namespace iscsi_ike::ike::tool
