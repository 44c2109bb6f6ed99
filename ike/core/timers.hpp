// TimerQueue: which session is due next. A session that is due later than it was keeps its entry,
// and moves it when that comes up: most timers of an exchange are stopped long before their time,
// and so cost nothing. What a session no longer stands by is dropped when it comes up.
#pragma once

#include <functional>
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

  // Top is the earliest entry, or nullptr.
  [[nodiscard]] const Entry* Top() const { return heap_.empty() ? nullptr : &heap_.top(); }
  void Pop() { heap_.pop(); }
  void Clear() { heap_ = {}; }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

 private:
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
};

}  // namespace iscsi_ike::ike
