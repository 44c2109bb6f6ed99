#include "tests/ike/tool/isns_thread.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace iscsi_ike::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct IsnsThread::Caller {
  explicit Caller(tcp::socket from) : socket(std::move(from)) {}
  tcp::socket socket;
  policy::isns::MessageReader reader;
  std::array<std::uint8_t, 4096> input{};
};

IsnsThread::IsnsThread(FakeIsns isns, Manner manner, std::uint16_t port)
    : isns_(std::move(isns)),
      manner_(manner),
      acceptor_(context_, {asio::ip::make_address("127.0.0.1"), port}),
      port_(acceptor_.local_endpoint().port()) {
  Accept();
  thread_ = std::thread([this] { context_.run(); });
}

IsnsThread::~IsnsThread() {
  context_.stop();
  thread_.join();
}

void IsnsThread::Become(Manner manner) {
  const std::scoped_lock lock(mutex_);
  manner_ = manner;
}

void IsnsThread::HangUp() {
  const std::scoped_lock lock(mutex_);
  for (const auto& weak : callers_)
    if (const auto caller = weak.lock()) asio::post(context_, [caller] { caller->socket.close(); });
  callers_.clear();
}

int IsnsThread::connections() {
  const std::scoped_lock lock(mutex_);
  return connections_;
}

void IsnsThread::Accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error) return;
    const auto caller = std::make_shared<Caller>(std::move(socket));
    {
      const std::scoped_lock lock(mutex_);
      callers_.push_back(caller);
      ++connections_;
    }
    Read(caller);
    Accept();
  });
}

void IsnsThread::Read(const std::shared_ptr<Caller>& caller) {
  caller->socket.async_read_some(asio::buffer(caller->input),
                                 [this, caller](const error_code& error, std::size_t size) {
                                   if (error) return;
                                   Answer(*caller, policy::isns::Octets(caller->input).first(size));
                                   Read(caller);
                                 });
}

void IsnsThread::Answer(Caller& caller, policy::isns::Octets octets) {
  const std::scoped_lock lock(mutex_);
  while (!octets.empty()) {
    const auto message = caller.reader.Take(octets);
    if (!message || !*message) return;
    policy::isns::Bytes answer = policy::isns::WriteMessage(isns_.Answer(**message));
    if (manner_ == Manner::kSilence) continue;
    if (manner_ == Manner::kTillRegistered && isns_.asked.size() > 2) continue;
    if (manner_ == Manner::kNoise) answer.assign(64, 'x');
    error_code ignored;
    asio::write(caller.socket, asio::buffer(answer), ignored);
  }
}

}  // namespace iscsi_ike::test
