// NameLookup resolves the name of a host in a thread that nobody waits for. getaddrinfo cannot be
// interrupted, and Asio's own resolver would hold up the end of the process until it is done.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace iscsi_ike::ike::net {

class NameLookup {
 public:
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;
  using Found = std::function<void(const boost::system::error_code&, const Endpoints&)>;
  // Resolve blocks until it has an answer.
  using Resolve = std::function<Endpoints(const std::string& host, std::uint16_t port,
                                          boost::system::error_code&)>;

  // Starts to look for `host`; an address needs no thread. `found` is called once on the thread of
  // `context`, which outlives the lookup and must have other work as long as an answer is awaited.
  NameLookup(boost::asio::io_context& context, const std::string& host, std::uint16_t port,
             Found found, Resolve resolve = BySystem);
  // From here on `found` is not called any more; the thread ends by itself.
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  static Endpoints BySystem(const std::string& host, std::uint16_t port,
                            boost::system::error_code& error);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace iscsi_ike::ike::net
