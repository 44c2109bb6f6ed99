// SocketAddress: an Endpoint as the system's calls want it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

#include "ike/endpoint.hpp"

namespace iscsi_ike::ike::net {

class SocketAddress {
 public:
  SocketAddress() = default;  // empty, with room for any family: to be filled by a system call
  explicit SocketAddress(const Endpoint& endpoint);

  [[nodiscard]] sockaddr* data();
  [[nodiscard]] const sockaddr* data() const;
  [[nodiscard]] socklen_t size() const { return size_; }
  [[nodiscard]] socklen_t* size_ptr() { return &size_; }
  [[nodiscard]] int family() const { return storage_.ss_family; }
  // ToEndpoint: nullopt when the system gave neither IPv4 nor IPv6.
  [[nodiscard]] std::optional<Endpoint> ToEndpoint() const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = sizeof(sockaddr_storage);
};

[[nodiscard]] policy::IpAddress ToIpAddress(const in_addr& address);
[[nodiscard]] policy::IpAddress ToIpAddress(const in6_addr& address);
[[nodiscard]] in_addr ToInAddr(const policy::IpAddress& v4);
[[nodiscard]] in6_addr ToIn6Addr(const policy::IpAddress& v6);

}  // namespace iscsi_ike::ike::net
