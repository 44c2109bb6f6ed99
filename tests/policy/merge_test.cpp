// Settings from several sources: what one leaves open the other says, and where they differ both
// are named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/iscsicli.hpp"
#include "tests/policy/config_texts.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Parsed<Config> Merge(std::string_view json, std::string_view lines) {
  std::vector<PlacedConfig> sources;
  sources.push_back({"--config: c.json", Accept(json)});
  auto script = ParseIscsicli(Octets(lines), "l.txt");
  EXPECT_TRUE(script.ok()) << (script.ok() ? "" : script.error().Text());
  if (script) sources.push_back({"--iscsicli: l.txt", *std::move(script)});
  return MergeConfigs(std::move(sources));
}

Config Merged(std::string_view json, std::string_view lines) {
  auto config = Merge(json, lines);
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().Text());
  return config.ok() ? *std::move(config) : Config{};
}

std::string Contradiction(std::string_view json, std::string_view lines) {
  const auto config = Merge(json, lines);
  EXPECT_FALSE(config.ok()) << json << lines;
  return config.ok() ? "" : config.error().Text();
}

TEST(MergeTest, EachSaysWhatTheOtherLeavesOpen) {
  const Config config = Merged(
      R"({"records":[{"name":"hba","identity":"ipv4:192.0.2.1","key":"text:k"}],
          "portals":[{"address":"192.0.2.10","securityBitmap":39,"groupTag":1}],
          "defaults":{"securityBitmap":7}})",
      "PSKey * * 0x27 1 192.0.2.1 k T\nPSKey * 1 0x27 1 192.0.2.1 k T\n"
      "AddTargetPortal 192.0.2.10 3260 * * 0x37 1\nAddTargetPortal 192.0.2.10 3261\nGroupKey g T\n"
      "TunnelAddr * * 192.0.2.10 198.51.100.1 T\n"
      "LoginTarget iqn.x T * * * * * * * * * * * * * * * 0\n");
  ASSERT_EQ(config.records.size(), 2U);
  EXPECT_EQ(config.records[0].name, "hba");
  EXPECT_EQ(config.records[0].flags.word(), 0x27U);
  EXPECT_EQ(config.records[1].initiator.port, 1U);
  ASSERT_EQ(config.portals.size(), 2U);
  EXPECT_EQ(config.portals[0].bitmap.word(), 0x27U);
  EXPECT_EQ(config.portals[0].passed.word.word(), 0x37U);
  EXPECT_TRUE(config.portals[0].passed.require_ipsec);
  EXPECT_EQ(config.portals[0].group_tag, 1);
  EXPECT_EQ(config.portals[1].socket, 3261);
  EXPECT_EQ(config.tunnels.size(), 1U);
  EXPECT_EQ(config.logins.size(), 1U);
  EXPECT_EQ(config.defaults.security_bitmap->word(), 7U);
  EXPECT_EQ(KeyText(config.defaults.group_key), "g");
}

TEST(MergeTest, ContradictionsNameBothPlacesAndNoKey) {
  const std::string record =
      R"({"records":[{"securityFlags":39,"identity":"fqdn:hba.example","key":"text:s3cr3t"}]})";
  EXPECT_EQ(Contradiction(record, "PSKey * * 0x2b 2 hba.example s3cr3t T"),
            "--iscsicli: l.txt: the record of fqdn:hba.example has the word 0x2b, and in --config: "
            "c.json 0x27");
  const std::string keys = Contradiction(record, "PSKey * * 0x27 2 hba.example s3cr3u T");
  EXPECT_EQ(keys,
            "--iscsicli: l.txt: the record of fqdn:hba.example has another key than in --config: "
            "c.json");
  EXPECT_THAT(keys, Not(HasSubstr("s3cr3")));
  EXPECT_THAT(Contradiction(R"({"defaults":{"groupKey":"text:a"}})", "GroupKey b T"),
              HasSubstr("--iscsicli: l.txt: the group key is another than in --config: c.json"));
  EXPECT_THAT(
      Contradiction(R"({"portals":[{"address":"192.0.2.10","passedFlags":39}]})",
                    "AddTargetPortal 192.0.2.10 3260 * * 0x37"),
      HasSubstr("the portal 192.0.2.10 port 3260 has the passed word 0x37, and in --config: "
                "c.json 0x27"));
  EXPECT_THAT(Contradiction(R"({"tunnelAddresses":[{"destination":"192.0.2.10",
                                "outer":"198.51.100.1"}]})",
                            "TunnelAddr * * 192.0.2.10 198.51.100.2 T"),
              HasSubstr("the outer address for 192.0.2.10 has the address 198.51.100.2, and in "));
}

TEST(MergeTest, DefaultBitmapsAndSuites) {
  const auto merge = [](std::string_view a, std::string_view b) {
    std::vector<PlacedConfig> sources;
    sources.push_back({"a", Accept(a)});
    sources.push_back({"b", Accept(b)});
    return MergeConfigs(std::move(sources));
  };
  const std::string_view seven = R"({"defaults":{"securityBitmap":7,"suite":"windows"}})";
  EXPECT_TRUE(merge(seven, seven).ok());
  EXPECT_EQ(merge(seven, R"({"defaults":{"securityBitmap":39}})").error().Text(),
            "b: the default bitmap is 0x27, and in a 0x7");
  EXPECT_EQ(merge(seven, R"({"defaults":{"suite":"modern"}})").error().Text(),
            "b: the suites are others than in a");
}

TEST(MergeTest, OneSourceStaysAsItIs) {
  const std::string twice =
      R"({"portals":[{"address":"192.0.2.10","securityBitmap":39},
                     {"address":"192.0.2.10","securityBitmap":7}]})";
  EXPECT_EQ(Merged(twice, "").portals.size(), 2U);
  EXPECT_EQ(Merged(twice, "AddTargetPortal 192.0.2.10 3260").portals.size(), 2U);
  EXPECT_TRUE(IsEmpty(Merged(R"({"records":[]})", "")));
}

}  // namespace
}  // namespace iscsi_ike::policy
