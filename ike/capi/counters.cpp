#include "ike/counters.hpp"

#include "ike/capi/engine.hpp"
#include "ike/capi/sized.hpp"

iscsi_ike_status iscsi_ike_engine_get_counters(const iscsi_ike_engine* engine,
                                               iscsi_ike_counters* counters) {
  if (engine == nullptr || !iscsi_ike::capi::CanWrite(counters)) return ISCSI_IKE_E_INVALID;
  const iscsi_ike::ike::Counters from = engine->engine.counters();
  iscsi_ike_counters to{};
  to.datagrams_received = from.datagrams_received;
  to.datagrams_sent = from.datagrams_sent;
  to.datagrams_dropped = from.datagrams_dropped;
  to.main_answered = from.main_answered;
  to.aggressive_answered = from.aggressive_answered;
  to.aggressive_withheld = from.aggressive_withheld;
  to.half_open_expired = from.half_open_expired;
  to.half_open_gave_way = from.half_open_gave_way;
  to.sources_verified = from.sources_verified;
  to.sessions_gave_way = from.sessions_gave_way;
  to.sessions_withheld = from.sessions_withheld;
  to.refusals_withheld = from.refusals_withheld;
  to.long_answers_withheld = from.long_answers_withheld;
  to.sessions_established = from.sessions_established;
  to.children_established = from.children_established;
  to.failures = from.failures;
  to.half_open = from.half_open;
  to.sessions = from.sessions;
  iscsi_ike::capi::WriteSized(to, counters);
  return ISCSI_IKE_OK;
}
