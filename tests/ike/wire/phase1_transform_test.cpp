#include "ike/wire/phase1_transform.hpp"

#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using crypto::CipherAlgorithm;
using crypto::DhGroup;
using crypto::HashAlgorithm;
using test::Bytes;
using test::FromHex;
using test::ToHex;

// A transform KEY_IKE with these attributes.
Bytes Element(std::string_view attributes, std::uint8_t id = kTransformKeyIke) {
  Bytes element = FromHex("0000000001000000" + std::string(attributes));
  element[3] = static_cast<std::uint8_t>(element.size());
  element[5] = id;
  return element;
}

Wire<Phase1Transform> Decode(std::string_view attributes) {
  const Bytes element = Element(attributes);
  return DecodePhase1(TransformView(element));
}

constexpr std::string_view kAes128 = "80010007800e008080020004800300018004000e";

TEST(Phase1Transform, DecodesTheOfferOfMainMode) {
  const Bytes body = FromHex(test::kSaBody);
  const Wire<SaView> sa = ParseSa(body);
  ASSERT_TRUE(sa);
  const ProposalView proposal = *sa->proposals().begin();
  const auto transform = DecodePhase1(*proposal.transforms().begin());
  ASSERT_TRUE(transform);
  EXPECT_EQ(transform->number, 1);
  EXPECT_EQ(transform->encryption, 7);
  EXPECT_EQ(transform->key_length, 256);
  EXPECT_EQ(transform->hash, 4);
  EXPECT_EQ(transform->auth, 1);
  EXPECT_EQ(transform->group, 14);
  EXPECT_TRUE(transform->has_lifetime);
  EXPECT_EQ(transform->lifetime, (policy::Lifetime{28800, 0}));
  const auto suite = ToSuite(*transform);
  ASSERT_TRUE(suite);
  EXPECT_EQ(*suite, (policy::Phase1Suite{CipherAlgorithm::kAesCbc, 256, HashAlgorithm::kSha256,
                                         DhGroup::kModp2048}));
}

TEST(Phase1Transform, WritesAttributesInTheOrderPeersExpect) {
  Bytes out;
  Writer writer(out);
  SaWriter sa(writer);
  sa.BeginProposal(1, ProtocolId::kIsakmp, {});
  WritePhase1Transform(sa, 1,
                       {CipherAlgorithm::kAesCbc, 256, HashAlgorithm::kSha256, DhGroup::kModp2048},
                       {86400, 0});
  sa.EndProposal();
  EXPECT_EQ(ToHex(out),
            "00000001000000010000003001010001000000280101000080010007800e0100800200048004000e800300"
            "01800b0001000c000400015180");
}

TEST(Phase1Transform, RoundTripOfEverySuite) {
  for (const auto cipher : {CipherAlgorithm::kAesCbc, CipherAlgorithm::kTripleDesCbc}) {
    for (const std::uint16_t bits : std::initializer_list<std::uint16_t>{128, 192, 256}) {
      if (cipher == CipherAlgorithm::kTripleDesCbc && bits != 192) continue;
      for (const auto hash : {HashAlgorithm::kSha1, HashAlgorithm::kSha256, HashAlgorithm::kSha384,
                              HashAlgorithm::kSha512}) {
        for (const crypto::DhGroupInfo& info : crypto::AllDhGroups()) {
          const policy::Phase1Suite suite{cipher, bits, hash, info.group};
          Bytes out;
          Writer writer(out);
          SaWriter sa(writer);
          sa.BeginProposal(1, ProtocolId::kIsakmp, {});
          WritePhase1Transform(sa, 9, suite, {28800, 4096});
          sa.EndProposal();
          const Wire<SaView> read = ParseSa(out);
          ASSERT_TRUE(read);
          const auto transform = DecodePhase1(*(*read->proposals().begin()).transforms().begin());
          ASSERT_TRUE(transform);
          EXPECT_EQ(transform->number, 9);
          EXPECT_EQ(ToSuite(*transform), suite);
          EXPECT_EQ(transform->lifetime, (policy::Lifetime{28800, 4096}));
        }
      }
    }
  }
}

TEST(Phase1Transform, RefusesTruncationInsideAnAttribute) {
  const Bytes element = Element("80010007800e008080020004800300018004000e000b00020001");
  test::ForEachTruncation(element, [](Octets octets) {
    if (octets.size() < kTransformFixedSize) return;  // ParseSa's affair
    const auto transform = DecodePhase1(TransformView(octets));
    const bool whole = octets.size() == 8 + kAes128.size() / 2;
    EXPECT_EQ(transform.ok(), whole) << octets.size();
  });
}

