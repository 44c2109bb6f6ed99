// Diffie-Hellman as values. A DhJob is all that an exponentiation needs and gives: it refers to no
// session, may be run inline, in a thread, in a batch, on other hardware, or be dropped, and may
// outlive whoever made it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "crypto/suite.hpp"

namespace iscsi_ike::crypto {

// DhTicket names a job to whoever asked for it; crypto never looks at it.
enum class DhTicket : std::uint64_t {};

enum class DhOperation : std::uint8_t {
  kGenerate,  // public_value = g^private_key
  kAgree,     // shared = peer_public^private_key
};

enum class DhOutcome : std::uint8_t {
  kPending,
  kOk,
  kBadPeerValue,  // wrong length, out of range, not on the curve, or an all-zero secret
  kFailed,        // the library refused (memory)
};

// DhJob. Inputs: ticket, operation, group, private_key (as MakePrivateKey gave it), peer_public
// (agree only; as carried in the KE payload, RFC 2409 section 5: left-padded to the group's
// length). Outputs: outcome, and public_value or shared, both left-padded to the group's full
// length.
struct DhJob {
  DhTicket ticket{};
  DhOperation operation = DhOperation::kGenerate;
  DhGroup group = DhGroup::kModp2048;
  Secret private_key;
  std::vector<std::uint8_t> peer_public;

  DhOutcome outcome = DhOutcome::kPending;
  std::vector<std::uint8_t> public_value;
  Secret shared;
};

// MakePrivateKey draws an exponent or scalar: for MODP a short exponent (about twice the group's
// strength or more, RFC 3526 section 8; its length is Info(group).private_size, top bit set so that
// every exponentiation runs equally long), for ECP a scalar in [1, n-1] by rejection (FIPS 186-4
// section B.4.2), for X25519 32 octets (RFC 7748 section 5). nullopt: the source failed.
[[nodiscard]] std::optional<Secret> MakePrivateKey(DhGroup group, RandomSource& random);

// IsAcceptablePeerValue is the cheap part of the check: the length, 1 < y < p-1 for MODP (RFC 6989
// section 2.1), coordinates below p and on the curve for ECP (section 2.3), no point of small order
// for X25519 (which would give the all-zero secret that RFC 7748 section 6.1 refuses).
[[nodiscard]] bool IsAcceptablePeerValue(DhGroup group, Octets peer_public);

// DhExecutor runs jobs. Batch-minded: implementations may fill lanes or threads across the span.
class DhExecutor {
 public:
  virtual ~DhExecutor() = default;
  // Run computes every job whose outcome is kPending and sets its outcome; it never throws and
  // never blocks on I/O.
  virtual void Run(std::span<DhJob> jobs) = 0;
};

// InlineDhExecutor runs each job on the calling thread, one after the other. One object per thread.
class InlineDhExecutor final : public DhExecutor {
 public:
  InlineDhExecutor();
  ~InlineDhExecutor() override;
  void Run(std::span<DhJob> jobs) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::crypto
