// Which TCP port a responder takes at the target's end, so that it is the one that connect asks for
// with the same file (ChildOf of initiator_ends.hpp): each portal's own, at its own address.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ike/tool/settings.hpp"
#include "policy/config.hpp"

namespace iscsi_ike::ike::tool {

struct Served;

inline constexpr std::uint16_t kAnyPort = 0;

// NeedPlaces: several portals, of which one has another TCP port than 3260, or --target-port tells
// one for all. A responder for every local address could not keep them apart.
[[nodiscard]] bool NeedPlaces(const policy::Config& config, const ChildOptions& child);

class PortalPorts {
 public:
  explicit PortalPorts(const policy::Config& config);

  // Aim sets target_port for what is served at `local`; when that is unset, also the portal: the
  // one that was chosen, or the only one. Several TCP ports at one address: kAnyPort, for one
  // policy stands for all of them. At an address without portal it is that of the login to there,
  // else 3260.
  void Aim(const std::optional<policy::IpAddress>& local, Sources& sources) const;

 private:
  std::map<policy::IpAddress, std::uint16_t> ports_;
  std::optional<policy::IpAddress> only_;  // portal
};

// WarnOfNoPortal: no record has a word, and what would give one is the portal at --local, which is
// not there.
void WarnOfNoPortal(const policy::Config& config, const Ends& ends,
                    const std::vector<Served>& served);

// ServingChild: the selector of the address and the TCP port serves when none is given. Port 3260
// is what the engine takes by itself, at whatever address it is asked.
[[nodiscard]] ChildOptions ServingChild(ChildOptions child, const Served& served);

}  // namespace iscsi_ike::ike::tool
