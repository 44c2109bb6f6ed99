// How sessions are kept: NAT traversal, liveness, fragments, lifetimes. One set of options for
// connect, serve and demo.
#pragma once

#include <optional>

#include "ike/config.hpp"
#include "ike/tool/options.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::ike::tool {

// NatPort: the local UDP port for marked datagrams beside IKE port `ike_port`. `demanded` when the
// command line asks for it, so that it must be had.
struct NatPort {
  std::uint16_t port = 0;  // 0: none, and no NAT traversal
  bool demanded = false;
  bool only = false;  // it is the IKE port itself: the negotiation begins there
};
[[nodiscard]] Checked<NatPort> ParseNatPort(const SessionOptions& options, std::uint16_t ike_port);

// ApplySessionOptions fills in what the options say; `nat_port` 0 switches NAT traversal off.
[[nodiscard]] Status<ToolError> ApplySessionOptions(const SessionOptions& options,
                                                    std::uint16_t nat_port, PeerConfig& peer);

// ApplyLifetimes reads --ike-lifetime and --esp-lifetime: "SECONDS" or "SECONDS,KILOBYTES".
[[nodiscard]] Status<ToolError> ApplyLifetimes(const SessionOptions& options,
                                               policy::TranslateRequest& request);

}  // namespace iscsi_ike::ike::tool
