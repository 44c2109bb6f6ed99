#include "ike/wire/esp_transform.hpp"

#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using policy::EspAuth;
using policy::EspCipher;
using test::Bytes;
using test::FromHex;
using test::ToHex;

Bytes Element(std::uint8_t id, std::string_view attributes) {
  Bytes element = FromHex("0000000001000000" + std::string(attributes));
  element[3] = static_cast<std::uint8_t>(element.size());
  element[5] = id;
  return element;
}

Wire<EspTransform> Decode(std::uint8_t id, std::string_view attributes) {
  const Bytes element = Element(id, attributes);
  return DecodeEsp(TransformView(element));
}

TEST(EspTransform, DecodesTheOfferOfQuickMode) {
  const Bytes octets = FromHex(test::kQuickAfterHash);
  const Wire<SaView> sa = ParseSa(Octets(octets).subspan(4, 52));
  ASSERT_TRUE(sa);
  const ProposalView proposal = *sa->proposals().begin();
  EXPECT_EQ(proposal.protocol, ProtocolId::kEsp);
  EXPECT_EQ(ToHex(proposal.spi), "c0ffee01");
  const auto transform = DecodeEsp(*proposal.transforms().begin());
  ASSERT_TRUE(transform);
  EXPECT_EQ(transform->id, 12);
  EXPECT_EQ(transform->key_length, 128);
  EXPECT_EQ(transform->auth, 2);
  EXPECT_EQ(transform->encapsulation, 2);
  EXPECT_EQ(transform->group, 0);
  EXPECT_FALSE(transform->esn);
  EXPECT_EQ(transform->lifetime, (policy::Lifetime{3600, 0}));
  const auto suite = ToSuite(*transform);
  ASSERT_TRUE(suite);
  EXPECT_EQ(*suite, (policy::EspSuite{EspCipher::kAesCbc, 128, EspAuth::kHmacSha1_96, false, {}}));
}

TEST(EspTransform, WritesAllAttributes) {
  Bytes out;
  Writer writer(out);
  SaWriter sa(writer);
  sa.BeginProposal(1, ProtocolId::kEsp, FromHex("c0ffee01"));
  WriteEspTransform(sa, 1, {EspCipher::kAesCbc, 128, EspAuth::kHmacSha1_96, true, {}}, 61444,
                    crypto::DhGroup::kModp2048, {3600, 100000});
  sa.EndProposal();
  EXPECT_EQ(ToHex(out), ToHex(FromHex("0000000100000001"
                                      "0000003c01030401c0ffee01"
                                      "00000030010c0000 80060080 80050002 8004f004 8003000e"
                                      "80010001 80020e10 80010002 00020004000186a0 800b0001")));
}

// Every suite that may exist: all ciphers, all integrity algorithms, the rules of RFC 2407 and RFC
// 4106 kept.
std::vector<policy::EspSuite> AllSuites() {
  std::vector<policy::EspSuite> suites;
  for (const auto cipher :
       {EspCipher::kNull, EspCipher::kTripleDesCbc, EspCipher::kAesCbc, EspCipher::kAesCtr,
        EspCipher::kAesGcm8, EspCipher::kAesGcm12, EspCipher::kAesGcm16}) {
    for (const std::uint16_t bits : std::initializer_list<std::uint16_t>{0, 128, 192, 256}) {
      const bool null_fits = (cipher == EspCipher::kNull) == (bits == 0);
      if (!null_fits || (cipher == EspCipher::kTripleDesCbc && bits != 192)) continue;
      for (const auto auth :
           {EspAuth::kNone, EspAuth::kHmacSha1_96, EspAuth::kHmacSha256_128,
            EspAuth::kHmacSha384_192, EspAuth::kHmacSha512_256, EspAuth::kAesXcbc96}) {
        if (policy::IsAead(cipher) != (auth == EspAuth::kNone)) continue;
        for (const bool esn : {false, true}) suites.push_back({cipher, bits, auth, esn, {}});
      }
    }
  }
  return suites;
}

