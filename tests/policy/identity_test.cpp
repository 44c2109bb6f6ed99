#include "policy/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace iscsi_ike::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::uint8_t> Bytes(std::string_view text) { return {text.begin(), text.end()}; }

std::string Refuse(std::uint32_t type, std::string_view octets) {
  const auto id = Identity::Make(type, Bytes(octets), "records[2]");
  EXPECT_FALSE(id.ok()) << octets;
  return id.ok() ? "" : id.error().Text();
}

std::string RefuseText(std::string_view text) {
  const auto id = Identity::Parse(text, "--id");
  EXPECT_FALSE(id.ok()) << text;
  return id.ok() ? "" : id.error().Text();
}

TEST(IdentityTest, MakesTheFourTypes) {
  const auto v4 = Identity::Make(1, std::vector<std::uint8_t>{192, 0, 2, 1}, "r");
  ASSERT_TRUE(v4.ok());
  EXPECT_EQ(v4->type(), IdType::kIpv4);
  EXPECT_EQ(v4->ToString(), "ipv4:192.0.2.1");
  EXPECT_THAT(v4->octets(), ElementsAre(192, 0, 2, 1));
  std::vector<std::uint8_t> six(16, 0);
  six[0] = 0x20, six[1] = 1, six[2] = 0x0D, six[3] = 0xB8, six[15] = 1;
  EXPECT_EQ(Identity::Make(5, six, "r")->ToString(), "ipv6:2001:db8::1");
  EXPECT_EQ(Identity::Make(2, Bytes("hba1.example.com"), "r")->ToString(), "fqdn:hba1.example.com");
  EXPECT_EQ(Identity::Make(3, Bytes("hba+1@example.com"), "r")->ToString(),
            "user_fqdn:hba+1@example.com");
}

TEST(IdentityTest, RefusesOtherTypesAndSaysWhy) {
  EXPECT_THAT(Refuse(0, "abcd"), HasSubstr("records[2].IdType: is 0; IdType is 1 (IPv4)"));
  EXPECT_THAT(Refuse(4, "abcd"), HasSubstr("too broad"));
  EXPECT_THAT(Refuse(9, "abcd"), HasSubstr("certificates"));
  EXPECT_THAT(Refuse(11, "abcd"), HasSubstr("ID_KEY_ID is forbidden"));
  EXPECT_THAT(Refuse(257, "abcd"), HasSubstr("257"));
}

TEST(IdentityTest, RefusesAddressesOfTheWrongSize) {
  for (std::size_t size = 0; size < 20; ++size) {
    const std::vector<std::uint8_t> octets(size, 1);
    EXPECT_EQ(Identity::Make(1, octets, "r").ok(), size == 4);
    EXPECT_EQ(Identity::Make(5, octets, "r").ok(), size == 16);
  }
  EXPECT_THAT(Refuse(1, "192.0.2.1"), HasSubstr("records[2].Id: has 9 octets"));
}

TEST(IdentityTest, ChecksHostNames) {
  EXPECT_TRUE(Identity::Make(2, Bytes("a"), "r").ok());
  EXPECT_TRUE(Identity::Make(2, Bytes("3com.example"), "r").ok());
  EXPECT_TRUE(Identity::Make(2, Bytes(std::string(63, 'a') + ".b"), "r").ok());
  EXPECT_THAT(Refuse(2, ""), HasSubstr("is empty"));
  EXPECT_THAT(Refuse(2, "a..b"), HasSubstr("empty label"));
  EXPECT_THAT(Refuse(2, "host."), HasSubstr("empty label"));
  EXPECT_THAT(Refuse(2, "-a.b"), HasSubstr("hyphen"));
  EXPECT_THAT(Refuse(2, "a-.b"), HasSubstr("hyphen"));
  EXPECT_THAT(Refuse(2, "a_b.c"), HasSubstr("no host name"));
  EXPECT_THAT(Refuse(2, "a b"), HasSubstr("no host name"));
  EXPECT_THAT(Refuse(2, "h\xC3\xA9.example"), HasSubstr("no host name"));
  EXPECT_THAT(Refuse(2, std::string(64, 'a')), HasSubstr("63"));
  EXPECT_THAT(Refuse(2, std::string_view("host\0", 5)), HasSubstr("terminator"));
  EXPECT_THAT(Refuse(2, std::string_view("h\0o\0", 4)), HasSubstr("octet 0"));
  EXPECT_THAT(Refuse(2, "192.0.2.1"), HasSubstr("text of an address"));
  std::string longest;
  while (longest.size() < 250) longest += "abcd.";
  EXPECT_TRUE(Identity::Make(2, Bytes(longest + "abcde"), "r").ok());
  EXPECT_THAT(Refuse(2, longest + "abcdef"), HasSubstr("255"));
  // The length is judged before any octet is looked at.
  for (const std::uint8_t type : {std::uint8_t{2}, std::uint8_t{3}})
    EXPECT_THAT(Refuse(type, longest + std::string(20, '\0')), HasSubstr("255"));
}