TEST(Phase1Transform, AForeignTransformIdIsReadNoFurther) {
  const Bytes element = Element("ffff", 2);
  const auto transform = DecodePhase1(TransformView(element));
  ASSERT_TRUE(transform) << "must be ignored, not refused (RFC 2408 section 5.6)";
  EXPECT_EQ(transform->id, 2);
  EXPECT_FALSE(ToSuite(*transform));
}

TEST(Phase1Transform, FourAttributesAreRequired) {
  for (const char* hex : {"80020004800300018004000e", "80010007800300018004000e",
                          "80010007800200048004000e", "800100078002000480030001"}) {
    const auto transform = Decode(hex);
    ASSERT_FALSE(transform) << hex;
    EXPECT_EQ(transform.error().notify, NotifyType::kBadProposalSyntax);
  }
}

TEST(Phase1Transform, BasicAttributesMayNotBeVariable) {
  const auto transform = Decode("000100020007800e008080020004800300018004000e");
  ASSERT_FALSE(transform);
  EXPECT_EQ(transform.error().notify, NotifyType::kBadProposalSyntax);
  EXPECT_EQ(transform.error().offset, 8U);
}

TEST(Phase1Transform, VariableAttributesMayBeBasic) {
  const auto transform = Decode(std::string(kAes128) + "800b0001800c7080");
  ASSERT_TRUE(transform);
  EXPECT_EQ(transform->lifetime.seconds, 28800U);
}

TEST(Phase1Transform, RepeatsMustAgree) {
  EXPECT_TRUE(Decode(std::string(kAes128) + "80010007"));
  const auto conflict = Decode(std::string(kAes128) + "80010005");
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().notify, NotifyType::kAttributesNotSupported);
}

TEST(Phase1Transform, LifetimeNeedsItsType) {
  const auto transform = Decode(std::string(kAes128) + "800c7080");
  ASSERT_FALSE(transform);
  EXPECT_EQ(transform.error().notify, NotifyType::kBadProposalSyntax);
}

TEST(Phase1Transform, NoLifetimeIsNoError) {
  const auto transform = Decode(kAes128);
  ASSERT_TRUE(transform);
  EXPECT_FALSE(transform->has_lifetime);
}

// What FindObstacle says of a transform: class and value.
std::string ObstacleOf(std::string_view attributes) {
  const auto transform = Decode(attributes);
  if (!transform) return "malformed";
  const auto obstacle = FindObstacle(*transform);
  EXPECT_EQ(ToSuite(*transform).has_value(), !obstacle.has_value());
  if (!obstacle) return "none";
  EXPECT_FALSE(obstacle->rule.empty());
  return std::string(Phase1AttributeName(obstacle->attribute)) + " " +
         std::to_string(obstacle->value);
}

TEST(Phase1Transform, SaysWhatKeepsItFromBeingASuite) {
  EXPECT_EQ(ObstacleOf(kAes128), "none");
  EXPECT_EQ(ObstacleOf("80010005800200028003000180040002"), "none") << "3DES";
  EXPECT_EQ(ObstacleOf("80010001800200028003000180040002"), "encryption 1") << "DES";
  EXPECT_EQ(ObstacleOf("80010007800200028003000180040002"), "key length 0") << "RFC 3602 5.3";
  EXPECT_EQ(ObstacleOf("80010007800e0040800200028003000180040002"), "key length 64");
  EXPECT_EQ(ObstacleOf("80010005800e00c0800200028003000180040002"), "key length 192") << "fixed";
  EXPECT_EQ(ObstacleOf("80010007800e0080800200018003000180040002"), "hash 1") << "MD5";
  EXPECT_EQ(ObstacleOf("80010007800e0080800200028003000180040001"), "group 1");
  EXPECT_EQ(ObstacleOf("80010007800e0080800200028003000380040002"), "authentication 3") << "RSA";
  EXPECT_EQ(ObstacleOf("80010007800e00808002000280030001800400028 00d0001"), "prf 1");
  EXPECT_EQ(ObstacleOf(std::string(kAes128) + "80050001"), "group type 0");
  EXPECT_EQ(ObstacleOf(std::string(kAes128) + "800b0003800c0001"), "life type 0");
}

TEST(Phase1Transform, NumbersOfTheWireInvert) {
  for (const auto hash : {HashAlgorithm::kMd5, HashAlgorithm::kSha1, HashAlgorithm::kSha256,
                          HashAlgorithm::kSha384, HashAlgorithm::kSha512}) {
    EXPECT_EQ(HashFromWire(WireHash(hash)), hash);
  }
  EXPECT_FALSE(HashFromWire(3));
  EXPECT_FALSE(CipherFromWire(0));
  EXPECT_EQ(CipherFromWire(WireEncryption({})), CipherAlgorithm::kAesCbc);
}

}  // namespace
}  // namespace iscsi_ike::ike