TEST(EspTransform, RoundTripOfEverySuite) {
  for (const policy::EspSuite& suite : AllSuites()) {
    Bytes out;
    Writer writer(out);
    SaWriter sa(writer);
    sa.BeginProposal(1, ProtocolId::kEsp, FromHex("00000100"));
    WriteEspTransform(sa, 7, suite, 1, std::nullopt, {3600, 0});
    sa.EndProposal();
    const Wire<SaView> read = ParseSa(out);
    ASSERT_TRUE(read);
    const auto transform = DecodeEsp(*(*read->proposals().begin()).transforms().begin());
    ASSERT_TRUE(transform);
    EXPECT_EQ(transform->number, 7);
    EXPECT_EQ(transform->encapsulation, 1);
    EXPECT_EQ(ToSuite(*transform), suite) << policy::ToString(suite);
  }
}

TEST(EspTransform, RefusesTruncationInsideAnAttribute) {
  const Bytes element = Element(12, "8006008080050002800400028001000100020004 00000e10");
  test::ForEachTruncation(element, [](Octets octets) {
    if (octets.size() < kTransformFixedSize) return;
    const std::size_t attributes = octets.size() - kTransformFixedSize;
    const bool whole = attributes % 4 == 0 && attributes < 16;  // the rest needs its duration
    EXPECT_EQ(DecodeEsp(TransformView(octets)).ok(), whole) << octets.size();
  });
}

TEST(EspTransform, ExtendedSequenceNumberIsOneOrNothing) {
  EXPECT_TRUE(Decode(12, "800b0001")->esn);
  for (const char* hex : {"800b0000", "800b0002", "800b000180 0b0002"}) {
    const auto transform = Decode(12, hex);
    ASSERT_FALSE(transform) << hex;
    EXPECT_EQ(transform.error().notify, NotifyType::kAttributesNotSupported);
  }
}

TEST(EspTransform, BasicAttributesMayNotBeVariable) {
  const auto transform = Decode(12, "000600020080");
  ASSERT_FALSE(transform);
  EXPECT_EQ(transform.error().notify, NotifyType::kBadProposalSyntax);
}

TEST(EspTransform, RepeatsMustAgree) {
  EXPECT_TRUE(Decode(12, "8005000280050002"));
  const auto conflict = Decode(12, "8005000280050005");
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().notify, NotifyType::kAttributesNotSupported);
}

TEST(EspTransform, LifetimeNeedsItsType) {
  const auto transform = Decode(12, "00020004 00000e10");
  ASSERT_FALSE(transform);
  EXPECT_EQ(transform.error().notify, NotifyType::kBadProposalSyntax);
}

// What FindObstacle says of a transform: class and value.
std::string ObstacleOf(std::uint8_t id, std::string_view attributes) {
  const auto transform = Decode(id, attributes);
  if (!transform) return "malformed";
  const auto obstacle = FindObstacle(*transform);
  EXPECT_EQ(ToSuite(*transform).has_value(), !obstacle.has_value());
  if (!obstacle) return "none";
  EXPECT_FALSE(obstacle->rule.empty());
  return std::string(EspAttributeName(obstacle->attribute)) + " " + std::to_string(obstacle->value);
}

TEST(EspTransform, SaysWhatKeepsItFromBeingASuite) {
  EXPECT_EQ(ObstacleOf(12, "8006008080050002"), "none");
  EXPECT_EQ(ObstacleOf(2, "80050002"), " 2") << "DES";
  EXPECT_EQ(ObstacleOf(16, "80060080"), " 16") << "AES-CCM";
  EXPECT_EQ(ObstacleOf(12, "80050002"), "key length 0") << "AES without its length";
  EXPECT_EQ(ObstacleOf(12, "8006008180050002"), "key length 129");
  EXPECT_EQ(ObstacleOf(3, "800600c080050002"), "key length 192") << "3DES with a length";
  EXPECT_EQ(ObstacleOf(12, "80060080"), "authentication 0") << "encryption alone";
  EXPECT_EQ(ObstacleOf(11, ""), "authentication 0") << "NULL alone";
  EXPECT_EQ(ObstacleOf(12, "8006008080050001"), "authentication 1") << "MD5";
  EXPECT_EQ(ObstacleOf(20, "8006008080050002"), "authentication 2") << "AES-GCM with HMAC";
  EXPECT_EQ(ObstacleOf(20, "80060080"), "none");
  EXPECT_EQ(ObstacleOf(12, "8006008080050002800a0001"), "ECN tunnel 0");
  EXPECT_EQ(ObstacleOf(12, "80060080800500028063 0001"), " 0") << "class 99";
  EXPECT_EQ(ObstacleOf(12, "800600808005000280010003 80020001"), "life type 0");
}

}  // namespace
}  // namespace iscsi_ike::ike
