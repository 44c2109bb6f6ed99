#include "tests/ike/tool/isns_thread.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace iscsi_ike::test {

namespace asio = boost::asio;

IsnsThread::IsnsThread(FakeIsns isns, bool answers)
    : isns_(std::move(isns)),
      answers_(answers),
      acceptor_(context_, {asio::ip::make_address("127.0.0.1"), 0}),
      thread_([this] { Serve(); }) {}

IsnsThread::~IsnsThread() {
  ending_ = true;
  asio::io_context context;
  asio::ip::tcp::socket knock(context);
  boost::system::error_code ignored;
  knock.connect(acceptor_.local_endpoint(), ignored);
  thread_.join();
}

std::string IsnsThread::address() const {
  return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void IsnsThread::Serve() {
  for (;;) {
    asio::ip::tcp::socket socket(context_);
    acceptor_.accept(socket);
    if (ending_) return;
    Answer(socket);
  }
}

void IsnsThread::Answer(asio::ip::tcp::socket& socket) {
  policy::isns::MessageReader reader;
  std::array<std::uint8_t, 4096> input{};
  boost::system::error_code error;
  for (;;) {
    const std::size_t size = socket.read_some(asio::buffer(input), error);
    if (error) return;
    auto octets = policy::isns::Octets(input).first(size);
    while (answers_ && !octets.empty()) {
      const auto message = reader.Take(octets);
      if (!message || !*message) break;
      asio::write(socket, asio::buffer(policy::isns::WriteMessage(isns_.Answer(**message))), error);
    }
  }
}

}  // namespace iscsi_ike::test
