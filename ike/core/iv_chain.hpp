// IvChain: the CBC initialisation vectors of one exchange (RFC 2409 Appendix B). A message that has
// only been decrypted stages its last block; the chain moves on when the message has been accepted,
// so that a forgery cannot move it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "crypto/secret.hpp"
#include "crypto/suite.hpp"

namespace iscsi_ike::ike {

class IvChain {
 public:
  IvChain() = default;
  // Start: the first block-size octets of `digest`.
  void Start(crypto::Octets digest, std::size_t block_size) {
    size_ = static_cast<std::uint8_t>(block_size);
    std::copy_n(digest.begin(), block_size, current_.begin());
    staged_ = current_;
  }
  [[nodiscard]] bool started() const { return size_ != 0; }
  [[nodiscard]] crypto::Octets current() const { return {current_.data(), size_}; }
  [[nodiscard]] std::size_t block_size() const { return size_; }

  // Stage remembers the last ciphertext block of a message; Commit makes it the next initialisation
  // vector.
  void Stage(crypto::Octets ciphertext) {
    std::copy_n(ciphertext.end() - size_, size_, staged_.begin());
  }
  void Commit() { current_ = staged_; }

 private:
  friend struct ArchiveAccess;
  std::array<std::uint8_t, crypto::kMaxBlockSize> current_{};
  std::array<std::uint8_t, crypto::kMaxBlockSize> staged_{};
  std::uint8_t size_ = 0;
};

}  // namespace iscsi_ike::ike