TEST(IdentityTest, ChecksUserNames) {
  EXPECT_TRUE(Identity::Make(3, Bytes("a.b@c"), "r").ok());
  EXPECT_THAT(Refuse(3, "host.example"), HasSubstr("has no @"));
  EXPECT_THAT(Refuse(3, "@host"), HasSubstr("nothing before the @"));
  EXPECT_THAT(Refuse(3, "a@"), HasSubstr("after the @: is empty"));
  EXPECT_THAT(Refuse(3, "a@b@c"), HasSubstr("more than one"));
  EXPECT_THAT(Refuse(3, "a..b@c"), HasSubstr("dot too many"));
  EXPECT_THAT(Refuse(3, "a b@c"), HasSubstr("quoting"));
  EXPECT_THAT(Refuse(3, "a@-c"), HasSubstr("hyphen"));
  EXPECT_THAT(Refuse(3, std::string(65, 'a') + "@c"), HasSubstr("64 octets"));
  EXPECT_THAT(Refuse(3, std::string_view("a@c\0", 4)), HasSubstr("terminator"));
}

TEST(IdentityTest, ReadsItsOwnText) {
  for (const char* text :
       {"ipv4:192.0.2.1", "ipv6:2001:db8::1", "fqdn:host.example", "user_fqdn:user@host.example"}) {
    const auto id = Identity::Parse(text, "--id");
    ASSERT_TRUE(id.ok()) << text;
    EXPECT_EQ(id->ToString(), text);
    EXPECT_EQ(*id, *Identity::Make(static_cast<std::uint32_t>(id->type()), id->octets(), "r"));
  }
  EXPECT_EQ(Identity::Parse("ID_USER_FQDN:a@b", "--id")->type(), IdType::kUserFqdn);
  EXPECT_EQ(Identity::Parse("User-FQDN:a@b", "--id")->type(), IdType::kUserFqdn);
}

TEST(IdentityTest, RefusesText) {
  EXPECT_THAT(RefuseText(""), HasSubstr("--id: \"\" names no identity type"));
  EXPECT_THAT(RefuseText("host.example"), HasSubstr("fqdn: or user_fqdn:"));
  EXPECT_THAT(RefuseText("ipv4"), HasSubstr("names no identity type"));
  EXPECT_THAT(RefuseText("ipv4:"), HasSubstr("is no IPv4 address"));
  EXPECT_THAT(RefuseText("ipv4:2001:db8::1"), HasSubstr("is no IPv4 address"));
  EXPECT_THAT(RefuseText("ipv6:192.0.2.1"), HasSubstr("is no IPv6 address"));
  EXPECT_THAT(RefuseText("ipv4:192.0.2.256"), HasSubstr("is no IPv4 address"));
  EXPECT_THAT(RefuseText("fqdn:"), HasSubstr("is empty"));
  EXPECT_THAT(RefuseText("key_id:abc"), HasSubstr("names no identity type"));
}

TEST(IdentityTest, EveryTruncationIsReadOrRefused) {
  for (const std::string text :
       {"ipv6:2001:db8::192.0.2.1", "user_fqdn:some.user@host.example.org"}) {
    for (std::size_t n = 0; n <= text.size(); ++n) {
      const auto id = Identity::Parse(std::string_view(text).substr(0, n), "--id");
      if (id.ok()) {
        EXPECT_EQ(*Identity::Parse(id->ToString(), "--id"), *id);
      }
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::policy
