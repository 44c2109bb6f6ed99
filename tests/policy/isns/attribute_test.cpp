#include "policy/isns/attribute.hpp"

#include <gmock/gmock.h>

#include "tests/policy/isns/isns_test.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using testing::HasSubstr;

IpAddress Ip(std::string_view text) { return *IpAddress::Parse(text); }

// One checks a list of one attribute and hands it over; the octets live on.
class One {
 public:
  explicit One(std::string_view hex) : octets_(FromHex(hex)) {
    const auto list = AttributeList::Parse(octets_, "test");
    EXPECT_TRUE(list.ok()) << (list ? "" : list.error().Text());
    if (list) attribute_ = *list->begin();
  }
  const Attribute* operator->() const { return &attribute_; }

 private:
  Bytes octets_;
  Attribute attribute_;
};

std::string Fault(std::string_view hex) {
  const Bytes octets = FromHex(hex);
  const auto list = AttributeList::Parse(octets, "DevAttrQryRsp");
  return list ? "" : list.error().Text();
}

TEST(IsnsAttribute, ReadsNumbersAddressesPortsAndTexts) {
  EXPECT_EQ(*One("0000001b0000000400000017")->AsNumber(), 0x17U);
  EXPECT_EQ(*One("000000100000001000000000000000000000ffff0a090002")->AsAddress(), Ip("10.9.0.2"));
  EXPECT_EQ(*One("0000001000000010fd000009000000000000000000000002")->AsAddress(), Ip("fd00:9::2"));
  EXPECT_EQ(*One("000000110000000400000cbc")->AsPort(), (PortalPort{3260, false}));
  EXPECT_EQ(*One("000000110000000400010cbc")->AsPort(), (PortalPort{3260, true}));
  EXPECT_EQ(*One("0000001100000004fffe0cbc")->AsPort(), (PortalPort{3260, false}));
  EXPECT_EQ(*One("00000022000000086172726179000000")->AsText(), "array");
  EXPECT_EQ(*One("000000220000000400000000")->AsText(), "");
}

// isnsadm registers 10.1.0.2 so.
TEST(IsnsAttribute, ReadsIpv4BehindZeros) {
  EXPECT_EQ(*One("00000010000000100000000000000000000000000a010002")->AsAddress(), Ip("10.1.0.2"));
  EXPECT_EQ(*One("000000100000001000000000000000000000000000000001")->AsAddress(), Ip("::1"));
  EXPECT_EQ(*One("000000100000001000000000000000000000000000000000")->AsAddress(), Ip("::"));
  EXPECT_EQ(*One("00000010000000100001000000000000000000000a010002")->AsAddress(), Ip("1::a01:2"));
}

TEST(IsnsAttribute, ChecksTheLengthOfWhatItReads) {
  EXPECT_EQ(One("0000001b000000080000001700000000")->AsNumber().error().Text(),
            "Portal Security Bitmap (27): has 8 octets; it has 4");
  EXPECT_EQ(One("0000001b00000000")->AsNumber().error().rule, "has 0 octets; it has 4");
  EXPECT_EQ(One("00000010000000040a090002")->AsAddress().error().Text(),
            "Portal IP Address (16): has 4 octets; it has 16");
  EXPECT_FALSE(One("000000110000000800000cbc00000000")->AsPort().ok());
}

TEST(IsnsAttribute, ChecksTexts) {
  EXPECT_THAT(One("000000220000000461727261")->AsText().error().rule, HasSubstr("no NUL"));
  EXPECT_THAT(One("0000002200000000")->AsText().error().rule, HasSubstr("no NUL"));
  EXPECT_THAT(One("000000220000000461006100")->AsText().error().rule, HasSubstr("behind the NUL"));
  EXPECT_THAT(One("0000002200000004c0af0000")->AsText().error().rule, HasSubstr("not UTF-8"));
  EXPECT_THAT(One("00000022000000041b5b3000")->AsText().error().rule, HasSubstr("control"));
  EXPECT_THAT(One("00000022000000047f000000")->AsText().error().rule, HasSubstr("control"));
  Bytes longest;
  PutText(longest, Tag::kNodeAlias, std::string(255, 'a'));
  EXPECT_EQ(One(ToHex(longest))->AsText()->size(), 255U);
  Bytes too_long;
  PutText(too_long, Tag::kNodeAlias, std::string(256, 'a'));
  EXPECT_THAT(One(ToHex(too_long))->AsText().error().rule, HasSubstr("longer than 256"));
}

