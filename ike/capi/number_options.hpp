// NumberOptions: numbers of the options, checked. 0 stands for the default; ISCSI_IKE_NUMBER_OFF
// for none at all, where that makes sense.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "ike/capi/iscsi_ike.h"
#include "ike/time.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::capi {

enum class Off : std::uint8_t { kRefused, kAllowed };

struct NumberOption {
  const char* name;  // of the member
  std::uint32_t value;
  std::uint32_t most;
  Off off = Off::kRefused;
};

inline constexpr std::uint32_t kDayMs = 86'400'000;
inline constexpr std::uint32_t kHourMs = 3'600'000;

[[nodiscard]] inline policy::Parsed<Done> CheckNumbers(
    std::initializer_list<NumberOption> options) {
  for (const NumberOption& option : options) {
    if (option.value == ISCSI_IKE_NUMBER_OFF && option.off == Off::kAllowed) continue;
    if (option.value == ISCSI_IKE_NUMBER_OFF)
      return policy::Reject(option.name, "cannot be ISCSI_IKE_NUMBER_OFF");
    if (option.value > option.most)
      return policy::Reject(option.name, "is more than " + std::to_string(option.most));
  }
  return Done{};
}

// SetNumber and SetDuration leave the default alone.
template <class T>
void SetNumber(std::uint32_t value, T& number) {
  if (value != 0) number = static_cast<T>(value == ISCSI_IKE_NUMBER_OFF ? 0 : value);
}
inline void SetDuration(std::uint32_t milliseconds, ike::Duration& duration) {
  if (milliseconds != 0)
    duration = ike::Duration(milliseconds == ISCSI_IKE_NUMBER_OFF ? 0 : milliseconds);
}

}  // namespace iscsi_ike::capi
