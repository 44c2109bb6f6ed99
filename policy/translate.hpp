// The translator: from a security word, an identity and what is known of the key to a Plan.
//
// One word is read in this order: VALID, reserved bits, IKE_IPSEC, modes, PFS, encapsulation, then
// the cross-checks with identity, key binding and outer address. Every rule that fires leaves a
// reason (reasons.def), the ordinary ones too, so that the list explains the plan in full. Any
// reason of severity kError makes the outcome kRejected and empties the lists.
// Sources: RFC 4171 section 6.3.9, RFC 3723 sections 2.3 and 5.8.2, RFC 7146, iscsidsc.h.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policy/identity.hpp"
#include "policy/plan.hpp"
#include "policy/security_flags.hpp"
#include "policy/suites.hpp"

namespace iscsi_ike::policy {

enum class Role : std::uint8_t { kInitiator, kResponder };

// KeyBinding: how the key can be found. Main mode must find it from the peer's address alone
// (RFC 2409 section 5.4).
enum class KeyBinding : std::uint8_t {
  kNone,         // by identity only
  kPeerAddress,  // the key is also bound to one peer address
  kAnyPeer,      // one key serves every peer address of this end
  kGroupKey,     // the group key, shared by more than two ends
};

// TranslateRequest is the word and everything around it that a rule asks for.
struct TranslateRequest {
  SecurityFlags word;
  Role role = Role::kInitiator;
  SuiteSet suites = DefaultSuites();
  std::optional<Identity> identity;  // own; unset: the local address
  KeyBinding key_binding = KeyBinding::kNone;

  bool own_address_dynamic = false;
  bool peer_address_dynamic = false;
  std::optional<IpAddress> own_address;   // for notes about address identities
  std::optional<IpAddress> tunnel_outer;  // the security gateway
  bool gateway_required = false;

  bool strict = false;                       // rows 2 and 6
  bool strict_microsoft = false;             // rows 3 and 5: the rules of a login call
  bool assume_main = false;                  // row 4
  bool require_ipsec = false;                // rows 1 and 2
  bool authoring = false;                    // row 8: the word is being written, not read
  bool refuse_pfs = false;                   // row 7, responder
  std::optional<crypto::DhGroup> pfs_group;  // row 7; unset: the notation's, else that of phase 1
  // Row 6: order, or one alone, for words without preference; empty: tunnel, transport. A word that
  // prefers one keeps it; leaving that one out here is an error.
  std::vector<Encapsulation> encapsulations;

  Lifetime phase1_lifetime{28800, 0};
  Lifetime phase2_lifetime{3600, 0};
  std::vector<Reason> prior;  // how the word was found (target_portal.hpp); put first
};

[[nodiscard]] Plan Translate(const TranslateRequest& request);

}  // namespace iscsi_ike::policy
