// Lease: when an SA is to be renewed, when it ends, and when one that has been replaced is closed.
#pragma once

#include "ike/config.hpp"
#include "ike/core/deadline.hpp"
#include "ike/events.hpp"
#include "ike/time.hpp"

namespace iscsi_ike::ike {

struct Lease {
  Deadline renew_at;   // soft expiry
  Deadline expire_at;  // hard expiry
  Deadline close_at;   // end of the overlap with the SA that follows

  [[nodiscard]] Deadline Next() const {
    Deadline next = renew_at;
    next.Advance(expire_at);
    next.Advance(close_at);
    return next;
  }
};

// MakeLease for an SA of `seconds`. `salt` is any random number: from it the time of renewal is
// drawn, so that neither two ends nor a thousand sessions renew at once. The end that began the SA
// renews first; the other one only if that does not happen.
[[nodiscard]] inline Lease MakeLease(Time now, std::uint32_t seconds, Role role, std::uint32_t salt,
                                     const RenewalPolicy& policy) {
  Lease lease;
  if (policy.mode == Renewal::kNever || seconds == 0) return lease;
  const Duration whole = std::chrono::seconds(seconds);
  lease.expire_at = now + whole;
  if (policy.mode == Renewal::kExpire) return lease;
  const unsigned earlier = policy.jitter_percent == 0 ? 0 : salt % (policy.jitter_percent + 1);
  Duration margin = whole * (100 - policy.renew_percent + earlier) / 100;
  if (role == Role::kResponder) margin /= 2;
  lease.renew_at = now + whole - margin;
  return lease;
}

// RetryAt: when to try again after a renewal that failed: while there is time, after a third of
// what is left.
[[nodiscard]] inline Deadline RetryAt(Time now, const Lease& lease) {
  constexpr Duration kLeast{10000};
  if (!lease.expire_at || *lease.expire_at - now <= kLeast) return std::nullopt;
  const Duration third = (*lease.expire_at - now) / 3;
  return now + (third < kLeast ? kLeast : third);
}

}  // namespace iscsi_ike::ike
