// IsnsThread: a FakeIsns on a port of loopback, in a thread of its own, for the tool to talk with.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/isns_server.hpp"

namespace iscsi_ike::test {

class IsnsThread {
 public:
  // kTillRegistered: two questions are answered, as many as a discovery asks up to its own.
  enum class Manner { kAnswer, kSilence, kNoise, kTillRegistered };

  // Port 0: any free one.
  explicit IsnsThread(FakeIsns isns, Manner manner = Manner::kAnswer, std::uint16_t port = 0);
  ~IsnsThread();
  IsnsThread(const IsnsThread&) = delete;
  IsnsThread& operator=(const IsnsThread&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

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
  // Become changes the manner, for requests that come from now on. HangUp closes all connections.
  void Become(Manner manner);
  void HangUp();
  // connections counts those that were ever taken.
  [[nodiscard]] int connections();

 private:
  struct Caller;
  void Accept();
  void Read(const std::shared_ptr<Caller>& caller);
  void Answer(Caller& caller, policy::isns::Octets octets);

  std::mutex mutex_;  // of the next four
  FakeIsns isns_;
  Manner manner_;
  std::vector<std::weak_ptr<Caller>> callers_;
  int connections_ = 0;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::thread thread_;
};

}  // namespace iscsi_ike::test
