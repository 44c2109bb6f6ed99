#include "ike/wire/sa.hpp"

#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using test::ToHex;

// One ESP proposal with an SPI and two transforms, then one with one transform.
constexpr std::string_view kTwoProposals =
    "0000000100000001"
    "0200002001030402c0ffee01"
    "0300000c010c000080060080"
    "00000008 020b0000"
    "0000001402030401c0ffee01"
    "0000000803030000";

Bytes Body(std::string_view proposals) {
  return FromHex("0000000100000001" + std::string(proposals));
}

NotifyType Verdict(const Bytes& body) {
  const test::ExactCopy copy(body);
  const Wire<SaView> sa = ParseSa(copy.octets());
  if (sa) return NotifyType::kNone;
  EXPECT_EQ(sa.error().payload, PayloadType::kSa);
  EXPECT_LE(sa.error().offset, body.size());
  return sa.error().notify;
}

TEST(Sa, ReadsTheOfferOfMainMode) {
  const Bytes body = FromHex(test::kSaBody);
  const Wire<SaView> sa = ParseSa(body);
  ASSERT_TRUE(sa);
  EXPECT_EQ(sa->doi, 1U);
  EXPECT_EQ(sa->situation, 1U);
  EXPECT_EQ(sa->proposal_count, 1U);
  int transforms = 0;
  for (const ProposalView proposal : sa->proposals()) {
    EXPECT_EQ(proposal.number, 1);
    EXPECT_EQ(proposal.protocol, ProtocolId::kIsakmp);
    EXPECT_TRUE(proposal.spi.empty());
    for (const TransformView transform : proposal.transforms()) {
      ++transforms;
      EXPECT_EQ(transform.number, 1);
      EXPECT_EQ(transform.id, kTransformKeyIke);
      EXPECT_EQ(transform.attributes.size(), 32U);
      EXPECT_EQ(transform.whole.size(), 40U);
    }
  }
  EXPECT_EQ(transforms, 1);
}

TEST(Sa, WalksProposalsAndTransformsInOrder) {
  const Bytes body = FromHex(kTwoProposals);
  const Wire<SaView> sa = ParseSa(body);
  ASSERT_TRUE(sa);
  std::string seen;
  for (const ProposalView proposal : sa->proposals()) {
    EXPECT_EQ(ToHex(proposal.spi), "c0ffee01");
    seen += "P" + std::to_string(proposal.number);
    for (const TransformView transform : proposal.transforms()) {
      seen += " " + std::to_string(transform.number) + ":" + std::to_string(transform.id);
    }
    seen += " ";
  }
  EXPECT_EQ(seen, "P1 1:12 2:11 P2 3:3 ");
}

TEST(Sa, RefusesEveryTruncation) {
  test::ForEachTruncation(FromHex(kTwoProposals),
                          [](Octets octets) { EXPECT_FALSE(ParseSa(octets)) << octets.size(); });
}

TEST(Sa, AnyOctetMayBeWrong) {
  test::ForEachOctetChanged(FromHex(kTwoProposals), [](Octets octets) {
    const Wire<SaView> sa = ParseSa(octets);
    if (!sa) return;
    std::size_t proposals = 0;
    for (const ProposalView proposal : sa->proposals()) {
      ++proposals;
      std::size_t transforms = 0;
      for (const TransformView transform : proposal.transforms()) {
        ++transforms;
        EXPECT_EQ(transform.attributes.size() + 8, transform.whole.size());
      }
      EXPECT_EQ(transforms, proposal.transform_count);
    }
    EXPECT_EQ(proposals, sa->proposal_count);
  });
}

TEST(Sa, RefusesAnotherDoi) {
  Bytes body = FromHex(test::kSaBody);
  body[3] = 0;
  EXPECT_EQ(Verdict(body), NotifyType::kDoiNotSupported);
  body[3] = 2;
  EXPECT_EQ(Verdict(body), NotifyType::kDoiNotSupported);
}

TEST(Sa, RefusesSituationsWithLabels) {
  Bytes body = FromHex(test::kSaBody);
  for (const std::uint8_t situation : std::initializer_list<std::uint8_t>{0, 2, 3, 4, 5}) {
    body[7] = situation;
    EXPECT_EQ(Verdict(body), NotifyType::kSituationNotSupported) << int{situation};
  }
}

