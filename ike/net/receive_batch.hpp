// ReceiveBatch: room for the datagrams that one system call takes in. It is allocated once.
#pragma once

#include <memory>
#include <span>

#include "crypto/secret.hpp"
#include "ike/endpoint.hpp"

namespace iscsi_ike::ike::net {

// Arrival is one datagram received. `local` is the address that the peer wrote to.
struct Arrival {
  Endpoint local;
  Endpoint remote;
  crypto::Octets octets;
};

class ReceiveBatch {
 public:
  static constexpr std::size_t kMost = 32;

  ReceiveBatch();
  ~ReceiveBatch();
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

  // Receive takes in what waits at the socket bound to `bound` and returns how many the system
  // gave: fewer than kMost, and nothing more waits for now. Errors that an earlier send left behind
  // (ICMP port unreachable) are skipped.
  std::size_t Receive(int handle, const Endpoint& bound);

  // The datagrams of the last Receive, until the next one. Those that did not fit are not among
  // them.
  [[nodiscard]] std::span<const Arrival> arrivals() const;

 private:
  struct Room;
  std::unique_ptr<Room> room_;
};

}  // namespace iscsi_ike::ike::net
