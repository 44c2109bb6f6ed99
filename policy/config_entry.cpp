#include "policy/config_entry.hpp"

#include <array>
#include <utility>
#include <vector>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::uint8_t kRecord = 1;      // a record has the member
constexpr std::uint8_t kPortal = 2;      // a portal has it
constexpr std::uint8_t kOwn = 4;         // in files of our own
constexpr std::uint8_t kPowerShell = 8;  // in PowerShell's text
constexpr std::uint8_t kGroup = 16;      // a group of portals has it
constexpr std::uint8_t kAll = kRecord | kPortal | kGroup;

constexpr auto kRecordClasses = std::to_array<std::string_view>(
    {"MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo", "IKEPresharedKeyAuthenticationInfo"});
constexpr std::string_view kPortalClass = "ISCSI_DiscoveredTargetPortal2";
constexpr std::string_view kGroupClass = "ISCSI_DiscoveredTargetPortalGroup2";

std::uint8_t BitsOf(EntryKind kind) {
  switch (kind) {
    case EntryKind::kRecord:
      return kRecord;
    case EntryKind::kPortal:
      return kPortal;
    case EntryKind::kGroup:
      return kGroup;
    case EntryKind::kEither:
      break;
  }
  return kAll;
}

}  // namespace

struct EntrySink::Member {
  std::string_view name;
  std::uint8_t who;
  JsonSink& (*field)(EntrySink&);
};

const EntrySink::Member* EntrySink::Find(std::string_view name) {
  static constexpr std::uint8_t kBoth = kOwn | kPowerShell;
  static constexpr auto kMembers = std::to_array<Member>({
      {"AuthMethod", kRecord | kBoth, [](EntrySink& e) -> JsonSink& { return e.auth_method_; }},
      {"SecurityFlags", kRecord | kBoth, [](EntrySink& e) -> JsonSink& { return e.flags_; }},
      {"IdType", kRecord | kBoth, [](EntrySink& e) -> JsonSink& { return e.id_type_; }},
      {"Id", kRecord | kBoth, [](EntrySink& e) -> JsonSink& { return e.id_; }},
      {"Key", kRecord | kPortal | kBoth, [](EntrySink& e) -> JsonSink& { return e.key_; }},
      {"Identity", kRecord | kOwn, [](EntrySink& e) -> JsonSink& { return e.identity_; }},
      {"Name", kRecord | kOwn, [](EntrySink& e) -> JsonSink& { return e.name_; }},
      {"Peer", kRecord | kOwn, [](EntrySink& e) -> JsonSink& { return e.peer_; }},
      {"PeerIdentity", kRecord | kOwn, [](EntrySink& e) -> JsonSink& { return e.peer_identity_; }},
      {"Target", kRecord | kOwn, [](EntrySink& e) -> JsonSink& { return e.target_; }},
      {"Initiator", kRecord | kOwn, [](EntrySink& e) -> JsonSink& { return e.initiator_.name; }},
      {"InitiatorPort", kRecord | kOwn,
       [](EntrySink& e) -> JsonSink& { return e.initiator_.port; }},
      {"Address", kPortal | kBoth, [](EntrySink& e) -> JsonSink& { return e.address_; }},
      {"Socket", kPortal | kBoth, [](EntrySink& e) -> JsonSink& { return e.socket_; }},
      {"SecurityBitmap", kPortal | kBoth, [](EntrySink& e) -> JsonSink& { return e.bitmap_; }},
      {"SymbolicName", kPortal | kBoth, [](EntrySink& e) -> JsonSink& { return e.symbolic_name_; }},
      {"GroupTag", kPortal | kOwn, [](EntrySink& e) -> JsonSink& { return e.group_tag_; }},
      {"PassedFlags", kPortal | kOwn, [](EntrySink& e) -> JsonSink& { return e.passed_flags_; }},
      {"RequireIpsec", kPortal | kOwn, [](EntrySink& e) -> JsonSink& { return e.require_ipsec_; }},
      {"PortalCount", kGroup | kPowerShell,
       [](EntrySink& e) -> JsonSink& { return e.portal_count_; }},
      {"Tag", kGroup | kPowerShell, [](EntrySink& e) -> JsonSink& { return e.tag_; }},
      {"Portals", kGroup | kPowerShell, [](EntrySink& e) -> JsonSink& { return e.portals_; }},
      {"__CLASS", kAll | kPowerShell, [](EntrySink& e) -> JsonSink& { return e.class_; }},
      {"CimClass", kAll | kPowerShell, [](EntrySink& e) -> JsonSink& { return e.cim_class_; }},
      {"CimSystemProperties", kAll | kPowerShell,
       [](EntrySink& e) -> JsonSink& { return e.cim_system_; }},
  });
  for (const Member& member : kMembers) {
    if (SameName(member.name, name)) return &member;
  }
  return nullptr;
}

// Spelled: WMI's names begin with a capital letter, those of a file of our own do not.
std::string EntrySink::Spelled(std::string_view member) const {
  std::string name(member);
  if (dialect_ == Dialect::kOwn) name.front() = Lower(member).front();
  return name;
}

