#include "ike/core/archive.hpp"

#include <algorithm>
#include <array>

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kFirstSize = 4096;
constexpr std::size_t kCountSize = 4;

}  // namespace

void Archive::Refuse(std::string_view rule) {
  if (!ok()) return;
  for (const auto& [noun, number] : place_) {
    if (!error_.empty()) error_ += ", ";
    error_ += std::string(noun) + " " + std::to_string(number);
  }
  if (!error_.empty()) error_ += ": ";
  error_ += rule;
}

void ArchiveWriter::Number(std::uint64_t value, std::size_t octets) {
  std::array<std::uint8_t, sizeof value> number{};
  for (std::size_t i = 0; i < octets; ++i)
    number[i] = static_cast<std::uint8_t>(value >> (8 * (octets - 1 - i)));
  Put(crypto::Octets(number).first(octets));
  crypto::Wipe(number);
}

void ArchiveWriter::Put(crypto::Octets octets) {
  if (octets.size() > octets_.size() - size_) {
    crypto::Secret larger(std::max({kFirstSize, 2 * octets_.size(), size_ + octets.size()}));
    std::copy_n(octets_.Expose().begin(), size_, larger.ExposeMutable().begin());
    octets_ = std::move(larger);
  }
  std::copy(octets.begin(), octets.end(), octets_.ExposeMutable().subspan(size_).begin());
  size_ += octets.size();
}

crypto::Octets ArchiveReader::Take(std::size_t octets) {
  if (octets > rest_.size()) {
    Refuse("the state ends too early");
    rest_ = {};
    return {};
  }
  const crypto::Octets taken = rest_.first(octets);
  rest_ = rest_.subspan(octets);
  return taken;
}

std::uint64_t ArchiveReader::Number(std::size_t octets) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : Take(octets)) value = value << 8U | octet;
  return ok() ? value : 0;
}

std::size_t ArchiveReader::Count() {
  const auto count = static_cast<std::size_t>(Number(kCountSize));
  Require(count <= rest_.size(), "a run that is longer than the state");
  return ok() ? count : 0;
}

}  // namespace iscsi_ike::ike
