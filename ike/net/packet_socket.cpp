#include "ike/net/packet_socket.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace iscsi_ike::ike::net {

namespace {

// Room for one packet-info message of either family.
using ControlBuffer = std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo))>;

struct alignas(cmsghdr) Control {
  ControlBuffer octets{};
};

bool SetFlag(int handle, int level, int name) {
  const int on = 1;
  return setsockopt(handle, level, name, &on, sizeof on) == 0;
}

// AskForLocalAddress: IPv6 sockets stay IPv6 only, so that both wildcards can be bound side by
// side.
bool AskForLocalAddress(int handle, bool v6) {
  if (!v6) return SetFlag(handle, IPPROTO_IP, IP_PKTINFO);
  return SetFlag(handle, IPPROTO_IPV6, IPV6_V6ONLY) &&
         SetFlag(handle, IPPROTO_IPV6, IPV6_RECVPKTINFO);
}

template <class T>
T ReadControl(const cmsghdr* header) {
  T value{};
  std::memcpy(&value, CMSG_DATA(header), sizeof value);
  return value;
}

// LocalAddressOf finds the destination address of a received datagram.
std::optional<policy::IpAddress> LocalAddressOf(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
      return ToIpAddress(ReadControl<in_pktinfo>(c).ipi_spec_dst);
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
      return ToIpAddress(ReadControl<in6_pktinfo>(c).ipi6_addr);
  }
  return std::nullopt;
}

template <class T>
void WriteControl(msghdr& message, Control& control, int level, int type, const T& value) {
  message.msg_control = control.octets.data();
  message.msg_controllen = CMSG_SPACE(sizeof value);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
}

void ChooseSource(msghdr& message, Control& control, const policy::IpAddress& from) {
  if (from.IsUnspecified()) return;
  if (from.is_v6()) {
    in6_pktinfo info{};
    info.ipi6_addr = ToIn6Addr(from);
    WriteControl(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    info.ipi_spec_dst = ToInAddr(from);
    WriteControl(message, control, IPPROTO_IP, IP_PKTINFO, info);
  }
}

}  // namespace

Result<PacketSocket, NetError> PacketSocket::Open(const Endpoint& local) {
  const auto fail = [&] { return Failure(NetError::OfErrno(local, errno)); };
  const SocketAddress address(local);
  const int handle = socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (handle < 0) return fail();
  PacketSocket opened(handle, local);
  if (!AskForLocalAddress(handle, local.address.is_v6())) return fail();
  if (bind(handle, address.data(), address.size()) != 0) return fail();
  SocketAddress bound;
  if (getsockname(handle, bound.data(), bound.size_ptr()) != 0) return fail();
  opened.bound_ = bound.ToEndpoint().value_or(local);
  return opened;
}

PacketSocket::PacketSocket(PacketSocket&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)), owned_(other.owned_), bound_(other.bound_) {}

PacketSocket& PacketSocket::operator=(PacketSocket&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(owned_, other.owned_);
  std::swap(bound_, other.bound_);
  return *this;
}

PacketSocket::~PacketSocket() {
  if (owned_ && handle_ >= 0) close(handle_);
}

int PacketSocket::Release() {
  owned_ = false;
  return handle_;
}

std::optional<PacketSocket::Received> PacketSocket::Receive(crypto::MutableOctets buffer) {
  for (;;) {
    SocketAddress remote;
    Control control;
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = remote.data();
    message.msg_namelen = remote.size();
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.octets.data();
    message.msg_controllen = control.octets.size();
    const ssize_t size = recvmsg(handle_, &message, 0);
    if (size < 0) {
      if (errno == EINTR || errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH)
        continue;
      return std::nullopt;
    }
    const auto from = remote.ToEndpoint();
    if ((message.msg_flags & MSG_TRUNC) != 0 || !from) continue;
    Endpoint local = bound_;
    if (const auto to = LocalAddressOf(message)) local.address = *to;
    return Received{static_cast<std::size_t>(size), local, *from};
  }
}

int PacketSocket::Send(const policy::IpAddress& from, const Endpoint& to, crypto::Octets octets) {
  SocketAddress remote(to);
  Control control;
  iovec part{const_cast<std::uint8_t*>(octets.data()), octets.size()};
  msghdr message{};
  message.msg_name = remote.data();
  message.msg_namelen = remote.size();
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ChooseSource(message, control, from);
  for (;;) {
    if (sendmsg(handle_, &message, MSG_NOSIGNAL) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

}  // namespace iscsi_ike::ike::net
