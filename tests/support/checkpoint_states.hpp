// Checkpoints of engines in telling states, what stands in their boxes, and a way to see whether an
// engine made of altered octets stays on its feet.
#pragma once

#include <string>
#include <vector>

#include "ike/engine.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

// The key of all boxes here.
[[nodiscard]] const Bytes& SealKey();

// SavedState is the box of one engine, and the datagrams and the time that it would see next.
struct SavedState {
  std::string name;
  Bytes box;
  ike::Time now;
  std::vector<ike::Datagram> next;
};

// SavedStates: both ends of an exchange of each kind, at each step of it, with results of key
// agreements outstanding, with output not yet taken, and at rest with a queue of children.
[[nodiscard]] std::vector<SavedState> SavedStates();

// Contents opens a box; Boxed seals contents, however odd, as a checkpoint.
[[nodiscard]] Bytes Contents(const Bytes& box);
[[nodiscard]] Bytes Boxed(const Bytes& contents);

// TryOut restores contents. When that is refused it gives the text; else it makes the engine do a
// little of everything, which it must survive, and gives nothing.
[[nodiscard]] std::string TryOut(const SavedState& state, const Bytes& contents);

}  // namespace iscsi_ike::test
