#include <gtest/gtest.h>

#include <set>
#include <string>

#include "ike/wire/fragment.hpp"
#include "ike/wire/nat_d.hpp"
#include "ike/wire/nat_oa.hpp"
#include "ike/wire/opaque.hpp"
#include "ike/wire/vendor_id.hpp"
#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using crypto::HashAlgorithm;
using policy::IpAddress;
using test::Bytes;
using test::FromHex;
using test::FromText;
using test::ToHex;

TEST(VendorId, OctetsAreTheHashesOfTheirTexts) {
  const std::pair<VendorId, std::string_view> texts[] = {
      {VendorId::kNatTraversal, "RFC 3947"},
      {VendorId::kNatTraversalDraft03, "draft-ietf-ipsec-nat-t-ike-03"},
      {VendorId::kNatTraversalDraft02n, "draft-ietf-ipsec-nat-t-ike-02\n"},
      {VendorId::kNatTraversalDraft02, "draft-ietf-ipsec-nat-t-ike-02"},
      {VendorId::kNatTraversalDraft00, "draft-ietf-ipsec-nat-t-ike-00"},
      {VendorId::kFragmentation, "FRAGMENTATION"},
      {VendorId::kMicrosoftNt5, "MS NT5 ISAKMPOAKLEY"},
      {VendorId::kMicrosoftInitialContact, "Vid-Initial-Contact"},
      {VendorId::kMicrosoftNegotiationDiscovery, "MS-Negotiation Discovery Capable"},
      {VendorId::kMicrosoftCga, "IKE CGA version 1"},
      {VendorId::kStrongSwan, "strongSwan"},
      {VendorId::kRacoon, "KAME/racoon"},
  };
  for (const auto& [id, text] : texts) {
    EXPECT_EQ(ToHex(OctetsOf(id)),
              ToHex(crypto::HashOf(HashAlgorithm::kMd5, {FromText(text)}).Expose()))
        << text;
  }
}

TEST(VendorId, EveryEntryIsFound) {
  for (const VendorIdEntry& entry : AllVendorIds()) {
    EXPECT_EQ(IdentifyVendor(entry.octets), entry.id);
    EXPECT_EQ(NameOf(entry.id), entry.name);
    EXPECT_EQ(ToHex(OctetsOf(entry.id)), ToHex(entry.octets));
    test::ForEachTruncation(
        entry.octets, [](Octets octets) { EXPECT_EQ(IdentifyVendor(octets), VendorId::kUnknown); });
  }
}

TEST(VendorId, WindowsSaysWhichItIs) {
  std::set<std::string> names;
  for (std::uint8_t version : std::initializer_list<std::uint8_t>{2, 3, 4, 5, 6, 7, 8, 9, 16, 99}) {
    Bytes body(OctetsOf(VendorId::kMicrosoftNt5).begin(), OctetsOf(VendorId::kMicrosoftNt5).end());
    body.insert(body.end(), {0, 0, 0, version});
    names.insert(DescribeVendor(body));
  }
  EXPECT_EQ(names.size(), 10U);
  EXPECT_TRUE(names.contains("MS NT5 ISAKMPOAKLEY (Windows 2000)"));
}

TEST(VendorId, OnlySomeMayGoOn) {
  EXPECT_EQ(IdentifyVendor(FromHex("4048b7d56ebce88525e7de7f00d6c2d380000000")),
            VendorId::kFragmentation);
  EXPECT_EQ(IdentifyVendor(FromHex("4a131c81070358455c5728f20e95452f00")), VendorId::kUnknown);
  EXPECT_EQ(DescribeVendor(FromHex("1e2b516905991c7d7c96fcbfb587e46100000007")),
            "MS NT5 ISAKMPOAKLEY (Windows 7)");
  EXPECT_EQ(DescribeVendor(FromHex("1e2b516905991c7d7c96fcbfb587e46100000063")),
            "MS NT5 ISAKMPOAKLEY (00000063)");
  EXPECT_EQ(DescribeVendor(FromHex("0102")), "0102");
  EXPECT_EQ(DescribeVendor({}), "");
  EXPECT_TRUE(OctetsOf(VendorId::kUnknown).empty());
  EXPECT_EQ(NameOf(VendorId::kUnknown), "");
}

