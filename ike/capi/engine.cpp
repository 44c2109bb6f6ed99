#include "ike/capi/engine.hpp"

#include <cstdint>
#include <string>

#include "ike/capi/buffer.hpp"
#include "ike/capi/call.hpp"
#include "ike/capi/number_options.hpp"
#include "ike/capi/plan.hpp"
#include "ike/capi/plan_peer.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"

namespace crypto = iscsi_ike::crypto;
namespace ike = iscsi_ike::ike;
namespace policy = iscsi_ike::policy;
using iscsi_ike::capi::CheckNumbers;
using iscsi_ike::capi::Clear;
using iscsi_ike::capi::EngineRandom;
using iscsi_ike::capi::Explain;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::IsReadable;
using iscsi_ike::capi::kDayMs;
using iscsi_ike::capi::Look;
using iscsi_ike::capi::Off;
using iscsi_ike::capi::ReadSelector;
using iscsi_ike::capi::ReadSized;
using iscsi_ike::capi::SetDuration;
using iscsi_ike::capi::SetNumber;
using iscsi_ike::capi::Timed;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::ToEndpoint;
using iscsi_ike::capi::ToOctets;
using iscsi_ike::capi::Traces;
using iscsi_ike::capi::WriteOctets;

namespace {

using EngineOptions = iscsi_ike_engine_options;

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

iscsi_ike_status TakeResponders(const EngineOptions& options, ike::EngineConfig& config,
                                iscsi_ike_error* error) {
  for (std::size_t i = 0; i < options.responder_count; ++i) {
    const iscsi_ike_plan* const plan = options.responders[i];
    if (plan == nullptr) return ISCSI_IKE_E_INVALID;
    const std::string place = "responders[" + std::to_string(i) + "]";
    if (const auto s = CheckPlan(*plan, ISCSI_IKE_ROLE_RESPONDER, place.c_str(), error);
        s != ISCSI_IKE_OK)
      return s;
    config.responders.push_back(plan->peer);
  }
  return ISCSI_IKE_OK;
}

iscsi_ike_status MakeEngine(const EngineOptions& options, iscsi_ike_engine** engine,
                            iscsi_ike_error* error) {
  const auto numbers = CheckNumbers(
      {{"max_half_open", options.max_half_open, 1U << 24U},
       {"max_sessions", options.max_sessions, 1U << 28U},
       {"max_children", options.max_children, 1U << 20U},
       {"half_open_timeout_ms", options.half_open_timeout_ms, kDayMs},
       {"linger_ms", options.linger_ms, kDayMs},
       {"half_open_kib", options.half_open_kib, 1U << 22U},
       {"aggressive_at_once", options.aggressive_at_once, 1U << 24U},
       {"aggressive_per_second", options.aggressive_per_second, 1U << 24U, Off::kAllowed},
       {"refusals_per_second", options.refusals_per_second, 1U << 24U, Off::kAllowed}});
  if (!numbers) return Explain(numbers.error(), error);
  if (const auto traced = Traces::Check(options); !traced) return Explain(traced.error(), error);
  if (options.random != nullptr && options.seed != nullptr) {
    Explain({"seed", "is given beside random; one source is enough"}, error);
    return ISCSI_IKE_E_INVALID;
  }
  if (!crypto::InitializeCrypto()) return ISCSI_IKE_E_RANDOM;
  ike::EngineConfig config;
  if (options.no_nat_port != 0) config.nat_port = 0;
  if (options.no_nat_port == 0) SetNumber(options.nat_port, config.nat_port);
  SetNumber(options.max_half_open, config.max_half_open);
  SetNumber(options.max_sessions, config.max_sessions);
  SetNumber(options.max_children, config.max_children_per_session);
  SetDuration(options.half_open_timeout_ms, config.half_open_timeout);
  SetDuration(options.linger_ms, config.linger);
  if (options.half_open_kib != 0)
    config.half_open_octets = std::size_t{options.half_open_kib} * 1024;
  SetNumber(options.aggressive_at_once, config.aggressive_at_once);
  SetNumber(options.aggressive_per_second, config.aggressive_per_second);
  SetNumber(options.refusals_per_second, config.clear_notifies_per_second);
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

iscsi_ike_status ReadOffer(const char* local, const char* remote, ike::ChildOffer& offer,
                           iscsi_ike_error* error) {
  return Guarded([&] {
    auto read = ReadSelector(local, "local_selector", offer.local);
    if (read.ok()) read = ReadSelector(remote, "remote_selector", offer.remote);
    return read.ok() ? ISCSI_IKE_OK : Explain(read.error(), error);
  });
}

}  // namespace

iscsi_ike_status iscsi_ike_engine_new(const iscsi_ike_engine_options* options,
                                      iscsi_ike_engine** engine, iscsi_ike_error* error) {
  EngineOptions ours;
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
    if (const auto s = CheckPlan(*plan, ISCSI_IKE_ROLE_INITIATOR, "plan", error); s != ISCSI_IKE_OK)
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
  return Look(engine, [&] {
    const auto next = engine->engine.NextTimeout();
    if (!next) return ISCSI_IKE_OK_NONE;
    *when = static_cast<std::uint64_t>(next->time_since_epoch().count());
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_poll_datagram(iscsi_ike_engine* engine, iscsi_ike_endpoint* local,
                                         iscsi_ike_endpoint* remote, uint8_t* buffer,
                                         size_t* size) {
  if (local == nullptr || remote == nullptr || size == nullptr) return ISCSI_IKE_E_INVALID;
  return Look(engine, [&] {
    if (!engine->next) engine->next = engine->engine.PollDatagram();
    if (!engine->next) return ISCSI_IKE_OK_NONE;
    const ike::Datagram& datagram = *engine->next;
    const auto status = WriteOctets(datagram.octets.data(), datagram.octets.size(), buffer, size);
    if (status != ISCSI_IKE_OK) return status;
    *local = ToC(datagram.local);
    *remote = ToC(datagram.remote);
    engine->next.reset();
    return ISCSI_IKE_OK;
  });
}
