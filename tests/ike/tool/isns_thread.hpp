// IsnsThread: a FakeIsns that listens on loopback.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <thread>

#include "tests/support/isns_server.hpp"

namespace iscsi_ike::test {

// IsnsThread serves connections one after the other, until it is destroyed.
class IsnsThread {
 public:
  // Without `answers` it is silent.
  explicit IsnsThread(FakeIsns isns, bool answers = true);
  ~IsnsThread();
  IsnsThread(const IsnsThread&) = delete;
  IsnsThread& operator=(const IsnsThread&) = delete;
  [[nodiscard]] std::string address() const;  // "127.0.0.1:40000"

 private:
  void Serve();
  void Answer(boost::asio::ip::tcp::socket& socket);

  FakeIsns isns_;
  bool answers_;
  std::atomic<bool> ending_ = false;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace iscsi_ike::test
