#include "ike/net/udp_transport.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <utility>

#include "ike/net/packet_socket.hpp"
#include "ike/net/reactor.hpp"

namespace iscsi_ike::ike::net {

namespace asio = boost::asio;

namespace {

// Line is one bound socket and its place in the event loop.
struct Line {
  Line(asio::io_context& context, PacketSocket opened)
      : socket(std::move(opened)), watch(context, socket.Release()) {}
  PacketSocket socket;
  asio::posix::stream_descriptor watch;  // owns the descriptor
};

}  // namespace

struct UdpTransport::Impl : std::enable_shared_from_this<UdpTransport::Impl> {
  explicit Impl(asio::io_context& c) : context(c) {}

  // Datagrams read at a stretch before other events of the loop get their turn.
  static constexpr int kBurst = 64;

  asio::io_context& context;
  std::vector<std::unique_ptr<Line>> lines;
  Receiver receiver;
  SendTrouble on_trouble;
  bool closed = false;
  std::array<std::uint8_t, 65536> buffer{};

  void Wait(Line& line) {
    line.watch.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this(), &line](const boost::system::error_code& error) {
          if (error || self->closed) return;
          self->ReceiveBurst(line);
          if (!self->closed) self->Wait(line);
        });
  }

  void ReceiveBurst(Line& line) {
    for (int i = 0; i < kBurst && !closed; ++i) {
      const auto got = line.socket.Receive(buffer);
      if (!got) return;
      receiver(got->local, got->remote, crypto::Octets(buffer).first(got->size));
    }
  }

  // LineFor prefers the socket bound to just this address over a wildcard of the same port.
  Line* LineFor(const Endpoint& local) {
    Line* wildcard = nullptr;
    for (const auto& line : lines) {
      const Endpoint& bound = line->socket.bound();
      if (bound == local) return line.get();
      if (bound.port == local.port && bound.address.IsUnspecified() &&
          bound.address.is_v6() == local.address.is_v6())
        wildcard = line.get();
    }
    return wildcard;
  }
};

UdpTransport::UdpTransport(Reactor& reactor) : impl_(std::make_shared<Impl>(reactor.context())) {}
UdpTransport::~UdpTransport() { Close(); }

Result<Endpoint, NetError> UdpTransport::Bind(const Endpoint& local) {
  auto opened = PacketSocket::Open(local);
  if (!opened) return Failure(opened.error());
  impl_->lines.push_back(std::make_unique<Line>(impl_->context, std::move(opened).value()));
  return impl_->lines.back()->socket.bound();
}

void UdpTransport::Unbind(const Endpoint& bound) {
  std::erase_if(impl_->lines, [&](const auto& line) { return line->socket.bound() == bound; });
}

std::vector<Endpoint> UdpTransport::bound() const {
  std::vector<Endpoint> endpoints;
  for (const auto& line : impl_->lines) endpoints.push_back(line->socket.bound());
  return endpoints;
}

void UdpTransport::Start(Receiver receiver) {
  impl_->receiver = std::move(receiver);
  for (const auto& line : impl_->lines) impl_->Wait(*line);
}

void UdpTransport::OnSendTrouble(SendTrouble callback) { impl_->on_trouble = std::move(callback); }

void UdpTransport::Send(const Datagram& datagram) {
  if (impl_->closed) return;
  Line* line = impl_->LineFor(datagram.local);
  const int error =
      line == nullptr ? EADDRNOTAVAIL
                      : line->socket.Send(datagram.local.address, datagram.remote, datagram.octets);
  if (error != 0 && impl_->on_trouble) {
    NetError trouble = NetError::OfErrno(datagram.remote, error);
    if (error == EACCES || error == EPERM) trouble.rule = "sending is not permitted (a firewall?)";
    impl_->on_trouble(trouble);
  }
}

void UdpTransport::Close() noexcept {
  if (std::exchange(impl_->closed, true)) return;
  for (const auto& line : impl_->lines) {
    boost::system::error_code ignored;
    line->watch.close(ignored);
  }
}

}  // namespace iscsi_ike::ike::net
