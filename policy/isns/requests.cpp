#include "policy/isns/requests.hpp"

#include <initializer_list>
#include <set>

#include "policy/iscsi_name.hpp"
#include "policy/isns/dialogue.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy::isns {
namespace {

constexpr std::size_t kLongestName = 255;  // octets, of entities, portals and aliases
constexpr std::size_t kHeadroom = 1024;    // of a request, for entity, node and source
// A registration is repeated in its answer, to which a server may add each portal's index (tag 22):
// isnsd does, and gives Internal Error where that is too long for it.
constexpr std::size_t kPortalIndexOctets = 12;

// Wanted asks for attributes; a key comes before what belongs to it, for that is the order of the
// answer.
void Wanted(Bytes& out, std::initializer_list<Tag> tags) {
  for (const Tag tag : tags) PutEmpty(out, tag);
}

void WantPortal(Bytes& out, Detail detail) {
  Wanted(out, {Tag::kPortalAddress, Tag::kPortalPort});
  if (detail == Detail::kLeast) return;
  if (detail == Detail::kFull) Wanted(out, {Tag::kPortalName});
  Wanted(out, {Tag::kPortalBitmap});
  if (detail == Detail::kFull) Wanted(out, {Tag::kPortalPhase1, Tag::kPortalPhase2});
}

void WantEntity(Bytes& out, Detail detail) {
  if (detail == Detail::kLeast) return;
  Wanted(out, {Tag::kEntityId});
  if (detail == Detail::kFull) Wanted(out, {Tag::kEntityPhase1});
}

void PutPortalKey(Bytes& out, const PortalKey& key) {
  PutAddress(out, Tag::kPortalAddress, key.address);
  PutPort(out, Tag::kPortalPort, key.port);
}

void PutWireKey(Bytes& out, const WireKey& key, Tag address, Tag port) {
  PutOctets(out, address, Octets(key).first(16));
  PutOctets(out, port, Octets(key).last(4));
}

// PutName: no name asks for, or names, the first or any.
void PutName(Bytes& out, Tag tag, std::string_view name) {
  if (name.empty()) {
    PutEmpty(out, tag);
  } else {
    PutText(out, tag, name);
  }
}

void PutPublished(Bytes& out, const PublishedPortal& portal) {
  PutPortalKey(out, portal.key);
  if (!portal.symbolic_name.empty()) PutText(out, Tag::kPortalName, portal.symbolic_name);
  PutNumber(out, Tag::kPortalBitmap, static_cast<std::uint32_t>(portal.bitmap.word()));
  if (!portal.phase1_proposals.empty()) PutOctets(out, Tag::kPortalPhase1, portal.phase1_proposals);
  if (portal.PublishesPhase2()) PutOctets(out, Tag::kPortalPhase2, portal.phase2_proposals);
}

Status<Error> CheckText(std::string_view text, std::size_t most, const std::string& place) {
  if (text.size() > most) {
    return Reject(place, "has " + std::to_string(text.size()) + " octets; " + std::to_string(most) +
                             " is the most");
  }
  if (ValidUtf8(text) != text.size() || text.find('\0') != std::string_view::npos) {
    return Reject(place, "is not UTF-8 without NUL");
  }
  return Done{};
}

Status<Error> CheckPortal(const PublishedPortal& portal, const std::string& place) {
  if (portal.key.port.number == 0) return Reject(place + ".port", "is 0");
  if (portal.key.address.IsUnspecified()) {
    return Reject(place + ".address",
                  "is " + portal.key.address.ToString() + ", which nobody can connect to");
  }
  const auto bitmap = portal.bitmap.ToIsns(place + ".bitmap");
  if (!bitmap) return Failure(bitmap.error());
  Bytes written;
  PutPublished(written, portal);
  if (written.size() > kMostRequestOctets - 2 * kHeadroom) {
    return Reject(place, "has proposals too long for one request");
  }
  return CheckText(portal.symbolic_name, kLongestName, place + ".symbolicName");
}

}  // namespace

Request QueryNodes(const std::string& source, std::string_view node, Detail detail) {
  Request request{Function::kDevAttrQry, source, {}, {}, false};
  PutName(request.key, Tag::kNodeName, node);
  WantEntity(request.operating, detail);
  Wanted(request.operating, {Tag::kNodeName});
  if (detail != Detail::kLeast) Wanted(request.operating, {Tag::kNodeType});
  if (detail == Detail::kFull) Wanted(request.operating, {Tag::kNodeAlias});
  WantPortal(request.operating, detail);
  if (detail == Detail::kFull) Wanted(request.operating, {Tag::kGroupAddress, Tag::kGroupPort});
  Wanted(request.operating, {Tag::kGroupTag});
  return request;
}

Request QueryRegistered(const std::string& source, std::string_view node) {
  Request request{Function::kDevAttrQry, source, {}, {}, false};
  PutText(request.key, Tag::kNodeName, node);
  Wanted(request.operating, {Tag::kNodeName});
  return request;
}

std::optional<bool> IsRegistered(const ResponseView& answer) {
  switch (answer.status) {
    case StatusCode::kSuccessful:
      return answer.operating.Find(Tag::kNodeName).has_value();
    case StatusCode::kInvalidQuery:
    case StatusCode::kSourceUnknown:
    case StatusCode::kSourceAbsent:
    case StatusCode::kSourceUnauthorized:
    case StatusCode::kNoSuchEntry:
      return false;
    default:
      return std::nullopt;
  }
}

