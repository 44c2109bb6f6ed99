// PacketSocket: one bound, non-blocking UDP socket that tells on which local address each datagram
// came in (packet_info.hpp), so that a wildcard binding on a machine with several addresses answers
// from the address that was asked.
#pragma once

#include "ike/net/net_error.hpp"

namespace iscsi_ike::ike::net {

class PacketSocket {
 public:
  // Open binds. Port 0 takes a free port; bound() then tells which. `beside`: another socket of
  // this program is bound there and has been told to Share.
  static Result<PacketSocket, NetError> Open(const Endpoint& local, bool beside = false);
  PacketSocket(PacketSocket&& other) noexcept;
  PacketSocket& operator=(PacketSocket&& other) noexcept;
  ~PacketSocket();

  [[nodiscard]] const Endpoint& bound() const { return bound_; }
  [[nodiscard]] int handle() const { return handle_; }
  // Release gives the descriptor to another owner, e.g. an event loop; handle() stays usable.
  int Release();

  // Share lets further sockets be bound beside this one. Whoever wants the port alone is refused.
  Status<NetError> Share();
  // Steer: of `count` sockets bound beside each other, in the order of their binding, that which
  // the initiator's cookie falls to (CookieShard) gets the datagram. `marked`: the port's messages
  // bear the non-ESP marker; what is no message there goes to any of them. `apart`: there are twice
  // as many, and the second half of them, in the same order, gets what has a responder's cookie.
  Status<NetError> Steer(std::uint32_t count, bool marked, bool apart);
  // Coalesce lets the system put datagrams of one size from one peer together (UDP_GRO). Not for
  // sockets that share a port: what is put together is steered as one.
  void Coalesce() const;
  // KeepUnread asks the system to keep so many octets of what has come in and was not read yet,
  // with all that it needs around them. Beyond net.core.rmem_max that takes CAP_NET_ADMIN; without,
  // it keeps as many as it may.
  void KeepUnread(std::uint32_t octets) const;
  // Lost: datagrams that came in and were dropped unread, for want of room above all. The system
  // counts to 2^32 and begins anew.
  [[nodiscard]] std::uint32_t Lost() const;
  // Discard forgets what has come in so far.
  void Discard() const;

 private:
  PacketSocket(int handle, const Endpoint& bound) : handle_(handle), bound_(bound) {}
  int handle_ = -1;
  bool owned_ = true;
  Endpoint bound_;
};

}  // namespace iscsi_ike::ike::net
