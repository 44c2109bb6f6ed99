// What a portal has published in iSNS: how it is followed, what gives way to it and what it gives
// way to.
#include "policy/published_proposals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/reason.hpp"
#include "policy/settings.hpp"
#include "policy/suites.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Phase1 may have a suite twice, which a list may not.
std::vector<PublishedPhase1Offer> Phase1(std::string_view suites, Lifetime lifetime = {}) {
  std::vector<PublishedPhase1Offer> offers;
  for (const std::string_view suite : Split(suites, ","))
    offers.push_back({ParsePhase1List(suite, "suites")->front(), lifetime});
  return offers;
}

PublishedEspOffer Esp(std::string_view suite, std::optional<Encapsulation> mode,
                      std::optional<crypto::DhGroup> group = {}, Lifetime lifetime = {}) {
  PublishedEspOffer offer{ParseEspList(suite, "suites")->front(), mode, lifetime};
  offer.suite.pfs_group = group;
  return offer;
}

// Followed is a request for a word after `published`, and what was said against it.
struct Followed {
  TranslateRequest request;
  std::vector<std::string> notes;
  Followed(std::uint32_t word, const PublishedProposals& published) {
    request.word = SecurityFlags(word);
    FollowPublished(published, request, notes);
  }
};

TEST(PublishedProposals, SuitesAreTakenInTheirOrderEachOnce) {
  PublishedProposals published;
  published.phase1 = Phase1("aes256-sha384-ecp384,aes128-sha1-modp2048,aes256-sha384-ecp384");
  const Followed followed(0x27, published);
  EXPECT_EQ(followed.request.suites.phase1,
            *ParsePhase1List("aes256-sha384-ecp384,aes128-sha1-modp2048", "suites"));
  EXPECT_EQ(followed.request.suites.phase2, DefaultSuites().phase2);
  EXPECT_EQ(followed.request.suites.name, kPublishedSuites);
  EXPECT_THAT(followed.notes, IsEmpty());
}

TEST(PublishedProposals, LifetimesAreNoLongerThanThePortals) {
  PublishedProposals published;
  published.phase1 = Phase1("aes128-sha1-modp2048", {600, 0});
  published.phase2 = {Esp("aes128-sha1", std::nullopt, std::nullopt, {86400, 1000})};
  const Followed followed(0x27, published);
  EXPECT_EQ(followed.request.phase1_lifetime, (Lifetime{600, 0}));
  EXPECT_EQ(followed.request.phase2_lifetime, (Lifetime{3600, 1000}));
}

TEST(PublishedProposals, EncapsulationsAreForWordsWithoutPreference) {
  PublishedProposals published;
  published.phase2 = {Esp("aes128-sha1", Encapsulation::kTransport),
                      Esp("aes128-sha1", Encapsulation::kTunnel)};
  EXPECT_THAT(Followed(0x07, published).request.encapsulations,
              ElementsAre(Encapsulation::kTransport, Encapsulation::kTunnel));
  EXPECT_THAT(Followed(0x67, published).request.encapsulations,
              ElementsAre(Encapsulation::kTransport, Encapsulation::kTunnel));
  EXPECT_THAT(Followed(0x47, published).request.encapsulations, IsEmpty());
  EXPECT_THAT(Followed(0x47, published).notes, IsEmpty());
  published.phase2->pop_back();
  EXPECT_THAT(Followed(0x47, published).notes, ElementsAre(HasSubstr("prefers tunnel mode")));
}

TEST(PublishedProposals, TheWordSaysWhetherThereIsAPfsGroupAndThePortalWhich) {
  PublishedProposals published;
  published.phase2 = {Esp("aes128-sha1", std::nullopt, crypto::DhGroup::kEcp256),
                      Esp("aes256-sha256", std::nullopt)};
  const Followed with(0x37, published);
  EXPECT_EQ(with.request.pfs_group, crypto::DhGroup::kEcp256);
  EXPECT_EQ(with.request.suites.phase2, *ParseEspList("aes128-sha1", "suites"));
  EXPECT_THAT(with.notes, ElementsAre(HasSubstr("another PFS group")));
  const Followed without(0x27, published);
  EXPECT_EQ(without.request.pfs_group, std::nullopt);
  EXPECT_THAT(without.notes,
              ElementsAre(HasSubstr("another PFS group"), HasSubstr("does not enable PFS")));
}

