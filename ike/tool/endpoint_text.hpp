// Endpoints and selectors as they are typed.
#pragma once

#include <string_view>

#include "ike/endpoint.hpp"
#include "ike/tool/exit_codes.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike::tool {

// ParseEndpoint: see policy::ParseAddressAndPort.
[[nodiscard]] Checked<Endpoint> ParseEndpoint(std::string_view text, std::string_view place,
                                              std::uint16_t default_port, bool allow_port_zero);

// ParseSelector: see policy::ParseSelector.
[[nodiscard]] Checked<policy::Selector> ParseSelector(std::string_view text,
                                                      std::string_view place);

}  // namespace iscsi_ike::ike::tool