Request QueryEntityOf(const std::string& source, std::string_view node) {
  Request request{Function::kDevAttrQry, source, {}, {}, false};
  PutText(request.key, Tag::kNodeName, node);
  Wanted(request.operating, {Tag::kEntityId, Tag::kNodeName});
  return request;
}

Request QueryPortal(const std::string& source, const WireKey& portal, Detail detail) {
  Request request{Function::kDevAttrQry, source, {}, {}, false};
  PutWireKey(request.key, portal, Tag::kPortalAddress, Tag::kPortalPort);
  WantEntity(request.operating, detail);
  WantPortal(request.operating, detail);
  return request;
}

Request NextNode(const std::string& source, std::string_view after) {
  Request request{Function::kDevGetNext, source, {}, {}, false};
  PutName(request.key, Tag::kNodeName, after);
  Wanted(request.operating, {Tag::kNodeName, Tag::kNodeType});
  return request;
}

// The name of the node with its value is the scope of the walk (section 5.6.5.3).
Request NextGroup(const std::string& source, std::string_view node, const WireKey* after) {
  Request request{Function::kDevGetNext, source, {}, {}, false};
  if (after != nullptr) {
    PutText(request.key, Tag::kGroupNode, node);
    PutWireKey(request.key, *after, Tag::kGroupAddress, Tag::kGroupPort);
  } else {
    Wanted(request.key, {Tag::kGroupNode, Tag::kGroupAddress, Tag::kGroupPort});
  }
  PutText(request.operating, Tag::kGroupNode, node);
  Wanted(request.operating, {Tag::kGroupAddress, Tag::kGroupPort, Tag::kGroupTag});
  return request;
}

Request RegisterInitiator(const std::string& source) {
  Request request{Function::kDevAttrReg, source, {}, {}, false};
  PutEmpty(request.operating, Tag::kEntityId);
  PutNumber(request.operating, Tag::kEntityProtocol, kEntityProtocolIscsi);
  PutText(request.operating, Tag::kNodeName, source);
  PutNumber(request.operating, Tag::kNodeType, kInitiatorNode);
  return request;
}

bool Phase2Counts(SecurityFlags bitmap) {
  return bitmap.IsValid() && bitmap.Has(SecurityFlag::kIkeIpsec) &&
         bitmap.Has(SecurityFlag::kMainMode);
}

Status<Error> CheckPublication(const Publication& publication, std::string_view place) {
  const std::string node = Below(place, "node");
  if (publication.node.empty()) return Reject(node, "is missing: the name of the target");
  if (auto s = CheckText(publication.node, kLongestIscsiName, node); !s) return s;
  if (auto s = CheckText(publication.entity, kLongestName, Below(place, "entity")); !s) return s;
  if (publication.entity.starts_with("isns:"))
    return Reject(Below(place, "entity"), "begins with isns:, as only servers may name them");
  if (auto s = CheckText(publication.alias, kLongestName, Below(place, "alias")); !s) return s;
  if (publication.portals.empty()) return Reject(Below(place, "portals"), "is empty");
  std::set<PortalKey> seen;
  for (const PublishedPortal& portal : publication.portals) {
    const std::string at = Below(place, "portals") + "[" + std::to_string(seen.size()) + "]";
    if (auto s = CheckPortal(portal, at); !s) return s;
    if (!seen.insert(portal.key).second) return Reject(at, "is there twice");
  }
  return Done{};
}

Request RegisterTarget(const Publication& publication, std::string_view entity, std::size_t& next) {
  const bool first = next == 0;
  Request request{Function::kDevAttrReg, publication.node, {}, {}, false};
  if (!entity.empty()) PutText(request.key, Tag::kEntityId, entity);
  PutName(request.operating, Tag::kEntityId, entity);
  if (first) PutNumber(request.operating, Tag::kEntityProtocol, kEntityProtocolIscsi);
  std::size_t answer = request.operating.size();
  for (; next < publication.portals.size(); ++next) {
    Bytes portal;
    PutPublished(portal, publication.portals[next]);
    answer += portal.size() + kPortalIndexOctets;
    if (answer > kMostRequestOctets - kHeadroom) break;
    request.operating.insert(request.operating.end(), portal.begin(), portal.end());
  }
  if (!first) return request;
  PutText(request.operating, Tag::kNodeName, publication.node);
  PutNumber(request.operating, Tag::kNodeType, kTargetNode);
  if (!publication.alias.empty()) PutText(request.operating, Tag::kNodeAlias, publication.alias);
  return request;
}

Request DeregisterNode(const std::string& source) {
  Request request{Function::kDevDereg, source, {}, {}, false};
  PutText(request.operating, Tag::kNodeName, source);
  return request;
}

Request DeregisterEntity(const std::string& source, std::string_view entity) {
  Request request{Function::kDevDereg, source, {}, {}, false};
  PutText(request.operating, Tag::kEntityId, entity);
  return request;
}

Request DeregisterTarget(const Publication& publication, std::size_t& next) {
  Request request{Function::kDevDereg, publication.node, {}, {}, false};
  for (; next < publication.portals.size(); ++next) {
    if (request.operating.size() > kMostRequestOctets - kHeadroom) return request;
    PutPortalKey(request.operating, publication.portals[next].key);
  }
  // The node is last: it is the one who asks.
  PutText(request.operating, Tag::kNodeName, publication.node);
  return request;
}

}  // namespace iscsi_ike::policy::isns
