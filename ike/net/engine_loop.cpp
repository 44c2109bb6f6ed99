#include "ike/net/engine_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

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
  bool pumping = false;
  bool stopped = false;

  // Pump drains the engine. Datagrams leave before a job is computed, so that the peer's work and
  // the network's delay overlap ours. Calls from within (by the event handler) only add to the
  // work.
  void Pump() {
    if (pumping || stopped) return;
    pumping = true;
    while (DrainDatagrams() || DrainEvent() || DrainDh()) {
    }
    pumping = false;
    if (!stopped) ArmTimer();
  }

  bool DrainDatagrams() {
    bool any = false;
    while (const auto datagram = engine.PollDatagram()) {
      transport.Send(*datagram);
      any = true;
    }
    return any;
  }

  bool DrainEvent() {
    auto event = engine.PollEvent();
    if (!event) return false;
    if (handler) handler(std::move(*event));
    return true;
  }

  bool DrainDh() {
    if (stopped) return false;
    auto job = engine.PollDh();
    if (!job) return false;
    dh.Submit(std::move(*job));
    return true;
  }

  void HandleDh(std::span<crypto::DhJob> jobs) {
    for (crypto::DhJob& job : jobs) {
      if (stopped) return;
      engine.HandleDh(SteadyNow(), std::move(job));
    }
    Pump();
  }

  void ArmTimer() {
    const auto next = engine.NextTimeout();
    if (next == armed) return;
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
    DrainDatagrams();
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

void EngineLoop::Start(EventHandler handler) {
  impl_->handler = std::move(handler);
  impl_->dh.OnFinished([weak = std::weak_ptr(impl_)](std::span<crypto::DhJob> jobs) {
    if (const auto self = weak.lock()) self->HandleDh(jobs);
  });
  impl_->transport.Start(
      [impl = impl_.get()](const Endpoint& local, const Endpoint& remote, crypto::Octets octets) {
        impl->engine.HandleDatagram(SteadyNow(), local, remote, octets);
        impl->Pump();
      });
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
