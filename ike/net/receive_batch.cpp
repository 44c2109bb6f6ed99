#include "ike/net/receive_batch.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <vector>

#include "ike/net/packet_info.hpp"
#include "ike/net/socket_address.hpp"

namespace iscsi_ike::ike::net {

namespace {

// No UDP datagram is longer. The little more keeps the starts of the buffers out of each other's
// way in the processor's cache.
constexpr std::size_t kBufferSize = 65536 + 192;

bool IsOfAnEarlierSend(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH;
}

}  // namespace

struct ReceiveBatch::Room {
  Room() : octets(new std::uint8_t[kMost * kBufferSize]) {  // left as it is: pages come with use
    for (std::size_t i = 0; i < kMost; ++i) {
      parts[i] = {octets.get() + i * kBufferSize, kBufferSize};
      msghdr& message = messages[i].msg_hdr;
      message.msg_name = remotes[i].data();
      message.msg_iov = &parts[i];
      message.msg_iovlen = 1;
      message.msg_control = infos[i].octets.data();
      Renew(i);
    }
    arrivals.reserve(kMost);
  }

  // Renew gives a message back the room that the last call has used.
  void Renew(std::size_t i) {
    messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    messages[i].msg_hdr.msg_controllen = infos[i].octets.size();
  }

  void Read(std::size_t i, const Endpoint& bound) {
    msghdr& message = messages[i].msg_hdr;
    const auto remote = remotes[i].ToEndpoint();
    if ((message.msg_flags & MSG_TRUNC) == 0 && remote) {
      Arrival arrival{bound, *remote, {octets.get() + i * kBufferSize, messages[i].msg_len}};
      if (const auto to = LocalAddressOf(message)) arrival.local.address = *to;
      Split(arrival, SegmentSizeOf(message));
    }
    Renew(i);
  }

  // Split: several datagrams that the system has put together are several again.
  void Split(Arrival arrival, std::optional<std::size_t> size) {
    const crypto::Octets all = arrival.octets;
    const std::size_t step = size.value_or(all.size());
    std::size_t at = 0;
    do {
      arrival.octets = all.subspan(at, std::min(step, all.size() - at));
      arrivals.push_back(arrival);
      at += step;
    } while (at < all.size());
  }

  std::unique_ptr<std::uint8_t[]> octets;
  std::array<iovec, kMost> parts{};
  std::array<SocketAddress, kMost> remotes;
  std::array<PacketInfo, kMost> infos;
  std::array<mmsghdr, kMost> messages{};
  std::vector<Arrival> arrivals;  // as a rule kMost at most
};

ReceiveBatch::ReceiveBatch() : room_(std::make_unique<Room>()) {}
ReceiveBatch::~ReceiveBatch() = default;

std::size_t ReceiveBatch::Receive(int handle, const Endpoint& bound) {
  room_->arrivals.clear();
  int taken = -1;
  do taken = recvmmsg(handle, room_->messages.data(), kMost, MSG_DONTWAIT, nullptr);
  while (taken < 0 && (errno == EINTR || IsOfAnEarlierSend(errno)));
  for (int i = 0; i < taken; ++i) room_->Read(static_cast<std::size_t>(i), bound);
  return taken < 0 ? 0 : static_cast<std::size_t>(taken);
}

std::span<const Arrival> ReceiveBatch::arrivals() const { return room_->arrivals; }

}  // namespace iscsi_ike::ike::net
