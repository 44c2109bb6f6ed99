#include "ike/engine.hpp"

#include <algorithm>
#include <cassert>

#include "crypto/exhaustion.hpp"
#include "ike/core/begin_phase1.hpp"
#include "ike/core/checkpoint.hpp"
#include "ike/core/closing.hpp"
#include "ike/core/core.hpp"
#include "ike/core/fold.hpp"
#include "ike/core/outcome.hpp"
#include "ike/core/patience.hpp"
#include "ike/core/peer_problem.hpp"
#include "ike/core/quick_mode.hpp"
#include "ike/core/renewal.hpp"
#include "ike/core/router.hpp"
#include "ike/core/runner.hpp"

namespace iscsi_ike::ike {
namespace {

Failure<NegotiationFailure> Reject(FailureCode code, std::string text) {
  NegotiationFailure failure;
  failure.code = code;
  failure.text = std::move(text);
  return Failure(std::move(failure));
}

// IsConsistent: what must hold of a session between two calls.
[[maybe_unused]] bool IsConsistent(EngineCore& core, const Session& session) {
  const bool indexed = core.FindByOwnCookie(session.own_cookie()) == &session;
  const bool keyed = session.state != Session::State::kEstablished || session.keys_ready;
  const bool scheduled = session.scheduled == NextDeadline(session);
  const bool rows =
      std::all_of(session.exchanges.begin(), session.exchanges.end(), [](const auto& e) {
        return e->row <= e->script->rows.size() && (!e->finished || e->forget_at);
      });
  return indexed && keyed && scheduled && rows;
}

}  // namespace

class Engine::Impl {
  std::unique_ptr<EngineCore> owned_;

 public:
  Impl(EngineConfig config, crypto::RandomSource& random, Observer* observer)
      : Impl(std::make_unique<EngineCore>(std::move(config), random, observer)) {}
  explicit Impl(std::unique_ptr<EngineCore> made) : owned_(std::move(made)), core(*owned_) {}

  // Enter begins a call that hands in `parts`, the members of a kind of Input.
  template <class Kind, class... Parts>
  void Enter(Time now, const Parts&... parts) {
    core.now = std::max(core.now, now);
    core.unsettled.ForgetTouched();
    if (core.observer != nullptr) core.observer->OnInput(core.now, Kind{parts...});
  }

  // Complete makes a call. Memory that runs out in its midst costs the session that it was at work
  // on; all others are brought to rest, and the engine can be used.
  template <class Do>
  auto Complete(Do call) {
#if defined(__cpp_exceptions)
    try {
      return call();
    } catch (...) {
      Recover();
      throw;
    }
#else
    return call();
#endif
  }

  Result<SessionId, NegotiationFailure> Connect(std::shared_ptr<const PeerConfig> peer) {
    const PeerConfig& wanted = *peer;  // the session keeps it
    if (auto problem = ProblemWith(wanted)) return Failure(std::move(*problem));
    if (!wanted.remote) {
      return Reject(FailureCode::kModeRefused,
                    "'" + wanted.name + "' has no address to connect to");
    }
    const Endpoint local = wanted.local;
    const Endpoint remote = *wanted.remote;
    const auto mode = wanted.plan.exchanges.front();
    auto session = BeginPhase1(core, {std::move(peer), local, remote, mode});
    SettleAll();
    return session;
  }

  Result<ChildId, NegotiationFailure> Negotiate(SessionId id, const ChildOffer& offer) {
    Session* session = core.Find(id);
    if (session == nullptr || session->state == Session::State::kClosed)
      return Reject(FailureCode::kClosed, "there is no session of that number");
    core.Touch(*session);
    auto child = QueueQuickMode(core, *session, offer);
    Settle(*session);
    SettleAll();
    return child;
  }

  void Close(SessionId id) {
    Session* session = core.Find(id);
    if (session == nullptr) return;
    core.Touch(*session);
    if (session->state == Session::State::kEstablished) {
      CloseSession(core, *session, CloseReason::kByCaller);
    } else {
      FailSession(core, *session, Closed());
    }
    Settle(*session);
    SettleAll();
  }

