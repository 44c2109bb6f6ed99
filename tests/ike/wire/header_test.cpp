#include "ike/wire/header.hpp"

#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using test::kInitiatorCookie;
using test::kResponderCookie;

Header QuickHeader() {
  Header header;
  header.initiator = kInitiatorCookie;
  header.responder = kResponderCookie;
  header.next = PayloadType::kHash;
  header.exchange = ExchangeType::kQuick;
  header.flags = kFlagEncryption;
  header.id = MessageId{0xa1b2c3d4};
  header.length = kHeaderSize;
  return header;
}

// The notification that ParseHeader names for a header; kNone when it takes it.
NotifyType Verdict(const Header& header) {
  Bytes octets;
  Writer writer(octets);
  WriteHeader(writer, header);
  const Wire<Header> parsed = ParseHeader(octets);
  return parsed ? NotifyType::kNone : parsed.error().notify;
}

TEST(Header, ReadsTheFifthMessageOfMainMode) {
  const Bytes message = FromHex(test::kMessage5);
  const Wire<Header> header = ParseHeader(message);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->initiator, kInitiatorCookie);
  EXPECT_EQ(header->responder, kResponderCookie);
  EXPECT_EQ(header->next, PayloadType::kId);
  EXPECT_EQ(header->major(), 1);
  EXPECT_EQ(header->minor(), 0);
  EXPECT_EQ(header->exchange, ExchangeType::kMain);
  EXPECT_TRUE(header->encrypted());
  EXPECT_EQ(header->id, MessageId{0});
  EXPECT_EQ(header->length, 76U);
}

TEST(Header, RefusesEveryTruncation) {
  test::ForEachTruncation(FromHex(test::kMessage5), [](Octets octets) {
    const Wire<Header> header = ParseHeader(octets);
    ASSERT_FALSE(header) << octets.size();
    EXPECT_EQ(header.error().notify, NotifyType::kUnequalPayloadLengths);
  });
}

TEST(Header, ToleratesOctetsPastItsLength) {
  Bytes message = FromHex(test::kMessage5);
  message.resize(message.size() + 9);
  EXPECT_TRUE(ParseHeader(message));
}

TEST(Header, RoundTrip) {
  const Header header = QuickHeader();
  Bytes octets;
  Writer writer(octets);
  WriteHeader(writer, header);
  ASSERT_EQ(octets.size(), kHeaderSize);
  const Wire<Header> parsed = ParseHeader(octets);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, header);
}

TEST(Header, LengthIsPatchedBehindAMarker) {
  Bytes octets(4);
  Writer writer(octets);
  WriteHeader(writer, QuickHeader());
  writer.Zero(12);
  PatchHeaderLength(writer, 4);
  const Wire<Header> parsed = ParseHeader(Octets(octets).subspan(4));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->length, 40U);
}

TEST(Header, RefusesOtherVersions) {
  Header header = QuickHeader();
  header.version = 0x20;
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidMajorVersion);
  header.version = 0x00;
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidMajorVersion);
  header.version = 0x11;
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidMinorVersion);
}

TEST(Header, RefusesALengthBelowItsOwn) {
  Header header = QuickHeader();
  header.length = 27;
  EXPECT_EQ(Verdict(header), NotifyType::kUnequalPayloadLengths);
  header.length = 29;
  EXPECT_EQ(Verdict(header), NotifyType::kUnequalPayloadLengths);
  header.length = 0xffffffff;
  EXPECT_EQ(Verdict(header), NotifyType::kUnequalPayloadLengths);
}

TEST(Header, RefusesAZeroInitiatorCookieAndEqualCookies) {
  Header header = QuickHeader();
  header.initiator = Cookie{};
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidCookie);
  header.initiator = header.responder;
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidCookie);
}

TEST(Header, ResponderCookieIsZeroOnlyInAFirstMessage) {
  Header header = QuickHeader();
  header.responder = Cookie{};
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidCookie) << "encrypted";
  header.flags = 0;
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidCookie) << "phase 2";
  header.exchange = ExchangeType::kMain;
  header.id = MessageId{0};
  EXPECT_EQ(Verdict(header), NotifyType::kNone);
}

TEST(Header, RefusesUndefinedFlags) {
  Header header = QuickHeader();
  header.flags = kFlagEncryption | kFlagCommit | kFlagAuthOnly;
  EXPECT_EQ(Verdict(header), NotifyType::kNone);
  header.flags |= 0x08;
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidFlags);
}

TEST(Header, MessageIdIsZeroInPhaseOneAndOnlyThere) {
  Header header = QuickHeader();
  header.id = MessageId{0};
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidMessageId);
  header.exchange = ExchangeType::kAggressive;
  EXPECT_EQ(Verdict(header), NotifyType::kNone);
  header.id = MessageId{1};
  EXPECT_EQ(Verdict(header), NotifyType::kInvalidMessageId);
  header.exchange = ExchangeType::kInformational;
  EXPECT_EQ(Verdict(header), NotifyType::kNone);
}

TEST(Header, ReadHeaderJudgesNothing) {
  Header header;
  header.version = 0x99;
  header.flags = 0xff;
  Bytes octets;
  Writer writer(octets);
  WriteHeader(writer, header);
  const Wire<Header> read = ReadHeader(octets);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, header);
}

}  // namespace
}  // namespace iscsi_ike::ike
