// EngineLoop drives one Engine: it gives it the time, the datagrams and the finished Diffie-Hellman
// jobs, and carries away what the engine has to say.
#pragma once

#include <functional>
#include <memory>

#include "ike/engine.hpp"
#include "ike/net/dh_runner.hpp"
#include "ike/net/reactor.hpp"
#include "ike/net/udp_transport.hpp"

namespace iscsi_ike::ike::net {

class EngineLoop {
 public:
  using EventHandler = std::function<void(Event)>;
  using TurnEnd = std::function<void()>;

  // All four outlive the loop. The transport has its endpoints bound.
  EngineLoop(Reactor& reactor, Engine& engine, UdpTransport& transport, DhRunner& dh);
  ~EngineLoop();
  EngineLoop(const EngineLoop&) = delete;
  EngineLoop& operator=(const EngineLoop&) = delete;

  // Start begins to receive. The handler may call back into the loop. `turn_end` is called when all
  // that was received together has been handled, with its events.
  void Start(EventHandler handler, TurnEnd turn_end = {});
  // Connect, Negotiate and Close are Engine's with the present time; what they cause is sent before
  // they return.
  Result<SessionId, NegotiationFailure> Connect(std::shared_ptr<const PeerConfig> peer);
  Result<ChildId, NegotiationFailure> Negotiate(SessionId session, const ChildOffer& offer);
  void Close(SessionId session);
  // Stop sends what is waiting, then ends timers and receiving; later calls do nothing. The
  // destructor ends without sending.
  void Stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike::net
