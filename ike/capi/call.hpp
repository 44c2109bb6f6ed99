// Calls of an engine: whether one may begin, and what is left of the engine when it failed.
#pragma once

#include <cstdint>
#include <utility>

#include "ike/capi/engine.hpp"
#include "ike/capi/guard.hpp"
#include "ike/time.hpp"

namespace iscsi_ike::capi {

// Begin judges whether a call may begin. OK: it has, and End is due.
[[nodiscard]] inline iscsi_ike_status Begin(iscsi_ike_engine* engine) {
  if (engine == nullptr) return ISCSI_IKE_E_INVALID;
  if (engine->busy) return ISCSI_IKE_E_BUSY;
  if (engine->broken) return ISCSI_IKE_E_BROKEN;
  engine->busy = true;
  return ISCSI_IKE_OK;
}

// Look runs a call that changes nothing, or nothing before all that can fail is done.
template <class Call>
iscsi_ike_status Look(iscsi_ike_engine* engine, Call&& call) noexcept {
  if (const auto status = Begin(engine); status != ISCSI_IKE_OK) return status;
  const iscsi_ike_status status = Guarded(std::forward<Call>(call));
  engine->busy = false;
  return status;
}

// Enter runs a call that changes the engine: one that fails in the midst leaves it broken.
template <class Call>
iscsi_ike_status Enter(iscsi_ike_engine* engine, Call&& call) noexcept {
  const iscsi_ike_status status = Look(engine, std::forward<Call>(call));
  if (status == ISCSI_IKE_E_NO_MEMORY || status == ISCSI_IKE_E_INTERNAL) engine->broken = true;
  return status;
}

// Timed runs one that takes the time: `call(engine, time)`.
template <class Call>
iscsi_ike_status Timed(iscsi_ike_engine* engine, std::uint64_t now, Call call) {
  if (now > ISCSI_IKE_MOST_TIME) return ISCSI_IKE_E_INVALID;
  const ike::Time time(ike::Duration(static_cast<std::int64_t>(now)));
  return Enter(engine, [&] { return call(engine->engine, time); });
}

}  // namespace iscsi_ike::capi
