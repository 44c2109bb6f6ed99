// AskDirectory: what an iSNS server shows an initiator, and what of that settings are made from.
#pragma once

#include <string>
#include <vector>

#include "ike/net/isns_link.hpp"
#include "ike/tool/exit_codes.hpp"
#include "ike/tool/input_options.hpp"
#include "policy/config.hpp"
#include "policy/isns/directory.hpp"

namespace iscsi_ike::ike::tool {

// Discovered is a directory, and who was asked for it by whom.
struct Discovered {
  net::IsnsServer server;
  std::string initiator;
  bool registered = false;  // for the time of the query
  policy::isns::Directory directory;
};

// AskDirectory asks the server of --isns, and warns that it does so in the clear. Errors are wrong
// options, and that there was no answer, or no end of them in 5 min, or a signal that ended it.
// What was registered for the time of the query is taken back whatever comes.
[[nodiscard]] Checked<Discovered> AskDirectory(const IsnsOptions& options);
// NothingThere says that the server showed no target, or not the one that was asked for.
[[nodiscard]] ToolError NothingThere(const Discovered& discovered, const std::string& target);

// PortalsOf gives the TCP portals that lead to the target (empty: to any), each once, with its
// targets, bitmap and proposals. A server may show more than it was asked for.
[[nodiscard]] policy::Config PortalsOf(const policy::isns::Directory& directory,
                                       const std::string& target);

}  // namespace iscsi_ike::ike::tool
