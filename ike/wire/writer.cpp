#include "ike/wire/writer.hpp"

#include <algorithm>
#include <cassert>

namespace iscsi_ike::ike {

void Writer::U16(std::uint16_t value) {
  U8(static_cast<std::uint8_t>(value >> 8));
  U8(static_cast<std::uint8_t>(value));
}

void Writer::U32(std::uint32_t value) {
  U16(static_cast<std::uint16_t>(value >> 16));
  U16(static_cast<std::uint16_t>(value));
}

void Writer::PatchU8(std::size_t at, std::uint8_t value) {
  assert(at < out_->size());
  (*out_)[at] = value;
}

void Writer::PatchU16(std::size_t at, std::uint16_t value) {
  PatchU8(at, static_cast<std::uint8_t>(value >> 8));
  PatchU8(at + 1, static_cast<std::uint8_t>(value));
}

void Writer::PatchU32(std::size_t at, std::uint32_t value) {
  PatchU16(at, static_cast<std::uint16_t>(value >> 16));
  PatchU16(at + 2, static_cast<std::uint16_t>(value));
}

void Writer::Patch(std::size_t at, Octets octets) {
  assert(at <= out_->size() && octets.size() <= out_->size() - at);
  std::copy(octets.begin(), octets.end(), out_->begin() + static_cast<std::ptrdiff_t>(at));
}

void PayloadChain::Begin(PayloadType type) {
  if (link_) writer_->PatchU8(*link_, ToNumber(type));
  if (first_ == PayloadType::kNone) first_ = type;
  start_ = writer_->Mark();
  link_ = start_;
  writer_->Zero(4);
}

void PayloadChain::End() {
  const std::size_t length = writer_->Mark() - start_;
  assert(length <= 0xffff);
  writer_->PatchU16(start_ + 2, static_cast<std::uint16_t>(length));
}

void PayloadChain::Add(PayloadType type, Octets body) {
  Begin(type);
  writer_->Put(body);
  End();
}

}  // namespace iscsi_ike::ike
