#include "ike/core/archive.hpp"

#include <algorithm>

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

crypto::MutableOctets ArchiveWriter::Next(std::size_t octets) {
  if (octets > octets_.size() - size_) {
    crypto::Secret larger(std::max({kFirstSize, 2 * octets_.size(), size_ + octets}));
    std::copy_n(octets_.Expose().begin(), size_, larger.ExposeMutable().begin());
    octets_ = std::move(larger);
  }
  size_ += octets;
  return octets_.ExposeMutable().subspan(size_ - octets, octets);
}

void ArchiveWriter::Number(std::uint64_t value, std::size_t octets) {
  crypto::BoxWriter(Next(octets)).Number(value, octets);
}

void ArchiveWriter::Put(crypto::Octets octets) {
  crypto::BoxWriter(Next(octets.size())).Put(octets);
}

crypto::Octets ArchiveReader::Take(std::size_t octets) {
  const crypto::Octets taken = in_.Take(octets);
  Require(in_.ok(), "the state ends too early");
  return taken;
}

std::uint64_t ArchiveReader::Number(std::size_t octets) {
  const std::uint64_t value = in_.Number(octets);
  Require(in_.ok(), "the state ends too early");
  return ok() ? value : 0;
}

std::size_t ArchiveReader::Count() {
  const auto count = static_cast<std::size_t>(Number(kCountSize));
  Require(count <= in_.rest().size(), "a run that is longer than the state");
  return ok() ? count : 0;
}

}  // namespace iscsi_ike::ike
