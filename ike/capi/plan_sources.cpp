#include "ike/capi/plan_sources.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ike/capi/config.hpp"
#include "ike/capi/hba.hpp"
#include "ike/capi/values.hpp"
#include "policy/cached_key.hpp"
#include "policy/config.hpp"
#include "policy/reason.hpp"
#include "policy/security_config_in.hpp"
#include "policy/suites.hpp"

namespace iscsi_ike::capi {
namespace {

using policy::Parsed;
using policy::Reject;
using policy::Sources;

// What follows copies the layout of iscsidsc.h on a machine of 64 bits and of 32.
constexpr std::size_t kPointer = sizeof(void*);
static_assert(offsetof(iscsi_ike_preshared_key, id_type) == 8);
static_assert(offsetof(iscsi_ike_preshared_key, id_length_in_bytes) == 12);
static_assert(offsetof(iscsi_ike_preshared_key, id) == 16);
static_assert(offsetof(iscsi_ike_preshared_key, key_length_in_bytes) == 16 + kPointer);
static_assert(offsetof(iscsi_ike_preshared_key, key) == 16 + 2 * kPointer);
static_assert(sizeof(iscsi_ike_preshared_key) == (kPointer == 8 ? 40 : 32));
static_assert(offsetof(iscsi_ike_authentication_information, ps_key) == 8);
static_assert(sizeof(iscsi_ike_authentication_information) == (kPointer == 8 ? 48 : 40));
static_assert(offsetof(iscsi_ike_target_portal, address) == 4);
static_assert(sizeof(iscsi_ike_ip_address) == 548);
static_assert(offsetof(iscsi_ike_target_portal, security_bitmap) == 552);
static_assert(sizeof(iscsi_ike_target_portal) == 560);

Parsed<policy::PresharedKey> RecordOf(const iscsi_ike_authentication_information& info) {
  const iscsi_ike_preshared_key& ps = info.ps_key;
  if (!IsReadable(ps.id, ps.id_length_in_bytes)) return Reject("record.Id", "is null");
  if (!IsReadable(ps.key, ps.key_length_in_bytes)) return Reject("record.Key", "is null");
  if (ps.id_length_in_bytes > policy::kLongestId)
    return Reject("record.Id", "is longer than " + std::to_string(policy::kLongestId) + " octets");
  if (ps.key_length_in_bytes > policy::kLongestKey)
    return Reject("record.Key",
                  "is longer than " + std::to_string(policy::kLongestKey) + " octets");
  return policy::PresharedKey::Make(
      static_cast<std::uint32_t>(info.auth_method), policy::SecurityFlags(ps.security_flags),
      ps.id_type, ToOctets(ps.id, ps.id_length_in_bytes),
      crypto::Secret::CopyOf(ToOctets(ps.key, ps.key_length_in_bytes)), "record");
}

void Put(std::vector<std::uint8_t>& octets, std::uint32_t number, int size) {
  for (int i = 0; i < size; ++i) octets.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

// AddressOf reads the struct as policy reads its octets.
Parsed<std::optional<policy::IpAddress>> AddressOf(const iscsi_ike_ip_address& address) {
  std::vector<std::uint8_t> octets;
  octets.reserve(policy::kIpAddressSize);
  Put(octets, address.type, 4);
  const auto* v4 = reinterpret_cast<const std::uint8_t*>(&address.ip_v4_address);
  octets.insert(octets.end(), v4, v4 + 4);
  octets.insert(octets.end(), std::begin(address.ip_v6_address), std::end(address.ip_v6_address));
  Put(octets, address.ip_v6_flow_info, 4);
  Put(octets, address.ip_v6_scope_id, 4);
  for (const std::uint16_t unit : address.text_address) Put(octets, unit, 2);
  octets.resize(policy::kIpAddressSize);
  auto read = ReadIpAddress(octets, "portal.Address", policy::Ipv4Order::kNetwork);
  if (!read) return Failure(read.error().error);
  return *read;
}

Parsed<policy::TargetPortal> PortalOf(const iscsi_ike_target_portal& portal,
                                      const std::uint8_t* key) {
  if (!IsReadable(key, portal.key_size)) return Reject("portal_key", "is null");
  if (portal.key_size > policy::kLongestKey)
    return Reject("portal_key",
                  "is longer than " + std::to_string(policy::kLongestKey) + " octets");
  auto address = AddressOf(portal.address);
  if (!address) return Failure(address.error());
  policy::TargetPortal made;
  made.address = *address;
  if (portal.socket != 0) made.socket = portal.socket;
  made.bitmap = policy::SecurityFlags(portal.security_bitmap);
  made.key = crypto::Secret::CopyOf(ToOctets(key, portal.key_size));
  return made;
}

// FromStructs: the record, the portal and the default of the options are a config of their own.
Parsed<Sources> FromStructs(const iscsi_ike_plan_options& options) {
  policy::Config config;
  if (options.record != nullptr) {
    auto record = RecordOf(*options.record);
    if (!record) return Failure(record.error());
    config.records.push_back(std::move(*record));
  }
  if (options.portal != nullptr) {
    auto portal = PortalOf(*options.portal, options.portal_key);
    if (!portal) return Failure(portal.error());
    config.portals.push_back(std::move(*portal));
  }
  if (options.has_default_bitmap != 0)
    config.defaults.security_bitmap = policy::SecurityFlags(options.default_bitmap);
  return SourcesOf(config, config.records.empty() ? nullptr : &config.records.front(),
                   config.portals.empty() ? nullptr : &config.portals.front());
}

std::string IdentitiesOf(const std::vector<policy::CachedKey>& keys) {
  std::string names;
  for (const policy::CachedKey& key : keys)
    if (key.record.identity) names += (names.empty() ? "" : ", ") + key.record.identity->ToString();
  return names;
}

policy::WordSources PassedWords(const iscsi_ike_plan_options& options) {
  policy::WordSources words;
  if (options.has_word != 0) words.call = policy::SecurityFlags(options.word);
  if (options.has_default_bitmap != 0)
    words.default_bitmap = policy::SecurityFlags(options.default_bitmap);
  return words;
}

// Keyless: the cache has nothing for this login, and a key is given with it.
Sources Keyless(const iscsi_ike_plan_options& options, const policy::IpAddress& target) {
  Sources sources;
  sources.request.tunnel_outer = options.hba->cache.TunnelOuter(options.hba_port, target);
  policy::WordInForce in_force = ResolveWord(PassedWords(options));
  sources.request.word = in_force.word;
  sources.request.prior = std::move(in_force.reasons);
  return sources;
}

// FromCache: the adapter's key for this target, and its word, which wins over one that is passed
// with a call (ResolveWord).
Parsed<Sources> FromCache(const iscsi_ike_plan_options& options) {
  if (options.remote.family == 0) return Reject("remote", "is needed beside hba: the target");
  const policy::IpAddress target = ToEndpoint(options.remote)->address;
  auto keys = options.hba->cache.FindAll(options.hba_port, target);
  if (options.identity != nullptr) {
    auto own = policy::Identity::Parse(options.identity, "identity");
    if (!own) return Failure(own.error());
    keys.clear();
    if (auto key = options.hba->cache.Find(options.hba_port, target, *own))
      keys.push_back(std::move(*key));
  }
  if (keys.empty() && options.key != nullptr) return Keyless(options, target);
  if (keys.empty()) return Reject("hba", "has no key for this port and identity");
  if (keys.size() > 1)
    return Reject("hba", "has keys for several identities; choose one: " + IdentitiesOf(keys));
  policy::CachedKey& key = keys.front();
  Sources sources;
  FillRequest(key, PassedWords(options), sources.request);
  sources.key = std::move(key.record.key);
  sources.group_key = key.group_key;
  sources.key_reasons.push_back(MakeReason(key.group_key ? policy::ReasonCode::kKeyFromGroup
                                                         : policy::ReasonCode::kKeyFromEntry));
  return sources;
}

// CheckEffects: what would be without effect was hardly meant.
Parsed<Done> CheckEffects(const iscsi_ike_plan_options& options) {
  if (options.config_record != nullptr && options.config == nullptr)
    return Reject("config_record", "chooses from a config; none is given");
  if (options.portal_key != nullptr && options.portal == nullptr)
    return Reject("portal_key", "is for a portal; none is given");
  if (options.hba_port != 0 && options.hba == nullptr)
    return Reject("hba_port", "is of an hba; none is given");
  if ((options.rules & ISCSI_IKE_RULE_GROUP_KEY) != 0 && options.key == nullptr)
    return Reject("rules", "ISCSI_IKE_RULE_GROUP_KEY is about `key`; none is given");
  return Done{};
}

Parsed<Sources> Found(const iscsi_ike_plan_options& options) {
  if (auto s = CheckEffects(options); !s) return Failure(s.error());
  if (options.hba != nullptr) {
    if (options.config == nullptr && options.record == nullptr && options.portal == nullptr)
      return FromCache(options);
    return Reject("hba", "is given beside a config, a record or a portal");
  }
  if (options.config == nullptr) return FromStructs(options);
  if (options.record != nullptr || options.portal != nullptr)
    return Reject("config", "is given beside a record or a portal");
  if (options.has_default_bitmap != 0)
    return Reject("default_bitmap", "is given beside a config, which has its own");
  std::optional<policy::IpAddress> peer;
  if (options.remote.family != 0) peer = ToEndpoint(options.remote)->address;
  return ChooseSources(options.config->config, std::string(TextOf(options.config_record)), peer,
                       {"config_record", "config"});
}

Parsed<Done> SetIdentity(const char* text, const char* place,
                         std::optional<policy::Identity>& identity) {
  if (text == nullptr) return Done{};
  auto parsed = policy::Identity::Parse(text, place);
  if (!parsed) return Failure(parsed.error());
  identity = std::move(*parsed);
  return Done{};
}

Parsed<Done> SetSuites(const iscsi_ike_plan_options& options, policy::TranslateRequest& request) {
  if (options.suite == nullptr && options.ike == nullptr && options.esp == nullptr) return Done{};
  auto suites = policy::ChooseSuites(
      {TextOf(options.suite), TextOf(options.ike), TextOf(options.esp)}, {"suite", "ike", "esp"});
  if (!suites) return Failure(suites.error());
  request.suites = std::move(*suites);
  return Done{};
}

Parsed<Done> SetKey(const iscsi_ike_plan_options& options, Sources& sources) {
  if (options.key == nullptr && options.key_size == 0) return Done{};
  if (options.key == nullptr) return Reject("key", "is null");
  if (options.key_size > policy::kLongestKey)
    return Reject("key", "is longer than " + std::to_string(policy::kLongestKey) + " octets");
  auto key =
      policy::CheckKey(crypto::Secret::CopyOf(ToOctets(options.key, options.key_size)), "key");
  if (!key) return Failure(key.error());
  sources.GiveKey(std::move(*key), (options.rules & ISCSI_IKE_RULE_GROUP_KEY) != 0);
  return Done{};
}

Parsed<Done> SetOnly(std::uint32_t only, Sources& sources) {
  if (only > ISCSI_IKE_ONLY_AGGRESSIVE)
    return Reject("only", "is 0 (as the word says), 1 (main) or 2 (aggressive)");
  if (only != ISCSI_IKE_ONLY_ALLOWED)
    sources.only_mode = only == ISCSI_IKE_ONLY_MAIN ? policy::ExchangeMode::kMain
                                                    : policy::ExchangeMode::kAggressive;
  return Done{};
}

Parsed<Done> SetPfsGroup(const char* text, policy::TranslateRequest& request) {
  if (text == nullptr) return Done{};
  request.pfs_group = crypto::DhGroupByName(text);
  if (!request.pfs_group) return Reject("pfs_group", "is no group, such as modp2048 or curve25519");
  return Done{};
}

void SetRules(const iscsi_ike_plan_options& options, policy::TranslateRequest& request) {
  const auto has = [&](std::uint32_t rule) { return (options.rules & rule) != 0; };
  request.strict = has(ISCSI_IKE_RULE_STRICT);
  request.strict_microsoft = has(ISCSI_IKE_RULE_STRICT_MICROSOFT);
  request.assume_main = has(ISCSI_IKE_RULE_ASSUME_MAIN);
  request.require_ipsec = has(ISCSI_IKE_RULE_REQUIRE_IPSEC);
  request.refuse_pfs = has(ISCSI_IKE_RULE_REFUSE_PFS);
  if (options.phase1_lifetime_s != 0) request.phase1_lifetime.seconds = options.phase1_lifetime_s;
  if (options.phase2_lifetime_s != 0) request.phase2_lifetime.seconds = options.phase2_lifetime_s;
  if (options.phase2_lifetime_kb != 0)
    request.phase2_lifetime.kilobytes = options.phase2_lifetime_kb;
}

}  // namespace

Parsed<Sources> ReadSources(const iscsi_ike_plan_options& options) {
  auto sources = Found(options);
  if (!sources) return sources;
  if (options.has_word != 0 && options.hba == nullptr) {
    sources->GiveWord(policy::SecurityFlags(options.word));
  }
  if (auto s = SetIdentity(options.identity, "identity", sources->request.identity); !s)
    return Failure(s.error());
  if (auto s = SetIdentity(options.peer_identity, "peer_identity", sources->peer_identity); !s)
    return Failure(s.error());
  if (auto s = SetSuites(options, sources->request); !s) return Failure(s.error());
  if (auto s = SetKey(options, *sources); !s) return Failure(s.error());
  if (auto s = SetOnly(options.only, *sources); !s) return Failure(s.error());
  if (auto s = SetPfsGroup(options.pfs_group, sources->request); !s) return Failure(s.error());
  SetRules(options, sources->request);
  return sources;
}

}  // namespace iscsi_ike::capi
