#include "ike/wire/registry.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

#include "crypto/suite.hpp"
#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

TEST(Registry, NamesAreThoseOfTheField) {
  EXPECT_EQ(NameOf(PayloadType::kKeyExchange), "KE");
  EXPECT_EQ(NameOf(ExchangeType::kMain), "main mode");
  EXPECT_EQ(NameOf(ProtocolId::kEsp), "ESP");
  EXPECT_EQ(NameOf(NotifyType::kNoProposalChosen), "NO-PROPOSAL-CHOSEN");
  EXPECT_EQ(NameOf(IdentificationType::kUserFqdn), "USER_FQDN");
  EXPECT_EQ(TransformName(ProtocolId::kIsakmp, 1), "KEY_IKE");
  EXPECT_EQ(TransformName(ProtocolId::kEsp, 20), "AES-GCM-16");
  EXPECT_EQ(TransformName(ProtocolId::kAh, 5), "SHA2-256");
  EXPECT_EQ(TransformName(ProtocolId::kIpcomp, 2), "DEFLATE");
}

TEST(Registry, UnknownNumbersHaveNoNameButADescription) {
  EXPECT_EQ(NameOf(static_cast<PayloadType>(99)), "");
  EXPECT_EQ(NameOf(static_cast<NotifyType>(31)), "");
  EXPECT_EQ(Phase1AttributeName(17), "");
  EXPECT_EQ(TransformName(ProtocolId::kIsakmp, 2), "");
  EXPECT_EQ(Describe(static_cast<NotifyType>(40501)), "unknown (40501)");
  EXPECT_EQ(Describe(NotifyType::kNoProposalChosen), "NO-PROPOSAL-CHOSEN (14)");
  EXPECT_EQ(Describe(PayloadType::kNatD), "NAT-D (20)");
  EXPECT_EQ(Describe(ExchangeType::kQuick), "quick mode (32)");
  EXPECT_EQ(Describe(ProtocolId::kIsakmp), "ISAKMP (1)");
}

TEST(Registry, NamesValuesByTheirClass) {
  EXPECT_EQ(Phase1AttributeName(4), "group");
  EXPECT_EQ(Phase1ValueName(4, 14), "modp2048");
  EXPECT_EQ(Phase1ValueName(1, 7), "AES-CBC");
  EXPECT_EQ(Phase1ValueName(2, 4), "SHA2-256");
  EXPECT_EQ(Phase1ValueName(3, 65001), "XAUTH-INIT-PSK");
  EXPECT_EQ(Phase1ValueName(5, 2), "ECP");
  EXPECT_EQ(Phase1ValueName(11, 1), "seconds");
  EXPECT_EQ(Phase1ValueName(4, 0x10000 + 14), "");
  EXPECT_EQ(EspAttributeName(5), "authentication");
  EXPECT_EQ(EspValueName(5, 9), "AES-XCBC-MAC");
  EXPECT_EQ(EspValueName(4, 61444), "UDP-transport-draft");
  EXPECT_EQ(EspValueName(3, 19), "ecp256");
  EXPECT_EQ(EspValueName(1, 2), "kilobytes");
}

TEST(Registry, GroupNamesAreThoseOfTheSuites) {
  for (const crypto::DhGroupInfo& info : crypto::AllDhGroups()) {
    EXPECT_EQ(GroupName(ToNumber(info.group)), info.name);
  }
}

TEST(Registry, ErrorsAndStatusDivideAt16384) {
  EXPECT_TRUE(IsError(NotifyType::kInvalidPayloadType));
  EXPECT_TRUE(IsError(static_cast<NotifyType>(16383)));
  EXPECT_FALSE(IsError(NotifyType::kConnected));
  EXPECT_FALSE(IsError(NotifyType::kNone));
}

TEST(Registry, KnowsWhichAttributesMustBeBasic) {
  EXPECT_TRUE(Phase1MustBeBasic(1));
  EXPECT_FALSE(Phase1MustBeBasic(12));
  EXPECT_FALSE(Phase1MustBeBasic(99));
  EXPECT_TRUE(EspMustBeBasic(4));
  EXPECT_FALSE(EspMustBeBasic(2));
}

TEST(Cookie, ComparesHashesAndKnowsZero) {
  EXPECT_TRUE(Cookie{}.IsZero());
  EXPECT_FALSE(test::kInitiatorCookie.IsZero());
  EXPECT_LT(test::kInitiatorCookie, test::kResponderCookie);
  const std::unordered_set<Cookie> set{test::kInitiatorCookie, test::kResponderCookie,
                                       test::kInitiatorCookie};
  EXPECT_EQ(set.size(), 2U);
}

}  // namespace
}  // namespace iscsi_ike::ike
