#include "policy/isns/directory.hpp"

#include <algorithm>

#include "policy/address_text.hpp"

namespace iscsi_ike::policy::isns {
namespace {

Failure<Error> TooMany(std::size_t most, const char* objects) {
  return Reject("iSNS directory",
                "has more than " + std::to_string(most) + " " + objects + "; that is the most");
}

// Set takes a value that was read; what could not be read is told in `error`.
template <class To, class From>
void Set(To& to, Parsed<From> value, std::optional<Error>& error) {
  if (value) {
    to = *std::move(value);
  } else {
    error = value.error();
  }
}

// SetProposals: what no SA payload can be is left out.
void SetProposals(Bytes& to, const Attribute& attribute, std::optional<Error>& error) {
  if (attribute.value.size() > kMostProposals) {
    error = Error{Name(attribute.tag), "has " + std::to_string(attribute.value.size()) +
                                           " octets; an SA payload has at most " +
                                           std::to_string(kMostProposals) + " with its pad"};
    return;
  }
  to = Bytes(attribute.value.begin(), attribute.value.end());
}

void SetEntity(Entity& entity, const Attribute& attribute, std::optional<Error>& error) {
  switch (attribute.tag) {
    case Tag::kEntityProtocol:
      return Set(entity.protocol, attribute.AsNumber(), error);
    case Tag::kRegistrationPeriod:
      return Set(entity.registration_period, attribute.AsNumber(), error);
    case Tag::kEntityPhase1:
      return SetProposals(entity.phase1_proposals, attribute, error);
    default:
      return;
  }
}

void SetPortal(Portal& portal, const Attribute& attribute, std::optional<Error>& error) {
  switch (attribute.tag) {
    case Tag::kPortalName:
      return Set(portal.symbolic_name, attribute.AsText(), error);
    case Tag::kPortalBitmap: {
      const auto bitmap = attribute.AsNumber();
      if (!bitmap) return void(error = bitmap.error());
      portal.bitmap = SecurityFlags::FromIsns(*bitmap);
      return;
    }
    case Tag::kPortalPhase1:
      return SetProposals(portal.phase1_proposals, attribute, error);
    case Tag::kPortalPhase2:
      return SetProposals(portal.phase2_proposals, attribute, error);
    default:
      return;
  }
}

void SetNode(Node& node, const Attribute& attribute, std::optional<Error>& error) {
  switch (attribute.tag) {
    case Tag::kNodeType:
      return Set(node.type, attribute.AsNumber(), error);
    case Tag::kNodeAlias:
      return Set(node.alias, attribute.AsText(), error);
    default:
      return;
  }
}

}  // namespace

std::optional<WireKey> ToWireKey(const Attribute& address, const Attribute& port) {
  if (address.value.size() != 16 || port.value.size() != 4) return std::nullopt;
  WireKey key{};
  std::copy(address.value.begin(), address.value.end(), key.begin());
  std::copy(port.value.begin(), port.value.end(), key.begin() + 16);
  return key;
}

std::string PortalKey::ToString() const {
  return WithPort(address, port.number) + (port.udp ? " UDP" : "");
}

bool operator<(const PortalKey& a, const PortalKey& b) {
  if (!(a.address == b.address)) {
    const Octets x = a.address.octets();
    const Octets y = b.address.octets();
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
  }
  return a.port.number != b.port.number ? a.port.number < b.port.number : a.port.udp < b.port.udp;
}

Octets Directory::Phase1ProposalsOf(const Portal& portal) const {
  if (!portal.phase1_proposals.empty() || !portal.entity) return portal.phase1_proposals;
  return entities[*portal.entity].phase1_proposals;
}

const Node* Directory::FindNode(std::string_view name) const {
  const auto found = std::find_if(nodes.begin(), nodes.end(),
                                  [name](const Node& node) { return node.name == name; });
  return found == nodes.end() ? nullptr : &*found;
}

TargetPortal ToTargetPortal(const Portal& portal) {
  TargetPortal target;
  target.address = portal.key.address;
  target.socket = portal.key.port.number;
  target.in_isns = true;
  target.isns_bitmap = portal.bitmap;
  target.symbolic_name = portal.symbolic_name;
  return target;
}

Status<Error> DirectoryBuilder::Add(const ResponseView& answer, const std::string& node) {
  Place place;
  place.keyed = !answer.key.empty();
  if (!node.empty()) {
    const auto known = NodeNamed(node);
    if (!known) return Failure(known.error());
    place.node = *known;
  }
  for (const Attribute attribute : answer.operating) {
    if (auto added = AddAttribute(place, attribute); !added) return added;
    if (kept_ > kMostKept) {
      return Reject("iSNS directory", "has more than " + std::to_string(kMostKept) +
                                          " octets of proposals; that is the most");
    }
  }
  return Done{};
}

Status<Error> DirectoryBuilder::AddAttribute(Place& place, const Attribute& attribute) {
  switch (attribute.tag) {
    case Tag::kEntityId:
      return BeginEntity(place, attribute);
    case Tag::kPortalAddress:
    case Tag::kGroupAddress:
      return AddAddress(place, attribute);
    case Tag::kPortalPort:
      return EndPortalKey(place, attribute);
    case Tag::kNodeName:
      return BeginNode(place, attribute);
    case Tag::kGroupNode:
      return BeginGroup(place, attribute);
    case Tag::kGroupPort:
      return EndGroupKey(place, attribute);
    case Tag::kGroupTag:
      SetGroupTag(place, attribute);
      return Done{};
    default:
      AddDetail(place, attribute);
      return Done{};
  }
}

Status<Error> DirectoryBuilder::BeginEntity(Place& place, const Attribute& attribute) {
  const auto id = attribute.AsText();
  if (!id) return Failure(id.error());
  const auto [at, is_new] =
      entities_.try_emplace(*id, static_cast<Index>(directory_.entities.size()));
  if (is_new) {
    if (directory_.entities.size() == kMostEntities) {
      entities_.erase(at);
      return TooMany(kMostEntities, "entities");
    }
    directory_.entities.push_back({*id, {}, {}, {}});
  }
  place = {Place::Object::kEntity, place.keyed, at->second, {}, {}, {}, {}, {}};
  return Done{};
}

Parsed<Index> DirectoryBuilder::NodeNamed(const std::string& name) {
  const auto [at, is_new] = nodes_.try_emplace(name, static_cast<Index>(directory_.nodes.size()));
  if (is_new) {
    if (directory_.nodes.size() == kMostNodes) {
      nodes_.erase(at);
      return TooMany(kMostNodes, "nodes");
    }
    directory_.nodes.push_back({name, {}, {}, {}});
  }
  return at->second;
}

Parsed<Index> DirectoryBuilder::NodeIn(const Attribute& name) {
  const auto text = name.AsText();
  if (!text) return Failure(text.error());
  return NodeNamed(*text);
}

Status<Error> DirectoryBuilder::BeginNode(Place& place, const Attribute& attribute) {
  const auto node = NodeIn(attribute);
  if (!node) return Failure(node.error());
  place = {Place::Object::kNode, place.keyed, place.entity, *node, {}, {}, {}, {}};
  if (place.keyed && place.entity) directory_.nodes[*node].entity = place.entity;
  return Done{};
}

Status<Error> DirectoryBuilder::AddAddress(Place& place, const Attribute& attribute) {
  const auto address = attribute.AsAddress();
  if (!address) return Failure(address.error());
  place.address = attribute;
  place.object = Place::Object::kNone;
  if (attribute.tag == Tag::kPortalAddress) {
    place.portal.reset();
    place.group.reset();
    place.group_node.reset();
  }
  return Done{};
}

Parsed<Index> DirectoryBuilder::PortalAt(const Place& place, const Attribute& port) {
  auto number = port.AsPort();
  if (!number) return Failure(number.error());
  if (!place.address) return Reject(Name(port.tag), "does not stand behind an address");
  if (number->number == 0) *number = {kIscsiPort, false};
  const PortalKey key{*place.address->AsAddress(), *number};
  const auto [at, is_new] =
      portals_.try_emplace(key, static_cast<Index>(directory_.portals.size()));
  if (is_new) {
    if (directory_.portals.size() == kMostPortals) {
      portals_.erase(at);
      return TooMany(kMostPortals, "portals");
    }
    const WireKey wire_key = ToWireKey(*place.address, port).value_or(WireKey{});
    directory_.portals.push_back({key, wire_key, {}, {}, {}, {}, {}});
  }
  return at->second;
}

Status<Error> DirectoryBuilder::EndPortalKey(Place& place, const Attribute& attribute) {
  const auto portal = PortalAt(place, attribute);
  if (!portal) return Failure(portal.error());
  place.address.reset();
  place.object = Place::Object::kPortal;
  place.portal = *portal;
  if (!place.keyed) return Done{};
  if (place.entity) directory_.portals[*portal].entity = place.entity;
  if (!place.node) return Done{};
  const auto group = Join(*place.node, *portal);
  if (!group) return Failure(group.error());
  place.group = *group;
  return Done{};
}

Status<Error> DirectoryBuilder::BeginGroup(Place& place, const Attribute& attribute) {
  const auto node = NodeIn(attribute);
  if (!node) return Failure(node.error());
  place.object = Place::Object::kGroup;
  place.group_node = *node;
  return Done{};
}

Status<Error> DirectoryBuilder::EndGroupKey(Place& place, const Attribute& attribute) {
  const auto portal = PortalAt(place, attribute);
  if (!portal) return Failure(portal.error());
  place.address.reset();
  place.object = Place::Object::kGroup;
  const std::optional<Index> node = place.group_node ? place.group_node : place.node;
  place.group_node.reset();
  if (!node) return Done{};
  const auto group = Join(*node, *portal);
  if (!group) return Failure(group.error());
  place.group = *group;
  return Done{};
}

Parsed<Index> DirectoryBuilder::Join(Index node, Index portal) {
  const auto [at, is_new] =
      groups_.try_emplace({node, portal}, static_cast<Index>(directory_.groups.size()));
  if (is_new) {
    if (directory_.groups.size() == kMostGroups) {
      groups_.erase(at);
      return TooMany(kMostGroups, "portal groups");
    }
    directory_.groups.push_back({node, portal, {}});
    leads_nowhere_.push_back(false);
  }
  return at->second;
}

void DirectoryBuilder::SetGroupTag(const Place& place, const Attribute& attribute) {
  if (!place.group) return AddProblem(Name(attribute.tag) + ": belongs to no portal and node");
  // A tag of no length is NULL: the portal does not lead there (section 3.4).
  leads_nowhere_[*place.group] = attribute.value.empty();
  if (attribute.value.empty()) return;
  const auto tag = attribute.AsNumber();
  if (!tag) return AddProblem(tag.error().Text());
  directory_.groups[*place.group].tag = *tag;
}

void DirectoryBuilder::AddDetail(const Place& place, const Attribute& attribute) {
  if (attribute.value.empty()) return;
  const std::size_t before = KeptAt(place);
  if (!AddDetailOf(place, attribute) &&
      FindTag(static_cast<std::uint32_t>(attribute.tag)) != nullptr)
    AddProblem(Name(attribute.tag) + ": stands behind no object");
  kept_ += KeptAt(place) - before;
}

// KeptAt: a short value leaves the room of a long one.
std::size_t DirectoryBuilder::KeptAt(const Place& place) const {
  if (place.object == Place::Object::kEntity) {
    return directory_.entities[*place.entity].phase1_proposals.capacity();
  }
  if (place.object != Place::Object::kPortal) return 0;
  const Portal& portal = directory_.portals[*place.portal];
  return portal.phase1_proposals.capacity() + portal.phase2_proposals.capacity();
}

// False: there is no object that it could belong to.
bool DirectoryBuilder::AddDetailOf(const Place& place, const Attribute& attribute) {
  std::optional<Error> error;
  switch (place.object) {
    case Place::Object::kEntity:
      SetEntity(directory_.entities[*place.entity], attribute, error);
      break;
    case Place::Object::kPortal:
      SetPortal(directory_.portals[*place.portal], attribute, error);
      if (error)
        error->place = directory_.portals[*place.portal].key.ToString() + ", " + error->place;
      break;
    case Place::Object::kNode:
      SetNode(directory_.nodes[*place.node], attribute, error);
      break;
    case Place::Object::kGroup:
      break;
    case Place::Object::kNone:
      return false;
  }
  if (error) AddProblem(error->Text());
  return true;
}

void DirectoryBuilder::AddProblem(std::string problem) {
  if (directory_.problems.size() < kMostProblems) directory_.problems.push_back(std::move(problem));
}

Directory DirectoryBuilder::Take() {
  Directory directory = std::move(directory_);
  std::erase_if(directory.groups, [&](const Group& group) {
    return leads_nowhere_[groups_.at({group.node, group.portal})];
  });
  *this = DirectoryBuilder();
  return directory;
}

}  // namespace iscsi_ike::policy::isns
