#include "tests/trust/flood/real_host.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace iscsi_ike::trust {

namespace {

constexpr int kReceiveBuffer = 4 << 20;  // octets: no answer is lost to a flooder that is late
constexpr std::size_t kHeadersOfUdp = 28;

sockaddr_in AddressOf(Place place) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(place.port);
  address.sin_addr.s_addr = htonl(place.address);
  return address;
}

bool Prepare(int handle, Place target) {
  const sockaddr_in own = AddressOf({INADDR_ANY, 500});
  const sockaddr_in other = AddressOf(target);
  // FORCE is for the administrator alone; without it there is what the system allows.
  if (setsockopt(handle, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0)
    (void)setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  return bind(handle, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 &&
         connect(handle, reinterpret_cast<const sockaddr*>(&other), sizeof other) == 0;
}

}  // namespace

std::optional<RealHost> RealHost::Open(Place target) {
  const int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (handle < 0) return std::nullopt;
  RealHost host(handle);
  if (!Prepare(handle, target)) return std::nullopt;
  return host;
}

RealHost::RealHost(RealHost&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)), received_(std::move(other.received_)) {}

RealHost::~RealHost() {
  if (handle_ >= 0) close(handle_);
}

bool RealHost::Send(std::span<const std::uint8_t> payload) {
  const ssize_t sent = send(handle_, payload.data(), payload.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    ++refused_;
    return false;
  }
  ++datagrams_;
  octets_ += kHeadersOfUdp + static_cast<std::size_t>(sent);
  return true;
}

std::span<const std::uint8_t> RealHost::Receive() {
  const ssize_t size = recv(handle_, received_.data(), received_.size(), 0);
  if (size <= 0) return {};
  return std::span(received_).first(static_cast<std::size_t>(size));
}

}  // namespace iscsi_ike::trust
