#include "policy/security_flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;

std::uint64_t Read(std::string_view text) {
  const auto flags = SecurityFlags::Parse(text, "--flags");
  EXPECT_TRUE(flags.ok()) << (flags.ok() ? "" : flags.error().Text());
  return flags.ok() ? flags->word() : ~std::uint64_t{0};
}

std::string Refuse(std::string_view text) {
  const auto flags = SecurityFlags::Parse(text, "--flags");
  EXPECT_FALSE(flags.ok()) << text;
  if (flags.ok()) return "";
  EXPECT_EQ(flags.error().place, "--flags");
  return flags.error().rule;
}

TEST(SecurityFlagsTest, ReadsHexAndDecimal) {
  EXPECT_EQ(Read("0x27"), 0x27U);
  EXPECT_EQ(Read("0X7f"), 0x7FU);
  EXPECT_EQ(Read("39"), 39U);
  EXPECT_EQ(Read("0"), 0U);
  EXPECT_EQ(Read("0x00000027"), 0x27U);
  EXPECT_EQ(Read("0xffffffffffffffff"), ~std::uint64_t{0});
  EXPECT_EQ(Read(" 39\n"), 39U);
}

TEST(SecurityFlagsTest, ReadsEveryFlagByEveryName) {
  const std::pair<const char*, std::uint64_t> names[] = {
      {"VALID", 1},
      {"IKE_IPSEC_ENABLED", 2},
      {"MAIN_MODE_ENABLED", 4},
      {"AGGRESSIVE_MODE_ENABLED", 8},
      {"PFS_ENABLED", 0x10},
      {"TRANSPORT_MODE_PREFERRED", 0x20},
      {"TUNNEL_MODE_PREFERRED", 0x40},
      {"VDS_IIF_VALID", 1},
      {"VDS_IIF_IKE", 2},
      {"VDS_IIF_MAIN_MODE", 4},
      {"VDS_IIF_AGGRESSIVE_MODE", 8},
      {"VDS_IIF_PFS_ENABLE", 0x10},
      {"VDS_IIF_TRANSPORT_MODE_PREFERRED", 0x20},
      {"VDS_IIF_TUNNEL_MODE_PREFERRED", 0x40},
      {"IKE_IPSEC", 2},
      {"IKE", 2},
      {"IPSEC", 2},
      {"MAIN_MODE", 4},
      {"MAIN", 4},
      {"AGGRESSIVE_MODE", 8},
      {"AGGRESSIVE", 8},
      {"PFS", 0x10},
      {"TRANSPORT", 0x20},
      {"TRANSPORT_MODE", 0x20},
      {"TUNNEL", 0x40},
      {"TUNNEL_MODE", 0x40},
      {"main-mode", 4},
      {"iscsi_security_flag_main_mode_enabled", 4},
      {"ISCSI_SECURITY_FLAG_VALID", 1}};
  for (const auto& [name, value] : names) EXPECT_EQ(Read(name), value) << name;
}

TEST(SecurityFlagsTest, ReadsListsWithEverySeparator) {
  EXPECT_EQ(Read("VALID|IKE_IPSEC_ENABLED|MAIN_MODE_ENABLED"), 7U);
  EXPECT_EQ(Read("valid,ike,main,transport"), 0x27U);
  EXPECT_EQ(Read("valid + ike + aggressive"), 0xBU);
  EXPECT_EQ(Read("valid ike   main\tpfs"), 0x17U);
  EXPECT_EQ(Read("valid, ike | ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED"), 7U);
}

TEST(SecurityFlagsTest, MixesNamesAndNumbers) {
  EXPECT_EQ(Read("VALID|0x2|4"), 7U);
  EXPECT_EQ(Read("VALID|0x80"), 0x81U);
}

TEST(SecurityFlagsTest, RefusesWithTheRule) {
  EXPECT_THAT(Refuse(""), HasSubstr("is empty"));
  EXPECT_THAT(Refuse("  "), HasSubstr("is empty"));
  EXPECT_THAT(Refuse("VALID||MAIN"), HasSubstr("separator"));
  EXPECT_THAT(Refuse("VALID,"), HasSubstr("separator"));
  EXPECT_THAT(Refuse("|"), HasSubstr("separator"));
  EXPECT_THAT(Refuse("VALID|MIAN_MODE"), HasSubstr("\"MIAN_MODE\" is no security flag"));
  EXPECT_THAT(Refuse("VALID|MIAN_MODE"), HasSubstr("MAIN_MODE_ENABLED, AGGRESSIVE_MODE_ENABLED"));
  EXPECT_THAT(Refuse("main|main_mode_enabled"), HasSubstr("second time"));
  EXPECT_THAT(Refuse("0x"), HasSubstr("no number"));
  EXPECT_THAT(Refuse("0x10000000000000000"), HasSubstr("64 bits"));
  EXPECT_THAT(Refuse("18446744073709551616"), HasSubstr("64 bits"));
  EXPECT_THAT(Refuse("027"), HasSubstr("no leading 0"));
  EXPECT_THAT(Refuse("7F"), HasSubstr("0x27"));
  EXPECT_THAT(Refuse("-1"), HasSubstr("no security flag"));
  EXPECT_THAT(Refuse(std::string_view("VALID\0", 6)), HasSubstr("\\x00"));
}

TEST(SecurityFlagsTest, EveryTruncationIsReadOrRefused) {
  const std::string text = "ISCSI_SECURITY_FLAG_VALID|IKE_IPSEC_ENABLED, 0x4 + VDS_IIF_PFS_ENABLE";
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const auto flags = SecurityFlags::Parse(std::string_view(text).substr(0, n), "w");
    if (!flags) {
      EXPECT_FALSE(flags.error().rule.empty());
    }
  }
}

TEST(SecurityFlagsTest, PrintsWhatItReads) {
  for (std::uint64_t word = 0; word < 512; ++word) {
    EXPECT_EQ(Read(SecurityFlags(word).ToString()), word);
    EXPECT_EQ(Read(SecurityFlags(word).ToHex()), word);
  }
  EXPECT_EQ(SecurityFlags(0x27).ToHex(), "0x27");
  EXPECT_EQ(SecurityFlags(0).ToString(), "0");
  EXPECT_EQ(SecurityFlags(0x187).ToString(), "VALID|IKE_IPSEC_ENABLED|MAIN_MODE_ENABLED|0x180");
}

TEST(SecurityFlagsTest, IsnsBitsCountFromTheOtherEnd) {
  for (const SecurityFlagInfo& info : AllSecurityFlags()) {
    EXPECT_EQ(static_cast<std::uint64_t>(info.flag), 1ULL << (31 - info.isns_bit)) << info.name;
    EXPECT_EQ(SecurityFlagByIsnsBit(info.isns_bit), &info);
  }
  EXPECT_EQ(SecurityFlagByIsnsBit(24), nullptr);
  EXPECT_EQ(SecurityFlagByIsnsBit(31)->name, "VALID");
}

TEST(SecurityFlagsTest, NarrowsToIsnsOnlyWithoutHighBits) {
  const auto narrow = SecurityFlags(0x80000027).ToIsns("portal");
  ASSERT_TRUE(narrow.ok());
  EXPECT_EQ(*narrow, 0x80000027U);
  EXPECT_EQ(SecurityFlags::FromIsns(*narrow), SecurityFlags(0x80000027));
  const auto wide = SecurityFlags(0x100000027).ToIsns("portal");
  ASSERT_FALSE(wide.ok());
  EXPECT_THAT(wide.error().Text(), HasSubstr("bit 32"));
}

}  // namespace
}  // namespace iscsi_ike::policy
