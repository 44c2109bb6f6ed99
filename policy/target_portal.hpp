// TargetPortal: ISCSI_DiscoveredTargetPortal2 (iscsifnd.h), a portal with the security bitmap and
// the key that discovery gave it; and which of several security words is in force for a portal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/ip_address.hpp"
#include "policy/plan.hpp"
#include "policy/proposal.hpp"
#include "policy/published_proposals.hpp"
#include "policy/security_flags.hpp"

namespace iscsi_ike::policy {

// PassedFlags is what a call passes on to the service: with AddIScsiSendTargetPortal about a
// portal, with LoginIScsiTarget about a login.
struct PassedFlags {
  SecurityFlags word;          // 0 says nothing
  bool require_ipsec = false;  // ISCSI_LOGIN_FLAG_REQUIRE_IPSEC
};

// TargetPortal is move-only. Exactly one of `address` and `host` is set: a text address that is no
// literal still has to be resolved, which is not for this folder.
struct TargetPortal {
  std::optional<IpAddress> address;
  std::string host;
  std::uint16_t socket = kIscsiPort;  // TCP
  SecurityFlags bitmap;               // 32 bits; 0 says nothing
  crypto::Secret key;                 // empty: none for this portal
  std::string symbolic_name;
  std::optional<std::uint16_t> group_tag;  // Portal Group Tag
  PassedFlags passed;                      // when the portal was added
  // What an iSNS server that was asked says of it; unset: nothing.
  bool in_isns = false;              // it has named it
  std::vector<std::string> targets;  // names, which are compared without case
  std::optional<SecurityFlags> isns_bitmap;
  std::optional<PublishedProposals> published;

  // LeadsTo a target, as far as is known.
  [[nodiscard]] bool LeadsTo(std::string_view target) const;
};

enum class WordSource : std::uint8_t {
  kEntry,          // an existing entry for the identity or the portal
  kCall,           // passed with a login call or on the command line
  kPortal,         // the bitmap of a portal record
  kIsns,           // the bitmap that an iSNS server tells
  kDefaultBitmap,  // DefaultSecurityBitmap
  kNone,
};
[[nodiscard]] std::string_view Name(WordSource source);

// WordSources holds what is known; unset: that source says nothing.
struct WordSources {
  std::optional<SecurityFlags> entry;
  std::optional<SecurityFlags> call;
  std::optional<SecurityFlags> portal;
  std::optional<SecurityFlags> default_bitmap;
  std::optional<SecurityFlags> isns = {};       // between portal and default
  std::vector<SecurityFlags> later_calls = {};  // behind `call`, in their order
};

// WordInForce is the word, where it is from, and reasons to put before the plan's own
// (TranslateRequest::prior).
struct WordInForce {
  SecurityFlags word;
  WordSource source = WordSource::kNone;
  std::vector<Reason> reasons;
};

// ResolveWord takes the first source, in the order of WordSource, whose word is VALID. A word
// without VALID is passed over with a note (decision table, row 1). A later word that differs from
// the one in force is reported as overridden (row 12), with a warning, the default bitmap with a
// note: existing policy wins over passed flags, as LoginIScsiTarget has it. Of several calls the
// first makes the policy that the later ones find.
[[nodiscard]] WordInForce ResolveWord(const WordSources& sources);
// OverriddenBy tells of each valid word of the sources that a word given beside them stands before.
[[nodiscard]] std::vector<Reason> OverriddenBy(SecurityFlags given, const WordSources& sources);

}  // namespace iscsi_ike::policy
