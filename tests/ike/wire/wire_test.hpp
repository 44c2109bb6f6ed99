// What the tests of the wire formats share: octets in a heap block of their exact size, so that
// AddressSanitizer sees the first octet read past the end, and the real messages that several of
// them use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "ike/wire/types.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

// ExactCopy owns a copy of some octets, and not one octet more.
class ExactCopy {
 public:
  explicit ExactCopy(ike::Octets octets)
      : size_(octets.size()), data_(std::make_unique<std::uint8_t[]>(size_)) {
    std::copy(octets.begin(), octets.end(), data_.get());
  }
  [[nodiscard]] ike::Octets octets() const { return {data_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> data_;
};

// ForEachTruncation calls `visit` with every proper prefix of `octets`, the empty one first.
template <class Visit>
void ForEachTruncation(ike::Octets octets, Visit visit) {
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const ExactCopy copy(octets.first(size));
    visit(copy.octets());
  }
}

// ForEachOctetChanged calls `visit` with copies of `octets` that differ in one octet.
template <class Visit>
void ForEachOctetChanged(const Bytes& octets, Visit visit) {
  for (std::size_t at = 0; at < octets.size(); ++at) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      Bytes changed = octets;
      changed[at] = static_cast<std::uint8_t>(value);
      const ExactCopy copy(changed);
      visit(copy.octets());
    }
  }
}

inline ike::Cookie CookieOf(std::string_view hex) {
  ike::Cookie cookie;
  const Bytes octets = FromHex(hex);
  std::copy_n(octets.begin(), cookie.octets.size(), cookie.octets.begin());
  return cookie;
}

inline const ike::Cookie kInitiatorCookie = CookieOf("1122334455667788");
inline const ike::Cookie kResponderCookie = CookieOf("99aabbccddeeff00");

// A main mode with AES-256, SHA2-256, group 14: the SA body of its first message, its fifth message
// in clear (padded) and as sent, and the first quick mode message after HASH(1).
inline constexpr std::string_view kSaBody =
    "00000001000000010000003001010001000000280101000080010007800e010080020004800300018004000e800b00"
    "01000c000400007080";
inline constexpr std::string_view kMessage5Clear =
    "0800000c01000000c0000201000000247dcd6b5da4550845e84de654a887c5f6b398d387eece8ad386735fc8075ac3"
    "1e";
inline constexpr std::string_view kMessage5 =
    "112233445566778899aabbccddeeff0005100201000000000000004cf9fd2d39c41fbe6332e0f10452a205687eb029"
    "b7a51acc112307fad38164f1504ba0a73c8664e852cdbc9a552fe6ec2f";
inline constexpr std::string_view kQuickAfterHash =
    "0a00003800000001000000010000002c01030401c0ffee0100000020010c0000800600808005000280040002800100"
    "010002000400000e1005000014313131313131313131313131313131310500000c01060000c00002010000000c0106"
    "0cbcc0000202";

}  // namespace iscsi_ike::test
