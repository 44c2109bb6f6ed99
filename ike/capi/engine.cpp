#include "ike/capi/engine.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "ike/capi/plan.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"
#include "policy/address_text.hpp"

namespace crypto = iscsi_ike::crypto;
namespace ike = iscsi_ike::ike;
namespace policy = iscsi_ike::policy;
using iscsi_ike::capi::CanWrite;
using iscsi_ike::capi::Clear;
using iscsi_ike::capi::EngineRandom;
using iscsi_ike::capi::Enter;
using iscsi_ike::capi::Explain;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::IsReadable;
using iscsi_ike::capi::ReadSized;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::ToEndpoint;
using iscsi_ike::capi::ToOctets;
using iscsi_ike::capi::Traces;
using iscsi_ike::capi::WriteOctets;
using iscsi_ike::capi::WriteSized;

namespace {

using Options = iscsi_ike_engine_options;

bool IsTime(uint64_t now) { return now <= std::numeric_limits<std::int64_t>::max(); }

ike::Time ToTime(uint64_t now) { return ike::Time(ike::Duration(static_cast<std::int64_t>(now))); }

// Timed runs a call that takes the time.
template <class Call>
iscsi_ike_status Timed(iscsi_ike_engine* engine, uint64_t now, Call call) {
  if (!IsTime(now)) return ISCSI_IKE_E_INVALID;
  return Enter(engine, [&] { return call(engine->engine, ToTime(now)); });
}

template <class T>
void SetNumber(std::uint32_t value, T& number) {
  if (value != 0) number = static_cast<T>(value);
}
void SetDuration(std::uint32_t milliseconds, ike::Duration& duration) {
  if (milliseconds != 0) duration = ike::Duration(milliseconds);
}

iscsi_ike_status Refuse(const char* place, std::string rule, iscsi_ike_status status,
                        iscsi_ike_error* error) {
  Explain({place, std::move(rule)}, error);
  return status;
}

// CheckPlan: what keeps an engine from using a plan in a role.
iscsi_ike_status CheckPlan(const iscsi_ike_plan& plan, iscsi_ike_role role, const char* place,
                           iscsi_ike_error* error) {
  if (plan.role != role)
    return Refuse(place, "was made for the other role", ISCSI_IKE_E_POLICY, error);
  if (plan.plan().outcome != policy::Outcome::kPlan)
    return Refuse(place,
                  "the word comes to \"" + std::string(Name(plan.plan().outcome)) +
                      "\": no negotiation; its reasons say why",
                  ISCSI_IKE_E_POLICY, error);
  if (plan.peer->key.empty()) return Refuse(place, "has no key", ISCSI_IKE_E_POLICY, error);
  return ISCSI_IKE_OK;
}

iscsi_ike_status TakeResponders(const Options& options, ike::EngineConfig& config,
                                iscsi_ike_error* error) {
  for (std::size_t i = 0; i < options.responder_count; ++i) {
    const iscsi_ike_plan* const plan = options.responders[i];
    if (plan == nullptr) return ISCSI_IKE_E_INVALID;
    const std::string place = "responders[" + std::to_string(i) + "]";
    if (const auto s = CheckPlan(*plan, ISCSI_IKE_RESPONDER, place.c_str(), error);
        s != ISCSI_IKE_OK)
      return s;
    config.responders.push_back(plan->peer);
  }
  return ISCSI_IKE_OK;
}

iscsi_ike_status MakeEngine(const Options& options, iscsi_ike_engine** engine,
                            iscsi_ike_error* error) {
  if (options.random != nullptr && options.seed != nullptr) return ISCSI_IKE_E_INVALID;
  if (!crypto::InitializeCrypto()) return ISCSI_IKE_E_RANDOM;
  ike::EngineConfig config;
  if (options.no_nat_port != 0) config.nat_port = 0;
  if (options.no_nat_port == 0) SetNumber(options.nat_port, config.nat_port);
  SetNumber(options.max_half_open, config.max_half_open);
  SetNumber(options.max_sessions, config.max_sessions);
  SetNumber(options.max_children, config.max_children_per_session);
  SetDuration(options.half_open_timeout_ms, config.half_open_timeout);
  SetDuration(options.linger_ms, config.linger);
  if (const auto s = TakeResponders(options, config, error); s != ISCSI_IKE_OK) return s;
  auto random = std::make_unique<EngineRandom>(options);
  auto traces = std::make_unique<Traces>(options);
  ike::Engine made(std::move(config), *random, traces->observer());
  *engine = new iscsi_ike_engine(std::move(random), std::move(traces), std::move(made));
  return ISCSI_IKE_OK;
}

iscsi_ike_status StatusOf(const ike::NegotiationFailure& failure) {
  switch (failure.code) {
    case ike::FailureCode::kLimit:
      return ISCSI_IKE_E_LIMIT;
    case ike::FailureCode::kRandom:
      return ISCSI_IKE_E_RANDOM;
    case ike::FailureCode::kClosed:
      return ISCSI_IKE_E_UNKNOWN;
    case ike::FailureCode::kNoKey:
    case ike::FailureCode::kModeRefused:
      return ISCSI_IKE_E_POLICY;
    default:
      return ISCSI_IKE_E_INTERNAL;
  }
}

// Rejected: a call of the engine did nothing.
iscsi_ike_status Rejected(const char* place, const ike::NegotiationFailure& failure,
                          iscsi_ike_error* error) {
  return Refuse(place, failure.text.empty() ? std::string(Summary(failure.code)) : failure.text,
                StatusOf(failure), error);
}

iscsi_ike_status ReadSelector(const char* text, const char* place,
                              std::optional<policy::Selector>& selector, iscsi_ike_error* error) {
  if (text == nullptr) return ISCSI_IKE_OK;
  const auto parsed = policy::ParseSelector(text, place);
  if (!parsed) return Explain(parsed.error(), error);
  selector = *parsed;
  return ISCSI_IKE_OK;
}

iscsi_ike_status ReadOffer(const char* local, const char* remote, ike::ChildOffer& offer,
                           iscsi_ike_error* error) {
  return Guarded([&] {
    const auto s = ReadSelector(local, "local_selector", offer.local, error);
    return s != ISCSI_IKE_OK ? s : ReadSelector(remote, "remote_selector", offer.remote, error);
  });
}

}  // namespace

