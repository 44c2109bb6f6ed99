#include "ike/wire/id.hpp"

#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using policy::Identity;
using policy::IpAddress;
using policy::Selector;
using test::Bytes;
using test::FromHex;
using test::FromText;
using test::ToHex;

Wire<IdView> Parse(const Bytes& body) { return ParseId(body); }

Bytes WithData(std::string_view fixed, std::string_view text) {
  Bytes body = FromHex(fixed);
  const Bytes data = FromText(text);
  body.insert(body.end(), data.begin(), data.end());
  return body;
}

std::string SelectorOf(std::string_view hex) {
  const Bytes body = FromHex(hex);
  const Wire<IdView> id = ParseId(body);
  if (!id) return "malformed";
  const auto selector = ToSelector(*id);
  if (!selector) {
    EXPECT_EQ(selector.error().notify, NotifyType::kInvalidIdInformation);
    return "refused";
  }
  return policy::ToString(*selector);
}

TEST(Id, ReadsTheIdentityOfMainMode) {
  const Bytes body = FromHex("01000000c0000201");
  const Wire<IdView> id = Parse(body);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->type, 1);
  EXPECT_EQ(ToHex(id->data), "c0000201");
  const auto identity = ToIdentity(*id);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->ToString(), "ipv4:192.0.2.1");
}

TEST(Id, RoundTripOfEveryIdentity) {
  for (const char* text : {"ipv4:192.0.2.1", "fqdn:target.example", "user_fqdn:hba0@host.example",
                           "ipv6:2001:db8::1"}) {
    const auto identity = Identity::Parse(text, "test");
    ASSERT_TRUE(identity) << text;
    Bytes body;
    Writer writer(body);
    WriteId(writer, *identity);
    const Wire<IdView> id = ParseId(body);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->protocol, 0);
    EXPECT_EQ(id->port, 0);
    const auto back = ToIdentity(*id);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, *identity);
  }
}

TEST(Id, AnyTruncationIsSafe) {
  test::ForEachTruncation(WithData("02000000", "target.example"), [](Octets octets) {
    const Wire<IdView> id = ParseId(octets);
    EXPECT_EQ(id.ok(), octets.size() >= 4);
  });
  for (const char* hex : {"01000000c0000201", "04060000c0000200ffffff00",
                          "0500000020010db8000000000"
                          "000000000000001"}) {
    test::ForEachTruncation(FromHex(hex), [](Octets octets) {
      const Wire<IdView> id = ParseId(octets);
      ASSERT_FALSE(id) << octets.size();
      EXPECT_EQ(id.error().notify, octets.size() < 4 ? NotifyType::kPayloadMalformed
                                                     : NotifyType::kInvalidIdInformation);
    });
  }
}

TEST(Id, DataOfFixedTypesHaveTheirSize) {
  for (const char* hex : {"01000000c000020100", "0400000000000000", "05000000c0000201",
                          "06000000c0000201", "07000000c0000201", "08000000c0000201"}) {
    const Wire<IdView> id = Parse(FromHex(hex));
    ASSERT_FALSE(id) << hex;
    EXPECT_EQ(id.error().notify, NotifyType::kInvalidIdInformation);
  }
}

TEST(Id, KnowsThePortsThatPeersSendInPhaseOne) {
  const auto verdict = [](std::uint8_t protocol, std::uint16_t port) {
    return HasPhase1Port(IdView{1, protocol, port, {}});
  };
  EXPECT_TRUE(verdict(0, 0));
  EXPECT_TRUE(verdict(17, 500));
  EXPECT_TRUE(verdict(17, 0));
  EXPECT_TRUE(verdict(17, 4500));
  EXPECT_FALSE(verdict(0, 500));
  EXPECT_FALSE(verdict(6, 0));
  EXPECT_FALSE(verdict(17, 501));
}

TEST(Id, RefusesIdentitiesThatNoIscsiHostHas) {
  for (const char* hex :
       {"04000000c0000200ffffff00", "09000000300000", "0b00000001", "0000000001", "ff00000001"}) {
    const Bytes body = FromHex(hex);
    const Wire<IdView> id = ParseId(body);
    ASSERT_TRUE(id) << hex;
    const auto identity = ToIdentity(*id);
    ASSERT_FALSE(identity) << hex;
    EXPECT_EQ(identity.error().notify, NotifyType::kInvalidIdInformation);
  }
  const Bytes terminated = WithData("02000000", std::string_view("host.example\0", 13));
  const Wire<IdView> id = ParseId(terminated);
  ASSERT_TRUE(id);
  EXPECT_FALSE(ToIdentity(*id)) << "a terminator";
}

