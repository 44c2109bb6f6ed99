// Settings in JSON: every shape that PowerShell prints, and our own file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden.hpp"
#include "tests/policy/config_texts.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void ExpectTheRecord(std::string_view text) {
  const Config config = Accept(text);
  ASSERT_EQ(config.records.size(), 1U) << text;
  EXPECT_EQ(config.records[0].flags.word(), 0x27U);
  EXPECT_EQ(config.records[0].identity->ToString(), "ipv4:192.0.2.1");
  EXPECT_EQ(KeyText(config.records[0].key), "s3cr3t");
}

TEST(PowerShellRecordTest, ReadsEveryShape) {
  ExpectTheRecord(kMinimal);
  ExpectTheRecord(kManagementObject);
  ExpectTheRecord(kCimFlat);
  ExpectTheRecord(kCimDeep);
  ExpectTheRecord("[" + std::string(kMinimal) + "]");
  ExpectTheRecord(R"({"AuthMethod":1,"SecurityFlags":39,"IdType":1,"Id":[192,0,2,1],
                      "Key":[115,51,99,114,51,116]})");
  ExpectTheRecord(R"({"AUTHMETHOD":1,"securityflags":39,"idtype":1,"ID":[192,0,2,1],
                      "KEY":[115,51,99,114,51,116]})");
  ExpectTheRecord(R"({"AuthMethod":1,"SecurityFlags":"0x27","IdType":"ID_IPV4_ADDR",
                      "Id":{"value":[192,0,2,1],"Count":4},
                      "Key":{"value":[115,51,99,114,51,116],"Count":6}})");
  ExpectTheRecord(R"({"AuthMethod":1,"SecurityFlags":"VALID|IKE|MAIN|TRANSPORT","IdType":"1",
                      "Id":[192,0,2,1],"Key":[115,51,99,114,51,116]})");
}

TEST(PowerShellRecordTest, ReadsSeveralObjects) {
  const Config config = Accept("[" + std::string(kManagementObject) + "," + std::string(kCimFlat) +
                               "," + std::string(kMinimal) + "]");
  EXPECT_EQ(config.records.size(), 3U);
}

TEST(PowerShellRecordTest, ReadsEveryEncoding) {
  ExpectTheRecord("\xEF\xBB\xBF" + std::string(kMinimal));
  for (const bool mark : {true, false}) {
    ExpectTheRecord(Utf16(kManagementObject, true, mark));
    ExpectTheRecord(Utf16(kManagementObject, false, mark));
  }
  EXPECT_THAT(Refuse(Utf16(kMinimal, true, true) + "x"), HasSubstr("half a unit"));
}

TEST(PowerShellRecordTest, RefusesAnotherClass) {
  EXPECT_THAT(Refuse(R"({"__CLASS":"Win32_Process","AuthMethod":1})"),
              HasSubstr("f.json: __CLASS: names the class \"Win32_Process\"; expected is"));
  EXPECT_THAT(Refuse(R"([{"CimClass":"root/cimv2:Win32_Process"}])"),
              HasSubstr("f.json: [0].CimClass: names the class"));
  EXPECT_THAT(Refuse(R"({"CimClass":{"CimClassName":"Win32_Process"}})"), HasSubstr("CimClass"));
  EXPECT_THAT(Refuse(R"({"__CLASS":"ISCSI_DiscoveredTargetPortal2",
                         "CimClass":"MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo"})"),
              HasSubstr("CimClass"));
}