TEST(PublishedProposals, NoneThatCanBeUsedLeavesNothingToOffer) {
  PublishedProposals published;
  published.phase1.emplace();
  EXPECT_THAT(Followed(0x27, published).request.suites.phase1, IsEmpty());
  EXPECT_EQ(Translate(Followed(0x27, published).request).outcome, Outcome::kRejected);
  published.phase1.reset();
  published.phase2.emplace();
  EXPECT_THAT(Followed(0x27, published).request.suites.phase2, IsEmpty());
}

TEST(PublishedProposals, AWordWithoutIkeIsLeftAlone) {
  PublishedProposals published;
  published.phase1.emplace();
  for (const std::uint32_t word : {0x00U, 0x01U, 0x26U})
    EXPECT_EQ(Followed(word, published).request.suites, DefaultSuites()) << word;
}

// Portal is a portal that publishes.
TargetPortal Portal() {
  TargetPortal portal;
  portal.address = IpAddress::V4({192, 0, 2, 10});
  portal.isns_bitmap = SecurityFlags(0x27);
  portal.published.emplace();
  portal.published->phase1 = Phase1("aes256-sha384-ecp384");
  portal.published->notes = {"a note"};
  return portal;
}

Config OnePortal() {
  Config config;
  config.portals.push_back(Portal());
  return config;
}

bool Says(const Settings& settings, ReasonCode code) {
  return Contains(settings.plan.reasons, code);
}

TEST(PublishedProposals, TheInitiatorFollowsThemAndSaysSo) {
  Config config = OnePortal();
  config.defaults.suites = SuiteSet{"own", *ParsePhase1List("aes128-sha1-modp2048", "s"),
                                    *ParseEspList("aes128-sha1", "s")};
  const Sources sources = SourcesOf(config, nullptr, &config.portals[0]);
  const Settings settings = TranslateFor(Role::kInitiator, sources, std::nullopt, true);
  EXPECT_EQ(settings.plan.phase1, *ParsePhase1List("aes256-sha384-ecp384", "s"));
  EXPECT_EQ(settings.plan.phase2, *ParseEspList("aes128-sha1", "s"));
  EXPECT_TRUE(Says(settings, ReasonCode::kWordFromIsns));
  EXPECT_TRUE(Says(settings, ReasonCode::kPublished));
  EXPECT_TRUE(Says(settings, ReasonCode::kPublishedLeftOut));
}

TEST(PublishedProposals, AResponderHasItsOwn) {
  const Config config = OnePortal();
  const Sources sources = SourcesOf(config, nullptr, &config.portals[0]);
  const Settings settings = TranslateFor(Role::kResponder, sources, std::nullopt, true);
  EXPECT_EQ(settings.plan.phase1, DefaultSuites().phase1);
  EXPECT_FALSE(Says(settings, ReasonCode::kPublished));
}

TEST(PublishedProposals, WhatIsGivenStandsBeforeThemAndSaysSo) {
  const Config config = OnePortal();
  Sources sources = SourcesOf(config, nullptr, &config.portals[0]).Clone();
  sources.GiveSuites(DefaultSuites());
  const Settings settings = TranslateFor(Role::kInitiator, sources, std::nullopt, true);
  EXPECT_EQ(settings.plan.phase1, DefaultSuites().phase1);
  EXPECT_TRUE(Says(settings, ReasonCode::kPublishedOverridden));
  EXPECT_FALSE(Says(settings, ReasonCode::kPublished));
  Sources nothing;
  nothing.GiveSuites(DefaultSuites());
  EXPECT_THAT(nothing.request.prior, IsEmpty());
}

TEST(PublishedProposals, MergedPortalsHaveWhatTheDirectorySays) {
  std::vector<PlacedConfig> sources(2);
  sources[0].place = "--config";
  TargetPortal known;
  known.address = Portal().address;
  known.bitmap = SecurityFlags(0x37);
  sources[0].config.portals.push_back(std::move(known));
  sources[1].place = "--isns";
  sources[1].config.portals.push_back(Portal());
  const auto merged = MergeConfigs(std::move(sources));
  ASSERT_TRUE(merged.ok());
  ASSERT_EQ(merged->portals.size(), 1U);
  EXPECT_EQ(merged->portals[0].bitmap, SecurityFlags(0x37));
  EXPECT_EQ(merged->portals[0].isns_bitmap, SecurityFlags(0x27));
  EXPECT_TRUE(merged->portals[0].published);
}

}  // namespace
}  // namespace iscsi_ike::policy
