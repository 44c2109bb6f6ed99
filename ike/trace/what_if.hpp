// WhatIf: the peer's side of a recording, given to the recorded settings and to other ones at once,
// up to the first reaction that differs.
#pragma once

#include <optional>

#include "ike/trace/replay.hpp"

namespace iscsi_ike::ike {

// Two runs part where, upon the same input, they send different octets or report different events.
// One difference is none: as long as nothing has come from the peer since a Connect, this end may
// send something else, for that is its offer. The peer's answer is to the recorded offer and is
// given to both; a HASH in it, or of ours, covers the whole offer and so parts the two.
class WhatIf {
 public:
  // `recording` outlives this object.
  WhatIf(const Recording& recording, ReplaySettings recorded, ReplaySettings changed);

  struct Turn {
    const RecordedLine* input = nullptr;
    FedOutput recorded;
    FedOutput changed;
    bool other_offer = false;  // they differ, but no more than in what begins
  };
  // Next gives one input to both; nullopt at the end, behind the parting, and when not even the
  // recorded settings gave what was recorded.
  [[nodiscard]] std::optional<Turn> Next();

  [[nodiscard]] bool parted() const { return parted_; }
  [[nodiscard]] const Replay& replay() const { return replay_; }

 private:
  Replay replay_;
  FedEngine changed_;
  bool heard_ = false;  // from the peer, since the last Connect
  bool parted_ = false;
};

}  // namespace iscsi_ike::ike
