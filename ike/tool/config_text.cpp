#include "ike/tool/config_text.hpp"

#include <span>

#include "ike/tool/json_text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Member leaves out what is empty, as it was in the file.
void Member(JsonText& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.Key(name).Own(text);
}

void KeyMember(JsonText& json, std::string_view name, const crypto::Secret& key,
               const KeyName& key_name) {
  if (!key.empty()) json.Key(name).Own("text:" + key_name(key));
}

void WriteInitiator(JsonText& json, const policy::Initiator& initiator) {
  Member(json, "initiator", initiator.name);
  if (initiator.port) json.Key("initiatorPort").Number(*initiator.port);
}

void WritePassed(JsonText& json, const policy::PassedFlags& passed) {
  if (passed.word.word() != 0) json.Key("passedFlags").Text(passed.word.ToHex());
  if (passed.require_ipsec) json.Key("requireIpsec").Bool(true);
}

void WriteRecord(JsonText& json, const policy::PresharedKey& record, const KeyName& key_name) {
  json.Begin();
  Member(json, "name", record.name);
  json.Key("securityFlags").Text(record.flags.ToHex());
  if (record.identity) Member(json, "identity", record.identity->ToString());
  KeyMember(json, "key", record.key, key_name);
  if (record.peer) Member(json, "peer", record.peer->ToString());
  if (record.peer_identity) Member(json, "peerIdentity", record.peer_identity->ToString());
  Member(json, "target", record.target);
  WriteInitiator(json, record.initiator);
  json.End();
}

void WritePortal(JsonText& json, const policy::TargetPortal& portal, const KeyName& key_name) {
  json.Begin();
  Member(json, "address", portal.address ? portal.address->ToString() : portal.host);
  json.Key("socket").Number(portal.socket);
  json.Key("securityBitmap").Text(portal.bitmap.ToHex());
  KeyMember(json, "key", portal.key, key_name);
  Member(json, "symbolicName", portal.symbolic_name);
  if (portal.group_tag) json.Key("groupTag").Number(*portal.group_tag);
  WritePassed(json, portal.passed);
  json.End();
}

void WriteLogin(JsonText& json, const policy::Login& login, const KeyName& key_name) {
  json.Begin();
  Member(json, "target", login.target);
  Member(json, "address", login.address ? login.address->ToString() : login.host);
  if (login.socket) json.Key("socket").Number(*login.socket);
  WriteInitiator(json, login.initiator);
  WritePassed(json, login.passed);
  KeyMember(json, "key", login.key, key_name);
  json.End();
}

void WriteTunnel(JsonText& json, const policy::TunnelAddress& tunnel) {
  json.Begin();
  WriteInitiator(json, tunnel.initiator);
  Member(json, "destination", tunnel.destination.ToString());
  Member(json, "outer", tunnel.outer.ToString());
  json.End();
}

template <class Suite>
std::string ListOf(const std::vector<Suite>& suites) {
  std::string list;
  for (const Suite& suite : suites) list += (list.empty() ? "" : ",") + ToString(suite);
  return list;
}

void WriteDefaults(JsonText& json, const policy::ConfigDefaults& defaults,
                   const KeyName& key_name) {
  json.Begin();
  if (defaults.security_bitmap) Member(json, "securityBitmap", defaults.security_bitmap->ToHex());
  if (defaults.suites) {
    Member(json, "ike", ListOf(defaults.suites->phase1));
    Member(json, "esp", ListOf(defaults.suites->phase2));
  }
  KeyMember(json, "groupKey", defaults.group_key, key_name);
  json.End();
}

}  // namespace

std::string ConfigText(const policy::Config& config, const KeyName& name) {
  JsonText json;
  json.Begin().Key("records").List(
      config.records, [&](JsonText& j, const auto& record) { WriteRecord(j, record, name); });
  json.Key("portals").List(config.portals,
                           [&](JsonText& j, const auto& portal) { WritePortal(j, portal, name); });
  json.Key("logins").List(config.logins,
                          [&](JsonText& j, const auto& login) { WriteLogin(j, login, name); });
  json.Key("tunnelAddresses").List(config.tunnels, WriteTunnel);
  WriteDefaults(json.Key("defaults"), config.defaults, name);
  std::string line = json.End().Line();
  line.pop_back();
  return line;
}

}  // namespace iscsi_ike::ike::tool
