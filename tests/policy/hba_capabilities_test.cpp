#include "policy/hba_capabilities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/reason.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

Plan PlanOf(const std::vector<std::string_view>& esp, std::vector<Encapsulation> encapsulations) {
  Plan plan;
  plan.outcome = Outcome::kPlan;
  plan.encapsulations = std::move(encapsulations);
  for (const std::string_view suite : esp) plan.phase2.push_back(*ParseEspSuite(suite, ""));
  return plan;
}

// Held is the plan that is left.
Plan Held(Plan plan, const HbaCapabilities& capabilities = {}) {
  HoldTo(capabilities, plan);
  return plan;
}

std::vector<std::string> Suites(const Plan& plan) {
  std::vector<std::string> names;
  for (const EspSuite& suite : plan.phase2) names.push_back(ToString(suite));
  return names;
}

std::vector<std::string_view> Codes(const Plan& plan) {
  std::vector<std::string_view> codes;
  for (const Reason& reason : plan.reasons) codes.push_back(reason.code);
  return codes;
}

HbaCapabilities Flat() {
  HbaCapabilities flat;
  flat.functionality = 0x3B;
  return flat;
}

TEST(HoldToTest, AnAdapterOfItsTimeCanDoWhatItStates) {
  for (const std::string_view esp : {"3des-sha1", "aes128ctr-aesxcbc", "aes256ctr-aesxcbc-esn"}) {
    const Plan held = Held(PlanOf({esp}, {Encapsulation::kTunnel}));
    EXPECT_EQ(held.outcome, Outcome::kPlan) << esp;
    EXPECT_THAT(held.reasons, IsEmpty()) << esp;
    EXPECT_THAT(Suites(held), ElementsAre(esp));
    EXPECT_THAT(held.encapsulations, ElementsAre(Encapsulation::kTunnel));
    EXPECT_TRUE(held.accept_other_encapsulation);
  }
}

TEST(HoldToTest, TakesOutTheSuitesThatItLacks) {
  Plan held =
      Held(PlanOf({"aes128-sha1", "3des-sha1", "aes128-sha256"}, {Encapsulation::kTransport}));
  EXPECT_EQ(held.outcome, Outcome::kPlan);
  EXPECT_THAT(Suites(held), ElementsAre("3des-sha1"));
  EXPECT_THAT(Codes(held), ElementsAre("ADAPTER_LACKS", "ADAPTER_LACKS"));
  EXPECT_THAT(held.reasons.at(0).text,
              EndsWith(": EncryptionAvailable: is without ESP aes128-sha1"));
  EXPECT_THAT(held.reasons.at(1).text, EndsWith("ESP aes128-sha256"));
  EXPECT_THAT(held.encapsulations, ElementsAre(Encapsulation::kTransport));
}

TEST(HoldToTest, RejectsWhereNoSuiteIsLeft) {
  HbaCapabilities none;
  none.security.encryption = {EncryptionType::kNone};
  const Plan held = Held(PlanOf({"3des-sha1"}, {Encapsulation::kTransport}), none);
  EXPECT_EQ(held.outcome, Outcome::kRejected);
  EXPECT_THAT(Codes(held), ElementsAre("ADAPTER_LACKS", "ADAPTER_CANNOT"));
  EXPECT_THAT(held.phase2, IsEmpty());
  EXPECT_THAT(held.encapsulations, IsEmpty());
}

TEST(HoldToTest, EncryptionThatIsNotStatedTakesNothingOut) {
  HbaCapabilities silent = Flat();
  silent.security.encryption.clear();
  const Plan held = Held(
      PlanOf({"aes128-sha1", "3des-sha1"}, {Encapsulation::kTunnel, Encapsulation::kTransport}),
      silent);
  EXPECT_THAT(Suites(held), ElementsAre("aes128-sha1", "3des-sha1"));
  EXPECT_THAT(held.encapsulations, ElementsAre(Encapsulation::kTransport));
  silent.security.protect_iscsi = false;
  EXPECT_EQ(Held(PlanOf({"3des-sha1"}, {Encapsulation::kTransport}), silent).outcome,
            Outcome::kRejected);
}

TEST(HoldToTest, OtherIntegrityIsAnotherSuite) {
  for (const std::string_view esp : {"3des-sha256", "aes128ctr-sha1", "aes128-aesxcbc"}) {
    EXPECT_EQ(Held(PlanOf({esp}, {Encapsulation::kTransport})).outcome, Outcome::kRejected) << esp;
  }
}

TEST(HoldToTest, TunnelModeIsABitOfItsOwn) {
  Plan held =
      Held(PlanOf({"3des-sha1"}, {Encapsulation::kTunnel, Encapsulation::kTransport}), Flat());
  EXPECT_EQ(held.outcome, Outcome::kPlan);
  EXPECT_THAT(held.encapsulations, ElementsAre(Encapsulation::kTransport));
  EXPECT_FALSE(held.accept_other_encapsulation);
  EXPECT_THAT(Codes(held), ElementsAre("ADAPTER_LACKS"));
  EXPECT_THAT(held.reasons.at(0).text, EndsWith(": FunctionalitySupported: is without "
                                                "IPSEC_TUNNEL_MODE; the plan has tunnel mode"));
  held = Held(PlanOf({"3des-sha1"}, {Encapsulation::kTunnel}), Flat());
  EXPECT_EQ(held.outcome, Outcome::kRejected);
}

TEST(HoldToTest, NoPeerTalksAFlatAdapterIntoTunnelMode) {
  Plan plan = PlanOf({"3des-sha1"}, {Encapsulation::kTransport});
  Plan held = Held(plan, Flat());
  EXPECT_EQ(held.outcome, Outcome::kPlan);
  EXPECT_FALSE(held.accept_other_encapsulation);
  EXPECT_THAT(held.reasons, IsEmpty());
  // Where the plan said that it would be accepted, it says that it is not.
  plan.reasons.push_back(MakeReason(ReasonCode::kOtherEncapsulationAccepted));
  held = Held(plan, Flat());
  EXPECT_THAT(Codes(held), ElementsAre("OTHER_ENCAPSULATION_ACCEPTED", "ADAPTER_LACKS"));
  EXPECT_THAT(held.reasons.at(1).text, EndsWith("an offer of tunnel mode is refused"));
}

TEST(HoldToTest, IsnsAloneIsNotIscsi) {
  HbaCapabilities isns;
  isns.security.protect_iscsi = false;
  isns.security.protect_isns = true;
  const Plan held = Held(PlanOf({"3des-sha1"}, {Encapsulation::kTransport}), isns);
  EXPECT_EQ(held.outcome, Outcome::kRejected);
  EXPECT_THAT(Codes(held), ElementsAre("ADAPTER_LACKS", "ADAPTER_CANNOT"));
  EXPECT_THAT(held.reasons.at(0).text,
              EndsWith(": ProtectiScsiTraffic: is false; the plan protects iSCSI traffic"));
}

TEST(HoldToTest, NothingIsWantedWithoutAPlan) {
  HbaCapabilities nothing;
  nothing.functionality = 0;
  nothing.security = {false, false, false, {EncryptionType::kNone}};
  Plan plan = PlanOf({"3des-sha1"}, {Encapsulation::kTunnel});
  plan.outcome = Outcome::kDisabled;
  plan = Held(plan, nothing);
  EXPECT_EQ(plan.outcome, Outcome::kDisabled);
  EXPECT_THAT(plan.reasons, IsEmpty());
}

}  // namespace
}  // namespace iscsi_ike::policy
