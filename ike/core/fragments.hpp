// IKE fragmentation ([MS-IKEE] section 2.2.3.1): a long message travels as several datagrams, each
// with a header of its own and one fragment payload.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/result.hpp"
#include "ike/core/deadline.hpp"
#include "ike/core/received.hpp"
#include "ike/time.hpp"
#include "ike/wire/fragment.hpp"

namespace iscsi_ike::ike {

// Reassembly collects the fragments of one message of one session. Fragments are not authenticated,
// so count, octets and time are bounded, and a new fragment ID replaces what was collected. So does
// a fragment that contradicts what was collected: one of them is forged, or of another message.
class Reassembly {
 public:
  static constexpr std::size_t kMostFragments = 64;
  static constexpr std::size_t kMostOctets = 16384;
  // Of who has not authenticated himself, of whom there may be thousands: no message of a phase 1
  // with a pre-shared key comes near it.
  static constexpr std::size_t kMostOfStranger = 4096;
  static constexpr Duration kPatience{30000};  // from the first fragment on

  // Take adds one, of a message of at most `most` octets. True: the message is whole. Errors say
  // which rule it breaks, or what it contradicts.
  [[nodiscard]] Result<bool, std::string_view> Take(const FragmentView& fragment, Time now,
                                                    std::size_t most = kMostOctets);
  // Release hands the message over and starts anew.
  [[nodiscard]] std::vector<std::uint8_t> Release();
  [[nodiscard]] std::uint16_t id() const { return id_; }
  [[nodiscard]] Time since() const { return since_; }
  // expires_at: when what was collected is forgotten; none: nothing was.
  [[nodiscard]] Deadline expires_at() const {
    return present_ == 0 ? Deadline() : Deadline(since_ + kPatience);
  }

 private:
  friend struct ArchiveAccess;
  [[nodiscard]] std::optional<std::string_view> ConflictWith(const FragmentView& fragment,
                                                             std::size_t most) const;
  void Begin(std::uint16_t id, Time now);
  void Add(const FragmentView& fragment);
  [[nodiscard]] bool IsWhole() const { return last_ != 0 && present_ == last_; }

  std::uint16_t id_ = 0;
  std::uint8_t last_ = 0;    // number of the last fragment, 0: not seen
  std::size_t present_ = 0;  // fragments
  std::size_t octets_ = 0;
  Time since_{};
  std::vector<std::vector<std::uint8_t>> slices_;  // by number - 1
};

// ReadFragment reads the one fragment of a message. Errors say which rule it breaks.
[[nodiscard]] Result<FragmentView, std::string_view> ReadFragment(const Received& received);

// ReassemblyOf finds where the fragments of this ID are collected; failing that a free place among
// `most`, or that of the oldest: exchanges run in parallel, and so do their fragments.
[[nodiscard]] Reassembly& ReassemblyOf(std::vector<Reassembly>& all, std::size_t most,
                                       std::uint16_t id);

// FragmentIdOf: a message has the same fragment ID whenever it is sent, so that what is lost of it
// once may come with a repetition.
[[nodiscard]] std::uint16_t FragmentIdOf(Octets message);

// SliceMessage cuts a sealed message into datagrams of at most `most` octets each, fragment headers
// included. Empty: it needs no cutting, or cannot be cut that small in as few pieces as this end
// itself would take.
[[nodiscard]] std::vector<std::vector<std::uint8_t>> SliceMessage(Octets message, std::size_t most,
                                                                  std::uint16_t id);

}  // namespace iscsi_ike::ike