std::string EntrySink::KnownMembers(EntryKind kind) const {
  static constexpr auto kOfPortal =
      std::to_array<std::string_view>({"Address", "Socket", "SecurityBitmap", "Key", "SymbolicName",
                                       "GroupTag", "PassedFlags", "RequireIpsec"});
  static constexpr auto kOfRecord = std::to_array<std::string_view>(
      {"AuthMethod", "SecurityFlags", "IdType", "Id", "Identity", "Key", "Name", "Peer",
       "PeerIdentity", "Target", "Initiator", "InitiatorPort"});
  std::vector<std::string> names;
  const auto add = [&](const auto& members) {
    for (const std::string_view member : members) names.push_back(Spelled(member));
  };
  kind == EntryKind::kPortal ? add(kOfPortal) : add(kOfRecord);
  return Join(names, ", ");
}

JsonVerdict EntrySink::Problem(std::string_view member, std::string rule) const {
  return JsonProblem{Spelled(member), std::move(rule)};
}

JsonVerdict EntrySink::Missing(std::string_view member) const {
  return Problem(member, "is missing or null");
}

EntrySink::EntrySink(EntryKind kind, Dialect dialect, const ConfigOptions& options, Config& config)
    : kind_(kind),
      dialect_(dialect),
      key_elsewhere_(options.key_elsewhere),
      config_(config),
      id_(kLongestId, dialect),
      key_(kLongestKey, dialect),
      address_(dialect, options.ipv4_in_host_order),
      portals_(options, config) {}

std::string EntrySink::Wanted() const {
  return kind_ == EntryKind::kRecord   ? "a record is expected"
         : kind_ == EntryKind::kPortal ? "a portal is expected"
                                       : "a record or a portal is expected";
}

bool EntrySink::IsGroup() const {
  return !group_member_.empty() || SameName(class_.value, kGroupClass) ||
         SameName(cim_class_.value, kGroupClass);
}

JsonSink::Next EntrySink::OnMember(std::string_view name) {
  const Member* member = Find(name);
  const std::uint8_t dialect = dialect_ == Dialect::kOwn ? kOwn : kPowerShell;
  const std::uint8_t kinds = BitsOf(kind_);
  if (member == nullptr || (member->who & dialect) == 0 || (member->who & kinds) == 0) {
    if (dialect_ == Dialect::kPowerShell) return nullptr;
    return Failure(JsonProblem{{}, "is not known here; known are " + KnownMembers(kind_)});
  }
  const unsigned owners = member->who & kAll;
  if (owners == kRecord && record_member_.empty()) record_member_ = member->name;
  if (owners == kPortal && portal_member_.empty()) portal_member_ = member->name;
  if (owners == kGroup && group_member_.empty()) group_member_ = member->name;
  return &member->field(*this);
}

JsonVerdict EntrySink::OnEnd() {
  if (JsonVerdict verdict = Classify()) return verdict;
  if (kind_ == EntryKind::kGroup) return FinishGroup();
  return kind_ == EntryKind::kRecord ? MakeRecord() : MakePortal();
}

JsonVerdict EntrySink::CheckClass(std::string_view member, const std::string& name) {
  if (name.empty()) return std::nullopt;
  EntryKind kind = SameName(name, kPortalClass)  ? EntryKind::kPortal
                   : SameName(name, kGroupClass) ? EntryKind::kGroup
                                                 : EntryKind::kEither;
  for (const std::string_view known : kRecordClasses) {
    if (SameName(name, known)) kind = EntryKind::kRecord;
  }
  if (kind == EntryKind::kEither || (kind_ != EntryKind::kEither && kind_ != kind)) {
    return JsonProblem{std::string(member), "names the class " + Quote(name) + "; expected is " +
                                                std::string(kRecordClasses[0]) + ", " +
                                                std::string(kPortalClass) + " or " +
                                                std::string(kGroupClass)};
  }
  kind_ = kind;
  return std::nullopt;
}

JsonVerdict EntrySink::Classify() {
  if (JsonVerdict verdict = CheckClass("__CLASS", class_.value)) return verdict;
  if (JsonVerdict verdict = CheckClass("CimClass", cim_class_.value)) return verdict;
  if (JsonVerdict verdict = CheckClass("CimSystemProperties", cim_system_.value)) return verdict;
  if (kind_ != EntryKind::kEither) return std::nullopt;
  if (!group_member_.empty() && portals_.is_given()) {
    kind_ = EntryKind::kGroup;
    return std::nullopt;
  }
  if (!record_member_.empty() && !portal_member_.empty()) {
    return Broken("has a record's member " + std::string(record_member_) +
                  " and a portal's member " + std::string(portal_member_));
  }
  if (record_member_.empty() && portal_member_.empty()) {
    return Broken("has no member of a record (" + KnownMembers(EntryKind::kRecord) +
                  "), of a portal (" + KnownMembers(EntryKind::kPortal) +
                  ") or of a file (records, portals, logins, tunnelAddresses, defaults)");
  }
  kind_ = record_member_.empty() ? EntryKind::kPortal : EntryKind::kRecord;
  return std::nullopt;
}

