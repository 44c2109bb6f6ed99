// Rounds: figures of one thing, measured again and again between measurements of another, so that
// both meet the same moods of a shared machine. Their median is what counts.
#pragma once

#include <time.h>

#include <algorithm>
#include <vector>

namespace iscsi_ike::bench {

// CPU time of this thread, in microseconds.
inline double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

class Rounds {
 public:
  // Measure runs `work`, which is `count` of what the figure is for, and adds a round. Returns what
  // work returns: whether it was done.
  template <class Work>
  bool Measure(std::size_t count, Work work) {
    const double before = CpuMicroseconds();
    const bool done = work();
    const double spent = CpuMicroseconds() - before;
    total_ += spent;
    rounds_.push_back(spent / static_cast<double>(count));
    return done;
  }

  [[nodiscard]] double total() const { return total_; }  // microseconds
  [[nodiscard]] double Median() const {
    if (rounds_.empty()) return 0;
    auto sorted = rounds_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
  }

 private:
  std::vector<double> rounds_;
  double total_ = 0;
};

}  // namespace iscsi_ike::bench
