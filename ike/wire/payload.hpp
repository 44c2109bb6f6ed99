// The payload chain of a message: linked payloads, each behind a generic header (RFC 2408
// section 3.2).
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ! Next Payload  !   RESERVED    !         Payload Length        !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

inline constexpr std::size_t kGenericHeaderSize = 4;

// Payload is one link of the chain, borrowed from the message.
struct Payload {
  PayloadType type = PayloadType::kNone;
  bool reserved_nonzero = false;
  std::uint32_t offset = 0;  // of whole() in the octets that were parsed
  Octets body;               // without the generic header
  // whole: with the generic header, which stands in front of the body.
  [[nodiscard]] Octets whole() const {
    return {body.data() - kGenericHeaderSize, body.size() + kGenericHeaderSize};
  }
};

// ChainRules: kStrict also refuses a non-zero RESERVED octet and payload types that no RFC assigns
// and that are not for private use (RFC 2408 section 5.3). Noise from a wrong key rarely passes.
enum class ChainRules : std::uint8_t { kLenient, kStrict };

// PayloadList holds a whole chain in place, in wire order.
class PayloadList {
 public:
  static constexpr std::size_t kCapacity = 32;

  [[nodiscard]] const Payload* begin() const { return payloads_.data(); }
  [[nodiscard]] const Payload* end() const { return payloads_.data() + size_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const Payload& operator[](std::size_t index) const { return payloads_[index]; }

  // Find is the first payload of that type, or nullptr.
  [[nodiscard]] const Payload* Find(PayloadType type) const;
  [[nodiscard]] std::size_t Count(PayloadType type) const;

  // AfterFirst: all payloads but the first, generic headers included, padding excluded: what
  // HASH(1) and HASH(2) of RFC 2409 section 5.5 cover.
  [[nodiscard]] Octets AfterFirst() const;
  // All payloads with their headers, and what follows the last: encryption padding.
  [[nodiscard]] Octets chain() const { return chain_; }
  [[nodiscard]] Octets padding() const { return padding_; }
  [[nodiscard]] std::size_t padding_size() const { return padding_.size(); }

 private:
  friend Wire<PayloadList> ParsePayloads(PayloadType first, Octets octets, ChainRules rules);
  std::array<Payload, kCapacity> payloads_{};
  std::size_t size_ = 0;
  Octets chain_;
  Octets padding_;
};

// ParsePayloads walks the chain that starts in `octets` with a payload of type `first` (kNone: no
// payload, all padding). Errors: a length under 4 or past the end, proposal or transform payloads
// in this chain, more than kCapacity payloads.
[[nodiscard]] Wire<PayloadList> ParsePayloads(PayloadType first, Octets octets,
                                              ChainRules rules = ChainRules::kLenient);

// WithinPayload is the error of a body's parser seen from the message: offset counted as
// Payload::offset, type filled in.
[[nodiscard]] ParseError WithinPayload(ParseError error, const Payload& payload);

}  // namespace iscsi_ike::ike
