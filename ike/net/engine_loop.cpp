#include "ike/net/engine_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>
#include <vector>

namespace iscsi_ike::ike::net {

namespace asio = boost::asio;

struct EngineLoop::Impl : std::enable_shared_from_this<EngineLoop::Impl> {
  Impl(Reactor& reactor, Engine& e, UdpTransport& t, DhRunner& d)
      : engine(e), transport(t), dh(d), timer(reactor.context()) {}

  Engine& engine;
  UdpTransport& transport;
  DhRunner& dh;
  asio::steady_timer timer;
  std::optional<Time> armed;
  EventHandler handler;
  TurnEnd turn_end;
  std::vector<Datagram> outgoing;
  bool pumping = false;
  bool stopped = false;

  // Pump drains the engine. Datagrams leave together, and before a job is computed, so that the
  // peer's work and the network's delay overlap ours. Calls from within (by the event handler) only
  // add to the work.
  void Pump() {
    if (pumping || stopped) return;
    pumping = true;
    while (DrainEvents() || SendDatagrams() || SubmitDh()) {
    }
    if (turn_end) turn_end();
    pumping = false;
    if (!stopped) ArmTimer();
  }

  bool SendDatagrams() {
    while (auto datagram = engine.PollDatagram()) outgoing.push_back(std::move(*datagram));
    if (outgoing.empty()) return false;
    transport.Send(outgoing);
    outgoing.clear();
    return true;
  }

  bool DrainEvents() {
    bool any = false;
    while (auto event = engine.PollEvent()) {
      any = true;
      if (handler) handler(std::move(*event));
    }
    return any;
  }

  bool SubmitDh() {
    bool any = false;
    while (!stopped && dh.HasRoom()) {
      auto job = engine.PollDh();
      if (!job) break;
      any = true;
      dh.Submit(std::move(*job));
    }
    return any;
  }

  void HandleDatagrams(std::span<const Arrival> arrivals) {
    const Time now = SteadyNow();
    for (const Arrival& a : arrivals) engine.HandleDatagram(now, a.local, a.remote, a.octets);
    Pump();
  }

  void HandleDh(std::span<crypto::DhJob> jobs) {
    if (stopped) return;
    const Time now = SteadyNow();
    for (crypto::DhJob& job : jobs) engine.HandleDh(now, std::move(job));
    Pump();
  }

  // ArmTimer leaves a timer that is early alone: deadlines move back with each answer, and to be
  // woken once for nothing costs less than to move the timer each time.
  void ArmTimer() {
    const auto next = engine.NextTimeout();
    if (armed ? next && *next >= *armed : !next) return;
    armed = next;
    timer.cancel();
    if (!next) return;
    timer.expires_at(std::chrono::steady_clock::time_point(next->time_since_epoch()));
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->stopped) return;
      self->armed.reset();
      self->engine.HandleTimeout(SteadyNow());
      self->Pump();
    });
  }

  void Stop() {
    if (stopped) return;
    SendDatagrams();
    Abandon();
  }

  // Abandon is what a destructor can do: it sends nothing.
  void Abandon() noexcept {
    stopped = true;
    boost::system::error_code ignored;
    timer.cancel(ignored);
    transport.Close();
  }
};

EngineLoop::EngineLoop(Reactor& reactor, Engine& engine, UdpTransport& transport, DhRunner& dh)
    : impl_(std::make_shared<Impl>(reactor, engine, transport, dh)) {}

EngineLoop::~EngineLoop() { impl_->Abandon(); }

void EngineLoop::Start(EventHandler handler, TurnEnd turn_end) {
  impl_->handler = std::move(handler);
  impl_->turn_end = std::move(turn_end);
  impl_->dh.OnFinished([weak = std::weak_ptr(impl_)](std::span<crypto::DhJob> jobs) {
    if (const auto self = weak.lock()) self->HandleDh(jobs);
  });
  impl_->transport.Start(
      [impl = impl_.get()](std::span<const Arrival> arrivals) { impl->HandleDatagrams(arrivals); });
  impl_->Pump();
}

Result<SessionId, NegotiationFailure> EngineLoop::Connect(std::shared_ptr<const PeerConfig> peer) {
  auto session = impl_->engine.Connect(SteadyNow(), std::move(peer));
  impl_->Pump();
  return session;
}

Result<ChildId, NegotiationFailure> EngineLoop::Negotiate(SessionId session,
                                                          const ChildOffer& offer) {
  auto child = impl_->engine.Negotiate(SteadyNow(), session, offer);
  impl_->Pump();
  return child;
}

void EngineLoop::Close(SessionId session) {
  impl_->engine.Close(SteadyNow(), session);
  impl_->Pump();
}

void EngineLoop::Stop() { impl_->Stop(); }

}  // namespace iscsi_ike::ike::net
