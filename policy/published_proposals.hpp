// PublishedProposals: what a portal has published in iSNS of the proposals that it takes (RFC 4171
// sections 6.2.9, 6.3.10 and 6.3.11), as far as it can be used here. Their octets are read in
// ike/wire/stored_proposals.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/proposal.hpp"

namespace iscsi_ike::policy {

// PublishedProposals are in order of preference. Unset: none were published, or none could be read;
// empty: none of them can be used. `notes` tells what was left out.
struct PublishedProposals {
  std::optional<std::vector<PublishedPhase1Offer>> phase1;
  std::optional<std::vector<PublishedEspOffer>> phase2;
  std::vector<std::string> notes;
  [[nodiscard]] bool Any() const { return phase1 || phase2; }
};

}  // namespace iscsi_ike::policy