TEST(PowerShellRecordTest, RefusesWithPathAndRule) {
  const auto with = [](std::string_view member, std::string_view value) {
    const std::pair<std::string_view, std::string_view> members[] = {{"AuthMethod", "1"},
                                                                     {"SecurityFlags", "39"},
                                                                     {"IdType", "1"},
                                                                     {"Id", "[192,0,2,1]"},
                                                                     {"Key", "[1]"}};
    std::string text = "[{";
    for (const auto& [name, usual] : members) {
      text += (text.size() > 2 ? ",\"" : "\"") + std::string(name) +
              "\":" + std::string(name == member ? value : usual);
    }
    return Refuse(text + "}]");
  };
  EXPECT_EQ(with("AuthMethod", "2"),
            "f.json: [0].AuthMethod: is 2; only 1, pre-shared key, is supported");
  EXPECT_EQ(Refuse(R"({"AuthMethod":2})"),
            "f.json: AuthMethod: is 2; only 1, pre-shared key, is supported");
  EXPECT_THAT(with("AuthMethod", "4294967296"), HasSubstr("from 0 to 4294967295"));
  EXPECT_THAT(with("AuthMethod", "-1"), HasSubstr("[0].AuthMethod: is a negative"));
  EXPECT_THAT(with("AuthMethod", "1.5"), HasSubstr("fractional"));
  EXPECT_THAT(with("AuthMethod", "true"), HasSubstr("is a truth value"));
  EXPECT_THAT(with("AuthMethod", "null"), HasSubstr("[0].AuthMethod: is missing or null"));
  EXPECT_THAT(with("AuthMethod", "{}"), HasSubstr("is an object"));
  EXPECT_THAT(with("AuthMethod", "[]"), HasSubstr("is an array"));
  EXPECT_THAT(with("SecurityFlags", "18446744073709551616"), HasSubstr("too large"));
  EXPECT_THAT(with("SecurityFlags", "\"VALID|MIAN\""), HasSubstr("\"MIAN\" is no security flag"));
  EXPECT_THAT(with("IdType", "4"), HasSubstr("[0].IdType: is 4; IdType is 1 (IPv4)"));
  EXPECT_THAT(with("IdType", "\"name\""), HasSubstr("is no identity type"));
  EXPECT_THAT(with("Id", "[192,0,2]"), HasSubstr("[0].Id: has 3 octets"));
  EXPECT_THAT(with("Id", "[192,0,2,256]"), HasSubstr("[0].Id[3]: is past 255"));
  EXPECT_THAT(with("Id", "[192,0,2,-1]"), HasSubstr("[0].Id[3]: is a negative"));
  EXPECT_THAT(with("Id", "[192,0,2,[1]]"), HasSubstr("[0].Id[3]: is an array"));
  EXPECT_THAT(with("Id", "\"192 0 2 1\""), HasSubstr("-Depth"));
  EXPECT_THAT(with("Id", "null"), HasSubstr("[0].Id: is missing or null"));
  EXPECT_THAT(with("Key", "null"), HasSubstr("[0].Key: is missing or null"));
  EXPECT_THAT(with("Key", "[]"), HasSubstr("[0].Key: is empty"));
  EXPECT_THAT(with("Key", "[1e0]"), HasSubstr("[0].Key[0]"));
  EXPECT_THAT(with("Key", "\"s3cr3t\""), Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(with("Key", "[300]"), Not(HasSubstr("300")));
  std::string longest = "[1";
  for (int i = 1; i < 1024; ++i) longest += ",1";
  EXPECT_THAT(with("Key", longest + ",1]"), HasSubstr("[0].Key[1024]: is one octet too many"));
}

Parsed<Config> ParseKeyless(std::string_view text) {
  return ParseConfig(Octets(text), "f.json", ConfigOptions{.key_elsewhere = true});
}

TEST(RecordWithoutTest, KeyIsForTheCallerToAllow) {
  const std::string_view windows =
      R"({"AuthMethod":1,"SecurityFlags":39,"IdType":1,"Id":[192,0,2,1],"Key":null})";
  const std::string_view own = R"({"records":[{"identity":"fqdn:a"}]})";
  EXPECT_EQ(Refuse(windows), "f.json: Key: is missing or null");
  EXPECT_EQ(Refuse(own), "f.json: records[0].key: is missing or null");
  for (const std::string_view text : {windows, own}) {
    const auto config = ParseKeyless(text);
    ASSERT_TRUE(config.ok()) << config.error().Text();
    EXPECT_TRUE(config->records[0].key.empty());
    EXPECT_TRUE(config->records[0].identity.has_value());
  }
  const auto empty = ParseKeyless(R"({"records":[{"key":"text:"}]})");
  ASSERT_FALSE(empty.ok());
  EXPECT_THAT(empty.error().Text(), HasSubstr("f.json: records[0].key: is empty"));
}

TEST(RecordWithoutTest, IdentityIsTheLocalAddress) {
  EXPECT_FALSE(Accept(R"({"records":[{"key":"text:k"}]})").records[0].identity.has_value());
  EXPECT_FALSE(Accept(R"({"AuthMethod":1,"SecurityFlags":39,"IdType":null,"Id":null,"Key":[1]})")
                   .records[0]
                   .identity.has_value());
  EXPECT_EQ(Refuse(R"({"records":[{"key":"text:k","idType":1}]})"),
            "f.json: records[0].id: is missing or null");
  EXPECT_EQ(Refuse(R"({"records":[{"key":"text:k","id":[1]}]})"),
            "f.json: records[0].idType: is missing or null");
}

TEST(PowerShellRecordTest, DuplicatesAreErrorsAnywhere) {
  EXPECT_THAT(Refuse(R"({"AuthMethod":1,"authmethod":1})"),
              HasSubstr("f.json: authmethod: is given twice; names are compared without case"));
  EXPECT_THAT(Refuse(R"({"Key":[1],"key":[1]})"), HasSubstr("key: is given twice"));
  EXPECT_THAT(Refuse(R"({"Scope":{"a":[{"b":1,"B":2}]}})"),
              HasSubstr("Scope.a[0].B: is given twice"));
  EXPECT_THAT(Refuse(R"({"Key":[1],"\u004bey":[1]})"), HasSubstr("Key: is given twice"));
}

TEST(PowerShellRecordTest, RefusesWhatIsNeitherRecordNorPortal) {
  EXPECT_THAT(Refuse("{}"), HasSubstr("f.json: has no member of a record"));
  EXPECT_THAT(Refuse(R"({"Name":"svchost"})"), HasSubstr("has no member of a record"));
  EXPECT_THAT(Refuse("[]"), HasSubstr("empty array"));
  EXPECT_THAT(Refuse("null"), HasSubstr("is null; an object or an array"));
  EXPECT_THAT(Refuse("[null]"), HasSubstr("[0]: is null; a record or a portal"));
  EXPECT_THAT(Refuse("[[]]"), HasSubstr("[0]: is an array"));
  EXPECT_THAT(Refuse("1"), HasSubstr("is a number"));
  EXPECT_THAT(Refuse(R"({"IdType":1,"Socket":3260})"),
              HasSubstr("has a record's member IdType and a portal's member Socket"));
}

TEST(PowerShellPortalTest, ReadsTheShapes) {
  const Config config = Accept(R"([
    {"__CLASS":"ISCSI_DiscoveredTargetPortal2","Address":{"__CLASS":"ISCSI_IP_Address","Type":1,
      "IpV4Address":16908480,"IpV6Address":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"IpV6FlowInfo":0,
      "IpV6ScopeId":0,"TextAddress":""},
     "Key":[1,2,3],"KeySize":3,"SecurityBitmap":39,"Socket":3261,"SymbolicName":"array 1"},
    {"Address":{"Type":2,"IpV6Address":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]},"Key":null,
     "SecurityBitmap":0,"Socket":3260,"SymbolicName":null},
    {"Address":{"Type":0,"TextAddress":"array.example"},"SecurityBitmap":1},
    {"Address":{"Type":0,"TextAddress":"192.0.2.4"},"SecurityBitmap":"0x27"}])");
  ASSERT_EQ(config.portals.size(), 4U);
  EXPECT_EQ(config.portals[0].address->ToString(), "192.0.2.1");
  EXPECT_EQ(config.portals[0].socket, 3261);
  EXPECT_EQ(config.portals[0].bitmap.word(), 0x27U);
  EXPECT_EQ(config.portals[0].key.size(), 3U);
  EXPECT_EQ(config.portals[0].symbolic_name, "array 1");
  EXPECT_EQ(config.portals[1].address->ToString(), "2001:db8::1");
  EXPECT_TRUE(config.portals[1].key.empty());
  EXPECT_EQ(config.portals[2].host, "array.example");
  EXPECT_EQ(config.portals[2].socket, 3260);
  EXPECT_FALSE(config.portals[2].address.has_value());
  EXPECT_EQ(config.portals[3].address->ToString(), "192.0.2.4");
}

