// How sessions are kept: NAT traversal, liveness, fragments, lifetimes. One set of options for
// connect, serve and demo.
#pragma once

#include <span>

#include "ike/config.hpp"
#include "ike/events.hpp"
#include "ike/tool/options.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::ike::tool {

// NatPort: the local UDP port for NAT traversal that is to be had beside those of IKE.
struct NatPort {
  bool wanted = false;
  bool demanded = false;   // by the command line: not to have it is an error
  bool only = false;       // it is the IKE port itself: negotiations begin there
  std::uint16_t port = 0;  // 0: any free one
};
// ParseNatPort: 4500 beside port 500 of IKE, none beside others, unless --nat-port tells.
[[nodiscard]] Checked<NatPort> ParseNatPort(const SessionOptions& options,
                                            std::span<const Endpoint> ike);

// ApplySessionOptions fills in what the options say. `nat_port` is the bound one; 0 switches NAT
// traversal off. A responder asks silent peers by default, an initiator does not.
[[nodiscard]] Status<ToolError> ApplySessionOptions(const SessionOptions& options,
                                                    std::uint16_t nat_port, Role role,
                                                    PeerConfig& peer);

// ApplyLifetimes reads --ike-lifetime, "SECONDS", and --esp-lifetime, "SECONDS" or
// "SECONDS,KILOBYTES".
[[nodiscard]] Status<ToolError> ApplyLifetimes(const SessionOptions& options,
                                               policy::TranslateRequest& request);

}  // namespace iscsi_ike::ike::tool
