#include "ike/wire/stored_proposals.hpp"

#include <gmock/gmock.h>

#include "ike/wire/sa.hpp"
#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using crypto::DhGroup;
using policy::Encapsulation;
using test::Bytes;
using test::FromHex;
using test::ToHex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

policy::Phase1Suite Phase1(std::string_view text) {
  return *policy::ParsePhase1Suite(text, "suite");
}
policy::EspSuite Esp(std::string_view text) { return *policy::ParseEspSuite(text, "suite"); }

// As isnsd (open-isns 0.101) gave it back for tag 11.
constexpr std::string_view kStoredPhase1 =
    "00000030000000010000000100000024010100010000001c0101000080010007800e00808002000480030001"
    "8004000e";

// A payload around these proposals, with its generic header.
Bytes Payload(std::string_view proposals) {
  Bytes octets = FromHex("000000000000000100000001" + std::string(proposals));
  octets[2] = static_cast<std::uint8_t>(octets.size() >> 8);
  octets[3] = static_cast<std::uint8_t>(octets.size());
  return octets;
}

// One ESP transform AES-128, SHA-1, tunnel, in a proposal with this SPI.
std::string EspProposal(std::string_view spi, std::string_view number = "01") {
  const std::size_t size = 8 + spi.size() / 2 + 20;
  return "000000" + ToHex(Bytes{static_cast<std::uint8_t>(size)}) + std::string(number) + "03" +
         ToHex(Bytes{static_cast<std::uint8_t>(spi.size() / 2)}) + "01" + std::string(spi) +
         "00000014010c0000"
         "80060080"
         "80050002"
         "80040001";
}

TEST(StoredProposals, ReadsPhase1AsAServerKeepsIt) {
  const auto stored = ReadStoredPhase1(FromHex(kStoredPhase1));
  ASSERT_TRUE(stored) << stored.error().rule;
  EXPECT_THAT(stored->offers,
              ElementsAre(StoredPhase1Offer{Phase1("aes128-sha256-modp2048"), {0, 0}}));
  EXPECT_THAT(stored->unusable, IsEmpty());
}

TEST(StoredProposals, WritesPhase1AsAServerKeepsIt) {
  const std::vector<policy::Phase1Suite> suites = {Phase1("aes128-sha256-modp2048")};
  Bytes written = WriteStoredPhase1(suites, {0, 0});
  // The group stands before the authentication here.
  EXPECT_EQ(written.size(), 48U);
  const auto read = ReadStoredPhase1(written);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->offers.front().suite, suites.front());
}

TEST(StoredProposals, Phase1KeepsItsOrderAndLifetime) {
  const std::vector<policy::Phase1Suite> suites = {Phase1("aes256-sha384-ecp384"),
                                                   Phase1("3des-sha1-modp1024"),
                                                   Phase1("aes128-sha256-modp2048")};
  const auto stored = ReadStoredPhase1(WriteStoredPhase1(suites, {28800, 1000}));
  ASSERT_TRUE(stored);
  ASSERT_EQ(stored->offers.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(stored->offers[i], (StoredPhase1Offer{suites[i], {28800, 1000}}));
  }
}

TEST(StoredProposals, EspIsWrittenWithAnSpiOfFourZeros) {
  const std::vector<policy::EspSuite> suites = {Esp("aes128-sha1")};
  const std::vector<Encapsulation> modes = {Encapsulation::kTunnel};
  EXPECT_EQ(ToHex(WriteStoredEsp(suites, modes, std::nullopt, {0, 0})),
            ToHex(Payload(EspProposal("00000000"))));
}

