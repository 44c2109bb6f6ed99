// Outcome: what came of one negotiation, without any key; made from events, shown as text or JSON.
#pragma once

#include <optional>
#include <vector>

#include "ike/events.hpp"

namespace iscsi_ike::ike {

// ChildSummary is a ChildSa without its keys; unlike that it can be copied and kept.
struct ChildSummary {
  SessionId session{};
  ChildId child{};
  Role role = Role::kInitiator;
  MessageId message_id{};
  policy::Encapsulation encapsulation = policy::Encapsulation::kTransport;
  policy::EspSuite suite;
  std::optional<crypto::DhGroup> pfs_group;
  policy::Lifetime lifetime;
  policy::Selector local;
  policy::Selector remote;
  Endpoint local_endpoint;
  Endpoint remote_endpoint;
  bool udp_encapsulated = false;  // between the two endpoints
  std::optional<policy::IpAddress> remote_original;
  std::optional<policy::IpAddress> local_seen_as;
  Spi spi_in{};
  Spi spi_out{};
};
[[nodiscard]] ChildSummary Summarize(const ChildSa& sa);

// Outcome collects the events of one session (or of one Connect, fallback to another mode
// included).
struct Outcome {
  std::optional<Phase1Established> phase1;
  std::vector<ChildSummary> children;         // established, not deleted by the peer, not closed
  std::optional<NegotiationFailure> failure;  // the first
  std::vector<NegotiationFailure> suspicions;
  std::vector<PeerNotified> notifications;

  // Absorb looks at no session: give it only the events that belong here.
  void Absorb(const Event& event);
  // Established: phase 1 and nothing that failed. Whether children were asked for is the caller's
  // to know.
  [[nodiscard]] bool Established() const { return phase1.has_value() && !failure.has_value(); }
};

}  // namespace iscsi_ike::ike
