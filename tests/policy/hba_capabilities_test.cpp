#include "policy/hba_capabilities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace iscsi_ike::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const Abilities& abilities) {
  std::vector<std::string> texts;
  for (const Error& error : abilities.lacks) texts.push_back(error.Text());
  return texts;
}

Plan PlanOf(std::string_view esp, std::vector<Encapsulation> encapsulations) {
  Plan plan;
  plan.outcome = Outcome::kPlan;
  plan.encapsulations = std::move(encapsulations);
  plan.phase2.push_back(*ParseEspSuite(esp, ""));
  return plan;
}

TEST(AbilitiesTest, AnAdapterOfItsTimeCanDoWhatItStates) {
  for (const std::string_view esp : {"3des-sha1", "aes128ctr-aesxcbc", "aes256ctr-aesxcbc-esn"}) {
    const Abilities abilities = CheckAbilities(PlanOf(esp, {Encapsulation::kTunnel}), {});
    EXPECT_THAT(abilities.lacks, IsEmpty()) << esp;
    EXPECT_TRUE(abilities.usable);
  }
}

TEST(AbilitiesTest, NamesTheSuitesItLacks) {
  Plan plan = PlanOf("aes128-sha1", {Encapsulation::kTransport});
  EXPECT_THAT(Texts(CheckAbilities(plan, {})),
              ElementsAre("EncryptionAvailable: is without ESP aes128-sha1"));
  EXPECT_FALSE(CheckAbilities(plan, {}).usable);
  plan.phase2.push_back(*ParseEspSuite("3des-sha1", ""));
  EXPECT_EQ(CheckAbilities(plan, {}).lacks.size(), 1U);
  EXPECT_TRUE(CheckAbilities(plan, {}).usable);
  HbaCapabilities none;
  none.security.encryption = {EncryptionType::kNone};
  EXPECT_EQ(CheckAbilities(plan, none).lacks.size(), 2U);
  EXPECT_FALSE(CheckAbilities(plan, none).usable);
}

TEST(AbilitiesTest, OtherIntegrityIsAnotherSuite) {
  for (const std::string_view esp : {"3des-sha256", "aes128ctr-sha1", "aes128-aesxcbc"}) {
    EXPECT_FALSE(CheckAbilities(PlanOf(esp, {Encapsulation::kTransport}), {}).usable) << esp;
  }
}

TEST(AbilitiesTest, TunnelModeIsABitOfItsOwn) {
  HbaCapabilities flat;
  flat.functionality = 0x3B;
  Plan plan = PlanOf("3des-sha1", {Encapsulation::kTunnel, Encapsulation::kTransport});
  EXPECT_THAT(Texts(CheckAbilities(plan, flat)),
              ElementsAre("FunctionalitySupported: is without IPSEC_TUNNEL_MODE; the plan has "
                          "tunnel mode"));
  EXPECT_TRUE(CheckAbilities(plan, flat).usable);
  plan.encapsulations = {Encapsulation::kTunnel};
  EXPECT_FALSE(CheckAbilities(plan, flat).usable);
  plan.encapsulations = {Encapsulation::kTransport};
  EXPECT_THAT(CheckAbilities(plan, flat).lacks, IsEmpty());
}

TEST(AbilitiesTest, IsnsAloneIsNotIscsi) {
  HbaCapabilities isns;
  isns.security.protect_iscsi = false;
  isns.security.protect_isns = true;
  const Abilities abilities =
      CheckAbilities(PlanOf("3des-sha1", {Encapsulation::kTransport}), isns);
  EXPECT_FALSE(abilities.usable);
  EXPECT_EQ(abilities.lacks.at(0).place, "ProtectiScsiTraffic");
}

TEST(AbilitiesTest, NothingIsWantedWithoutAPlan) {
  HbaCapabilities nothing;
  nothing.security = {false, false, false, {}};
  Plan plan = PlanOf("3des-sha1", {Encapsulation::kTunnel});
  plan.outcome = Outcome::kDisabled;
  EXPECT_TRUE(CheckAbilities(plan, nothing).usable);
  EXPECT_THAT(CheckAbilities(plan, nothing).lacks, IsEmpty());
}

}  // namespace
}  // namespace iscsi_ike::policy
