#include "ike/tool/endpoint_text.hpp"

#include "policy/address_text.hpp"

namespace iscsi_ike::ike::tool {

Checked<Endpoint> ParseEndpoint(std::string_view text, std::string_view place,
                                std::uint16_t default_port, bool allow_port_zero) {
  const auto parsed = policy::ParseAddressAndPort(text, place, allow_port_zero);
  if (!parsed) return Usage(parsed.error());
  return Endpoint{parsed->address, parsed->port.value_or(default_port)};
}

Checked<policy::Selector> ParseSelector(std::string_view text, std::string_view place) {
  auto parsed = policy::ParseSelector(text, place);
  if (!parsed) return Usage(parsed.error());
  return *parsed;
}

}  // namespace iscsi_ike::ike::tool