TEST(PowerShellPortalTest, OctetOrderOfIpv4IsAnOption) {
  const auto config =
      ParseConfig(Octets(R"({"Address":{"Type":1,"IpV4Address":3221225985}})"), "f", {true});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->portals[0].address->ToString(), "192.0.2.1");
}

TEST(PowerShellPortalTest, RefusesWithPathAndRule) {
  EXPECT_THAT(Refuse(R"({"SecurityBitmap":4294967296,"Address":"192.0.2.1"})"),
              HasSubstr("SecurityBitmap: is 0x100000000; a security word of 32 bits"));
  EXPECT_THAT(Refuse(R"({"SecurityBitmap":39})"), HasSubstr("Address: is missing"));
  EXPECT_THAT(Refuse(R"({"Address":{"Type":3}})"), HasSubstr("Address.Type: is 3 (empty)"));
  EXPECT_THAT(Refuse(R"({"Address":{"Type":4}})"), HasSubstr("Address.Type: is 4"));
  EXPECT_THAT(Refuse(R"({"Address":{"Type":1}})"), HasSubstr("Address.IpV4Address: is missing"));
  EXPECT_THAT(Refuse(R"({"Address":{"Type":2,"IpV6Address":[1]}})"), HasSubstr("has 1 octets"));
  EXPECT_THAT(Refuse(R"({"Address":{"Type":0}})"), HasSubstr("Address.TextAddress: is \"\""));
  EXPECT_THAT(Refuse(R"({"Address":{}})"), HasSubstr("Address.Type: is missing"));
  EXPECT_THAT(Refuse(R"({"Address":"a b"})"), HasSubstr("no address; as a host name"));
  EXPECT_THAT(Refuse(R"({"Address":"192.0.2.1","Socket":65536})"), HasSubstr("from 0 to 65535"));
  EXPECT_THAT(Refuse(R"({"Address":"192.0.2.1","Socket":0})"), HasSubstr("Socket: is 0"));
  EXPECT_THAT(Refuse(R"({"Address":"192.0.2.1","SymbolicName":"a\u0007"})"),
              HasSubstr("control character"));
}

