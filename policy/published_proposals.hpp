// PublishedProposals: what a portal has published in iSNS of the proposals that it takes (RFC 4171
// sections 6.2.9, 6.3.10 and 6.3.11), as far as it can be used here. Their octets are read in
// ike/wire/stored_proposals.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/proposal.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::policy {

// PublishedProposals are in order of preference. Unset: none were published, or none could be read;
// empty: none of them can be used. `notes` tells what was left out.
struct PublishedProposals {
  std::optional<std::vector<PublishedPhase1Offer>> phase1;
  std::optional<std::vector<PublishedEspOffer>> phase2;
  std::vector<std::string> notes;
  [[nodiscard]] bool Any() const { return phase1 || phase2; }
};

// kPublishedSuites is the name of a set of suites that was published.
inline constexpr std::string_view kPublishedSuites = "iSNS";

// FollowPublished makes an initiator's request ask for what a portal has published: its suites in
// its order, its encapsulations where the word has no preference, its PFS group where the word
// enables PFS, lifetimes no longer than its own. Suites of which none can be used leave an empty
// list, which is refused: others would be. What cannot be followed is added to `notes`. A word that
// does not ask for IKE/IPsec is left alone.
void FollowPublished(const PublishedProposals& published, TranslateRequest& request,
                     std::vector<std::string>& notes);

}  // namespace iscsi_ike::policy
