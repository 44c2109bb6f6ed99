// Whether two things take the same time, as far as a statistic can tell: Welch's t-test over
// interleaved measurements, the slowest of which are cut off, after Reparaz, Balasch and
// Verbauwhede, "Dude, is my code constant time?".
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace iscsi_ike::test {

// |t| of one round; beyond about 5 the two differ for sure.
[[nodiscard]] double TimeDifference(const std::function<void(bool second)>& act, int measurements);
// The least |t| of several rounds: noise comes and goes, a difference stays.
[[nodiscard]] double LeastTimeDifference(const std::function<void(bool second)>& act,
                                         int measurements, int rounds);

// TimeRatio is what acting on the second takes in terms of the first, by medians.
[[nodiscard]] double TimeRatio(const std::function<void(bool second)>& act, int measurements);

}  // namespace iscsi_ike::test
