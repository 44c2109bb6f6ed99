// PacketSocket: one bound, non-blocking UDP socket that tells on which local address each datagram
// came in (packet_info.hpp), so that a wildcard binding on a machine with several addresses answers
// from the address that was asked.
#pragma once

#include "ike/net/net_error.hpp"

namespace iscsi_ike::ike::net {

class PacketSocket {
 public:
  // Open binds. Port 0 takes a free port; bound() then tells which.
  static Result<PacketSocket, NetError> Open(const Endpoint& local);
  PacketSocket(PacketSocket&& other) noexcept;
  PacketSocket& operator=(PacketSocket&& other) noexcept;
  ~PacketSocket();

  [[nodiscard]] const Endpoint& bound() const { return bound_; }
  [[nodiscard]] int handle() const { return handle_; }
  // Release gives the descriptor to another owner, e.g. an event loop; handle() stays usable.
  int Release();

 private:
  PacketSocket(int handle, const Endpoint& bound) : handle_(handle), bound_(bound) {}
  int handle_ = -1;
  bool owned_ = true;
  Endpoint bound_;
};

}  // namespace iscsi_ike::ike::net
