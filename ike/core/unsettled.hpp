// Unsettled: the sessions that a call of the engine has changed and not yet brought to rest. When
// memory runs out in the midst of the call, those that it was at work on are given up.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "ike/events.hpp"

namespace iscsi_ike::ike {

class Unsettled {
 public:
  Unsettled() { waiting_.reserve(kFew); }

  // Add: the session has been changed beside the one at hand; it is whole, and wants to be settled.
  // Called before the change, so that nothing is changed when there is no room.
  void Add(SessionId session) {
    if (std::find(waiting_.begin(), waiting_.end(), session) == waiting_.end())
      waiting_.push_back(session);
  }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] SessionId Take() {
    const SessionId session = waiting_.back();
    waiting_.pop_back();
    return session;
  }

  // Touch: work on a session begins, which is not whole until it is Rested. NextTouched gives one
  // that is not, and forgets it; 0: none.
  void Touch(SessionId session) {
    const auto end = touched_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (count_ < touched_.size() && std::find(touched_.begin(), end, session) == end)
      touched_[count_++] = session;
  }
  void Rested(SessionId session) {
    const auto end = touched_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto at = std::find(touched_.begin(), end, session);
    if (at != end) *at = touched_[--count_];
  }
  void ForgetTouched() { count_ = 0; }
  [[nodiscard]] SessionId NextTouched() { return count_ == 0 ? SessionId{} : touched_[--count_]; }

 private:
  static constexpr std::size_t kFew = 16;
  std::vector<SessionId> waiting_;
  std::array<SessionId, 4> touched_{};
  std::size_t count_ = 0;
};

}  // namespace iscsi_ike::ike
