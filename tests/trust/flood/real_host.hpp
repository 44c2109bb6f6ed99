// RealHost: a host that sends from where it is, by one UDP socket, and so is told what comes back.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tests/trust/flood/spoofed_sender.hpp"

namespace iscsi_ike::trust {

class RealHost {
 public:
  // Open binds port 500 of every address of this host, and talks to `target` alone. nullopt: the
  // system does not let it; errno says why.
  static std::optional<RealHost> Open(Place target);
  RealHost(RealHost&& other) noexcept;
  RealHost& operator=(RealHost&&) = delete;
  ~RealHost();

  // Send: whether it has left.
  bool Send(std::span<const std::uint8_t> payload);
  // Receive is what has come, valid until the next call; empty: nothing more at present.
  std::span<const std::uint8_t> Receive();

  // What has really left: IPv4 octets, headers included.
  [[nodiscard]] std::uint64_t datagrams() const { return datagrams_; }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  explicit RealHost(int handle) : handle_(handle), received_(kMostReceived) {}

  static constexpr std::size_t kMostReceived = 65536;
  int handle_ = -1;
  std::vector<std::uint8_t> received_;
  std::uint64_t datagrams_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace iscsi_ike::trust
