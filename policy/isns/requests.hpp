// The requests that a client makes, ready to be sent. `source` is the name of the node that asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/isns/directory.hpp"
#include "policy/isns/message.hpp"

namespace iscsi_ike::policy::isns {

// Detail of a query: everything that a directory holds, or only what every server must have
// (RFC 4171 section 4.1.1), or for large answers only which portals there are.
enum class Detail : std::uint8_t { kFull, kRequired, kLeast };

// QueryNodes asks for the node of that name, with its entity and the portals that lead to it; an
// empty name: for all nodes, with theirs.
[[nodiscard]] Request QueryNodes(const std::string& source, std::string_view node, Detail detail);
// QueryRegistered asks only whether a node is registered.
[[nodiscard]] Request QueryRegistered(const std::string& source, std::string_view node);
// IsRegistered is what an answer to it says; unset: nothing, as from a server that is busy.
[[nodiscard]] std::optional<bool> IsRegistered(const ResponseView& answer);
// QueryEntityOf asks the same, and for the entity that the node is in.
[[nodiscard]] Request QueryEntityOf(const std::string& source, std::string_view node);
// QueryPortal asks for one portal with its entity.
[[nodiscard]] Request QueryPortal(const std::string& source, const WireKey& portal, Detail detail);
// NextNode asks for the node behind `after`; an empty name: for the first. NextGroup asks for the
// portal group of `node` behind that with the portal `after`; nullptr: for the first.
[[nodiscard]] Request NextNode(const std::string& source, std::string_view after);
[[nodiscard]] Request NextGroup(const std::string& source, std::string_view node,
                                const WireKey* after);

// RegisterInitiator registers `source` as an initiator node in an entity that the server names.
[[nodiscard]] Request RegisterInitiator(const std::string& source);

// Phase2Counts: phase-2 proposals are used only beside a bitmap with VALID, IKE_IPSEC and MAIN_MODE
// (RFC 4171 section 6.3.11).
[[nodiscard]] bool Phase2Counts(SecurityFlags bitmap);

// PublishedPortal is a portal to be registered. The proposals are SA payloads
// (ike/wire/stored_proposals.hpp); empty: none.
struct PublishedPortal {
  PortalKey key;
  SecurityFlags bitmap;
  std::string symbolic_name;
  Bytes phase1_proposals;
  Bytes phase2_proposals;
  // PublishesPhase2: they are registered only where they count.
  [[nodiscard]] bool PublishesPhase2() const {
    return !phase2_proposals.empty() && Phase2Counts(bitmap);
  }
};

// Publication is a target node with its portals.
struct Publication {
  // Empty: the server makes a name. One that is called like the node is the node's own.
  std::string entity;
  std::string node;
  std::string alias;
  std::vector<PublishedPortal> portals;
};
// CheckPublication: names within their lengths, a bitmap of 32 bits, a portal at least, none twice.
// Errors stand at `place`.member.
[[nodiscard]] Status<Error> CheckPublication(const Publication& publication,
                                             std::string_view place);

// RegisterTarget registers the portals from `next` on, as many as go into kMostRequestOctets, and
// moves `next` behind them; the first call, with 0, also the entity and the node. `entity` is the
// publication's, later the one that the server gave.
[[nodiscard]] Request RegisterTarget(const Publication& publication, std::string_view entity,
                                     std::size_t& next);

// DeregisterNode takes a node away. DeregisterTarget also portals, from `next` on like
// RegisterTarget; the node with the last of them. An entity goes with the last of what is in it
// (section 5.6.5.4). DeregisterEntity takes it away with all that is in it, whoever has put it
// there.
[[nodiscard]] Request DeregisterNode(const std::string& source);
[[nodiscard]] Request DeregisterEntity(const std::string& source, std::string_view entity);
[[nodiscard]] Request DeregisterTarget(const Publication& publication, std::size_t& next);

}  // namespace iscsi_ike::policy::isns
