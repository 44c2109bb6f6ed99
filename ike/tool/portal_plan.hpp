// PortalPlan: what the settings that a portal has published in iSNS lead to.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ike/wire/stored_proposals.hpp"
#include "policy/isns/directory.hpp"
#include "policy/plan.hpp"
#include "policy/published_proposals.hpp"

namespace iscsi_ike::ike::tool {

// Published is the proposals of a portal, read. Unset: it has published none. `phase1_of_entity`:
// they are the entity's (tag 11), for the portal has none of its own.
struct Published {
  std::optional<Stored<StoredPhase1Offer>> phase1;
  std::optional<Stored<StoredEspOffer>> phase2;
  bool phase1_of_entity = false;
  std::vector<std::string> warnings;  // what could not be read, or is against RFC 4171
};
[[nodiscard]] Published ReadPublished(const policy::isns::Directory& directory,
                                      const policy::isns::Portal& portal);

// kMostPublishedOffers: an SA payload has room for some thousands, and a server can give one
// entity's to each of its portals.
inline constexpr std::size_t kMostPublishedOffers = 64;

// ProposalsOf is what policy knows of them, the first kMostPublishedOffers of each phase; the
// warnings are its notes.
[[nodiscard]] policy::PublishedProposals ProposalsOf(const Published& published);

// PublishedReader gives the ProposalsOf portals, and reads an entity's for all of its portals once:
// they can be 64 KiB at each of some ten thousand.
class PublishedReader {
 public:
  // The directory outlives the reader.
  explicit PublishedReader(const policy::isns::Directory& directory) : directory_(directory) {}
  [[nodiscard]] policy::PublishedProposals Read(const policy::isns::Portal& portal);

 private:
  const policy::PublishedProposals& OfEntity(policy::isns::Index entity);

  const policy::isns::Directory& directory_;
  std::map<policy::isns::Index, policy::PublishedProposals> entities_;  // phase 1 alone
};

struct PortalPlan {
  policy::SecurityFlags word;  // the portal's bitmap; without one, 0
  policy::Plan plan;
  Published published;
};
// PlanFor translates for an initiator that has a key for the portal's address.
[[nodiscard]] PortalPlan PlanFor(const policy::isns::Directory& directory,
                                 const policy::isns::Portal& portal);

// PlanLine tells a plan on one line, or why there is no negotiation.
[[nodiscard]] std::string PlanLine(const policy::Plan& plan);

}  // namespace iscsi_ike::ike::tool
