// What bounds the work and the words that anybody can cause: a ration, of so many a second, and a
// credit, which honest peers give back.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ike/time.hpp"

namespace iscsi_ike::ike {

// Ration: so many in each second.
class Ration {
 public:
  explicit Ration(unsigned per_second) : per_second_(per_second) {}
  [[nodiscard]] bool Spend(Time now) {
    if (now - second_start_ >= std::chrono::seconds(1)) {
      second_start_ = now;
      spent_ = 0;
    }
    if (spent_ >= per_second_) return false;
    ++spent_;
    return true;
  }

 private:
  friend struct ArchiveAccess;
  unsigned per_second_;
  unsigned spent_ = 0;
  Time second_start_{};
};

// Credit: `most` at once. What is not given back comes again at `per_second`.
class Credit {
 public:
  Credit(unsigned most, unsigned per_second) : most_(most), per_second_(per_second), left_(most) {}

  [[nodiscard]] bool Take(Time now) {
    Earn(now);
    if (left_ == 0) return false;
    --left_;
    return true;
  }
  void GiveBack() { left_ = std::min(left_ + 1, most_); }
  // IsLow: more than half of it is out.
  [[nodiscard]] bool IsLow() const { return left_ < most_ / 2; }

 private:
  friend struct ArchiveAccess;

  void Earn(Time now) {
    const auto elapsed =
        static_cast<std::uint64_t>(std::max(now - since_, Duration::zero()).count());
    const std::uint64_t enough = std::uint64_t{most_} * 1000;  // ms, at one a second
    if (per_second_ == 0 || left_ == most_ || elapsed >= enough) {
      if (per_second_ != 0) left_ = most_;
      since_ = now;
      return;
    }
    const std::uint64_t earned = elapsed * per_second_ / 1000;
    left_ = static_cast<unsigned>(std::min<std::uint64_t>(left_ + earned, most_));
    since_ += Duration(static_cast<Duration::rep>(earned * 1000 / per_second_));
  }

  unsigned most_;
  unsigned per_second_;
  unsigned left_;
  Time since_{};
};

}  // namespace iscsi_ike::ike
