#include "tests/support/sim_nat.hpp"

#include <algorithm>

namespace iscsi_ike::test {

SimNat::SimNat(const std::string& inside, const std::string& outside)
    : inside_(policy::IpAddress::Parse(inside).value()),
      outside_(policy::IpAddress::Parse(outside).value()) {}

void SimNat::Forward(std::uint16_t outside, std::uint16_t inside) {
  forwards_.push_back({inside, outside, {}});
}

bool SimNat::Pass(Sent& sent) {
  Expire(sent.now);
  if (sent.datagram.local.address == inside_) return Leave(sent);
  if (sent.datagram.remote.address == outside_) return Enter(sent);
  return true;
}

std::optional<ike::Endpoint> SimNat::Seen(std::uint16_t port) const {
  for (const auto* table : {&forwards_, &mappings_}) {
    for (const Mapping& mapping : *table) {
      if (mapping.inside == port) return ike::Endpoint{outside_, mapping.outside};
    }
  }
  return std::nullopt;
}

bool SimNat::Leave(Sent& sent) {
  ike::Endpoint& source = sent.datagram.local;
  if (!Seen(source.port)) mappings_.push_back({source.port, next_port_++, sent.now});
  for (Mapping& mapping : mappings_) {
    if (mapping.inside == source.port) mapping.used = sent.now;
  }
  source = *Seen(source.port);
  return true;
}

bool SimNat::Enter(Sent& sent) {
  ike::Endpoint& destination = sent.datagram.remote;
  for (auto* table : {&forwards_, &mappings_}) {
    for (Mapping& mapping : *table) {
      if (mapping.outside != destination.port) continue;
      mapping.used = sent.now;
      destination = {inside_, mapping.inside};
      return true;
    }
  }
  return false;
}

void SimNat::Expire(ike::Time now) {
  if (lifetime <= ike::Duration{0}) return;
  std::erase_if(mappings_, [&](const Mapping& mapping) { return now - mapping.used > lifetime; });
}

}  // namespace iscsi_ike::test
