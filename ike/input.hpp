// Input: what enters an engine, as its observer is told of it. The inputs in order with their
// times, the settings and the seed of the RandomSource are all that decides what comes out
// (engine.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "crypto/dh.hpp"
#include "ike/config.hpp"
#include "ike/endpoint.hpp"
#include "ike/events.hpp"

namespace iscsi_ike::ike {

// Each is one function of Engine that takes `now`, with its arguments. Spans live for the call
// only.
struct ConnectCalled {
  std::shared_ptr<const PeerConfig> peer;
};
struct NegotiateCalled {
  SessionId session{};
  ChildOffer offer;
};
struct CloseCalled {
  SessionId session{};
};
struct RenewCalled {
  SessionId session{};
};
struct RenewChildCalled {
  SessionId session{};
  ChildId child{};
};
struct CloseChildCalled {
  SessionId session{};
  ChildId child{};
};
struct UseReported {
  SessionId session{};
  ChildId child{};
  std::uint64_t octets = 0;
};
struct DatagramArrived {
  Endpoint local;
  Endpoint remote;
  crypto::Octets octets;
};
struct TimeoutHandled {};
// DhFinished: the result itself follows from the job, which is the engine's own.
struct DhFinished {
  crypto::DhTicket ticket{};
  crypto::DhOutcome outcome = crypto::DhOutcome::kPending;
};

using Input =
    std::variant<ConnectCalled, NegotiateCalled, CloseCalled, RenewCalled, RenewChildCalled,
                 CloseChildCalled, UseReported, DatagramArrived, TimeoutHandled, DhFinished>;

}  // namespace iscsi_ike::ike
