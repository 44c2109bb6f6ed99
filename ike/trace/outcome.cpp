#include "ike/trace/outcome.hpp"

#include <algorithm>

namespace iscsi_ike::ike {

ChildSummary Summarize(const ChildSa& sa) {
  ChildSummary summary;
  summary.session = sa.session;
  summary.child = sa.child;
  summary.role = sa.role;
  summary.message_id = sa.message_id;
  summary.encapsulation = sa.encapsulation;
  summary.suite = sa.suite;
  summary.suite.pfs_group.reset();  // said once, below
  summary.pfs_group = sa.pfs_group;
  summary.lifetime = sa.lifetime;
  summary.local = sa.local;
  summary.remote = sa.remote;
  summary.local_endpoint = sa.local_endpoint;
  summary.remote_endpoint = sa.remote_endpoint;
  summary.udp_encapsulated = sa.udp_encapsulated;
  summary.remote_original = sa.remote_original;
  summary.local_seen_as = sa.local_seen_as;
  summary.spi_in = sa.inbound.spi;
  summary.spi_out = sa.outbound.spi;
  return summary;
}

void Outcome::Absorb(const Event& event) {
  if (const auto* established = std::get_if<Phase1Established>(&event)) {
    phase1 = *established;
  } else if (const auto* child = std::get_if<ChildEstablished>(&event)) {
    children.push_back(Summarize(child->sa));
  } else if (const auto* deleted = std::get_if<ChildDeleted>(&event)) {
    std::erase_if(children, [&](const ChildSummary& c) {
      return c.session == deleted->session && c.child == deleted->child;
    });
  } else if (const auto* closed = std::get_if<ChildClosed>(&event)) {
    std::erase_if(children, [&](const ChildSummary& c) {
      return c.session == closed->session && c.child == closed->child;
    });
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    if (!failure.has_value()) failure = failed->failure;
  } else if (const auto* diagnosed = std::get_if<Diagnosed>(&event)) {
    suspicions.push_back(diagnosed->suspicion);
  } else if (const auto* notified = std::get_if<PeerNotified>(&event)) {
    notifications.push_back(*notified);
  }
}

}  // namespace iscsi_ike::ike
