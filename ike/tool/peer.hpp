// MakePeer: the engine's PeerConfig from settings and options.
#pragma once

#include <memory>
#include <vector>

#include "ike/config.hpp"
#include "ike/tool/settings.hpp"

namespace iscsi_ike::ike::tool {

// ParseTimeout reads --timeout; empty: 30 seconds.
[[nodiscard]] Checked<Duration> ParseTimeout(const std::string& text);

// ParseSourcePorts reads the ports of --source-port; empty: none was given.
[[nodiscard]] Checked<std::vector<std::uint16_t>> ParseSourcePorts(const ChildOptions& child);

// FromPort is this end's selector for the TCP connection that it opens from a port.
[[nodiscard]] policy::Selector FromPort(const policy::IpAddress& local, std::uint16_t port);

// MakePeer: the first of several source ports is in the child that it offers. The plan's outcome is
// kPlan. `child` is given apart because the two ends of a demo see it from opposite sides.
// `nat_port` is the bound one (0: none).
[[nodiscard]] Checked<std::shared_ptr<PeerConfig>> MakePeer(const Options& options,
                                                            const ChildOptions& child,
                                                            Settings settings, Role role,
                                                            const Ends& ends,
                                                            std::uint16_t nat_port);

}  // namespace iscsi_ike::ike::tool
