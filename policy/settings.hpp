// Settings of one peer: what is configured for it in different places, taken together, and what the
// translator makes of that for one end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/config.hpp"
#include "policy/error.hpp"
#include "policy/published_proposals.hpp"
#include "policy/record_choice.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::policy {

// Sources is what was found, before it is translated.
struct Sources {
  std::string name;          // of the record; empty: no record
  TranslateRequest request;  // role, binding and addresses still open
  crypto::Secret key;        // empty: none given
  bool group_key = false;
  std::vector<Reason> key_reasons;        // where the key is from, and which others gave way
  std::optional<ExchangeMode> only_mode;  // of those that the word allows
  std::optional<IpAddress> peer;          // the config binds the key to this peer
  std::optional<Identity> peer_identity;  // the peer must show it
  std::optional<IpAddress> portal;        // the config's portal
  std::uint16_t target_port = kIscsiPort;
  std::optional<PublishedProposals> published;  // the portal's, for who begins
  WordSources words;                            // that request.word was chosen from
  [[nodiscard]] Sources Clone() const;

  // GiveWord, GiveSuites and GiveKey put what the caller gives beside the settings before what
  // these say, and tell it where that is something else.
  void GiveWord(SecurityFlags word);
  void GiveSuites(SuiteSet suites);
  void GiveKey(crypto::Secret given, bool is_group_key);
};

// SourcesOf takes a record and a portal of a config (either may be null) with all that holds for
// them: defaults, the logins to that portal, and the outer address for the way there. Here alone it
// is decided what stands before what, and request.prior and key_reasons tell it:
//
//   word   the record's, which is the existing entry (decision table, row 12); that passed when the
//          portal was added; those of the logins in their order; the bitmap of a portal record;
//          that of an iSNS server that was asked; the default bitmap; else unspecified
//          (ResolveWord)
//   suites those of the defaults; what a portal has published in iSNS, when this end begins; else
//          rfc7146
//   key    the record's, the first that a login passes, the portal's; else the group key
//
// Where the target is: the record's peer, else the portal, else `peer`, else where all logins go.
[[nodiscard]] Sources SourcesOf(const Config& config, const PresharedKey* record,
                                const TargetPortal* portal,
                                const std::optional<IpAddress>& peer = std::nullopt);

// ChooseSources chooses the record by name, then by number; without a name the one that fits the
// peer, bound to it before bound to nobody. The portal is the peer's, or the only one. Errors stand
// at places.record ("--entry") or places.config ("--config: hba.json").
[[nodiscard]] Parsed<Sources> ChooseSources(const Config& config, const std::string& record,
                                            const std::optional<IpAddress>& peer,
                                            const ChoicePlaces& places = {});

// Settings is one peer's plan with the key for it.
struct Settings {
  SecurityFlags word;
  Plan plan;  // any outcome
  crypto::Secret key;
  bool group_key = false;
  std::optional<Identity> peer_identity;
  std::vector<Reason> found;  // how word and key were found; the plan's reasons have them too
  [[nodiscard]] Settings Clone() const;
};

// TranslateFor applies the rules for one end. Outer addresses are for who begins. `own`: its
// address, where it is known. `peer_known`: it speaks with one peer address only. What is said
// against the key stands behind the plan's own reasons. A plan that allows nothing is no error
// here.
[[nodiscard]] Settings TranslateFor(Role role, const Sources& sources,
                                    const std::optional<IpAddress>& own, bool peer_known);

}  // namespace iscsi_ike::policy
