// Readers of the rendered formats, after the grammars of the programs that read them: what a value
// comes to, and that it did not become anything else.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/render/render.hpp"

namespace iscsi_ike::policy::render {

using Values = std::map<std::string, std::string>;

// ReadSwanctl reads as strongSwan's settings do: "connections.iscsi.version" -> "1". A text that is
// not well-formed gives the one key "error".
Values ReadSwanctl(std::string_view text);

// ReadIpsecConf: "conn iscsi.ikev2" -> "no".
Values ReadIpsecConf(std::string_view text);

// ReadSecrets gives the tokens of each record of ipsec.secrets, without quotes.
std::vector<std::vector<std::string>> ReadSecrets(std::string_view text);

// ReadStatements gives the lines that are no comments and not empty.
std::vector<std::string> ReadStatements(std::string_view text, std::string_view comment);

const File& FileNamed(const Rendering& rendering, std::string_view name);

// Ask is a request for a word: initiator 192.0.2.1, target 192.0.2.10.
Request Ask(std::uint64_t word, Role role = Role::kInitiator, std::string_view identity = "",
            std::string_view peer_identity = "");

}  // namespace iscsi_ike::policy::render
