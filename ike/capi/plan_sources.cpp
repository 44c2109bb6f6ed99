#include "ike/capi/plan_sources.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ike/capi/config.hpp"
#include "ike/capi/hba.hpp"
#include "ike/capi/values.hpp"
#include "policy/cached_key.hpp"
#include "policy/config_json.hpp"
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

Parsed<std::optional<policy::IpAddress>> AddressOf(const iscsi_ike_ip_address& address) {
  std::array<std::uint8_t, 4> v4{};
  switch (address.type) {
    case 0: {
      std::string text;
      const std::size_t units = std::min<std::size_t>(address.text_address[0] / 2, 256);
      for (std::size_t i = 0; i < units && address.text_address[1 + i] != 0; ++i) {
        const std::uint16_t unit = address.text_address[1 + i];
        text += unit < 0x80 ? static_cast<char>(unit) : '?';
      }
      if (const auto parsed = policy::IpAddress::Parse(text)) return std::optional(*parsed);
      return Reject("portal.Address",
                    "is text that is no IPv4 or IPv6 address; nobody resolves names here");
    }
    case 1:
      std::memcpy(v4.data(), &address.ip_v4_address, v4.size());
      return std::optional(policy::IpAddress::V4(v4));
    case 2:
      return policy::IpAddress::FromOctets({std::data(address.ip_v6_address), 16});
    case 3:
      return std::optional<policy::IpAddress>();
    default:
      return Reject("portal.Address.Type", "is " + std::to_string(address.type) +
                                               "; it is 0 (text), 1 (IPv4), 2 (IPv6) or 3 (empty)");
  }
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
  if (keys.empty()) return Reject("hba", "has no key for this port and identity");
  if (keys.size() > 1)
    return Reject("hba", "has keys for several identities; choose one: " + IdentitiesOf(keys));
  policy::CachedKey& key = keys.front();
  policy::WordSources words;
  if (options.has_word != 0) words.call = policy::SecurityFlags(options.word);
  if (options.has_default_bitmap != 0)
    words.default_bitmap = policy::SecurityFlags(options.default_bitmap);
  Sources sources;
  FillRequest(key, words, sources.request);
  sources.key = std::move(key.record.key);
  sources.group_key = key.group_key;
  return sources;
}

Parsed<Sources> Found(const iscsi_ike_plan_options& options) {
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
  sources.key = std::move(*key);
  sources.group_key = (options.rules & ISCSI_IKE_RULE_GROUP_KEY) != 0;
  return Done{};
}

Parsed<Done> SetOnly(std::uint32_t only, Sources& sources) {
  if (only > 2) return Reject("only", "is 0 (as the word says), 1 (main) or 2 (aggressive)");
  if (only != 0)
    sources.only_mode = only == 1 ? policy::ExchangeMode::kMain : policy::ExchangeMode::kAggressive;
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
    sources->request.word = policy::SecurityFlags(options.word);
    sources->request.prior.clear();
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
