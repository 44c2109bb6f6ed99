#include "ike/trace/what_if.hpp"

#include <algorithm>
#include <utility>

#include "ike/trace/recorder.hpp"

namespace iscsi_ike::ike {
namespace {

bool SameDatagram(const Datagram& a, const Datagram& b) {
  return a.local == b.local && a.remote == b.remote && a.octets == b.octets;
}

bool SameSent(const FedOutput& a, const FedOutput& b) {
  return std::equal(a.sent.begin(), a.sent.end(), b.sent.begin(), b.sent.end(), SameDatagram);
}

bool SameEvents(const FedOutput& a, const FedOutput& b) {
  return std::equal(
      a.events.begin(), a.events.end(), b.events.begin(), b.events.end(),
      [](const Event& x, const Event& y) { return RecordedText(x) == RecordedText(y); });
}

}  // namespace

WhatIf::WhatIf(const Recording& recording, ReplaySettings recorded, ReplaySettings changed)
    : replay_(recording, std::move(recorded)), changed_(recording, std::move(changed), true) {}

std::optional<WhatIf::Turn> WhatIf::Next() {
  const RecordedLine* line = parted_ ? nullptr : replay_.NextInput();
  if (line == nullptr) return std::nullopt;
  const auto& input = std::get<RecordedInput>(line->what);
  if (std::holds_alternative<RecordedArrival>(input.call)) heard_ = true;
  if (std::holds_alternative<RecordedConnect>(input.call)) heard_ = false;
  Turn turn{line, replay_.Step(), changed_.Feed(input, replay_.asked_for())};
  if (replay_.parting()) return std::nullopt;
  const bool same_sent = SameSent(turn.recorded, turn.changed);
  parted_ = !SameEvents(turn.recorded, turn.changed) || !turn.changed.trouble.empty() ||
            (!same_sent && heard_);
  turn.other_offer = !same_sent && !parted_;
  return turn;
}

}  // namespace iscsi_ike::ike
