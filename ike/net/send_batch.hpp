// SendBatch: datagrams that leave one socket with one system call. It refers to their octets and is
// used again and again.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <span>

#include "ike/endpoint.hpp"
#include "ike/net/packet_info.hpp"
#include "ike/net/socket_address.hpp"

namespace iscsi_ike::ike::net {

class SendBatch {
 public:
  static constexpr std::size_t kMost = 64;

  // Refused hears of a datagram that the system does not take; the others go all the same.
  using Refused = std::function<void(const Datagram&, int error_number)>;

  // Segment: datagrams of one size that follow each other to one peer are given to the system as
  // one (UDP_SEGMENT), which cuts them apart as late as it can.
  void Segment() { segmenting_ = true; }

  // Add: there is room, and `datagram` lives until Clear. An unspecified local address leaves the
  // choice of source to the system.
  void Add(const Datagram& datagram);
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool full() const { return count_ == kMost; }

  // Send gives what was added to the system, in order. What is left when its buffer is full is
  // returned, else nothing.
  std::span<const Datagram* const> Send(int handle, const Refused& refused);
  void Clear() { count_ = groups_ = 0; }

 private:
  // Group is what one message carries: datagrams of `size` octets each, the last perhaps of less.
  struct Group {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t size = 0;
    std::size_t octets = 0;
  };
  [[nodiscard]] bool Fits(const Datagram& datagram) const;
  void Begin(const Datagram& datagram);
  // SendApart sends the datagrams of one group by themselves, and gives the first that is left.
  [[nodiscard]] std::size_t SendApart(int handle, const Group& group, const Refused& refused);

  bool segmenting_ = false;
  std::array<const Datagram*, kMost> datagrams_{};
  std::array<iovec, kMost> parts_{};
  std::size_t count_ = 0;
  std::array<Group, kMost> group_{};
  std::array<SocketAddress, kMost> remotes_;
  std::array<PacketInfo, kMost> infos_;
  std::array<mmsghdr, kMost> messages_{};
  std::size_t groups_ = 0;
};

}  // namespace iscsi_ike::ike::net
