// FollowPublished: what an initiator makes of the proposals that a portal has published in iSNS.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/published_proposals.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::policy {

// kPublishedSuites is the name of a set of suites that was published.
inline constexpr std::string_view kPublishedSuites = "iSNS";

// FollowPublished makes an initiator's request ask for what a portal has published: its suites in
// its order, its encapsulations where the word has no preference, its PFS group where the word
// enables PFS, lifetimes no longer than its own. Suites of which none can be used leave an empty
// list, which is refused: others would be. ESP without encryption is left out, for
// whoever is on the way to the server could ask for it. What cannot be followed is added to
// `notes`. A word that does not ask for IKE/IPsec is left alone.
void FollowPublished(const PublishedProposals& published, TranslateRequest& request,
                     std::vector<std::string>& notes);

}  // namespace iscsi_ike::policy
