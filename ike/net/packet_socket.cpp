#include "ike/net/packet_socket.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "ike/net/socket_address.hpp"

namespace iscsi_ike::ike::net {

namespace {

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

}  // namespace iscsi_ike::ike::net