TEST(Id, ReadsSelectors) {
  EXPECT_EQ(SelectorOf("01060cbcc0000202"),
            policy::ToString(Selector{*IpAddress::Parse("192.0.2.2"), 32, 6, 3260}));
  EXPECT_EQ(SelectorOf("04060000c0000200ffffff00"),
            policy::ToString(Selector{*IpAddress::Parse("192.0.2.0"), 24, 6, 0}));
  EXPECT_EQ(SelectorOf("04060000c0000205ffffff00"), SelectorOf("04060000c0000200ffffff00"))
      << "host bits";
  EXPECT_EQ(SelectorOf("04000000 0000000000000000"),
            policy::ToString(Selector{IpAddress(), 0, 0, 0}));
  EXPECT_EQ(SelectorOf("05060000 20010db8000000000000000000000001"),
            policy::ToString(Selector{*IpAddress::Parse("2001:db8::1"), 128, 6, 0}));
  EXPECT_EQ(
      SelectorOf("06060000 20010db8000000000000000000000000 ffffffff000000000000000000000000"),
      policy::ToString(Selector{*IpAddress::Parse("2001:db8::"), 32, 6, 0}));
}

TEST(Id, ARangeIsASelectorWhenItIsAPrefix) {
  EXPECT_EQ(SelectorOf("07060000c0000201c0000201"), SelectorOf("01060000c0000201"));
  EXPECT_EQ(SelectorOf("07060000c0000200c00002ff"), SelectorOf("04060000c0000200ffffff00"));
  EXPECT_EQ(SelectorOf("07060000c0000201c0000202"), "refused");
  EXPECT_EQ(SelectorOf("07060000c0000202c0000201"), "refused");
  EXPECT_EQ(
      SelectorOf("08060000 20010db8000000000000000000000001 20010db8000000000000000000000001"),
      SelectorOf("05060000 20010db8000000000000000000000001"));
}

TEST(Id, RefusesMasksWithHolesAndNames) {
  EXPECT_EQ(SelectorOf("04060000c0000200ff00ff00"), "refused");
  EXPECT_EQ(SelectorOf("04060000c000020000ffffff"), "refused");
  EXPECT_EQ(SelectorOf("02060000 686f7374"), "refused");
  EXPECT_EQ(SelectorOf("0b060000 00"), "refused");
}

TEST(Id, RoundTripOfSelectors) {
  for (const Selector& selector :
       {Selector{*IpAddress::Parse("192.0.2.1"), 32, 6, 3260},
        Selector{*IpAddress::Parse("192.0.0.0"), 19, 0, 0}, Selector{IpAddress(), 0, 6, 0},
        Selector{*IpAddress::Parse("2001:db8::1"), 128, 6, 3260},
        Selector{*IpAddress::Parse("2001:db8::"), 61, 6, 1}}) {
    Bytes body;
    Writer writer(body);
    WriteId(writer, selector);
    const Wire<IdView> id = ParseId(body);
    ASSERT_TRUE(id);
    const auto back = ToSelector(*id);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, selector) << policy::ToString(selector);
  }
}

std::string DescriptionOf(const Bytes& body) {
  const Wire<IdView> id = ParseId(body);
  return id ? Describe(*id) : "malformed";
}

TEST(Id, DescribesEveryType) {
  EXPECT_EQ(DescriptionOf(FromHex("01000000c0000201")), "IPV4_ADDR (1) 192.0.2.1");
  EXPECT_EQ(DescriptionOf(WithData("02000000", "host.example")), "FQDN (2) host.example");
  EXPECT_EQ(DescriptionOf(WithData("03000000", "u@host.example")), "USER_FQDN (3) u@host.example");
  EXPECT_EQ(DescriptionOf(FromHex("04060cbcc0000200ffffff00")),
            "IPV4_ADDR_SUBNET (4) 192.0.2.0/255.255.255.0 protocol 6 port 3260");
  EXPECT_EQ(DescriptionOf(FromHex("0500000020010db8000000000000000000000001")),
            "IPV6_ADDR (5) 2001:db8::1");
  EXPECT_EQ(DescriptionOf(FromHex("07000000c0000201c0000209")),
            "IPV4_ADDR_RANGE (7) 192.0.2.1-192.0.2.9");
  EXPECT_EQ(DescriptionOf(FromHex("090000003003")), "DER_ASN1_DN (9) 3003");
  EXPECT_EQ(DescriptionOf(FromHex("0a0000003003")), "DER_ASN1_GN (10) 3003");
  EXPECT_EQ(DescriptionOf(FromHex("0b110000abcd")), "KEY_ID (11) abcd protocol 17 port 0");
  EXPECT_EQ(DescriptionOf(FromHex("63000000")), "unknown (99)");
  EXPECT_EQ(DescriptionOf(FromHex("02000000 611b5b5c")), "FQDN (2) a\\x1b[\\x5c")
      << "nothing that a terminal would obey";
}

}  // namespace
}  // namespace iscsi_ike::ike
