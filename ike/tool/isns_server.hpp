// What is said about iSNS on the command line: the server, and the node that asks it.
#pragma once

#include <string>
#include <string_view>

#include "ike/net/isns_link.hpp"
#include "ike/tool/exit_codes.hpp"

namespace iscsi_ike::ike::tool {

// kIsnsInClear is the warning for all who talk with an iSNS server.
inline constexpr std::string_view kIsnsInClear =
    "the talk with the iSNS server is in the clear: RFC 4171 (7.3, 7.4) wants settings of IPsec "
    "told under IPsec, for whoever is in between can change them";

// ParseIsnsServer reads "HOST", "HOST:PORT", "ADDR", "[ADDR]:PORT"; the port is 3205 by itself.
[[nodiscard]] Checked<net::IsnsServer> ParseIsnsServer(std::string_view text,
                                                       std::string_view place);

// ParseIscsiName wants iqn., eui. or naa. in front, at most 223 octets, and gives small letters, as
// iSCSI names are compared (RFC 3722).
[[nodiscard]] Checked<std::string> ParseIscsiName(std::string_view text, std::string_view place);

// InitiatorName is that of the option, else what this machine's open-iscsi is called.
[[nodiscard]] Checked<std::string> InitiatorName(const std::string& option);

// IsnsPatienceOf takes --timeout for the connection and for each answer; empty: the defaults.
[[nodiscard]] Checked<net::IsnsPatience> IsnsPatienceOf(const std::string& timeout);

// IsnsFailure is how the tool ends when a dialogue failed: kTimeout or kNegotiationFailed.
[[nodiscard]] ToolError IsnsFailure(const net::IsnsServer& server,
                                    const policy::isns::DialogueFailure& failure);

}  // namespace iscsi_ike::ike::tool
