#include "ike/wire/attribute.hpp"

#include <gtest/gtest.h>

#include "ike/wire/lifetime.hpp"
#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using test::ToHex;

// RFC 2407 section 4.5.2, the worked example: "100000 KB or 24 hours".
constexpr std::string_view kTwoLifetimes = "80010001000200040001518080010002000200040001 86a0";

TEST(Attributes, ReadsBothFormats) {
  const Bytes octets = FromHex("80010007 000c000400007080 00090003010203");
  AttributeCursor cursor(octets);
  const auto basic = cursor.Next();
  ASSERT_TRUE(basic);
  EXPECT_EQ(basic->type, 1);
  EXPECT_TRUE(basic->basic);
  std::uint64_t number = 0;
  ASSERT_TRUE(basic->AsNumber(number));
  EXPECT_EQ(number, 7U);
  const auto variable = cursor.Next();
  ASSERT_TRUE(variable);
  EXPECT_EQ(variable->type, 12);
  EXPECT_FALSE(variable->basic);
  EXPECT_EQ(variable->offset, 4U);
  ASSERT_TRUE(variable->AsNumber(number));
  EXPECT_EQ(number, 28800U);
  const auto odd = cursor.Next();
  ASSERT_TRUE(odd);
  EXPECT_EQ(ToHex(odd->value), "010203");
  EXPECT_FALSE(cursor.Next());
  EXPECT_FALSE(cursor.error());
}

TEST(Attributes, RefusesEveryTruncationInsideAnAttribute) {
  const Bytes octets = FromHex("80010007000c000400007080");
  test::ForEachTruncation(octets, [](Octets prefix) {
    AttributeCursor cursor(prefix);
    while (cursor.Next()) {
    }
    const bool whole = prefix.empty() || prefix.size() == 4;
    EXPECT_EQ(cursor.error().has_value(), !whole) << prefix.size();
    EXPECT_FALSE(cursor.Next()) << "an error stays";
  });
}

TEST(Attributes, NumbersHaveOneToEightOctets) {
  std::uint64_t number = 0;
  const Bytes octets = FromHex("0102030405060708 09");
  Attribute attribute;
  EXPECT_FALSE(attribute.AsNumber(number)) << "no octets";
  attribute.value = Octets(octets).first(8);
  ASSERT_TRUE(attribute.AsNumber(number));
  EXPECT_EQ(number, 0x0102030405060708U);
  attribute.value = octets;
  EXPECT_FALSE(attribute.AsNumber(number)) << "nine octets";
}

TEST(Attributes, AreWrittenBasicWhenTheyFit) {
  Bytes out;
  Writer writer(out);
  WriteAttribute(writer, 12, 0xffff);
  WriteAttribute(writer, 12, 0x10000);
  EXPECT_EQ(ToHex(out), "800cffff000c000400010000");
}

TEST(NumberFields, TakeRepeatsButNoContradictions) {
  const Bytes value = FromHex("0007");
  const Bytes other = FromHex("0005");
  NumberFields fields;
  std::uint16_t field = 0;
  Attribute attribute{1, true, value, 0};
  EXPECT_FALSE(fields.Set(attribute, field));
  EXPECT_FALSE(fields.Set(attribute, field));
  EXPECT_EQ(field, 7);
  attribute.value = other;
  const auto error = fields.Set(attribute, field);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->notify, NotifyType::kAttributesNotSupported);
}

TEST(Lifetimes, ReadsTheExampleOfTheRfc) {
  const Bytes octets = FromHex(kTwoLifetimes);
  const auto lifetime = ParseLifetime(octets, kPhase2Lifetime);
  ASSERT_TRUE(lifetime);
  EXPECT_EQ(lifetime->seconds, 86400U);
  EXPECT_EQ(lifetime->kilobytes, 100000U);
}

TEST(Lifetimes, EncodingDoesNotMatter) {
  for (const char* hex : {"800b0001800c7080", "800b0001000c000400007080", "800b0001000c00027080",
                          "800b0001000c00080000000000007080"}) {
    const Bytes octets = FromHex(hex);
    const auto lifetime = ParseLifetime(octets, kPhase1Lifetime);
    ASSERT_TRUE(lifetime) << hex;
    EXPECT_EQ(lifetime->seconds, 28800U) << hex;
  }
}

TEST(Lifetimes, RoundTrip) {
  for (const policy::Lifetime written :
       {policy::Lifetime{28800, 0}, policy::Lifetime{86400, 100000}, policy::Lifetime{0, 1},
        policy::Lifetime{0, 0}}) {
    Bytes out;
    Writer writer(out);
    WriteLifetime(writer, written, kPhase1Lifetime);
    const auto read = ParseLifetime(out, kPhase1Lifetime);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, written);
  }
}

TEST(Lifetimes, RefusesEveryTruncationInsideAPair) {
  const Bytes octets = FromHex(kTwoLifetimes);
  test::ForEachTruncation(octets, [](Octets prefix) {
    const bool whole = prefix.empty() || prefix.size() == 12;
    EXPECT_EQ(ParseLifetime(prefix, kPhase2Lifetime).ok(), whole) << prefix.size();
  });
}

TEST(Lifetimes, TypeAndDurationMustStandTogether) {
  struct {
    const char* hex;
    NotifyType notify;
  } const cases[] = {
      {"800c7080", NotifyType::kBadProposalSyntax},                  // no type
      {"800b0001", NotifyType::kBadProposalSyntax},                  // no duration
      {"800b0001800b0002800c7080", NotifyType::kBadProposalSyntax},  // two types
      {"800b00018001 0007 800c7080", NotifyType::kBadProposalSyntax},
      {"800b0001800c7080800c7080", NotifyType::kBadProposalSyntax},  // two durations
      {"800b0001000c0000", NotifyType::kPayloadMalformed},           // empty number
      {"800b0001000c0009000000000000000001", NotifyType::kPayloadMalformed},
      {"800b0001800c7080800b0001800c7081", NotifyType::kAttributesNotSupported},
  };
  for (const auto& c : cases) {
    const Bytes octets = FromHex(c.hex);
    const auto lifetime = ParseLifetime(octets, kPhase1Lifetime);
    ASSERT_FALSE(lifetime) << c.hex;
    EXPECT_EQ(lifetime.error().notify, c.notify) << c.hex;
  }
}

TEST(Lifetimes, TheSamePairTwiceIsNoConflict) {
  const Bytes octets = FromHex("800b0001800c7080800b0001000c000400007080");
  const auto lifetime = ParseLifetime(octets, kPhase1Lifetime);
  ASSERT_TRUE(lifetime);
  EXPECT_EQ(lifetime->seconds, 28800U);
}

TEST(Lifetimes, ADurationPastThirtyTwoBitsIsTheLongest) {
  const Bytes octets = FromHex("800b0001000c00050100000000");
  const auto lifetime = ParseLifetime(octets, kPhase1Lifetime);
  ASSERT_TRUE(lifetime);
  EXPECT_EQ(lifetime->seconds, 0xffffffffU);
}

}  // namespace
}  // namespace iscsi_ike::ike
