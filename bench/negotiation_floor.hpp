// NegotiationFloor: the cryptography that a negotiation cannot do without, both ends, and nothing
// else. This is the one place where it is counted (RFC 2409 sections 5, 5.4, 5.5, Appendix B). An
// end, phase 1 and one quick mode:
//
//   keys made         SKEYID, SKEYID_d, SKEYID_a: three times the states of an HMAC key. The
//                     states of the pre-shared key are kept from one negotiation to the next.
//                     One more for SKEYID_e, where the cipher key is longer than it (3DES, SHA-1).
//   prf               SKEYID 1, SKEYID_d/a/e 3, HASH_I and HASH_R 2, HASH(1) to HASH(3) 3,
//                     KEYMAT: for each direction as many as its keys need (aes128-sha256: 48
//                     octets, 2 with SHA-256, 3 with SHA-1), cipher key 0 or 2
//   hash              phase-1 vector 1, phase-2 vector 1, NAT-D 2 (each end's own and the other's)
//   cipher            each encrypted message once: sealed by one end, opened by the other
//   Diffie-Hellman    generate 1, agree 1; both again with PFS
//
// Inputs are as long as in a negotiation that is watched once. Not counted, though needed: random
// octets, copies, wiping.
#pragma once

#include <array>
#include <vector>

#include "bench/memory_pair.hpp"
#include "crypto/cbc.hpp"
#include "crypto/hash.hpp"

namespace iscsi_ike::bench {

// MessageSizes: the octets of each message's clear payloads, and of SAi_b.
struct MessageSizes {
  std::vector<std::size_t> encrypted_phase1;
  std::size_t quick1 = 0, quick2 = 0, quick3 = 0;
  std::size_t offer = 0;
};

class NegotiationFloor {
 public:
  explicit NegotiationFloor(const PairSettings& settings);

  // Both ends' symmetric work of one negotiation. False: the cipher refused.
  [[nodiscard]] bool RunSymmetric();
  // Both ends' Diffie-Hellman of kTogether negotiations, with the lanes that the settings name.
  [[nodiscard]] bool RunDh();
  static constexpr std::size_t kTogether = 16;

 private:
  [[nodiscard]] bool RunCipher(std::size_t payloads);
  void RunPhase1();
  void RunQuickMode();
  void MakeJobs();

  policy::Phase1Suite suite_;
  policy::EspSuite esp_;
  bool pfs_;
  MessageSizes sizes_;
  std::array<std::uint8_t, 4096> octets_{};  // what is hashed and encrypted
  std::uint8_t sink_ = 0;                    // so that the compiler keeps what nobody reads
  crypto::Prf psk_;
  crypto::CbcCipher cipher_;
  crypto::BatchDhExecutor dh_;
  std::vector<crypto::DhJob> generates_;
  std::vector<crypto::DhJob> agrees_;
};

}  // namespace iscsi_ike::bench
