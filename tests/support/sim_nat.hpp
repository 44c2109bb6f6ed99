// SimNat: a translator of network addresses and ports (RFC 3022) between one node of a SimNet and
// the rest: what leaves gets another source, and what comes to that source is brought home.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/sim_net.hpp"

namespace iscsi_ike::test {

class SimNat {
 public:
  // The node at address `inside` is seen at address `outside`.
  SimNat(const std::string& inside, const std::string& outside);

  // Forward lets everybody reach port `inside` at port `outside` of the translator, for ever.
  void Forward(std::uint16_t outside, std::uint16_t inside);
  // Rebind forgets the mapping that traffic from `port` has made: the next datagram from there gets
  // a new port, and what comes to the old one is lost.
  void Rebind(std::uint16_t port = ike::kIkeNattPort) {
    std::erase_if(mappings_, [port](const Mapping& mapping) { return mapping.inside == port; });
  }
  // A mapping that has served nothing for so long is forgotten. 0: never.
  ike::Duration lifetime{0};

  // Pass translates a datagram on its way; false: it ends here, nobody is known at that port.
  [[nodiscard]] bool Pass(Sent& sent);

  [[nodiscard]] const policy::IpAddress& outside() const { return outside_; }
  // Seen is where the rest sees the node's `port` at present; nullopt: nowhere.
  [[nodiscard]] std::optional<ike::Endpoint> Seen(std::uint16_t port) const;

 private:
  struct Mapping {
    std::uint16_t inside = 0;
    std::uint16_t outside = 0;
    ike::Time used;
  };
  bool Leave(Sent& sent);
  bool Enter(Sent& sent);
  void Expire(ike::Time now);

  policy::IpAddress inside_, outside_;
  std::vector<Mapping> forwards_, mappings_;
  std::uint16_t next_port_ = 40000;
};

}  // namespace iscsi_ike::test
