// Where an initiator stands and what it talks to, from the command line and the config: for connect
// and load.
#pragma once

#include "ike/tool/settings.hpp"

namespace iscsi_ike::ike::tool {

// ReadForPortal is ReadSources, with --portal to choose from the config by.
[[nodiscard]] Checked<Sources> ReadForPortal(const Options& options,
                                             std::string_view default_word = "");

// RemoteEnd: --portal, else the peer or the portal of the config.
[[nodiscard]] Checked<Endpoint> RemoteEnd(const NetworkOptions& network, const Sources& sources);

// LocalEnd: --local, else the address that the route to the portal gives; a wildcard likewise.
[[nodiscard]] Checked<Endpoint> LocalEnd(const NetworkOptions& network, const Endpoint& remote);

// ChildOf: the TCP port of the config's portal serves when none is given.
[[nodiscard]] ChildOptions ChildOf(ChildOptions child, const Sources& sources);

}  // namespace iscsi_ike::ike::tool
