// RetransmitTimer: when the last message of an exchange is to be sent again, with doubling
// intervals (RFC 2408 section 5.1).
#pragma once

#include <algorithm>

#include "ike/config.hpp"
#include "ike/core/deadline.hpp"
#include "ike/time.hpp"

namespace iscsi_ike::ike {

class RetransmitTimer {
 public:
  void Start(Time now, const RetransmitPolicy& policy) {
    interval_ = policy.first;
    due_ = now + interval_;
    sent_ = 1;
  }
  void Stop() { due_.reset(); }
  [[nodiscard]] Deadline due() const { return due_; }
  [[nodiscard]] bool IsDue(Time now) const { return due_.IsDue(now); }
  [[nodiscard]] unsigned times_sent() const { return sent_; }
  [[nodiscard]] Duration interval() const { return interval_; }

  // Next arms the timer for the repetition after this one; false when all tries are spent, and then
  // one last, longest interval for the answer has gone by.
  [[nodiscard]] bool Next(Time now, const RetransmitPolicy& policy) {
    if (sent_ > policy.tries) {
      due_.reset();
      return false;
    }
    ++sent_;
    interval_ = std::min(interval_ * 2, policy.longest);
    due_ = now + interval_;
    return true;
  }

 private:
  friend struct ArchiveAccess;
  Deadline due_;
  Duration interval_{0};
  unsigned sent_ = 0;
};

}  // namespace iscsi_ike::ike