TEST(IsnsAttribute, TagsThatNobodyKnowsStay) {
  const Bytes octets = FromHex(
      "0000270f00000004deadbeef"
      "0000001b0000000400000017");
  const auto list = AttributeList::Parse(octets, "test");
  ASSERT_TRUE(list.ok());
  auto at = list->begin();
  EXPECT_EQ(Name((*at).tag), "attribute 9999");
  EXPECT_EQ(ToHex((*at).value), "deadbeef");
  ++at;
  EXPECT_EQ((*at).tag, Tag::kPortalBitmap);
  EXPECT_EQ(++at, list->end());
}

TEST(IsnsAttribute, EveryLengthIsChecked) {
  EXPECT_EQ(Fault(""), "");
  EXPECT_EQ(Fault("0000001b00000000"), "");
  EXPECT_EQ(Fault("0000001b000000"),
            "DevAttrQryRsp, octet 0: no room for an attribute's tag and length");
  EXPECT_EQ(Fault("0000001b0000000400000017"
                  "0000001b00000003000000"),
            "DevAttrQryRsp, octet 12: the length of Portal Security Bitmap (27) is 3, which is no "
            "multiple of 4");
  EXPECT_EQ(Fault("0000001b0000000800000017"),
            "DevAttrQryRsp, octet 0: the length of Portal Security Bitmap (27) is 8, past the end");
  EXPECT_THAT(Fault("0000001bfffffffc00000017"), HasSubstr("is 4294967292, past the end"));
}

TEST(IsnsAttribute, ACutListIsNoneButBetweenAttributes) {
  const RawMessage message = Whole(kTargetShown);
  const Octets attributes = Octets(message.payload).subspan(4);
  std::size_t whole = 0;
  ForEachCut(attributes, [&](Octets octets) {
    const auto list = AttributeList::Parse(octets, "test");
    if (!list) return;
    ++whole;
    std::size_t size = 0;
    for (const Attribute attribute : *list) size += 8 + attribute.value.size();
    EXPECT_EQ(size, octets.size());
  });
  EXPECT_EQ(whole, 12U);  // before each of the twelve
}

TEST(IsnsAttribute, AnyOctetMayBeWrong) {
  const RawMessage message = Whole(kAllShown);
  ForEachChange(Bytes(message.payload.begin() + 4, message.payload.end()), [](Octets octets) {
    const auto list = AttributeList::Parse(octets, "test");
    if (!list) return;
    for (const Attribute attribute : *list) {
      (void)attribute.AsNumber().ok();
      (void)attribute.AsAddress().ok();
      (void)attribute.AsPort().ok();
      (void)attribute.AsText().ok();
    }
  });
}

TEST(IsnsAttribute, WritesWhatItReads) {
  Bytes out;
  PutText(out, Tag::kEntityId, "array.example");
  PutNumber(out, Tag::kEntityProtocol, kEntityProtocolIscsi);
  PutAddress(out, Tag::kPortalAddress, Ip("10.9.0.2"));
  PutPort(out, Tag::kPortalPort, {3260, false});
  PutAddress(out, Tag::kPortalAddress, Ip("fd00:9::2"));
  PutPort(out, Tag::kPortalPort, {500, true});
  PutOctets(out, Tag::kPortalPhase1, FromHex("0102030405"));
  PutText(out, Tag::kNodeAlias, "abc");
  PutText(out, Tag::kNodeAlias, "abcd");
  PutEmpty(out, Tag::kDelimiter);
  EXPECT_EQ(ToHex(out),
            "000000010000001061727261792e6578616d706c65000000"
            "000000020000000400000002"
            "000000100000001000000000000000000000ffff0a090002"
            "000000110000000400000cbc"
            "0000001000000010fd000009000000000000000000000002"
            "0000001100000004000101f4"
            "0000001c000000080102030405000000"
            "000000220000000461626300"
            "00000022000000086162636400000000"
            "0000000000000000");
  EXPECT_TRUE(AttributeList::Parse(out, "test").ok());
}

TEST(IsnsAttribute, SplitsAtTheFirstDelimiter) {
  const Bytes octets = FromHex(
      "0000000200000000"
      "0000000000000000"
      "0000000300000000"
      "0000000000000000");
  const auto list = AttributeList::Parse(octets, "test");
  ASSERT_TRUE(list.ok());
  AttributeList before;
  AttributeList after;
  list->SplitAtDelimiter(before, after);
  EXPECT_EQ(ToHex(before.octets()), "0000000200000000");
  EXPECT_EQ(ToHex(after.octets()), "00000003000000000000000000000000");
  before.SplitAtDelimiter(before, after);
  EXPECT_EQ(ToHex(before.octets()), "0000000200000000");
  EXPECT_TRUE(after.empty());
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