TEST(StoredProposals, EspKeepsOrderModesGroupAndLifetime) {
  const std::vector<policy::EspSuite> suites = {Esp("aes128gcm16-esn"),
                                                Esp("aes256ctr-sha256-modp3072")};
  const std::vector<Encapsulation> modes = {Encapsulation::kTransport, Encapsulation::kTunnel};
  const auto stored = ReadStoredEsp(WriteStoredEsp(suites, modes, DhGroup::kModp2048, {3600, 0}));
  ASSERT_TRUE(stored);
  policy::EspSuite first = suites[0];
  first.pfs_group = DhGroup::kModp2048;
  EXPECT_THAT(stored->offers,
              ElementsAre(StoredEspOffer{first, Encapsulation::kTransport, {3600, 0}},
                          StoredEspOffer{first, Encapsulation::kTunnel, {3600, 0}},
                          StoredEspOffer{suites[1], Encapsulation::kTransport, {3600, 0}},
                          StoredEspOffer{suites[1], Encapsulation::kTunnel, {3600, 0}}));
}

TEST(StoredProposals, AnSpiMayBeLeftOut) {
  for (const char* spi : {"", "00000000", "c0ffee01"}) {
    const auto stored = ReadStoredEsp(Payload(EspProposal(spi)));
    ASSERT_TRUE(stored) << spi;
    EXPECT_THAT(stored->offers,
                ElementsAre(StoredEspOffer{Esp("aes128-sha1"), Encapsulation::kTunnel, {0, 0}}));
  }
  const auto odd = ReadStoredEsp(Payload(EspProposal("0000")));
  ASSERT_TRUE(odd);
  EXPECT_THAT(odd->unusable, ElementsAre("proposal 1: has an SPI of neither 4 octets nor none"));
}

TEST(StoredProposals, ThePayloadsOwnLengthCounts) {
  // A variable attribute of one octet makes an odd length.
  const Bytes odd = Payload(
      "0000002901010001"
      "0000002101010000"
      "80010007"
      "800e0080"
      "80020004"
      "80030001"
      "8004000e"
      "000d000101");
  ASSERT_EQ(odd.size() % 4, 1U);
  Bytes padded = odd;
  for (int pad = 0; pad <= 3; ++pad) {
    const auto stored = ReadStoredPhase1(padded);
    ASSERT_TRUE(stored) << pad;
    EXPECT_EQ(stored->offers.size() + stored->unusable.size(), 1U);
    padded.push_back(0);
  }
  EXPECT_EQ(ReadStoredPhase1(padded).error().offset, odd.size());
  padded.resize(odd.size());
  padded.push_back(1);
  EXPECT_THAT(ReadStoredPhase1(padded).error().rule, HasSubstr("something else than a pad"));
}

TEST(StoredProposals, WhatCannotBeUsedIsToldByItsNumber) {
  // DES with MD5, AES with SHA-1 and no encapsulation, RFC 3947's tunnel, mode 9, group 99.
  const auto stored =
      ReadStoredEsp(Payload("0000006807030005"
                            "0300001001020000800500018004000103000010020c00008006008080050002"
                            "03000014030c0000800600808005000280040003"
                            "03000014040c0000800600808005000280040009"
                            "00000018050c000080060080800500028004000180030063"));
  ASSERT_TRUE(stored) << stored.error().rule;
  EXPECT_THAT(stored->offers,
              ElementsAre(StoredEspOffer{Esp("aes128-sha1"), std::nullopt, {0, 0}},
                          StoredEspOffer{Esp("aes128-sha1"), Encapsulation::kTunnel, {0, 0}}));
  ASSERT_EQ(stored->unusable.size(), 3U);
  EXPECT_THAT(stored->unusable[0], AllOf(HasSubstr("proposal 7 transform 1 DES"),
                                         HasSubstr(": transform not supported")));
  EXPECT_THAT(stored->unusable[1],
              AllOf(HasSubstr("transform 4"), HasSubstr(": encapsulation not supported")));
  EXPECT_THAT(stored->unusable[2],
              AllOf(HasSubstr("transform 5"), HasSubstr(": group not supported")));
}

