// TimerQueue: which session is due next. Each session has at most one live entry; entries that a
// session has since replaced are recognised by their time and dropped when they come up, so that
// re-arming costs one push.
#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "ike/events.hpp"
#include "ike/time.hpp"

namespace iscsi_ike::ike {

class TimerQueue {
 public:
  struct Entry {
    Time due;
    SessionId session;
    // Equal times come up in the order of sessions, so that a run can be repeated bit for bit.
    friend bool operator>(const Entry& a, const Entry& b) {
      return a.due != b.due ? a.due > b.due : a.session > b.session;
    }
  };
  void Push(Time due, SessionId session) { heap_.push({due, session}); }

  // Top is the earliest entry that `is_live(entry)` vouches for.
  template <class IsLive>
  std::optional<Entry> Top(IsLive is_live) {
    while (!heap_.empty() && !is_live(heap_.top())) heap_.pop();
    if (heap_.empty()) return std::nullopt;
    return heap_.top();
  }
  void Pop() { heap_.pop(); }

 private:
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
};

}  // namespace iscsi_ike::ike
