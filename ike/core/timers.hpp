// TimerQueue: which session is due next. A session that is due later than it was keeps its entry,
// and moves it when that comes up: most timers of an exchange are stopped long before their time,
// and so cost nothing. What a session no longer stands by is dropped when it comes up.
#pragma once

#include <algorithm>
#include <functional>
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
  void Push(Time due, SessionId session) {
    heap_.push_back({due, session});
    std::ranges::push_heap(heap_, std::greater<>());
  }

  // Top is the earliest entry, or nullptr.
  [[nodiscard]] const Entry* Top() const { return heap_.empty() ? nullptr : heap_.data(); }
  void Pop() {
    std::ranges::pop_heap(heap_, std::greater<>());
    heap_.pop_back();
  }
  // Clear keeps the room: up to as many entries are pushed again without memory.
  void Clear() { heap_.clear(); }
  // Reserve makes room for so many entries in all.
  void Reserve(std::size_t entries) {
    if (entries > heap_.capacity()) heap_.reserve(std::max(entries, 2 * heap_.capacity()));
  }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] std::size_t room() const { return heap_.capacity(); }

 private:
  std::vector<Entry> heap_;
};

}  // namespace iscsi_ike::ike
