// What sessions cost on the heap, and which calls ask for memory at all. Figures are averages over
// many sessions, with their share of the engine's tables.
#pragma once

#include <string>
#include <vector>

#include "bench/memory_pair.hpp"

namespace iscsi_ike::bench {

struct MemoryFigure {
  std::string name;
  double octets = 0;  // that stay
  double allocations =
      0;  // blocks that stay; for negotiations and datagrams: blocks ever asked for
};

// A responder session that has seen the first message and has answered it; and, in main mode, one
// that has seen the third: from then on it has Diffie-Hellman values.
[[nodiscard]] double HalfOpenOctets(const PairSettings& settings, std::size_t sessions);
[[nodiscard]] double KeyedHalfOpenOctets(const PairSettings& settings, std::size_t sessions);

// Ends of one session: what each keeps for it.
struct Ends {
  double initiator = 0;
  double responder = 0;
};
enum class Moment {
  kEstablished,  // with one child, right after the negotiation
  kLingered,     // finished exchanges answer no duplicates any more (EngineConfig::linger)
  kChildren,     // then kFurtherChildren more children, and lingered again
};
inline constexpr std::size_t kFurtherChildren = 4;
[[nodiscard]] Ends SessionOctets(const PairSettings& settings, std::size_t sessions, Moment moment);

// Octets that a session adds to an engine's checkpoint; an initiator's has the PeerConfig with it,
// one for each HBA.
[[nodiscard]] Ends CheckpointOctets(const PairSettings& settings, std::size_t sessions,
                                    Moment moment);
[[nodiscard]] double HalfOpenCheckpointOctets(const PairSettings& settings, std::size_t sessions);

// Allocations of one negotiation, both ends and their Diffie-Hellman.
[[nodiscard]] double NegotiationAllocations(const PairSettings& settings);

// Allocations of a responder for a datagram that it has no use for, one figure for each kind.
[[nodiscard]] std::vector<MemoryFigure> DroppedAllocations(const PairSettings& settings);

}  // namespace iscsi_ike::bench
