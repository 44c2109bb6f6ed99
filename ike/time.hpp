// The engine's time: milliseconds on any monotonic scale that the caller keeps. The engine never
// reads a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace iscsi_ike::ike {

// EngineClock only names the scale; it has no now().
struct EngineClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<EngineClock>;
  static constexpr bool is_steady = true;
};
using Duration = EngineClock::duration;
using Time = EngineClock::time_point;

}  // namespace iscsi_ike::ike