TEST(ConfigFileTest, TheExampleIsRead) {
  const Config config = Accept(ReadGolden("config.example.json"));
  ASSERT_EQ(config.records.size(), 3U);
  EXPECT_EQ(config.records[0].name, "hba 1, to the array");
  EXPECT_EQ(config.records[0].flags.word(), 0x27U);
  EXPECT_EQ(config.records[0].identity->ToString(), "fqdn:hba1.example");
  EXPECT_EQ(KeyText(config.records[0].key), "correct horse battery staple");
  EXPECT_EQ(config.records[0].peer->ToString(), "192.0.2.10");
  EXPECT_EQ(config.records[0].peer_identity->ToString(), "fqdn:array.example");
  EXPECT_EQ(config.records[0].target, "iqn.2001-04.example:disk1");
  EXPECT_EQ(config.records[0].initiator, (Initiator{"Root\\ISCSIPRT\\0000_0", 0}));
  EXPECT_EQ(config.records[1].initiator, Initiator());
  EXPECT_EQ(config.records[1].identity->ToString(), "user_fqdn:hba2@example.com");
  EXPECT_EQ(config.records[1].key.size(), 16U);
  EXPECT_EQ(config.records[1].key.Expose()[1], 0x11);
  EXPECT_EQ(config.records[2].identity->ToString(), "ipv6:2001:db8::1");
  ASSERT_EQ(config.portals.size(), 2U);
  EXPECT_EQ(config.portals[0].bitmap.word(), 0x27U);
  EXPECT_EQ(config.portals[0].group_tag, 1);
  EXPECT_EQ(config.portals[0].passed.word.word(), 0x37U);
  EXPECT_TRUE(config.portals[0].passed.require_ipsec);
  EXPECT_EQ(config.portals[1].host, "array2.example");
  EXPECT_FALSE(config.portals[1].group_tag);
  EXPECT_FALSE(config.portals[1].passed.require_ipsec);
  ASSERT_EQ(config.logins.size(), 1U);
  EXPECT_EQ(config.logins[0].target, "iqn.2001-04.example:disk1");
  EXPECT_EQ(config.logins[0].address->ToString(), "192.0.2.10");
  EXPECT_EQ(config.logins[0].initiator.port, 0U);
  EXPECT_EQ(config.logins[0].passed.word.word(), 0x2BU);
  EXPECT_TRUE(config.logins[0].passed.require_ipsec);
  EXPECT_EQ(KeyText(config.logins[0].key), "passed with the call");
  ASSERT_EQ(config.tunnels.size(), 1U);
  EXPECT_EQ(config.tunnels[0].destination.ToString(), "192.0.2.20");
  EXPECT_EQ(config.tunnels[0].outer.ToString(), "198.51.100.1");
  EXPECT_EQ(config.tunnels[0].initiator.name, "Root\\ISCSIPRT\\0000_0");
  EXPECT_EQ(config.defaults.security_bitmap->word(), 7U);
  EXPECT_EQ(config.defaults.suites->phase1.size(), 2U);
  EXPECT_EQ(config.defaults.suites->phase2, DefaultSuites().phase2);
  EXPECT_EQ(config.defaults.group_key.size(), 27U);
}

