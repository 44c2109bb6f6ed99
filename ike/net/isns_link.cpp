#include "ike/net/isns_link.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "ike/net/name_lookup.hpp"

namespace iscsi_ike::ike::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadSize = 16384;

std::string WhyNoConnection(const error_code& error) {
  if (error == asio::error::connection_refused) return "connection refused: no iSNS server listens";
  if (error == asio::error::eof || error == asio::error::connection_reset)
    return "the server closed the connection";
  return error.message();
}

}  // namespace

std::string IsnsServer::ToString() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// Impl lives as long as an operation is under way; after Close none of them does anything.
struct IsnsLink::Impl : std::enable_shared_from_this<IsnsLink::Impl> {
  using Kind = policy::isns::DialogueFailure::Kind;

  Impl(Reactor& reactor, IsnsServer to, IsnsPatience how_long)
      : server(std::move(to)),
        patience(how_long),
        context(reactor.context()),
        socket(reactor.context()),
        timer(reactor.context()),
        end(reactor.context()) {}

  void Connect();
  void ConnectTo(const NameLookup::Endpoints& ends);
  void Begin();
  void Read();
  void Write();
  void Await(Duration time);
  void AwaitEnd();
  void Attend();
  void Lose(const std::string& why, Kind kind = Kind::kConnection);
  void End(const std::string& why, Kind kind);
  void SendLast();
  void Close();

  IsnsServer server;
  IsnsPatience patience;
  asio::io_context& context;
  std::optional<NameLookup> lookup;
  tcp::socket socket;
  asio::steady_timer timer;
  asio::steady_timer end;
  policy::isns::Dialogue* dialogue = nullptr;  // nullptr: closed
  std::function<void()> settled;
  bool connected = false;
  bool writing = false;
  std::function<void()> at_end;  // when what is being written is out
  std::uint32_t awaited = 0;     // Dialogue::asked of the question whose time runs
  policy::isns::Bytes output;
  std::array<std::uint8_t, kReadSize> input{};
};

void IsnsLink::Impl::Connect() {
  Await(patience.connect);
  lookup.emplace(
      context, server.host, server.port,
      [self = shared_from_this()](const error_code& error, const NameLookup::Endpoints& ends) {
        if (self->dialogue == nullptr) return;
        if (error) return self->Lose("the name cannot be resolved: " + error.message());
        self->ConnectTo(ends);
      });
}

void IsnsLink::Impl::ConnectTo(const NameLookup::Endpoints& ends) {
  asio::async_connect(socket, ends,
                      [self = shared_from_this()](const error_code& error, const tcp::endpoint&) {
                        if (self->dialogue == nullptr) return;
                        if (error) return self->Lose(WhyNoConnection(error));
                        self->Begin();
                      });
}

void IsnsLink::Impl::Begin() {
  connected = true;
  timer.cancel();
  error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  dialogue->Start();
  Read();
  Attend();
}

void IsnsLink::Impl::Await(Duration time) {
  timer.expires_after(time);
  timer.async_wait([self = shared_from_this()](const error_code& error) {
    const bool renewed = self->timer.expiry() > asio::steady_timer::clock_type::now();
    if (error || renewed || self->dialogue == nullptr) return;
    if (!self->connected) return self->Lose("no connection came about in time", Kind::kTimeout);
    self->dialogue->Expire();
    self->Attend();
  });
}

void IsnsLink::Impl::AwaitEnd() {
  if (patience.whole == Duration{}) return;
  end.expires_after(patience.whole);
  end.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->dialogue == nullptr) return;
    self->End("the answers have no end: given up after " +
                  std::to_string(self->patience.whole.count()) + " ms",
              Kind::kTimeout);
  });
}

void IsnsLink::Impl::Read() {
  socket.async_read_some(asio::buffer(input),
                         [self = shared_from_this()](const error_code& error, std::size_t size) {
                           if (self->dialogue == nullptr) return;
                           if (error) return self->Lose(WhyNoConnection(error));
                           self->dialogue->Receive(policy::isns::Octets(self->input).first(size));
                           self->Attend();
                           if (self->dialogue != nullptr) self->Read();
                         });
}

void IsnsLink::Impl::Write() {
  if (writing) return;
  output = dialogue->TakeOutput();
  if (output.empty()) return;
  writing = true;
  asio::async_write(socket, asio::buffer(output),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      self->writing = false;
                      if (self->dialogue == nullptr) return;
                      if (error) return self->Lose(WhyNoConnection(error));
                      if (const auto call = self->at_end) return call();
                      self->Write();
                    });
}

// Attend looks at what has become of the dialogue.
void IsnsLink::Impl::Attend() {
  using State = policy::isns::Dialogue::State;
  const State state = dialogue->state();
  if (dialogue->IsOver()) {
    const auto call = settled;
    SendLast();
    Close();
    return call();
  }
  Write();
  if (state == State::kResting) {
    timer.cancel();
    // A copy: the callee may end the link.
    if (const auto call = settled; std::exchange(awaited, 0) != 0) call();
    return;
  }
  if (std::exchange(awaited, dialogue->asked()) != dialogue->asked()) Await(patience.answer);
}

void IsnsLink::Impl::Lose(const std::string& why, Kind kind) {
  dialogue->Lost(why, kind);
  Attend();
}

// End lets a question go out first, for the last word comes behind it; a second time it does not.
void IsnsLink::Impl::End(const std::string& why, Kind kind) {
  if (!writing || at_end) return Lose(why, kind);
  at_end = [this, why, kind] { Lose(why, kind); };
}

// SendLast: a last word that nobody answers, if it can be said at once.
void IsnsLink::Impl::SendLast() {
  const policy::isns::Bytes last = dialogue->TakeOutput();
  if (last.empty() || !connected || writing) return;
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(last), ignored);
}

void IsnsLink::Impl::Close() {
  dialogue = nullptr;
  lookup.reset();
  error_code ignored;
  timer.cancel(ignored);
  end.cancel(ignored);
  socket.close(ignored);
}

IsnsLink::IsnsLink(Reactor& reactor, IsnsServer server, IsnsPatience patience)
    : impl_(std::make_shared<Impl>(reactor, std::move(server), patience)) {}

IsnsLink::~IsnsLink() {
  impl_->settled = nullptr;
  impl_->Close();
}

void IsnsLink::Start(policy::isns::Dialogue& dialogue, std::function<void()> settled) {
  impl_->dialogue = &dialogue;
  impl_->settled = std::move(settled);
  impl_->AwaitEnd();
  impl_->Connect();
}

void IsnsLink::End(const std::string& why, policy::isns::DialogueFailure::Kind kind) {
  if (impl_->dialogue != nullptr) impl_->End(why, kind);
}

void IsnsLink::Attend() {
  if (impl_->dialogue != nullptr && impl_->connected) impl_->Attend();
}

}  // namespace iscsi_ike::ike::net
