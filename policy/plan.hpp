// Plan: what the translator makes of a security word, and all that the engine needs to know of
// policy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/identity.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::policy {

// Outcome of translating one word (decision table, rows 1, 2 and 4).
enum class Outcome : std::uint8_t {
  kUnspecified,  // the word says nothing; never read as "cleartext is fine"
  kDisabled,     // the word switches IKE/IPsec off
  kRejected,  // the word, the identity or the key cannot be used; a reason of severity kError says
              // why
  kPlan,
};
[[nodiscard]] std::string_view Name(
    Outcome outcome);  // "unspecified", "disabled", "rejected", "plan"

enum class Severity : std::uint8_t { kNote, kWarning, kError };
[[nodiscard]] std::string_view Name(Severity severity);  // "note", "warning", "error"

// Reason is one decision: a stable code ("NO_PHASE1_MODE") and a sentence for people. Codes are
// listed in reasons.def.
struct Reason {
  std::string_view code;
  Severity severity = Severity::kNote;
  std::string text;
};

// Plan. Vectors are in order of preference. Only kPlan fills more than `outcome` and `reasons`.
struct Plan {
  Outcome outcome = Outcome::kUnspecified;
  std::vector<ExchangeMode> exchanges;        // initiator: tried in this order; responder: accepted
  std::vector<Encapsulation> encapsulations;  // initiator: offered; both: preferred in this order
  bool accept_other_encapsulation =
      true;          // responder: a preference is no requirement (row 6) unless strict
  bool pfs = false;  // initiator proposes it; responder demands it
  bool refuse_pfs =
      false;  // responder refuses an offer with PFS although it asked for none (row 7)
  std::optional<crypto::DhGroup> pfs_group;  // unset: the group of phase 1
  std::vector<Phase1Suite> phase1;
  std::vector<EspSuite> phase2;
  Lifetime phase1_lifetime{28800, 0};
  Lifetime phase2_lifetime{3600, 0};
  std::optional<Identity> identity;  // unset: the local address
  // The security gateway that the tunnel ends at, and that is negotiated with in the peer's place;
  // unset: the peer itself.
  std::optional<IpAddress> tunnel_outer;
  std::vector<Reason> reasons;
};

// AggressiveSuites gives the phase-1 suites that an aggressive exchange can offer: those with the
// group of the first, since KE goes out with the offer and the group cannot be negotiated (RFC 2409
// section 5).
[[nodiscard]] std::vector<Phase1Suite> AggressiveSuites(const Plan& plan);

}  // namespace iscsi_ike::policy