TEST(StoredProposals, ProposalsOfTheOtherPhaseOrInBundlesAreNotUsed) {
  const auto esp = ReadStoredPhase1(Payload(EspProposal("00000000")));
  ASSERT_TRUE(esp);
  EXPECT_THAT(esp->unusable, ElementsAre("proposal 1: is not for ISAKMP"));
  const auto phase1 = ReadStoredEsp(FromHex(kStoredPhase1));
  ASSERT_TRUE(phase1);
  EXPECT_THAT(phase1->unusable, ElementsAre("proposal 1: is not for ESP"));
  // AH and ESP under number 1, then ESP alone under number 2.
  const auto bundle =
      ReadStoredEsp(Payload("02000018010200010000001001030000"
                            "80050002"
                            "80040001"
                            "02" +
                            EspProposal("").substr(2) + EspProposal("", "02")));
  ASSERT_TRUE(bundle) << bundle.error().rule;
  EXPECT_THAT(bundle->unusable, ElementsAre("proposal 1: is not for ESP",
                                            "proposal 1: is to be used with another one"));
  EXPECT_EQ(bundle->offers.size(), 1U);
}

TEST(StoredProposals, RefusesEveryTruncation) {
  for (const Bytes& whole : {FromHex(kStoredPhase1), Payload(EspProposal("00000000"))}) {
    test::ForEachTruncation(whole, [](Octets octets) {
      EXPECT_FALSE(ReadStoredPhase1(octets)) << octets.size();
      EXPECT_FALSE(ReadStoredEsp(octets)) << octets.size();
    });
  }
}

TEST(StoredProposals, EveryLengthIsChecked) {
  Bytes octets = FromHex(kStoredPhase1);
  octets[3] = 3;
  EXPECT_EQ(ReadStoredPhase1(octets).error().offset, 2U);
  octets[3] = 0x31;
  EXPECT_EQ(ReadStoredPhase1(octets).error().offset, 2U);
  octets = FromHex(kStoredPhase1);
  octets[7] = 2;  // DOI
  EXPECT_EQ(ReadStoredPhase1(octets).error().notify, NotifyType::kDoiNotSupported);
  EXPECT_EQ(ReadStoredPhase1(octets).error().offset, 4U) << "counted from the attribute";
}

TEST(StoredProposals, AnyOctetMayBeWrong) {
  const std::vector<policy::EspSuite> suites = {Esp("aes128-sha1"), Esp("aes128gcm16-esn")};
  const std::vector<Encapsulation> modes = {Encapsulation::kTunnel, Encapsulation::kTransport};
  test::ForEachOctetChanged(WriteStoredEsp(suites, modes, DhGroup::kEcp256, {3600, 100}),
                            [](Octets octets) {
                              const auto stored = ReadStoredEsp(octets);
                              if (stored) {
                                EXPECT_LE(stored->offers.size(), 4U);
                              }
                              (void)ReadStoredPhase1(octets).ok();
                            });
}

// TwoHundredUnusable is an ESP proposal; `next` is what its first octet says of another behind it.
Bytes TwoHundredUnusable(std::uint8_t next) {
  std::string transforms;
  for (int i = 0; i < 200; ++i) {
    transforms += std::string(i == 199 ? "00" : "03") +
                  "000010"
                  "01020000"
                  "80050001"
                  "80040001";
  }
  Bytes proposal = FromHex(
      "0000000001"
      "0300c8" +
      transforms);
  proposal[0] = next;
  proposal[2] = static_cast<std::uint8_t>(proposal.size() >> 8);
  proposal[3] = static_cast<std::uint8_t>(proposal.size());
  return proposal;
}

TEST(StoredProposals, ToldOfIsBounded) {
  const auto stored = ReadStoredEsp(Payload(ToHex(TwoHundredUnusable(0))));
  ASSERT_TRUE(stored) << stored.error().rule;
  EXPECT_EQ(stored->unusable.size(), 64U);
}

TEST(StoredProposals, ToldOfIsBoundedForWholeProposalsToo) {
  const std::string of_ah =
      "02020001"
      "0000000801020000";
  const auto stored = ReadStoredEsp(Payload(ToHex(TwoHundredUnusable(2)) + "00000010" + of_ah));
  ASSERT_TRUE(stored) << stored.error().rule;
  EXPECT_EQ(stored->unusable.size(), 64U);
}

}  // namespace
}  // namespace iscsi_ike::ike
