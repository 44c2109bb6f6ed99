// UdpTransport: the UDP endpoints of one engine. It carries datagrams and never fails for good: a
// datagram that cannot be sent is told to whoever asked and otherwise lost, as the network may do.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "ike/net/net_error.hpp"
#include "ike/net/receive_batch.hpp"

namespace iscsi_ike::ike::net {

class Reactor;

class UdpTransport {
 public:
  // A receiver is given what one call took in; each with the local address that the peer wrote to,
  // also under a wildcard binding.
  using Receiver = std::function<void(std::span<const Arrival> arrivals)>;
  using SendTrouble = std::function<void(const NetError&)>;

  explicit UdpTransport(Reactor& reactor);
  ~UdpTransport();
  UdpTransport(const UdpTransport&) = delete;
  UdpTransport& operator=(const UdpTransport&) = delete;

  // Bind adds one local endpoint: an address of this machine or 0.0.0.0 or ::; port 0 takes a free
  // one. Returns the endpoint as bound.
  Result<Endpoint, NetError> Bind(const Endpoint& local);
  // BindShared binds one endpoint in each of several transports. A datagram comes to that which its
  // initiator's cookie falls to: the first has index 0 of CookieShard. `marked` as in
  // PacketSocket::Steer. `apart`: what answers this end's messages has room of its own, which
  // strangers who only begin do not fill; where the system cannot tell them apart, they share it.
  static Result<Endpoint, NetError> BindShared(std::span<UdpTransport* const> transports,
                                               const Endpoint& local, bool marked,
                                               bool apart = false);
  // Unbind takes back what Bind returned; before Start.
  void Unbind(const Endpoint& bound);
  [[nodiscard]] std::vector<Endpoint> bound() const;

  // Segment: many datagrams between the same two ends pass to and from the system as one. For
  // storms: whoever captures on this machine sees them as one, too. Before Start; not for a port
  // that is shared.
  void Segment();

  // KeepUnread: see PacketSocket; for each endpoint bound so far. Without, kKeptUnread octets are
  // kept: a flood of some 50,000 datagrams a second may last a tenth of a second before one is
  // lost.
  static constexpr std::uint32_t kKeptUnread = 8U << 20U;
  void KeepUnread(std::uint32_t octets);
  // Lost: datagrams that nobody read in time, at all endpoints together.
  [[nodiscard]] std::uint64_t Lost() const;

  // Start begins to receive on all endpoints bound so far.
  void Start(Receiver receiver);
  // OnSendTrouble hears of each datagram that the system refused.
  void OnSendTrouble(SendTrouble callback);
  // Send gives all to the system at once. What its buffers have no room for follows when they do.
  void Send(std::span<const Datagram> datagrams);
  // Close ends receiving and frees the ports.
  void Close() noexcept;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike::net