TEST(NatD, IsTheHashOfCookiesAddressAndPort) {
  const auto hash = [](const char* address) {
    return ToHex(NatDetectionHash(HashAlgorithm::kSha256, test::kInitiatorCookie,
                                  test::kResponderCookie, *IpAddress::Parse(address), 500)
                     .Expose());
  };
  EXPECT_EQ(hash("192.0.2.1"), "eb48fde81a1917c514660f8dfe1f6d6c8209e85776a2ec3c51e1a6f14afedb8f");
  EXPECT_EQ(hash("192.0.2.2"), "108603f92e54d0b82f257227a5d2c9e5454c3a5cf2df7ec8069ed988127f862c");
}

TEST(NatD, HasTheLengthOfTheHash) {
  const Bytes body(20);
  EXPECT_TRUE(ParseNatD(body, HashAlgorithm::kSha1));
  EXPECT_FALSE(ParseNatD(body, HashAlgorithm::kSha256));
  test::ForEachTruncation(
      body, [](Octets octets) { EXPECT_FALSE(ParseNatD(octets, HashAlgorithm::kSha1)); });
}

TEST(NatOa, RoundTripAndEveryTruncation) {
  for (const char* text : {"192.0.2.1", "2001:db8::1"}) {
    const IpAddress address = *IpAddress::Parse(text);
    Bytes body;
    Writer writer(body);
    WriteNatOa(writer, address);
    const auto read = ParseNatOa(body);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, address);
    test::ForEachTruncation(body, [](Octets octets) { EXPECT_FALSE(ParseNatOa(octets)); });
  }
}

TEST(NatOa, RefusesOtherTypesAndSizes) {
  for (const char* hex : {"04000000c0000201", "05000000c0000201", "01000000c000020100",
                          "0100000020010db8000000000000000000000001"}) {
    EXPECT_FALSE(ParseNatOa(FromHex(hex))) << hex;
  }
}

TEST(Fragment, RoundTripAndEveryTruncation) {
  const Bytes data = FromHex("0102030405");
  Bytes body;
  Writer writer(body);
  WriteFragment(writer, FragmentView{0x1234, 3, true, data});
  EXPECT_EQ(ToHex(body), "123403010102030405");
  const Wire<FragmentView> fragment = ParseFragment(body);
  ASSERT_TRUE(fragment);
  EXPECT_EQ(fragment->id, 0x1234);
  EXPECT_EQ(fragment->number, 3);
  EXPECT_TRUE(fragment->last);
  EXPECT_EQ(ToHex(fragment->data), ToHex(data));
  test::ForEachTruncation(body, [](Octets octets) {
    EXPECT_EQ(ParseFragment(octets).ok(), octets.size() > 4) << octets.size();
  });
}

TEST(Fragment, NumbersStartAtOne) {
  EXPECT_FALSE(ParseFragment(FromHex("0001000001")));
  const Bytes body = FromHex("0001fffe01");
  const Wire<FragmentView> fragment = ParseFragment(body);
  ASSERT_TRUE(fragment) << "other flags are ignored";
  EXPECT_FALSE(fragment->last);
}

TEST(Opaque, NoncesHaveEightToTwoHundredAndFiftySixOctets) {
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 7, 257, 1024}) {
    const auto nonce = ParseNonce(Bytes(size));
    ASSERT_FALSE(nonce) << size;
    EXPECT_EQ(nonce.error().notify, NotifyType::kPayloadMalformed);
  }
  for (const std::size_t size : std::initializer_list<std::size_t>{8, 20, 256})
    EXPECT_TRUE(ParseNonce(Bytes(size))) << size;
}

TEST(Opaque, PublicValuesHaveTheLengthOfTheirGroup) {
  EXPECT_TRUE(ParseKeyExchange(Bytes(256), 256));
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 255, 257}) {
    const auto value = ParseKeyExchange(Bytes(size), 256);
    ASSERT_FALSE(value) << size;
    EXPECT_EQ(value.error().notify, NotifyType::kInvalidKeyInformation);
  }
}

TEST(Opaque, HashesHaveTheLengthOfThePrf) {
  EXPECT_TRUE(ParseHash(Bytes(20), 20));
  const auto hash = ParseHash(Bytes(16), 20);
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().notify, NotifyType::kInvalidHashInformation);
}

}  // namespace
}  // namespace iscsi_ike::ike
