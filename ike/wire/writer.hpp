// Writer appends to a buffer that the caller owns; PayloadChain writes linked payloads and patches
// what links them.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ! Next Payload  !   RESERVED    !         Payload Length        !   generic payload header, RFC
// 2408 section 3.2
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ike/wire/registry.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

// Writer borrows `out`. Positions are offsets in `out`, so they survive its growth. Integers are
// big-endian.
class Writer {
 public:
  explicit Writer(std::vector<std::uint8_t>& out) : out_(&out) {}

  void U8(std::uint8_t value) { out_->push_back(value); }
  void U16(std::uint16_t value);
  void U32(std::uint32_t value);
  void Put(Octets octets) { out_->insert(out_->end(), octets.begin(), octets.end()); }
  void Zero(std::size_t count) { out_->insert(out_->end(), count, 0); }

  // Mark is the position of the next octet; the patches overwrite octets already written there.
  [[nodiscard]] std::size_t Mark() const { return out_->size(); }
  void PatchU8(std::size_t at, std::uint8_t value);
  void PatchU16(std::size_t at, std::uint16_t value);
  void PatchU32(std::size_t at, std::uint32_t value);
  void Patch(std::size_t at, Octets octets);
  // Since is what was written from `mark` on; valid until the next write.
  [[nodiscard]] Octets Since(std::size_t mark) const { return Octets(*out_).subspan(mark); }

 private:
  std::vector<std::uint8_t>* out_;
};

// PayloadChain writes payloads one after another: `Begin` puts the type where the link before wants
// it and writes the generic header, `End` patches the length. The same class writes proposals
// within an SA and transforms within a proposal; there the first has no link before it.
class PayloadChain {
 public:
  // The first payload's type goes to position `next_field` (octet 16 of the header), or nowhere:
  // ask first().
  PayloadChain(Writer& writer, std::size_t next_field) : writer_(&writer), link_(next_field) {}
  explicit PayloadChain(Writer& writer) : writer_(&writer) {}

  void Begin(PayloadType type);
  void End();
  // Add writes a whole payload.
  void Add(PayloadType type, Octets body);

  // first: type of the first payload, kNone while there is none.
  [[nodiscard]] PayloadType first() const { return first_; }
  // Positions in the payload last begun: its generic header, and its body.
  [[nodiscard]] std::size_t header_at() const { return start_; }
  [[nodiscard]] std::size_t body_at() const { return start_ + 4; }

 private:
  Writer* writer_;
  std::optional<std::size_t> link_;
  std::size_t start_ = 0;
  PayloadType first_ = PayloadType::kNone;
};

}  // namespace iscsi_ike::ike
