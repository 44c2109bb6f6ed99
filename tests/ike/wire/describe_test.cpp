#include "ike/wire/describe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Lines(PayloadType first, const Bytes& octets) {
  const Wire<PayloadList> list = ParsePayloads(first, octets);
  if (!list) return {DescribeError(list.error())};
  std::vector<std::string> lines;
  DescribePayloads(*list,
                   [&lines](const Payload&, std::string_view line) { lines.emplace_back(line); });
  return lines;
}

// One payload of this type with this body.
std::string Line(PayloadType type, std::string_view body) {
  Bytes octets;
  Writer writer(octets);
  PayloadChain(writer).Add(type, FromHex(body));
  const std::vector<std::string> lines = Lines(type, octets);
  return lines.size() == 1 ? lines[0] : std::to_string(lines.size()) + " lines";
}

TEST(Describe, AnOfferOfMainMode) {
  EXPECT_EQ(Line(PayloadType::kSa, test::kSaBody),
            "SA proposal 1 ISAKMP(1): transform 1 KEY_IKE(1) enc=AES-CBC(7) keylen=256 "
            "hash=SHA2-256(4) auth=PSK(1) group=modp2048(14) life=28800s");
}

TEST(Describe, AWholeQuickMode) {
  EXPECT_THAT(Lines(PayloadType::kSa, FromHex(test::kQuickAfterHash)),
              ElementsAre("SA proposal 1 ESP(3) spi=c0ffee01: transform 1 AES-CBC(12) keylen=128 "
                          "auth=HMAC-SHA1(2) mode=transport(2) life=3600s",
                          "NONCE 16 octets 3131313131313131...",
                          "ID IPV4_ADDR (1) 192.0.2.1 protocol 6 "
                          "port 0",
                          "ID IPV4_ADDR (1) 192.0.2.2 protocol 6 port 3260"));
}

TEST(Describe, ALineForEachTransform) {
  EXPECT_THAT(
      Lines(PayloadType::kSa,
            FromHex("0000002c 0000000100000001 0000002001030402c0ffee01 0300000c010c000080060080"
                    "0000000802630000")),
      ElementsAre("SA proposal 1 ESP(3) spi=c0ffee01: transform 1 AES-CBC(12) keylen=128",
                  "SA proposal 1 ESP(3) spi=c0ffee01: transform 2 unknown(99)"));
}

TEST(Describe, UnknownAttributesByNumber) {
  const Bytes element = FromHex("0000001801010000 8063002a 00060003010203 80010063");
  EXPECT_EQ(DescribeTransform(ProtocolId::kIsakmp, TransformView(element)),
            "transform 1 KEY_IKE(1) attribute(99)=42 group prime(6)=66051 enc=99");
}

TEST(Describe, ValuesWithoutNamesUnderTheNameOfTheirClass) {
  EXPECT_EQ(DescribeAttributes(ProtocolId::kIsakmp,
                               FromHex("80010063800200638003006380040063800d0063800e0063")),
            "enc=99 hash=99 auth=99 group=99 prf=99 keylen=99");
  EXPECT_EQ(
      DescribeAttributes(ProtocolId::kEsp, FromHex("8003006380040063800500638006006380 0b0063")),
      "group=99 mode=99 auth=99 keylen=99 esn=99");
}

TEST(Describe, BrokenAttributesAsFarAsTheyGo) {
  const Bytes element = FromHex("0000001001010000 80010007 000c0008");
  EXPECT_EQ(DescribeTransform(ProtocolId::kIsakmp, TransformView(element)),
            "transform 1 KEY_IKE(1) enc=AES-CBC(7) <attribute length runs past the end>");
}

TEST(Describe, LifetimesOfBothKinds) {
  EXPECT_EQ(DescribeAttributes(ProtocolId::kEsp,
                               FromHex("800100010002000400015180800100020002000400 0186a0")),
            "life=86400s life=100000kB");
  EXPECT_EQ(DescribeAttributes(ProtocolId::kIsakmp, FromHex("800b0003800c0001")),
            "life=1(life type 3)");
  EXPECT_EQ(DescribeAttributes(ProtocolId::kIsakmp, FromHex("800c0001")), "life duration(12)=1");
}

