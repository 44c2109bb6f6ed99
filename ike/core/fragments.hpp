// IKE fragmentation ([MS-IKEE] section 2.2.3.1): a long message travels as several datagrams, each
// with a header of its own and one fragment payload.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "crypto/result.hpp"
#include "ike/core/received.hpp"
#include "ike/time.hpp"

namespace iscsi_ike::ike {

// Reassembly collects the fragments of one message of one session. Fragments are not authenticated,
// so count, octets and time are bounded, and a new fragment ID replaces what was collected.
class Reassembly {
 public:
  static constexpr std::size_t kMostFragments = 64;
  static constexpr std::size_t kMostOctets = 16384;
  static constexpr Duration kPatience{30000};  // from the first fragment on

  // Take adds one datagram. True: the message is whole. Errors say which rule it breaks; what had
  // been collected stays.
  [[nodiscard]] Result<bool, std::string_view> Take(const Received& received, Time now);
  // Release hands the message over and starts anew.
  [[nodiscard]] std::vector<std::uint8_t> Release();

 private:
  [[nodiscard]] bool IsWhole() const { return last_ != 0 && present_ == last_; }

  std::uint16_t id_ = 0;
  std::uint8_t last_ = 0;    // number of the last fragment, 0: not seen
  std::size_t present_ = 0;  // fragments
  std::size_t octets_ = 0;
  Time since_{};
  std::vector<std::vector<std::uint8_t>> slices_;  // by number - 1
};

// SliceMessage cuts a sealed message into datagrams of at most `most` octets each, fragment headers
// included. Empty: it needs no cutting, or cannot be cut that small in as few pieces as this end
// itself would take.
[[nodiscard]] std::vector<std::vector<std::uint8_t>> SliceMessage(Octets message, std::size_t most,
                                                                  std::uint16_t id);

}  // namespace iscsi_ike::ike