iscsi_ike_status iscsi_ike_engine_new(const iscsi_ike_engine_options* options,
                                      iscsi_ike_engine** engine, iscsi_ike_error* error) {
  Options ours;
  if (engine == nullptr || !Clear(error)) return ISCSI_IKE_E_INVALID;
  *engine = nullptr;
  if (const auto status = ReadSized(options, ours); status != ISCSI_IKE_OK) return status;
  if (!IsReadable(ours.responders, ours.responder_count)) return ISCSI_IKE_E_INVALID;
  return Guarded([&] { return MakeEngine(ours, engine, error); });
}

void iscsi_ike_engine_free(iscsi_ike_engine* engine) {
  if (engine != nullptr && !engine->busy) delete engine;
}

size_t iscsi_ike_session_count(const iscsi_ike_engine* engine) {
  return engine == nullptr ? 0 : engine->engine.session_count();
}

iscsi_ike_status iscsi_ike_connect(iscsi_ike_engine* engine, uint64_t now,
                                   const iscsi_ike_plan* plan, uint32_t* session,
                                   iscsi_ike_error* error) {
  if (plan == nullptr || session == nullptr || !Clear(error)) return ISCSI_IKE_E_INVALID;
  *session = 0;
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    if (const auto s = CheckPlan(*plan, ISCSI_IKE_INITIATOR, "plan", error); s != ISCSI_IKE_OK)
      return s;
    const auto begun = e.Connect(time, plan->peer);
    if (!begun) return Rejected("plan", begun.error(), error);
    *session = ike::ToNumber(*begun);
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_negotiate(iscsi_ike_engine* engine, uint64_t now, uint32_t session,
                                     const char* local_selector, const char* remote_selector,
                                     uint32_t* child, iscsi_ike_error* error) {
  if (child == nullptr || !Clear(error)) return ISCSI_IKE_E_INVALID;
  *child = 0;
  ike::ChildOffer offer;
  if (const auto s = ReadOffer(local_selector, remote_selector, offer, error); s != ISCSI_IKE_OK)
    return s;
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    const auto begun = e.Negotiate(time, ike::SessionId{session}, offer);
    if (!begun) return Rejected("session", begun.error(), error);
    *child = ike::ToNumber(*begun);
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_rekey(iscsi_ike_engine* engine, uint64_t now, uint32_t session,
                                 uint32_t child) {
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    if (child == 0)
      e.Renew(time, ike::SessionId{session});
    else
      e.RenewChild(time, ike::SessionId{session}, ike::ChildId{child});
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_close(iscsi_ike_engine* engine, uint64_t now, uint32_t session,
                                 uint32_t child) {
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    if (child == 0)
      e.Close(time, ike::SessionId{session});
    else
      e.CloseChild(time, ike::SessionId{session}, ike::ChildId{child});
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_report_use(iscsi_ike_engine* engine, uint64_t now, uint32_t session,
                                      uint32_t child, uint64_t octets) {
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    e.ReportUse(time, ike::SessionId{session}, ike::ChildId{child}, octets);
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_receive(iscsi_ike_engine* engine, uint64_t now,
                                   const iscsi_ike_endpoint* local,
                                   const iscsi_ike_endpoint* remote, const uint8_t* data,
                                   size_t size) {
  if (local == nullptr || remote == nullptr || !IsReadable(data, size)) return ISCSI_IKE_E_INVALID;
  const auto to = ToEndpoint(*local);
  const auto from = ToEndpoint(*remote);
  if (!to || !from || local->family == 0 || remote->family == 0) return ISCSI_IKE_E_INVALID;
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    e.HandleDatagram(time, *to, *from, ToOctets(data, size));
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_timeout(iscsi_ike_engine* engine, uint64_t now) {
  return Timed(engine, now, [](ike::Engine& e, ike::Time time) {
    e.HandleTimeout(time);
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_next_timeout(iscsi_ike_engine* engine, uint64_t* when) {
  if (when == nullptr) return ISCSI_IKE_E_INVALID;
  return Enter(engine, [&] {
    const auto next = engine->engine.NextTimeout();
    if (!next) return ISCSI_IKE_NONE;
    *when = static_cast<std::uint64_t>(next->time_since_epoch().count());
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_poll_datagram(iscsi_ike_engine* engine, iscsi_ike_endpoint* local,
                                         iscsi_ike_endpoint* remote, uint8_t* buffer,
                                         size_t* size) {
  if (local == nullptr || remote == nullptr || size == nullptr) return ISCSI_IKE_E_INVALID;
  return Enter(engine, [&] {
    if (!engine->next) engine->next = engine->engine.PollDatagram();
    if (!engine->next) return ISCSI_IKE_NONE;
    const ike::Datagram& datagram = *engine->next;
    const auto status = WriteOctets(datagram.octets.data(), datagram.octets.size(), buffer, size);
    if (status != ISCSI_IKE_OK) return status;
    *local = ToC(datagram.local);
    *remote = ToC(datagram.remote);
    engine->next.reset();
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_poll_dh(iscsi_ike_engine* engine, iscsi_ike_dh_job** job) {
  if (job == nullptr) return ISCSI_IKE_E_INVALID;
  *job = nullptr;
  return Enter(engine, [&] {
    auto made = std::make_unique<iscsi_ike_dh_job>();
    auto next = engine->engine.PollDh();
    if (!next) return ISCSI_IKE_NONE;
    made->job = std::move(*next);
    *job = made.release();
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_finish_dh(iscsi_ike_engine* engine, uint64_t now,
                                     iscsi_ike_dh_job* job) {
  if (job == nullptr) return ISCSI_IKE_E_INVALID;
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    const std::unique_ptr<iscsi_ike_dh_job> finished(job);
    if (finished->job.outcome == crypto::DhOutcome::kPending)
      finished->job.outcome = crypto::DhOutcome::kFailed;
    e.HandleDh(time, std::move(finished->job));
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_run_dh(iscsi_ike_engine* engine, uint64_t now) {
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    if (!engine->runner) engine->runner = std::make_unique<iscsi_ike_dh_runner>();
    auto& batch = engine->runner->batch;
    for (;;) {
      batch.clear();
      while (auto job = e.PollDh()) batch.push_back(std::move(*job));
      if (batch.empty()) return ISCSI_IKE_OK;
      engine->runner->executor.Run(batch);
      for (crypto::DhJob& job : batch) e.HandleDh(time, std::move(job));
    }
  });
}

iscsi_ike_status iscsi_ike_poll_event(iscsi_ike_engine* engine, iscsi_ike_event* event) {
  if (!CanWrite(event)) return ISCSI_IKE_E_INVALID;
  return Enter(engine, [&] {
    engine->event.Forget();
    auto next = engine->engine.PollEvent();
    if (!next) return ISCSI_IKE_NONE;
    WriteSized(engine->event.Show(std::move(*next)), event);
    return ISCSI_IKE_OK;
  });
}

const char* iscsi_ike_event_text(iscsi_ike_engine* engine) {
  const char* text = nullptr;
  const auto status = Enter(engine, [&] {
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
