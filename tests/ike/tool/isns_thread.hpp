// IsnsThread: a FakeIsns on a port of loopback, in a thread of its own, for the tool to talk with.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/isns_server.hpp"

namespace iscsi_ike::ike::tool {

class IsnsThread {
 public:
  enum class Manner { kAnswer, kSilence, kNoise };

  // Port 0: any free one.
  explicit IsnsThread(test::FakeIsns isns, Manner manner = Manner::kAnswer, std::uint16_t port = 0)
      : isns_(std::move(isns)), manner_(manner), acceptor_(context_, Loopback(port)) {
    Accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~IsnsThread() {
    context_.stop();
    thread_.join();
  }
  IsnsThread(const IsnsThread&) = delete;
  IsnsThread& operator=(const IsnsThread&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

  // With gives what `look` makes of the FakeIsns, which no request changes meanwhile.
  template <class Look>
  auto With(Look look) {
    const std::scoped_lock lock(mutex_);
    return look(isns_);
  }
  // WaitFor asks With until it is true, or 15 s are over.
  template <class Look>
  bool WaitFor(Look look) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (!With(look)) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  // Become changes the manner; HangUp closes all connections. For what comes after they return.
  void Become(Manner manner) {
    const std::scoped_lock lock(mutex_);
    manner_ = manner;
  }
  void HangUp() {
    const std::scoped_lock lock(mutex_);
    for (const auto& weak : callers_)
      if (const auto caller = weak.lock())
        boost::asio::post(context_, [caller] { caller->socket.close(); });
    callers_.clear();
  }
  // connections counts those that were ever taken.
  [[nodiscard]] int connections() {
    const std::scoped_lock lock(mutex_);
    return connections_;
  }

 private:
  using tcp = boost::asio::ip::tcp;

  struct Caller {
    explicit Caller(tcp::socket from) : socket(std::move(from)) {}
    tcp::socket socket;
    policy::isns::MessageReader reader;
    std::array<std::uint8_t, 4096> input{};
  };

  static tcp::endpoint Loopback(std::uint16_t port) {
    return {boost::asio::ip::make_address("127.0.0.1"), port};
  }

  void Accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
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

  void Read(const std::shared_ptr<Caller>& caller) {
    caller->socket.async_read_some(
        boost::asio::buffer(caller->input),
        [this, caller](const boost::system::error_code& error, std::size_t size) {
          if (error) return;
          Answer(*caller, policy::isns::Octets(caller->input).first(size));
          Read(caller);
        });
  }

  void Answer(Caller& caller, policy::isns::Octets octets) {
    const std::scoped_lock lock(mutex_);
    while (!octets.empty()) {
      const auto message = caller.reader.Take(octets);
      if (!message || !*message) return;
      policy::isns::Bytes answer = policy::isns::WriteMessage(isns_.Answer(**message));
      if (manner_ == Manner::kSilence) continue;
      if (manner_ == Manner::kNoise) answer.assign(64, 'x');
      boost::system::error_code ignored;
      boost::asio::write(caller.socket, boost::asio::buffer(answer), ignored);
    }
  }

  std::mutex mutex_;  // of the next four
  test::FakeIsns isns_;
  Manner manner_;
  std::vector<std::weak_ptr<Caller>> callers_;
  int connections_ = 0;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::thread thread_;
};

}  // namespace iscsi_ike::ike::tool