TEST(ConfigFileTest, MembersMayBeLeftOut) {
  const Config config = Accept(R"({"records":[{"identity":"ipv4:192.0.2.1","key":"text:k"}]})");
  EXPECT_EQ(config.records[0].flags.word(), 0U);
  EXPECT_FALSE(config.records[0].peer.has_value());
  EXPECT_FALSE(config.records[0].peer_identity.has_value());
  EXPECT_TRUE(Accept(R"({"records":[]})").records.empty());
  EXPECT_FALSE(Accept(R"({"defaults":{}})").defaults.suites.has_value());
  EXPECT_EQ(Accept(R"({"records":[{"idType":1,"id":"text:192.0.2.1","key":"hex:00"}]})")
                .records[0]
                .identity->ToString(),
            "ipv4:192.0.2.1");
}

TEST(ConfigFileTest, RefusesWithPathAndRule) {
  const auto record = [](std::string_view members) {
    return Refuse(R"({"records":[{"identity":"fqdn:a","key":"text:k"},{)" + std::string(members) +
                  "}]}");
  };
  EXPECT_THAT(record(R"("idtyp":1)"), HasSubstr("f.json: records[1].idtyp: is not known here; "
                                                "known are authMethod, securityFlags, idType"));
  EXPECT_THAT(record(R"("key":"s3cr3t")"), HasSubstr("records[1].key: is text without notation"));
  EXPECT_THAT(record(R"("key":"s3cr3t")"), Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(record(R"("key":"hex:0")"), HasSubstr("odd number of hex digits"));
  EXPECT_THAT(record(R"("key":"hex:0g")"), HasSubstr("something else than hex digits"));
  EXPECT_THAT(record(R"("key":"text:","identity":"fqdn:a")"),
              HasSubstr("records[1].key: is empty"));
  EXPECT_THAT(record(R"("authMethod":2)"), HasSubstr("records[1].authMethod: is 2; only 1"));
  EXPECT_THAT(record(R"("key":"text:k","identity":"a")"), HasSubstr("records[1].identity: \"a\""));
  EXPECT_THAT(record(R"("key":"text:k","identity":"fqdn:a","idType":2)"),
              HasSubstr("records[1].idType: is given beside identity"));
  EXPECT_THAT(record(R"("key":"text:k","identity":"fqdn:a","id":[1])"), HasSubstr("beside"));
  EXPECT_THAT(record(R"("key":"text:k","identity":"fqdn:a","peer":"x")"),
              HasSubstr("records[1].peer: is \"x\"; an IPv4 or IPv6 address"));
  EXPECT_THAT(record(R"("key":"text:k","identity":"fqdn:a","peerIdentity":"b")"),
              HasSubstr("records[1].peerIdentity: \"b\""));
  EXPECT_THAT(record(R"("key":"text:k","identity":"fqdn:a","peerIdentity":"ipv4:b")"),
              HasSubstr("records[1].peerIdentity: "));
  EXPECT_THAT(record(R"("__CLASS":"x")"), HasSubstr("is not known here"));
  EXPECT_THAT(Refuse(R"({"records":{}})"), HasSubstr("records: is an object; an array"));
  EXPECT_THAT(Refuse(R"({"records":[1]})"), HasSubstr("records[0]: is a number; a record"));
  EXPECT_THAT(Refuse(R"({"portals":[{"adress":"192.0.2.1"}]})"),
              HasSubstr("portals[0].adress: is not known here; known are address, socket"));
  EXPECT_THAT(Refuse(R"({"portals":[{"address":{"typ":1}}]})"),
              HasSubstr("portals[0].address.typ: is no member of an address"));
  EXPECT_THAT(Refuse(R"({"defaults":{"suit":"x"}})"), HasSubstr("defaults.suit: is not known"));
  EXPECT_THAT(Refuse(R"({"defaults":{"suite":"x"}})"), HasSubstr("defaults.suite: \"x\" names no"));
  EXPECT_THAT(Refuse(R"({"defaults":{"esp":"aes128-sha1,x"}})"), HasSubstr("defaults.esp[1]: "));
  EXPECT_THAT(Refuse(R"({"defaults":{"groupKey":"text:"}})"), HasSubstr("groupKey: is empty"));
  EXPECT_THAT(Refuse(R"({"defaults":{"securityBitmap":"0x100000000"}})"), HasSubstr("32"));
  EXPECT_THAT(Refuse(R"({"records":[],"recrods":[]})"), HasSubstr("recrods: stands beside"));
  EXPECT_THAT(Refuse(R"({"version":1,"records":[]})"), HasSubstr("beside \"version\""));
  EXPECT_THAT(Refuse(R"({"records":[],"Records":[]})"), HasSubstr("given twice"));
}

TEST(ConfigFileTest, LoginsAndOuterAddressesAreChecked) {
  const auto login = [](std::string_view members) {
    return Refuse(R"({"logins":[{"target":"a"},{)" + std::string(members) + "}]}");
  };
  EXPECT_THAT(login(R"("flags":1)"), HasSubstr("logins[1].flags: is not known here; known are"));
  EXPECT_THAT(login(R"("socket":0)"), HasSubstr("logins[1].socket: is 0"));
  EXPECT_THAT(login(R"("passedFlags":"x")"), HasSubstr("logins[1].passedFlags: \"x\" is no"));
  EXPECT_THAT(login(R"("requireIpsec":1)"), HasSubstr("requireIpsec: is a number; true or false"));
  EXPECT_THAT(login(R"("key":"text:")"), HasSubstr("logins[1].key: is empty"));
  EXPECT_THAT(login(R"("initiatorPort":4294967296)"), HasSubstr("initiatorPort: is 4294967296"));
  const auto tunnel = [](std::string_view members) {
    return Refuse(R"({"tunnelAddresses":[{)" + std::string(members) + "}]}");
  };
  EXPECT_THAT(tunnel(R"("outer":"192.0.2.1")"),
              HasSubstr("tunnelAddresses[0].destination: is missing or null"));
  EXPECT_THAT(tunnel(R"("destination":"192.0.2.1")"), HasSubstr("outer: is missing or null"));
  EXPECT_THAT(tunnel(R"("destination":"::","outer":"192.0.2.1")"),
              HasSubstr("destination: is the address of no host"));
  EXPECT_THAT(tunnel(R"("destination":"192.0.2.1","outer":"0.0.0.0")"),
              HasSubstr("outer: is the address of no host"));
  EXPECT_THAT(tunnel(R"("inner":"192.0.2.1")"), HasSubstr("inner: is not known here"));
  EXPECT_FALSE(Accept(R"({"logins":[{"initiatorPort":4294967295}]})").logins[0].initiator.port);
  EXPECT_FALSE(Accept(R"({"logins":[{"target":"a"}]})").logins[0].socket);
  EXPECT_EQ(Accept(R"({"logins":[{"socket":3261}]})").logins[0].socket, 3261);
}

// ISCSI_DiscoveredTargetPortalGroup2, ConvertTo-Json -Depth 4
constexpr std::string_view kGroup = R"({
  "PortalCount": 2, "Tag": 7,
  "Portals": [
    {"Address": {"Type": 1, "IpV4Address": 167903424}, "Socket": 3260, "SecurityBitmap": 39,
     "KeySize": 0, "Key": null, "SymbolicName": "a", "PSComputerName": null},
    {"Address": {"Type": 0, "TextAddress": "array.example"}, "Socket": 3261, "SecurityBitmap": 0}
  ],
  "PSComputerName": null, "CimClass": "Root/WMI:ISCSI_DiscoveredTargetPortalGroup2"
})";

