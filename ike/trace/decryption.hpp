// Decryption of a captured message: RFC 2409 Appendix B. For the sources of this folder only.
#pragma once

#include "crypto/cbc.hpp"
#include "ike/trace/decode_session.hpp"
#include "ike/trace/keylog_reader.hpp"

namespace iscsi_ike::ike {

// Opened is a message in clear, or why there is none.
struct Opened {
  std::vector<std::uint8_t> clear;  // payloads and padding
  std::string obstacle;             // a sentence; empty: clear is there
  std::size_t block_size = 0;       // 0: the cipher is not known
};

class Decryption {
 public:
  explicit Decryption(KeyTable keys) : keys_(std::move(keys)) {}

  // Open tries the keys of the session's initiator cookie, and the initialisation vectors that may
  // be, until the octets are a chain of payloads. It changes nothing of the session: the caller
  // pushes the last block when the message is neither repeated nor in vain.
  [[nodiscard]] Opened Open(const DecodeSession& session, const Header& header, Octets ciphertext);

 private:
  KeyTable keys_;
  crypto::CbcCipher cipher_;
};

}  // namespace iscsi_ike::ike