  // WithSession and WithChild do something to what has that number, if there is such a thing. A
  // child is found also where another session has taken it over.
  template <class Do>
  void WithSession(SessionId id, Do action) {
    Session* session = core.Find(id);
    if (session == nullptr || session->state != Session::State::kEstablished) return;
    core.Touch(*session);
    action(*session);
    Settle(*session);
    SettleAll();
  }
  template <class Do>
  void WithChild(SessionId id, ChildId child, Do action) {
    Session* session = core.Find(id);
    while (session != nullptr && session->FindChild(child) == nullptr)
      session = session->has_sa() ? core.Find(session->sa().newer) : nullptr;
    if (session == nullptr) return;
    WithSession(session->id, [&](Session& s) { action(s, *s.FindChild(child)); });
  }

  void HandleDatagram(const Endpoint& local, const Endpoint& remote, Octets octets) {
    ++core.counters.datagrams_received;
    if (core.observer != nullptr)
      core.observer->OnDatagram(core.now, Direction::kReceived, local, remote, octets);
    if (Session* session = Route(core, local, remote, octets)) Settle(*session);
    SettleAll();
  }

  void HandleTimeout() {
    ForgetHalfOpen(core);
    for (Session* session = core.NextTimer();
         session != nullptr && session->scheduled.IsDue(core.now); session = core.NextTimer()) {
      core.Touch(*session);
      core.TakeTimer(*session);
      RunTimers(core, *session);
      Settle(*session);
      SettleAll();
    }
  }

  void HandleDh(crypto::DhJob job) {
    Session* session = core.Find(EngineCore::SessionOf(job.ticket));
    if (session != nullptr) core.Touch(*session);
    if (session != nullptr && TakeDhResult(core, *session, std::move(job))) Settle(*session);
    SettleAll();
  }

  EngineCore& core;

 private:
  static NegotiationFailure Closed() {
    return Reject(FailureCode::kClosed, "closed by the caller").error;
  }

  // BeginFirstChild: an initiator goes on to quick mode by itself.
  void BeginFirstChild(Session& session) {
    if (session.state != Session::State::kEstablished || session.role != Role::kInitiator ||
        session.first_child_begun) {
      return;
    }
    session.first_child_begun = true;
    if (!session.peer->negotiate_child) {
      session.give_up_at.reset();
      return;
    }
    session.sa().queued.insert(session.sa().queued.begin(),
                               {core.MakeChildId(), session.peer->child});
  }

  // SettleAll: what was begun or changed beside the session at hand.
  void SettleAll() {
    while (!core.unsettled.empty()) Settle(core.unsettled.Take());
    assert(core.session_count() != 0 || core.IsBare());
  }

  // Settle brings a session to rest after a call: follow-up work, forgotten exchanges, its one
  // timer, its end.
  void Settle(Session& session) {
    core.Touch(session);
    BeginFirstChild(session);
    RunQueue(core, session);
    if (session.state == Session::State::kEstablished) {
      if (session.role == Role::kResponder) session.give_up_at.reset();
      if (!session.parked.empty() && !session.IsFinishing()) RouteParked(core, session);
    }
    RunQueue(core, session);
    if (session.state == Session::State::kClosed) return core.RemoveSession(session.id);
    std::erase_if(session.exchanges, [](const auto& e) { return e->finished && !e->forget_at; });
    core.Schedule(session, NextDeadline(session));
    core.unsettled.Rested(session);
    assert(IsConsistent(core, session));
  }