TEST(PortalGroupTest, ItsPortalsGetItsTag) {
  const Config config = Accept(kGroup);
  ASSERT_EQ(config.portals.size(), 2U);
  EXPECT_EQ(config.portals[0].address->ToString(), "192.0.2.10");
  EXPECT_EQ(config.portals[0].bitmap.word(), 0x27U);
  EXPECT_EQ(config.portals[0].group_tag, 7);
  EXPECT_EQ(config.portals[1].host, "array.example");
  EXPECT_EQ(config.portals[1].socket, 3261);
  EXPECT_EQ(config.portals[1].group_tag, 7);
}

TEST(PortalGroupTest, SeveralGroupsAndSinglePortalsMayStandTogether) {
  const Config config = Accept("[" + std::string(kGroup) + R"(,
      {"Address":"192.0.2.30","Socket":3260},
      {"__CLASS":"iscsi_discoveredtargetportalgroup2","Portals":{"value":[{"Address":"192.0.2.31"}],
       "Count":1},"Tag":8}])");
  ASSERT_EQ(config.portals.size(), 4U);
  EXPECT_FALSE(config.portals[2].group_tag);
  EXPECT_EQ(config.portals[3].group_tag, 8);
  const Config alone = Accept(
      R"({"__CLASS":"ISCSI_DiscoveredTargetPortalGroup2","Portals":[{"Address":"192.0.2.1"}]})");
  EXPECT_EQ(alone.portals.size(), 1U);
}