TEST(Sa, RefusesBrokenLengths) {
  EXPECT_EQ(Verdict(Body("")), NotifyType::kPayloadMalformed);
  EXPECT_EQ(Verdict(Body("0000000701010000")), NotifyType::kPayloadMalformed) << "proposal of 7";
  EXPECT_EQ(Verdict(Body("0000000001010001")), NotifyType::kPayloadMalformed) << "proposal of 0";
  EXPECT_EQ(Verdict(Body("0000001101010001 0000000801010000")), NotifyType::kPayloadMalformed)
      << "proposal past the end";
  EXPECT_EQ(Verdict(Body("00000010010109010000000801010000")), NotifyType::kPayloadMalformed)
      << "SPI past the end";
  EXPECT_EQ(Verdict(Body("00000010010100010000000701010000")), NotifyType::kPayloadMalformed)
      << "transform of 7";
  EXPECT_EQ(Verdict(Body("00000010010100010000000901010000")), NotifyType::kPayloadMalformed)
      << "transform past the proposal";
}

TEST(Sa, RefusesWrongCounts) {
  EXPECT_EQ(Verdict(Body("0000000801010000")), NotifyType::kBadProposalSyntax) << "no transform";
  EXPECT_EQ(Verdict(Body("00000010010100020000000801010000")), NotifyType::kBadProposalSyntax)
      << "one of two";
  EXPECT_EQ(Verdict(Body("000000180101000103000008010100000000000802010000")),
            NotifyType::kBadProposalSyntax)
      << "two of one";
}

TEST(Sa, RefusesWrongLinks) {
  EXPECT_EQ(Verdict(Body("03000010010100010000000801010000")), NotifyType::kBadProposalSyntax)
      << "a transform after a proposal";
  EXPECT_EQ(Verdict(Body("02000010010100010000000801010000")), NotifyType::kBadProposalSyntax)
      << "another proposal announced";
  EXPECT_EQ(Verdict(Body("00000010010100010300000801010000")), NotifyType::kBadProposalSyntax)
      << "another transform announced";
  EXPECT_EQ(Verdict(Body("0000001001010001000000080101000000000000")),
            NotifyType::kBadProposalSyntax)
      << "octets after the last proposal";
}

TEST(Sa, NumbersNeedNotIncreaseAndReservedOctetsAreIgnored) {
  EXPECT_EQ(Verdict(Body("02ff0010010100010000000805010fff"
                         "00ff0010010100010000000805010fff")),
            NotifyType::kNone);
}

TEST(Sa, BoundsTheNumberOfProposals) {
  Bytes body;
  Writer writer(body);
  SaWriter sa(writer);
  const auto proposal = [&sa] {
    sa.BeginProposal(1, ProtocolId::kEsp, {});
    sa.BeginTransform(1, 12);
    sa.EndTransform();
    sa.EndProposal();
  };
  for (std::size_t i = 0; i < kMaxProposals; ++i) proposal();
  EXPECT_EQ(Verdict(body), NotifyType::kNone);
  proposal();
  EXPECT_EQ(Verdict(body), NotifyType::kBadProposalSyntax);
}

TEST(SaWriter, WritesWhatItRead) {
  const Bytes body = FromHex(kTwoProposals);
  const Wire<SaView> sa = ParseSa(body);
  ASSERT_TRUE(sa);
  Bytes out;
  Writer writer(out);
  SaWriter copy(writer);
  for (const ProposalView proposal : sa->proposals()) {
    copy.BeginProposal(proposal.number, proposal.protocol, proposal.spi);
    for (const TransformView transform : proposal.transforms()) copy.CopyTransform(transform);
    copy.EndProposal();
  }
  EXPECT_EQ(ToHex(out), ToHex(body));
}

TEST(SaWriter, HoldsAllTransformsThatACountCanSay) {
  Bytes body;
  Writer writer(body);
  SaWriter sa(writer);
  sa.BeginProposal(1, ProtocolId::kIsakmp, {});
  for (std::size_t i = 0; i < kMaxTransforms; ++i) {
    sa.BeginTransform(static_cast<std::uint8_t>(i + 1), kTransformKeyIke);
    sa.EndTransform();
  }
  sa.EndProposal();
  const Wire<SaView> read = ParseSa(body);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read->proposals().begin()).transform_count, kMaxTransforms);
}

}  // namespace
}  // namespace iscsi_ike::ike
