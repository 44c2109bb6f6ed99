// Deadline: a time, or none, in eight octets. A session has a dozen of them.
#pragma once

#include <optional>

#include "ike/time.hpp"

namespace iscsi_ike::ike {

// Deadline reads like std::optional<Time>. The end of time itself cannot be one.
class Deadline {
 public:
  constexpr Deadline() = default;
  // NOLINTBEGIN(google-explicit-constructor)
  constexpr Deadline(Time at) : at_(at) {}
  constexpr Deadline(std::optional<Time> at) : at_(at.value_or(Time::max())) {}
  constexpr Deadline(std::nullopt_t) {}

  [[nodiscard]] constexpr explicit operator bool() const { return at_ != Time::max(); }
  [[nodiscard]] constexpr Time operator*() const { return at_; }
  [[nodiscard]] constexpr operator std::optional<Time>() const {
    return *this ? std::optional(at_) : std::nullopt;
  }
  // NOLINTEND(google-explicit-constructor)
  constexpr void reset() { at_ = Time::max(); }
  [[nodiscard]] constexpr bool IsDue(Time now) const { return at_ != Time::max() && at_ <= now; }
  // Advance brings it forward to `other`, if that is earlier.
  constexpr void Advance(Deadline other) {
    if (other.at_ < at_) at_ = other.at_;
  }
  friend constexpr bool operator==(const Deadline&, const Deadline&) = default;

 private:
  Time at_ = Time::max();
};

}  // namespace iscsi_ike::ike