// The method comes first: a record for certificates is another thing, not one with a member short.
JsonVerdict EntrySink::CheckMethodMember() const {
  if (!auth_method_.value) return std::nullopt;
  const auto method =
      CheckMethod(static_cast<std::uint32_t>(*auth_method_.value), Spelled("AuthMethod"));
  return method ? std::nullopt
                : JsonVerdict(JsonProblem{method.error().place, method.error().rule});
}

// PowerShell prints all five properties; in a file of our own the method is 1 and the word says
// nothing unless they are given.
JsonVerdict EntrySink::CheckRecordMembers() const {
  if (JsonVerdict verdict = CheckMethodMember()) return verdict;
  if (dialect_ == Dialect::kPowerShell) {
    if (!auth_method_.value) return Missing("AuthMethod");
    if (!flags_.value) return Missing("SecurityFlags");
  }
  if (!key_.is_given() && !key_elsewhere_) return Missing("Key");
  if (identity_.value) {
    const std::string rule = "is given beside " + Spelled("Identity") + "; give one of them";
    if (id_type_.value) return Problem("IdType", rule);
    if (id_.is_given()) return Problem("Id", rule);
    return std::nullopt;
  }
  if (id_type_.value.has_value() == id_.is_given()) return std::nullopt;
  return Missing(id_.is_given() ? "IdType" : "Id");
}

JsonVerdict EntrySink::MakeRecord() {
  if (JsonVerdict verdict = CheckRecordMembers()) return verdict;
  PresharedKey record;
  if (JsonVerdict verdict = MakeIdentity(record.identity)) return verdict;
  if (JsonVerdict verdict = ParseIdentity("PeerIdentity", peer_identity_, record.peer_identity))
    return verdict;
  if (JsonVerdict verdict = MakeKey(record.key)) return verdict;
  record.flags = flags_.value.value_or(SecurityFlags());
  record.name = name_.value.value_or("");
  record.peer = peer_.value;
  record.target = target_.value.value_or("");
  record.initiator = initiator_.Make();
  config_.records.push_back(std::move(record));
  return std::nullopt;
}

JsonVerdict EntrySink::ParseIdentity(std::string_view member, const TextField& field,
                                     std::optional<Identity>& identity) const {
  if (!field.value) return std::nullopt;
  auto parsed = Identity::Parse(*field.value, "");
  if (!parsed) return Problem(member, parsed.error().rule);
  identity = *std::move(parsed);
  return std::nullopt;
}

JsonVerdict EntrySink::MakeIdentity(std::optional<Identity>& identity) {
  if (identity_.value) return ParseIdentity("Identity", identity_, identity);
  if (!id_type_.value) return std::nullopt;
  const crypto::Secret id = id_.Take();
  // The text of an address, said to be text, is read as the address.
  const std::string_view text(reinterpret_cast<const char*>(id.Expose().data()), id.size());
  const auto address = id_.is_text() ? IpAddress::Parse(text) : std::nullopt;
  const auto type =
      static_cast<std::uint32_t>(address && address->is_v6() ? IdType::kIpv6 : IdType::kIpv4);
  if (address && *id_type_.value == type) return MakeIdentityOf(type, address->octets(), identity);
  return MakeIdentityOf(*id_type_.value, id.Expose(), identity);
}

JsonVerdict EntrySink::MakeIdentityOf(std::uint32_t type, crypto::Octets id,
                                      std::optional<Identity>& identity) const {
  auto made = Identity::Make(type, id, "");
  if (!made) return Problem(made.error().place, made.error().rule);
  identity = *std::move(made);
  return std::nullopt;
}

JsonVerdict EntrySink::MakeKey(crypto::Secret& key) {
  if (!key_.is_given()) return std::nullopt;
  auto checked = CheckKey(key_.Take(), Spelled("Key"));
  if (!checked) return JsonProblem{checked.error().place, checked.error().rule};
  key = *std::move(checked);
  return std::nullopt;
}

JsonVerdict EntrySink::MakePortal() {
  if (!address_.is_given()) return Missing("Address");
  TargetPortal portal;
  portal.address = address_.address;
  portal.host = address_.host;
  portal.socket = static_cast<std::uint16_t>(socket_.value.value_or(kIscsiPort));
  if (portal.socket == 0) return Problem("Socket", "is 0; a TCP port is 1 to 65535");
  portal.bitmap = bitmap_.value.value_or(SecurityFlags());
  portal.key = key_.Take();
  portal.symbolic_name = symbolic_name_.value.value_or("");
  if (group_tag_.value) portal.group_tag = static_cast<std::uint16_t>(*group_tag_.value);
  portal.passed = {passed_flags_.value.value_or(SecurityFlags()),
                   require_ipsec_.value.value_or(false)};
  config_.portals.push_back(std::move(portal));
  return std::nullopt;
}

}  // namespace iscsi_ike::policy