TEST(PortalGroupTest, RefusesWithThePath) {
  EXPECT_THAT(Refuse(R"({"PortalCount":2,"Portals":[{"Address":"192.0.2.1"}]})"),
              HasSubstr("f.json: PortalCount: is 2, and Portals has 1"));
  EXPECT_THAT(Refuse(R"({"PortalCount":1,"Portals":[{"Socket":1}]})"),
              HasSubstr("f.json: Portals[0].Address: is missing"));
  EXPECT_THAT(Refuse(R"([{"PortalCount":1,"Portals":[{"Address":"192.0.2.1","Socket":0}]}])"),
              HasSubstr("f.json: [0].Portals[0].Socket: is 0"));
  EXPECT_THAT(Refuse(R"({"PortalCount":1,"Portals":"System.Object[]"})"),
              HasSubstr("Portals: is text; an array of portals is expected (was ConvertTo-Json"));
  EXPECT_THAT(Refuse(R"({"PortalCount":1,"Tag":1})"), HasSubstr("has no member of"));
  EXPECT_THAT(Refuse(R"({"PortalCount":1,"Tag":65536,"Portals":[]})"), HasSubstr("Tag: is 65536"));
  EXPECT_THAT(Refuse(R"({"PortalCount":1,"Portals":[{"__CLASS":"Other","Address":"192.0.2.1"}]})"),
              HasSubstr("Portals[0].__CLASS: names the class"));
}

TEST(ConfigFileTest, ANameIsThatOfOneRecord) {
  EXPECT_EQ(Refuse(R"({"records":[{"key":"text:k"},{"name":"a","key":"text:k"},{"key":"text:k"},
    {"name":"b","key":"text:k"},{"name":"a","key":"text:k"}]})"),
            "f.json: records[4].name: \"a\" is the name of records[1] already");
  EXPECT_EQ(Accept(R"({"records":[{"name":"a","key":"text:k"},{"name":"A","key":"text:k"}]})")
                .records.size(),
            2U);
}

}  // namespace
}  // namespace iscsi_ike::policy