TEST(Describe, Notifications) {
  EXPECT_EQ(Line(PayloadType::kNotify, "000000010100000e"),
            "NOTIFY NO-PROPOSAL-CHOSEN (14) ISAKMP(1)");
  EXPECT_EQ(Line(PayloadType::kNotify, "0000000101040018010203046e6f"),
            "NOTIFY AUTHENTICATION-FAILED (24) ISAKMP(1) spi=01020304 data=no");
  EXPECT_EQ(Line(PayloadType::kNotify, "0000000103046000c0ffee0180010001 80020e10"),
            "NOTIFY RESPONDER-LIFETIME (24576) ESP(3) spi=c0ffee01 life=3600s");
  EXPECT_EQ(Line(PayloadType::kNotify,
                 "0000000101106000112233445566778899aabbccddeeff0080010001 80020bb8"),
            "NOTIFY RESPONDER-LIFETIME (24576) ISAKMP(1) spi=112233445566778899aabbccddeeff00 "
            "life=3000s");
  EXPECT_THAT(
      Line(PayloadType::kNotify, "0000000101108d28112233445566778899aabbccddeeff00000000ff"),
      HasSubstr("R-U-THERE (36136) ISAKMP(1) spi=112233445566778899aabbccddeeff00 data=255"));
}

TEST(Describe, OtherPayloads) {
  EXPECT_EQ(Line(PayloadType::kDelete, "0000000103040002c0ffee01c0ffee02"),
            "DELETE ESP(3) spi=c0ffee01,c0ffee02");
  EXPECT_EQ(Line(PayloadType::kVendorId, "4a131c81070358455c5728f20e95452f"),
            "VID RFC 3947 NAT traversal");
  EXPECT_EQ(Line(PayloadType::kKeyExchange, "000102030405060708"),
            "KE 9 octets 0001020304050607...");
  EXPECT_EQ(Line(PayloadType::kHash, ""), "HASH 0 octets");
  EXPECT_EQ(Line(PayloadType::kNatOa, "01000000c0000201"), "NAT-OA 192.0.2.1");
  EXPECT_EQ(Line(PayloadType::kFragment, "00010201aabb"), "FRAGMENT id=1 number=2 last 2 octets");
  EXPECT_EQ(Line(static_cast<PayloadType>(99), "01"), "payload(99) 1 octets 01");
}

TEST(Describe, ManySpisAreCutShort) {
  std::string body = "0000000103040014";
  for (int i = 0; i < 20; ++i) body += "00000100";
  EXPECT_THAT(Line(PayloadType::kDelete, body), HasSubstr(" and 4 more"));
}

TEST(Describe, LongNamesAreCutShort) {
  std::string body = "02000000";
  for (int i = 0; i < 300; ++i) body += "61";
  EXPECT_EQ(Line(PayloadType::kId, body), "ID FQDN (2) " + std::string(255, 'a') + "...");
}

TEST(Describe, BrokenPayloadsWithTheirRule) {
  EXPECT_EQ(Line(PayloadType::kSa, "0000000200000001"),
            "SA <DOI-NOT-SUPPORTED (2): DOI is not IPsec, SA (1) at offset 0>");
  EXPECT_THAT(Line(PayloadType::kId, "01"), HasSubstr("ID <PAYLOAD-MALFORMED (16): "));
  EXPECT_THAT(Line(PayloadType::kNotify, "01"), HasSubstr("NOTIFY <PAYLOAD-MALFORMED (16): "));
  EXPECT_THAT(Line(PayloadType::kDelete, "01"), HasSubstr("DELETE <PAYLOAD-MALFORMED (16): "));
  EXPECT_THAT(Line(PayloadType::kNatOa, "01"), HasSubstr("NAT-OA <PAYLOAD-MALFORMED (16): "));
  EXPECT_THAT(Line(PayloadType::kFragment, "01"), HasSubstr("FRAGMENT <PAYLOAD-MALFORMED (16): "));
}

TEST(Describe, Headers) {
  const Bytes message = FromHex(test::kMessage5);
  const Wire<Header> header = ReadHeader(message);
  ASSERT_TRUE(header);
  EXPECT_EQ(DescribeHeader(*header),
            "main mode(2) I=1122334455667788 R=99aabbccddeeff00 id=00000000 encrypted length=76");
  Header odd;
  odd.version = 0x21;
  odd.exchange = static_cast<ExchangeType>(77);
  odd.flags = kFlagCommit | kFlagAuthOnly;
  odd.id = MessageId{0x0badcafe};
  EXPECT_THAT(DescribeHeader(odd), HasSubstr("unknown(77)"));
  EXPECT_THAT(DescribeHeader(odd), HasSubstr("id=0badcafe version=2.1 commit auth-only length=0"));
}

TEST(Describe, AnyOctetMayBeWrong) {
  test::ForEachOctetChanged(FromHex(test::kQuickAfterHash), [](Octets octets) {
    const Wire<PayloadList> list = ParsePayloads(PayloadType::kSa, octets);
    if (!list) return;
    DescribePayloads(*list,
                     [](const Payload&, std::string_view line) { EXPECT_FALSE(line.empty()); });
  });
}

}  // namespace
}  // namespace iscsi_ike::ike