  // Recover gives up what a broken call was at work on, which needs no memory, and settles the
  // rest. Where memory runs out in the midst of that, the one at hand is given up in its turn: so
  // each round leaves fewer sessions.
  void Recover() {
    do {
      while (Session* session = core.unsettled.touched()) {
        NoteRenewalFailed(core, *session);
        core.GiveUp(*session);
      }
    } while (!crypto::Completes([this] { SettleAll(); }));
  }
};

Engine::Engine(EngineConfig config, crypto::RandomSource& random, Observer* observer)
    : impl_(std::make_unique<Impl>(std::move(config), random, observer)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Result<SessionId, NegotiationFailure> Engine::Connect(Time now,
                                                      std::shared_ptr<const PeerConfig> peer) {
  impl_->Enter<ConnectCalled>(now, peer);
  return impl_->Complete([&] { return impl_->Connect(std::move(peer)); });
}

Result<ChildId, NegotiationFailure> Engine::Negotiate(Time now, SessionId session,
                                                      const ChildOffer& offer) {
  impl_->Enter<NegotiateCalled>(now, session, offer);
  return impl_->Complete([&] { return impl_->Negotiate(session, offer); });
}

void Engine::Close(Time now, SessionId session) {
  impl_->Enter<CloseCalled>(now, session);
  impl_->Complete([&] { impl_->Close(session); });
}

void Engine::ReportUse(Time now, SessionId session, ChildId child, std::uint64_t octets) {
  impl_->Enter<UseReported>(now, session, child, octets);
  impl_->Complete([&] {
    impl_->WithChild(session, child, [&](Session& s, Child& c) {
      NoteUse(impl_->core, s, c, octets);
      RunLeases(impl_->core, s);
    });
  });
}

void Engine::Renew(Time now, SessionId session) {
  impl_->Enter<RenewCalled>(now, session);
  impl_->Complete(
      [&] { impl_->WithSession(session, [&](Session& s) { RenewNow(impl_->core, s); }); });
}

void Engine::RenewChild(Time now, SessionId session, ChildId child) {
  impl_->Enter<RenewChildCalled>(now, session, child);
  impl_->Complete([&] {
    impl_->WithChild(session, child, [&](Session& s, Child& c) { RenewNow(impl_->core, s, c); });
  });
}

void Engine::CloseChild(Time now, SessionId session, ChildId child) {
  impl_->Enter<CloseChildCalled>(now, session, child);
  impl_->Complete([&] {
    impl_->WithChild(session, child, [&](Session& s, Child& c) {
      ike::CloseChild(impl_->core, s, c.id, CloseReason::kByCaller);
    });
  });
}

void Engine::HandleDatagram(Time now, const Endpoint& local, const Endpoint& remote,
                            crypto::Octets octets) {
  impl_->Enter<DatagramArrived>(now, local, remote, octets);
  impl_->Complete([&] { impl_->HandleDatagram(local, remote, octets); });
}

void Engine::HandleTimeout(Time now) {
  impl_->Enter<TimeoutHandled>(now);
  impl_->Complete([&] { impl_->HandleTimeout(); });
}

void Engine::HandleDh(Time now, crypto::DhJob finished) {
  impl_->Enter<DhFinished>(now, finished.ticket, finished.outcome);
  impl_->Complete([&] { impl_->HandleDh(std::move(finished)); });
}

std::optional<Datagram> Engine::PollDatagram() { return impl_->core.datagrams.Pop(); }
std::optional<Event> Engine::PollEvent() {
  if (auto event = impl_->core.events.Pop()) return event;
  return impl_->core.TakeGivenUp();
}
std::optional<crypto::DhJob> Engine::PollDh() { return impl_->core.NextDh(); }

std::optional<Time> Engine::NextTimeout() const {
  Deadline next;
  if (const Session* session = impl_->core.NextTimer()) next = session->scheduled;
  if (const HalfOpen* oldest = impl_->core.half_open.Oldest()) next.Advance(oldest->expires_at);
  return next;
}

std::size_t Engine::session_count() const {
  return impl_->core.session_count() + impl_->core.half_open.size();
}

Counters Engine::counters() const {
  Counters counters = impl_->core.counters;
  counters.half_open = impl_->core.half_open.size();
  counters.sessions = impl_->core.session_count();
  return counters;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::vector<std::uint8_t>, CheckpointError> Engine::Checkpoint(
    crypto::Octets seal_key) const {
  impl_->core.QueueGivenUp();
  return SaveCore(impl_->core, seal_key);
}

Result<Engine, CheckpointError> Engine::Restore(crypto::Octets seal_key, crypto::Octets box,
                                                crypto::RandomSource& random, Observer* observer) {
  auto core = RestoreCore(seal_key, box, random, observer);
  if (!core) return Failure(std::move(core).error());
  return Engine(std::make_unique<Impl>(*std::move(core)));
}

}  // namespace iscsi_ike::ike
