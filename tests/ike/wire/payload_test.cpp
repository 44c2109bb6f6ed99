#include "ike/wire/payload.hpp"

#include <gtest/gtest.h>

#include "ike/wire/writer.hpp"
#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using test::ToHex;

TEST(Payloads, WalksTheFifthMessageOfMainMode) {
  const Bytes clear = FromHex(test::kMessage5Clear);
  const Wire<PayloadList> list = ParsePayloads(PayloadType::kId, clear, ChainRules::kStrict);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  const Payload& id = (*list)[0];
  EXPECT_EQ(id.type, PayloadType::kId);
  EXPECT_EQ(ToHex(id.body), "01000000c0000201");
  EXPECT_EQ(ToHex(id.whole()), "0800000c01000000c0000201");
  EXPECT_EQ(id.offset, 0U);
  const Payload* hash = list->Find(PayloadType::kHash);
  ASSERT_NE(hash, nullptr);
  EXPECT_EQ(hash->offset, 12U);
  EXPECT_EQ(hash->body.size(), 32U);
  EXPECT_EQ(list->padding_size(), 0U);
  EXPECT_EQ(ToHex(list->AfterFirst()), ToHex(hash->whole()));
}

TEST(Payloads, TellsPaddingFromPayloads) {
  Bytes octets = FromHex("0a000008 01020304 00000005 aa 000000000000");
  const Wire<PayloadList> list = ParsePayloads(PayloadType::kHash, octets);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->padding_size(), 6U);
  EXPECT_EQ(ToHex(list->AfterFirst()), "00000005aa");
  EXPECT_EQ(ToHex(list->chain()), "0a0000080102030400000005aa");
  octets.back() = 5;  // some stacks count their padding
  EXPECT_TRUE(ParsePayloads(PayloadType::kHash, octets));
}

TEST(Payloads, AMessageMayHaveNone) {
  const Bytes octets = FromHex("0102");
  const Wire<PayloadList> list = ParsePayloads(PayloadType::kNone, octets);
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->empty());
  EXPECT_EQ(list->padding_size(), 2U);
  EXPECT_TRUE(list->AfterFirst().empty());
  EXPECT_EQ(list->Find(PayloadType::kNone), nullptr);
}

TEST(Payloads, RefusesEveryTruncation) {
  test::ForEachTruncation(FromHex(test::kQuickAfterHash), [](Octets octets) {
    const Wire<PayloadList> list = ParsePayloads(PayloadType::kSa, octets);
    ASSERT_FALSE(list) << octets.size();
    EXPECT_EQ(list.error().notify, NotifyType::kPayloadMalformed);
  });
}

TEST(Payloads, AnyOctetMayBeWrong) {
  test::ForEachOctetChanged(FromHex(test::kQuickAfterHash), [](Octets octets) {
    const Wire<PayloadList> list = ParsePayloads(PayloadType::kSa, octets);
    if (!list) return;
    EXPECT_EQ(list->chain().size() + list->padding_size(), octets.size());
  });
}

TEST(Payloads, RefusesALengthBelowTheGenericHeader) {
  for (const char* hex : {"00000000", "00000003"}) {
    const Bytes octets = FromHex(hex);
    const Wire<PayloadList> list = ParsePayloads(PayloadType::kHash, octets);
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().rule, "length is less than a generic header");
    EXPECT_EQ(list.error().payload, PayloadType::kHash);
    EXPECT_EQ(list.error().offset, 2U);
  }
}

TEST(Payloads, ProposalsAndTransformsHaveNoPlaceHere) {
  const Bytes octets = FromHex("0300000400000004");
  for (const PayloadType first : {PayloadType::kProposal, PayloadType::kVendorId}) {
    const Wire<PayloadList> list = ParsePayloads(first, octets);
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().notify, NotifyType::kInvalidPayloadType);
  }
}

TEST(Payloads, ReservedOctetsAndTypesMatterOnlyWhenStrict) {
  const Bytes reserved = FromHex("00010004");
  const Wire<PayloadList> lenient = ParsePayloads(PayloadType::kHash, reserved);
  ASSERT_TRUE(lenient);
  EXPECT_TRUE((*lenient)[0].reserved_nonzero);
  const Wire<PayloadList> strict = ParsePayloads(PayloadType::kHash, reserved, ChainRules::kStrict);
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().notify, NotifyType::kPayloadMalformed);
  EXPECT_EQ(strict.error().offset, 1U);

  const Bytes plain = FromHex("00000004");
  const auto unassigned = static_cast<PayloadType>(99);
  EXPECT_TRUE(ParsePayloads(unassigned, plain));
  const Wire<PayloadList> unknown = ParsePayloads(unassigned, plain, ChainRules::kStrict);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().notify, NotifyType::kInvalidPayloadType);
  EXPECT_TRUE(ParsePayloads(static_cast<PayloadType>(200), plain, ChainRules::kStrict))
      << "private use";
}

TEST(Payloads, HoldsAsManyAsItSaysAndNoMore) {
  Bytes octets;
  Writer writer(octets);
  PayloadChain chain(writer);
  for (std::size_t i = 0; i < PayloadList::kCapacity; ++i) chain.Add(PayloadType::kVendorId, {});
  const Wire<PayloadList> full = ParsePayloads(chain.first(), octets);
  ASSERT_TRUE(full);
  EXPECT_EQ(full->Count(PayloadType::kVendorId), PayloadList::kCapacity);
  chain.Add(PayloadType::kVendorId, {});
  EXPECT_FALSE(ParsePayloads(chain.first(), octets));
}

TEST(Payloads, ErrorsOfABodyCountFromTheMessage) {
  Payload payload;
  payload.type = PayloadType::kNotify;
  payload.offset = 100;
  const ParseError error = WithinPayload(ParseError{"rule", 5}, payload);
  EXPECT_EQ(error.offset, 109U);
  EXPECT_EQ(error.payload, PayloadType::kNotify);
}

}  // namespace
}  // namespace iscsi_ike::ike
