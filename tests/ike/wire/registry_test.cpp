#include "ike/wire/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string_view>

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

// Every number of a class: a name is printable, no two numbers share one, and there are as many
// names as registry.def has lines.
template <class Name>
std::size_t NamesOf(std::uint32_t numbers, Name name) {
  std::set<std::string_view> names;
  for (std::uint32_t number = 0; number < numbers; ++number) {
    const std::string_view text = name(number);
    if (text.empty()) continue;
    EXPECT_TRUE(names.insert(text).second) << text << " stands for two numbers";
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  }
  return names.size();
}

TEST(Registry, NoTwoNumbersOfAClassShareAName) {
  const auto of = [](auto type) {
    return [](std::uint32_t n) { return NameOf(static_cast<decltype(type)>(n)); };
  };
  EXPECT_GT(NamesOf(256, of(PayloadType{})), 13U);
  EXPECT_GT(NamesOf(256, of(ExchangeType{})), 5U);
  EXPECT_EQ(NamesOf(256, of(ProtocolId{})), 4U);
  EXPECT_GT(NamesOf(65536, of(NotifyType{})), 30U);
  EXPECT_GT(NamesOf(256, of(IdentificationType{})), 10U);
  EXPECT_GE(
      NamesOf(65536, [](std::uint32_t n) { return GroupName(static_cast<std::uint16_t>(n)); }),
      crypto::AllDhGroups().size());
  for (const ProtocolId protocol : {ProtocolId::kNone, ProtocolId::kIsakmp, ProtocolId::kAh,
                                    ProtocolId::kEsp, ProtocolId::kIpcomp}) {
    const std::size_t names = NamesOf(256, [protocol](std::uint32_t n) {
      return TransformName(protocol, static_cast<std::uint8_t>(n));
    });
    EXPECT_EQ(names == 0, protocol == ProtocolId::kNone);
  }
}

TEST(Registry, NoTwoValuesOfAnAttributeShareAName) {
  constexpr std::uint32_t kFew = 0x200;  // and those for private use, from 65001 on
  const auto both = [](auto name) {
    return NamesOf(2 * kFew,
                   [name](std::uint32_t n) { return name(n < kFew ? n : 65000 - kFew + n); });
  };
  const auto attribute = [](std::uint32_t n) { return static_cast<std::uint16_t>(n); };
  EXPECT_GT(both([&](std::uint32_t n) { return Phase1AttributeName(attribute(n)); }), 10U);
  EXPECT_GT(both([&](std::uint32_t n) { return EspAttributeName(attribute(n)); }), 7U);
  std::size_t phase1 = 0;
  std::size_t esp = 0;
  for (std::uint16_t a = 0; a < 40; ++a) {
    phase1 += both([a](std::uint32_t n) { return Phase1ValueName(a, n); });
    esp += both([a](std::uint32_t n) { return EspValueName(a, n); });
    EXPECT_TRUE(!Phase1MustBeBasic(a) || !Phase1AttributeName(a).empty());
    EXPECT_TRUE(!EspMustBeBasic(a) || !EspAttributeName(a).empty());
  }
  EXPECT_GT(phase1, 40U);
  EXPECT_GT(esp, 30U);
}

TEST(Cookie, ComparesAndKnowsZero) {
  EXPECT_TRUE(Cookie{}.IsZero());
  EXPECT_FALSE(test::kInitiatorCookie.IsZero());
  EXPECT_LT(test::kInitiatorCookie, test::kResponderCookie);
}

}  // namespace
}  // namespace iscsi_ike::ike
