#include "ike/net/udp_transport.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <deque>
#include <utility>

#include "ike/net/packet_socket.hpp"
#include "ike/net/reactor.hpp"
#include "ike/net/send_batch.hpp"

namespace iscsi_ike::ike::net {

namespace asio = boost::asio;

namespace {

// A socket that takes nothing for so long that this many wait loses what comes after.
constexpr std::size_t kMostWaiting = 4096;

// Line is one bound socket and its place in the event loop.
struct Line {
  Line(asio::io_context& context, PacketSocket opened)
      : socket(std::move(opened)), watch(context, socket.Release()) {}
  PacketSocket socket;
  asio::posix::stream_descriptor watch;  // owns the descriptor
  SendBatch batch;
  std::deque<Datagram> waiting;  // for room in the system's buffer
};

}  // namespace

struct UdpTransport::Impl : std::enable_shared_from_this<UdpTransport::Impl> {
  explicit Impl(asio::io_context& c) : context(c) {}

  // Calls that read datagrams at a stretch before other events of the loop get their turn.
  static constexpr int kBurst = 8;

  asio::io_context& context;
  std::vector<std::unique_ptr<Line>> lines;
  Receiver receiver;
  SendTrouble on_trouble;
  bool closed = false;
  std::uint64_t lost_before_close = 0;
  ReceiveBatch received;

  void Add(PacketSocket opened) {
    opened.KeepUnread(kKeptUnread);
    lines.push_back(std::make_unique<Line>(context, std::move(opened)));
  }

  // Share binds further sockets beside the first one, which is bound already.
  static Status<NetError> Share(std::span<UdpTransport* const> transports, const Endpoint& bound,
                                bool marked, bool apart) {
    PacketSocket& first = transports.front()->impl_->lines.back()->socket;
    if (auto shared = first.Share(); !shared) return shared;
    const std::size_t count = transports.size();
    for (std::size_t i = 1; i < (apart ? 2 * count : count); ++i) {
      auto opened = PacketSocket::Open(bound, true);
      if (!opened) return Failure(opened.error());
      transports[i % count]->impl_->Add(std::move(opened).value());
    }
    if (auto steered = first.Steer(static_cast<std::uint32_t>(count), marked, apart); !steered)
      return steered;
    // What has come before went anywhere.
    for (UdpTransport* const transport : transports)
      for (const auto& line : transport->impl_->lines)
        if (line->socket.bound() == bound) line->socket.Discard();
    return Done{};
  }

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
      const std::size_t taken = received.Receive(line.socket.handle(), line.socket.bound());
      if (!received.arrivals().empty()) receiver(received.arrivals());
      if (taken < ReceiveBatch::kMost) return;
    }
  }

  void Queue(const Datagram& datagram) {
    Line* line = LineFor(datagram.local);
    if (line == nullptr) return Tell(datagram, EADDRNOTAVAIL);
    if (!line->waiting.empty()) return Keep(*line, datagram);
    line->batch.Add(datagram);
    if (line->batch.full()) Flush(*line);
  }

  void Flush(Line& line) {
    const auto refused = [this](const Datagram& d, int error) { Tell(d, error); };
    const auto left = line.batch.Send(line.socket.handle(), refused);
    if (!left.empty()) WaitForRoom(line);
    for (const Datagram* const datagram : left) Keep(line, *datagram);
    line.batch.Clear();
  }

  void Keep(Line& line, const Datagram& datagram) {
    if (line.waiting.size() >= kMostWaiting) return Tell(datagram, ENOBUFS);
    line.waiting.push_back(datagram);
  }

  void WaitForRoom(Line& line) {
    line.watch.async_wait(
        asio::posix::stream_descriptor::wait_write,
        [self = shared_from_this(), &line](const boost::system::error_code& error) {
          if (error || self->closed) return;
          const auto waiting = std::exchange(line.waiting, {});
          for (const Datagram& datagram : waiting) self->Queue(datagram);
          self->Flush(line);
        });
  }

  void Tell(const Datagram& datagram, int error) const {
    if (!on_trouble) return;
    NetError trouble = NetError::OfErrno(datagram.remote, error);
    if (error == EACCES || error == EPERM) trouble.rule = "sending is not permitted (a firewall?)";
    on_trouble(trouble);
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
  impl_->Add(std::move(opened).value());
  return impl_->lines.back()->socket.bound();
}

Result<Endpoint, NetError> UdpTransport::BindShared(std::span<UdpTransport* const> transports,
                                                    const Endpoint& local, bool marked,
                                                    bool apart) {
  auto bound = transports.front()->Bind(local);
  if (!bound || (transports.size() == 1 && !apart)) return bound;
  auto shared = Impl::Share(transports, *bound, marked, apart);
  // Alone on its port, the first socket does as well.
  if (!shared && apart) {
    for (UdpTransport* const transport : transports) transport->Unbind(*bound);
    return BindShared(transports, *bound, marked, false);
  }
  if (shared) return bound;
  for (UdpTransport* const transport : transports) transport->Unbind(*bound);
  return Failure(std::move(shared).error());
}

void UdpTransport::Unbind(const Endpoint& bound) {
  std::erase_if(impl_->lines, [&](const auto& line) { return line->socket.bound() == bound; });
}

std::vector<Endpoint> UdpTransport::bound() const {
  std::vector<Endpoint> endpoints;
  for (const auto& line : impl_->lines)
    if (std::ranges::find(endpoints, line->socket.bound()) == endpoints.end())
      endpoints.push_back(line->socket.bound());
  return endpoints;
}

void UdpTransport::Segment() {
  for (const auto& line : impl_->lines) {
    line->batch.Segment();
    line->socket.Coalesce();
  }
}

void UdpTransport::KeepUnread(std::uint32_t octets) {
  for (const auto& line : impl_->lines) line->socket.KeepUnread(octets);
}

std::uint64_t UdpTransport::Lost() const {
  std::uint64_t lost = impl_->lost_before_close;
  if (impl_->closed) return lost;
  for (const auto& line : impl_->lines) lost += line->socket.Lost();
  return lost;
}

void UdpTransport::Start(Receiver receiver) {
  impl_->receiver = std::move(receiver);
  for (const auto& line : impl_->lines) impl_->Wait(*line);
}

void UdpTransport::OnSendTrouble(SendTrouble callback) { impl_->on_trouble = std::move(callback); }

void UdpTransport::Send(std::span<const Datagram> datagrams) {
  if (impl_->closed) return;
  for (const Datagram& datagram : datagrams) impl_->Queue(datagram);
  for (const auto& line : impl_->lines)
    if (!line->batch.empty()) impl_->Flush(*line);
}

void UdpTransport::Close() noexcept {
  if (impl_->closed) return;
  impl_->lost_before_close = Lost();
  impl_->closed = true;
  for (const auto& line : impl_->lines) {
    boost::system::error_code ignored;
    line->watch.close(ignored);
  }
}

}  // namespace iscsi_ike::ike::net
