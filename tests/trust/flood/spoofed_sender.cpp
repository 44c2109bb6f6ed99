#include "tests/trust/flood/spoofed_sender.hpp"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace iscsi_ike::trust {

std::optional<std::uint32_t> ParseAddress(const char* text) {
  in_addr address{};
  if (inet_pton(AF_INET, text, &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::optional<SpoofedSender> SpoofedSender::Open(Place target) {
  const int handle = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);  // has IP_HDRINCL
  if (handle < 0) return std::nullopt;
  return SpoofedSender(handle, target);
}

SpoofedSender::SpoofedSender(SpoofedSender&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)), target_(other.target_) {}

SpoofedSender::~SpoofedSender() {
  if (handle_ >= 0) close(handle_);
}

// The kernel fills in the checksum and the identification of the IP header.
void SpoofedSender::Add(Place source, std::span<const std::uint8_t> payload) {
  payload = payload.first(std::min(payload.size(), kMostPayload));
  const std::size_t size = kHeaders + payload.size();
  iphdr ip{};
  ip.version = 4;
  ip.ihl = 5;
  ip.ttl = 64;
  ip.protocol = IPPROTO_UDP;
  ip.tot_len = htons(static_cast<std::uint16_t>(size));
  ip.saddr = htonl(source.address);
  ip.daddr = htonl(target_.address);
  udphdr udp{};
  udp.source = htons(source.port);
  udp.dest = htons(target_.port);
  udp.len = htons(static_cast<std::uint16_t>(size - sizeof ip));
  std::uint8_t* const frame = frames_[count_].data();
  std::memcpy(frame, &ip, sizeof ip);
  std::memcpy(frame + sizeof ip, &udp, sizeof udp);
  std::copy(payload.begin(), payload.end(), frame + kHeaders);
  sizes_[count_++] = size;
  if (count_ == kMost) Flush();
}

void SpoofedSender::Flush() {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(target_.address);
  std::array<iovec, kMost> parts{};
  std::array<mmsghdr, kMost> messages{};
  for (std::size_t i = 0; i < count_; ++i) {
    parts[i] = {frames_[i].data(), sizes_[i]};
    messages[i].msg_hdr.msg_name = &to;
    messages[i].msg_hdr.msg_namelen = sizeof to;
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (std::size_t next = 0; next < count_;) {
    const int sent =
        sendmmsg(handle_, &messages[next], static_cast<unsigned>(count_ - next), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      ++refused_;  // the first of them
      ++next;
      continue;
    }
    for (int i = 0; i < sent; ++i) octets_ += sizes_[next++];
    datagrams_ += static_cast<std::uint64_t>(sent);
  }
  count_ = 0;
}

}  // namespace iscsi_ike::trust
