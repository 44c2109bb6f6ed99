#include "ike/net/socket_address.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace iscsi_ike::ike::net {

namespace {

// Load and Store copy between the system's union-like storage and one concrete address.
template <class T>
T Load(const sockaddr_storage& storage) {
  T value{};
  std::memcpy(&value, &storage, sizeof value);
  return value;
}

template <class T>
socklen_t Store(const T& value, sockaddr_storage& storage) {
  std::memcpy(&storage, &value, sizeof value);
  return sizeof value;
}

}  // namespace

policy::IpAddress ToIpAddress(const in_addr& address) {
  std::array<std::uint8_t, 4> octets{};
  std::memcpy(octets.data(), &address, octets.size());
  return policy::IpAddress::V4(octets);
}

policy::IpAddress ToIpAddress(const in6_addr& address) {
  std::array<std::uint8_t, 16> octets{};
  std::memcpy(octets.data(), &address, octets.size());
  return policy::IpAddress::V6(octets);
}

in_addr ToInAddr(const policy::IpAddress& v4) {
  in_addr address{};
  std::memcpy(&address, v4.octets().data(), std::min(v4.octets().size(), sizeof address));
  return address;
}

in6_addr ToIn6Addr(const policy::IpAddress& v6) {
  in6_addr address{};
  std::memcpy(&address, v6.octets().data(), std::min(v6.octets().size(), sizeof address));
  return address;
}

SocketAddress::SocketAddress(const Endpoint& endpoint) {
  if (endpoint.address.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    v6.sin6_addr = ToIn6Addr(endpoint.address);
    size_ = Store(v6, storage_);
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    v4.sin_addr = ToInAddr(endpoint.address);
    size_ = Store(v4, storage_);
  }
}

sockaddr* SocketAddress::data() { return static_cast<sockaddr*>(static_cast<void*>(&storage_)); }
const sockaddr* SocketAddress::data() const {
  return static_cast<const sockaddr*>(static_cast<const void*>(&storage_));
}

std::optional<Endpoint> SocketAddress::ToEndpoint() const {
  if (storage_.ss_family == AF_INET) {
    const auto v4 = Load<sockaddr_in>(storage_);
    return Endpoint{ToIpAddress(v4.sin_addr), ntohs(v4.sin_port)};
  }
  if (storage_.ss_family == AF_INET6) {
    const auto v6 = Load<sockaddr_in6>(storage_);
    return Endpoint{ToIpAddress(v6.sin6_addr), ntohs(v6.sin6_port)};
  }
  return std::nullopt;
}

}  // namespace iscsi_ike::ike::net
