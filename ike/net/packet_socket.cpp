#include "ike/net/packet_socket.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
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

Result<PacketSocket, NetError> PacketSocket::Open(const Endpoint& local, bool beside) {
  const auto fail = [&] { return Failure(NetError::OfErrno(local, errno)); };
  const SocketAddress address(local);
  const int handle = socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (handle < 0) return fail();
  PacketSocket opened(handle, local);
  if (!AskForLocalAddress(handle, local.address.is_v6())) return fail();
  if (beside && !SetFlag(handle, SOL_SOCKET, SO_REUSEPORT)) return fail();
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

// The first socket is bound without the flag, so that it is refused where another program has the
// port, and is given it then.
Status<NetError> PacketSocket::Share() {
  if (SetFlag(handle_, SOL_SOCKET, SO_REUSEPORT)) return Done{};
  return Failure(NetError::OfErrno(bound_, errno));
}

Status<NetError> PacketSocket::Steer(std::uint32_t count, bool marked, bool apart) {
  // A program of the kernel's packet filter over the UDP payload; loads beyond its end give 0, the
  // first socket. A and X are its registers; jumps count the steps that are left out.
  const std::uint32_t at = marked ? kNonEspMarkerSize : 0;
  const std::uint32_t second_half = apart ? count : 0;
  std::array<sock_filter, 15> steps{
      {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at), BPF_STMT(BPF_MISC | BPF_TAX, 0),
       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at + 4), BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
       BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, count), BPF_STMT(BPF_MISC | BPF_TAX, 0),
       // The responder's cookie, half by half.
       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at + 8), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2),
       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at + 12), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
       BPF_STMT(BPF_MISC | BPF_TXA, 0), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, second_half),
       BPF_STMT(BPF_RET | BPF_A, 0),
       // There is none.
       BPF_STMT(BPF_MISC | BPF_TXA, 0), BPF_STMT(BPF_RET | BPF_A, 0)}};
  const sock_fprog program{steps.size(), steps.data()};
  if (setsockopt(handle_, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0)
    return Done{};
  NetError refused = NetError::OfErrno(bound_, errno);
  refused.rule = "the kernel does not steer datagrams between threads (SO_ATTACH_REUSEPORT_CBPF: " +
                 refused.code.message() + ")";
  return Failure(std::move(refused));
}

// The system counts twice what it is asked for, because it counts what it needs around the octets,
// too.
void PacketSocket::KeepUnread(std::uint32_t octets) const {
  const int size = static_cast<int>(std::min<std::uint32_t>(octets, INT_MAX) / 2);
  if (setsockopt(handle_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0) return;
  (void)setsockopt(handle_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

std::uint32_t PacketSocket::Lost() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> told{};
  socklen_t size = sizeof told;
  if (getsockopt(handle_, SOL_SOCKET, SO_MEMINFO, told.data(), &size) != 0) return 0;
  return told[SK_MEMINFO_DROPS];
}

// A kernel that cannot gives them one by one.
void PacketSocket::Coalesce() const { (void)SetFlag(handle_, SOL_UDP, UDP_GRO); }

void PacketSocket::Discard() const {
  constexpr int kMost = 65536;  // more than a socket holds: a flood must not keep us here
  for (int i = 0; i < kMost; ++i)
    if (recv(handle_, nullptr, 0, MSG_DONTWAIT | MSG_TRUNC) < 0 && errno != EINTR) return;
}

}  // namespace iscsi_ike::ike::net
