// Events of an engine, one after the other.
#include <iterator>
#include <utility>

#include "ike/capi/call.hpp"
#include "ike/capi/engine.hpp"
#include "ike/capi/sized.hpp"

using iscsi_ike::capi::CanWrite;
using iscsi_ike::capi::Enter;
using iscsi_ike::capi::Look;
using iscsi_ike::capi::WriteSized;

iscsi_ike_status iscsi_ike_poll_event(iscsi_ike_engine* engine, iscsi_ike_event* event) {
  if (!CanWrite(event)) return ISCSI_IKE_E_INVALID;
  return Enter(engine, [&] {
    engine->event.Forget();
    auto next = engine->engine.PollEvent();
    if (!next) return ISCSI_IKE_OK_NONE;
    WriteSized(engine->event.Show(std::move(*next)), event);
    return ISCSI_IKE_OK;
  });
}

const char* iscsi_ike_event_text(iscsi_ike_engine* engine) {
  const char* text = nullptr;
  const auto status = Look(engine, [&] {
    text = engine->event.Text();
    return ISCSI_IKE_OK;
  });
  return status == ISCSI_IKE_OK ? text : nullptr;
}

const char* iscsi_ike_event_name(uint32_t type) {
  static constexpr const char* kNames[] = {
      "none",       "PHASE1_ESTABLISHED", "CHILD_ESTABLISHED", "CHILD_DELETED", "SESSION_CLOSED",
      "FAILED",     "DIAGNOSED",          "PEER_NOTIFIED",     "CHILD_CLOSED",  "SESSION_REPLACED",
      "PEER_MOVED", "PEER_UNRESPONSIVE",  "PEER_ALIVE"};
  return type < std::size(kNames) ? kNames[type] : "unknown";
}
