#include "tests/support/isns_server.hpp"

#include <algorithm>
#include <utility>

namespace iscsi_ike::test {
namespace {

using namespace policy::isns;  // NOLINT(google-build-using-namespace)

bool Wants(const RequestView& request, Tag tag) { return request.operating.Find(tag).has_value(); }

std::string TextOf(const std::optional<Attribute>& attribute) {
  if (!attribute || attribute->value.empty()) return {};
  const auto text = attribute->AsText();
  return text ? *text : std::string("?");
}

std::optional<PortalKey> KeyOf(const std::optional<Attribute>& address,
                               const std::optional<Attribute>& port) {
  if (!address || !port || address->value.empty()) return std::nullopt;
  return PortalKey{*address->AsAddress(), *port->AsPort()};
}

void PutAll(Bytes& out, const AttributeList& list) {
  out.insert(out.end(), list.octets().begin(), list.octets().end());
}

// PutWanted puts the attributes of a portal that were asked for, in the order of the question.
void PutWanted(Bytes& out, const RequestView& request, const PublishedPortal& portal,
               const std::string* node) {
  for (const Attribute wanted : request.operating) {
    switch (wanted.tag) {
      case Tag::kPortalAddress:
      case Tag::kGroupAddress:
        if (wanted.tag == Tag::kPortalAddress || node != nullptr)
          PutAddress(out, wanted.tag, portal.key.address);
        break;
      case Tag::kPortalPort:
      case Tag::kGroupPort:
        if (wanted.tag == Tag::kPortalPort || node != nullptr)
          PutPort(out, wanted.tag, portal.key.port);
        break;
      case Tag::kPortalName:
        if (!portal.symbolic_name.empty()) PutText(out, wanted.tag, portal.symbolic_name);
        break;
      case Tag::kPortalBitmap:
        PutNumber(out, wanted.tag, static_cast<std::uint32_t>(portal.bitmap.word()));
        break;
      case Tag::kPortalPhase1:
        if (!portal.phase1_proposals.empty()) PutOctets(out, wanted.tag, portal.phase1_proposals);
        break;
      case Tag::kPortalPhase2:
        if (!portal.phase2_proposals.empty()) PutOctets(out, wanted.tag, portal.phase2_proposals);
        break;
      case Tag::kGroupTag:
        if (node != nullptr) PutNumber(out, wanted.tag, 1);
        break;
      default:
        break;
    }
  }
}

void PutEntity(Bytes& out, const RequestView& request, const FakeIsns::Target& target) {
  if (!Wants(request, Tag::kEntityId)) return;
  PutText(out, Tag::kEntityId, target.entity);
  if (Wants(request, Tag::kEntityPhase1) && !target.entity_proposals.empty())
    PutOctets(out, Tag::kEntityPhase1, target.entity_proposals);
}

void PutNode(Bytes& out, const RequestView& request, const std::string& name, std::uint32_t type) {
  if (Wants(request, Tag::kNodeName)) PutText(out, Tag::kNodeName, name);
  if (Wants(request, Tag::kNodeType)) PutNumber(out, Tag::kNodeType, type);
}

// TakePortals: one that is there already is updated; it comes last, with what it had.
void TakePortals(const RequestView& request, std::vector<PublishedPortal>& portals) {
  std::optional<Attribute> address;
  for (const Attribute attribute : request.operating) {
    if (attribute.tag == Tag::kPortalAddress) address = attribute;
    if (attribute.tag == Tag::kPortalPort) {
      const PortalKey key = *KeyOf(address, attribute);
      const auto known = std::stable_partition(portals.begin(), portals.end(),
                                               [&key](const auto& one) { return one.key != key; });
      if (known == portals.end()) portals.push_back({key, {}, {}, {}, {}});
    }
    if (attribute.tag == Tag::kPortalName) portals.back().symbolic_name = TextOf(attribute);
    if (attribute.tag == Tag::kPortalBitmap)
      portals.back().bitmap = policy::SecurityFlags::FromIsns(*attribute.AsNumber());
    if (attribute.tag == Tag::kPortalPhase1)
      portals.back().phase1_proposals.assign(attribute.value.begin(), attribute.value.end());
    if (attribute.tag == Tag::kPortalPhase2)
      portals.back().phase2_proposals.assign(attribute.value.begin(), attribute.value.end());
  }
}

}  // namespace

const FakeIsns::Target* FakeIsns::FindTarget(const std::string& name) const {
  const auto found = std::find_if(targets.begin(), targets.end(),
                                  [&name](const Target& target) { return target.name == name; });
  return found == targets.end() ? nullptr : &*found;
}

RawMessage FakeIsns::Answer(const RawMessage& message) {
  asked.push_back(message.function);
  const auto request = ParseRequest(message);
  Reply reply;
  if (!request) {
    reply.status = StatusCode::kMessageFormatError;
  } else {
    sources.push_back(request->source);
    const auto refused = refusals.find(message.function);
    if (refused != refusals.end()) {
      reply.status = refused->second;
    } else if (message.function == Function::kDevAttrQry) {
      reply = Query(*request);
    } else if (message.function == Function::kDevGetNext) {
      reply = GetNext(*request);
    } else if (message.function == Function::kDevAttrReg) {
      reply = Register(*request);
    } else {
      reply = Deregister(*request);
    }
  }
  if (reply.attributes.size() > most_answer) reply = {StatusCode::kInternalError, {}};
  if (reply.status != StatusCode::kSuccessful) reply.attributes.clear();
  return WriteResponse(message.function, message.transaction, reply.status, reply.attributes);
}

FakeIsns::Reply FakeIsns::Query(const RequestView& request) {
  if (!knows_proposals && Wants(request, Tag::kPortalPhase1))
    return {StatusCode::kAttributeNotImplemented, {}};
  Reply reply;
  PutAll(reply.attributes, request.key);
  PutEmpty(reply.attributes, Tag::kDelimiter);
  const auto key = KeyOf(request.key.Find(Tag::kPortalAddress), request.key.Find(Tag::kPortalPort));
  const std::string wanted = TextOf(request.key.Find(Tag::kNodeName));
  const std::string entity = TextOf(request.key.Find(Tag::kEntityId));
  if (!key && nodes.contains(wanted)) PutNode(reply.attributes, request, wanted, kInitiatorNode);
  for (const Target& target : targets) {
    if (!key && !wanted.empty() && target.name != wanted) continue;
    if (!entity.empty() && target.entity != entity) continue;
    if (!key) PutEntity(reply.attributes, request, target);
    if (!key) PutNode(reply.attributes, request, target.name, kTargetNode);
    for (const PublishedPortal& portal : target.portals) {
      if (key && portal.key != *key) continue;
      if (key) PutEntity(reply.attributes, request, target);
      PutWanted(reply.attributes, request, portal, key ? nullptr : &target.name);
      if (key) return reply;
    }
  }
  return reply;
}

FakeIsns::Reply FakeIsns::GetNext(const RequestView& request) {
  Reply reply;
  if (const auto scope = request.operating.Find(Tag::kGroupNode)) {
    const Target* const target = FindTarget(TextOf(scope));
    const auto after =
        KeyOf(request.key.Find(Tag::kGroupAddress), request.key.Find(Tag::kGroupPort));
    bool next = !after;
    for (const PublishedPortal& portal : target->portals) {
      if (!std::exchange(next, next || portal.key == after)) continue;
      PutText(reply.attributes, Tag::kGroupNode, target->name);
      PutAddress(reply.attributes, Tag::kGroupAddress, portal.key.address);
      PutPort(reply.attributes, Tag::kGroupPort, portal.key.port);
      PutEmpty(reply.attributes, Tag::kDelimiter);
      PutAddress(reply.attributes, Tag::kGroupAddress, portal.key.address);
      PutPort(reply.attributes, Tag::kGroupPort, portal.key.port);
      PutNumber(reply.attributes, Tag::kGroupTag, 1);
      return reply;
    }
    return {StatusCode::kNoSuchEntry, {}};
  }
  std::map<std::string, std::uint32_t> all;
  for (const std::string& node : nodes) all[node] = kInitiatorNode;
  for (const Target& target : targets) all[target.name] = kTargetNode;
  const auto next = all.upper_bound(TextOf(request.key.Find(Tag::kNodeName)));
  if (next == all.end()) return {StatusCode::kNoSuchEntry, {}};
  PutText(reply.attributes, Tag::kNodeName, next->first);
  PutEmpty(reply.attributes, Tag::kDelimiter);
  PutNode(reply.attributes, request, next->first, next->second);
  return reply;
}

FakeIsns::Reply FakeIsns::Register(const RequestView& request) {
  std::string entity = TextOf(request.key.Find(Tag::kEntityId));
  entities.push_back(entity);
  if (entity.empty()) entity = TextOf(request.operating.Find(Tag::kEntityId));
  if (entity.empty()) entity = "isns.entity.0001";
  if (request.replace)
    std::erase_if(targets, [&entity](const Target& target) { return target.entity == entity; });
  const std::string source = request.source;
  const auto type = request.operating.Find(Tag::kNodeType);
  if (type && *type->AsNumber() == kInitiatorNode) {
    nodes.insert(source);
  } else {
    if (FindTarget(source) == nullptr) targets.push_back({entity, source, {}, {}});
    Target& target = *std::find_if(targets.begin(), targets.end(),
                                   [&source](const Target& one) { return one.name == source; });
    if (const auto alias = request.operating.Find(Tag::kNodeAlias)) target.alias = TextOf(alias);
    TakePortals(request, target.portals);
  }
  Reply reply;
  PutText(reply.attributes, Tag::kEntityId, entity);
  PutEmpty(reply.attributes, Tag::kDelimiter);
  PutText(reply.attributes, Tag::kEntityId, entity);
  PutNumber(reply.attributes, Tag::kRegistrationPeriod, period);
  // What was registered, and the index of each portal.
  for (const Attribute attribute : request.operating) {
    if (attribute.tag != Tag::kEntityId)
      PutOctets(reply.attributes, attribute.tag, attribute.value);
    if (attribute.tag == Tag::kPortalPort) PutNumber(reply.attributes, Tag{22}, 1);
  }
  return reply;
}

FakeIsns::Reply FakeIsns::Deregister(const RequestView& request) {
  std::optional<Attribute> address;
  for (const Attribute attribute : request.operating) {
    if (attribute.tag == Tag::kPortalAddress) address = attribute;
    if (attribute.tag == Tag::kPortalPort) {
      const PortalKey key = *KeyOf(address, attribute);
      for (Target& target : targets)
        std::erase_if(target.portals, [&key](const auto& portal) { return portal.key == key; });
    }
    if (attribute.tag == Tag::kEntityId) {
      const std::string id = TextOf(attribute);  // whoever else is in it
      std::erase_if(targets, [&id](const Target& target) { return target.entity == id; });
    }
    if (attribute.tag == Tag::kNodeName) {
      const std::string name = TextOf(attribute);
      nodes.erase(name);
      std::erase_if(targets, [&name](const Target& target) { return target.name == name; });
    }
  }
  Reply reply;
  PutEmpty(reply.attributes, Tag::kDelimiter);
  return reply;
}

void FakeIsns::Talk(Dialogue& dialogue, std::size_t piece) {
  for (;;) {
    const Bytes sent = dialogue.TakeOutput();
    if (sent.empty()) return;
    Octets rest = sent;
    while (!rest.empty()) {
      const auto message = reader_.Take(rest);
      if (!message || !*message) break;
      const Bytes answer = WriteMessage(Answer(**message));
      for (std::size_t at = 0; at < answer.size(); at += piece) {
        dialogue.Receive(Octets(answer).subspan(at, std::min(piece, answer.size() - at)));
      }
    }
  }
}

}  // namespace iscsi_ike::test
