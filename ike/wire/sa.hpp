// The SA payload with its proposals and transforms, RFC 2408 sections 3.4 to 3.6, RFC 2407
// section 4.6.1.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !              Domain of Interpretation (1: IPsec)              !   SA body
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                Situation (1: identity only)                   !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ! Next (0 or 2) !   RESERVED    !       Proposal Length         !   proposal, once or more
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !  Proposal #   !  Protocol-Id  !    SPI Size   !# of Transforms!
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                        SPI (variable)                         !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ! Next (0 or 3) !   RESERVED    !       Transform Length        !   transform, once or more
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !  Transform #  !  Transform-Id !           RESERVED2           !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                        SA Attributes                          !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/payload.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {

inline constexpr std::size_t kTransformFixedSize = 8;  // generic header, number, ID, RESERVED2
inline constexpr std::size_t kMaxProposals = 64;
inline constexpr std::size_t kMaxTransforms = 255;  // of one proposal: the count is an octet

// LinkedRange walks proposals or transforms whose chain ParseSa has already checked. View has a
// constructor from the octets of one element, generic header included.
template <class View>
class LinkedRange {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = View;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = View;
    Iterator() = default;
    explicit Iterator(Octets rest) : rest_(rest) {}
    View operator*() const { return View(rest_.first(Size())); }
    Iterator& operator++() {
      rest_ = rest_.subspan(Size());
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.rest_.size() == b.rest_.size();
    }

   private:
    [[nodiscard]] std::size_t Size() const {
      return static_cast<std::size_t>((rest_[2] << 8) | rest_[3]);
    }
    Octets rest_;
  };

  explicit LinkedRange(Octets elements) : elements_(elements) {}
  [[nodiscard]] Iterator begin() const { return Iterator(elements_); }
  [[nodiscard]] Iterator end() const { return Iterator(elements_.last(0)); }

 private:
  Octets elements_;
};

// TransformView is one transform of a checked SA.
struct TransformView {
  explicit TransformView(Octets element);
  std::uint8_t number = 0;
  std::uint8_t id = 0;
  Octets attributes;
  Octets whole;  // with the generic header, as received
};

// ProposalView is one proposal of a checked SA.
struct ProposalView {
  explicit ProposalView(Octets element);
  std::uint8_t number = 0;
  ProtocolId protocol = ProtocolId::kNone;
  Octets spi;
  std::uint8_t transform_count = 0;
  Octets transform_octets;
  Octets whole;
  [[nodiscard]] LinkedRange<TransformView> transforms() const {
    return LinkedRange<TransformView>(transform_octets);
  }
};

// SaView is a checked SA payload. `body` is the whole payload body: SAi_b of RFC 2409 section 5
// when it came first.
struct SaView {
  std::uint32_t doi = 0;
  std::uint32_t situation = 0;
  Octets body;
  std::size_t proposal_count = 0;
  [[nodiscard]] LinkedRange<ProposalView> proposals() const {
    return LinkedRange<ProposalView>(body.subspan(8));
  }
};

// ParseSa checks DOI, situation, every length, link and count down to the transforms (attributes
// are the decoders' affair). Numbers need not increase; RESERVED octets are not looked at. Errors:
// DOI-NOT-SUPPORTED, SITUATION-NOT-SUPPORTED, PAYLOAD-MALFORMED (lengths), BAD-PROPOSAL-SYNTAX
// (links and counts).
[[nodiscard]] Wire<SaView> ParseSa(Octets body);

// SaWriter writes the body of an SA payload already begun on the same Writer: DOI and situation at
// once, then proposals with their transforms. Counts, links and lengths are patched.
class SaWriter {
 public:
  explicit SaWriter(Writer& writer);
  void BeginProposal(std::uint8_t number, ProtocolId protocol, Octets spi);
  // BeginTransform .. EndTransform: attributes in between go straight to writer().
  void BeginTransform(std::uint8_t number, std::uint8_t id);
  void EndTransform();
  // CopyTransform repeats a received transform octet for octet (but for the link): an answer may
  // change nothing.
  void CopyTransform(const TransformView& transform);
  void EndProposal();
  [[nodiscard]] Writer& writer() { return *writer_; }

 private:
  Writer* writer_;
  PayloadChain proposals_;
  PayloadChain transforms_;
  std::uint8_t transform_count_ = 0;
};

}  // namespace iscsi_ike::ike
