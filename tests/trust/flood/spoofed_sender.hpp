// SpoofedSender: UDP datagrams over IPv4 from any address, true or not, through a raw socket
// (IP_HDRINCL; root or CAP_NET_RAW). Many go with one system call. UDP checksums are 0, which means
// none (RFC 768).
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace iscsi_ike::trust {

// Port and address in host order.
struct Place {
  std::uint32_t address = 0;
  std::uint16_t port = 500;
};

// ParseAddress reads "192.0.2.1".
[[nodiscard]] std::optional<std::uint32_t> ParseAddress(const char* text);

class SpoofedSender {
 public:
  static constexpr std::size_t kMost = 64;           // in one call
  static constexpr std::size_t kMostPayload = 1472;  // what an Ethernet frame holds

  // Open: nullopt when the system gives no raw socket; errno says why.
  static std::optional<SpoofedSender> Open(Place target);
  SpoofedSender(SpoofedSender&& other) noexcept;
  SpoofedSender& operator=(SpoofedSender&&) = delete;
  ~SpoofedSender();

  // Add: what does not fit into a frame is cut. A full batch is sent.
  void Add(Place source, std::span<const std::uint8_t> payload);
  void Flush();

  // What has really left: IPv4 octets, headers included.
  [[nodiscard]] std::uint64_t datagrams() const { return datagrams_; }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  static constexpr std::size_t kHeaders = 28;
  SpoofedSender(int handle, Place target) : handle_(handle), target_(target) {}

  int handle_ = -1;
  Place target_;
  std::size_t count_ = 0;
  std::array<std::array<std::uint8_t, kHeaders + kMostPayload>, kMost> frames_{};
  std::array<std::size_t, kMost> sizes_{};
  std::uint64_t datagrams_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace iscsi_ike::trust
