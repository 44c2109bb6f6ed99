// PacketSocket: one bound, non-blocking UDP socket that knows on which local address each datagram
// came in and sends from a chosen one (IP_PKTINFO, RFC 3542 section 6 for IPv6), so that a wildcard
// binding on a machine with several addresses answers from the address that was asked.
#pragma once

#include <span>

#include "crypto/secret.hpp"
#include "ike/net/net_error.hpp"
#include "ike/net/socket_address.hpp"

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

  struct Received {
    std::size_t size = 0;
    Endpoint local;
    Endpoint remote;
  };
  // Receive reads one datagram into `buffer`. nullopt: nothing there now. A datagram that does not
  // fit is skipped, as are the errors that an earlier send left behind (ICMP port unreachable).
  std::optional<Received> Receive(crypto::MutableOctets buffer);

  // Send returns 0 or the errno. `from` unspecified leaves the choice of source to the system.
  int Send(const policy::IpAddress& from, const Endpoint& to, crypto::Octets octets);

 private:
  PacketSocket(int handle, const Endpoint& bound) : handle_(handle), bound_(bound) {}
  int handle_ = -1;
  bool owned_ = true;
  Endpoint bound_;
};

}  // namespace iscsi_ike::ike::net
