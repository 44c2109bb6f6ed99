// Plans that an adapter has its part in: keys of its cache, gateways, and what it cannot do.
#include <iscsi_ike.h>

#include <cstring>
#include <string>

#include "tests/capi/hba_maker.hpp"

namespace iscsi_ike::test {
namespace {

constexpr std::uint32_t kPlanned = ISCSI_IKE_OUTCOME_PLANNED;
constexpr std::uint32_t kRejected = ISCSI_IKE_OUTCOME_REJECTED;
constexpr std::uint32_t kTransport = ISCSI_IKE_ENCAPSULATION_TRANSPORT;

// LogIn makes the HBA's plan from the cache; the portal knows the word and the key by itself.
const Seen* LogIn(CPair& pair) {
  pair.Connect();
  pair.Exchange();
  return pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED);
}

TEST(CHba, PlansComeFromTheCache) {
  const auto hba = MakeHba();
  SetKey(hba.get(), 0, "hba1.example");
  CPair pair([&](CPair::Told& told) {
    told.portal_plan.word = 0x2B;
    told.hba_plan.has_word = 0;
    told.hba_plan.word = 0;
    told.hba_plan.key = nullptr;
    told.hba_plan.key_size = 0;
    told.hba_plan.hba = hba.get();
  });
  ASSERT_NE(LogIn(pair), nullptr);
  const Seen* there = pair.portal.Find(ISCSI_IKE_EVENT_PHASE1_ESTABLISHED);
  ASSERT_NE(there, nullptr);
  EXPECT_NE(there->text.find("fqdn:hba1.example"), std::string::npos);
}

TEST(CHba, TheWordOfAnEntryWinsOverOneThatIsPassed) {
  const auto hba = MakeHba();
  SetKey(hba.get(), 0, "hba1.example", 0x2B);
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.key = nullptr;
  options.key_size = 0;
  options.hba = hba.get();
  auto info = ISCSI_IKE_INIT(iscsi_ike_plan_info);
  ASSERT_EQ(iscsi_ike_plan_get_info(MakePlan(options).get(), &info), ISCSI_IKE_OK);
  EXPECT_EQ(info.word, 0x2BU);

  // The group key has no word of its own.
  std::uint32_t status = 1;
  ASSERT_EQ(
      iscsi_ike_hba_set_group_key(hba.get(), OctetsOf(kKey), sizeof kKey - 1, &status, nullptr),
      ISCSI_IKE_OK);
  options.identity = "fqdn:hba2.example";
  ASSERT_EQ(iscsi_ike_plan_get_info(MakePlan(options).get(), &info), ISCSI_IKE_OK);
  EXPECT_EQ(info.word, 0x27U);
  EXPECT_EQ(info.group_key, 1U);
}

TEST(CHba, SaysWhichKeysThereAreWhereItMustBeChosen) {
  const auto hba = MakeHba();
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.hba = hba.get();
  options.key = nullptr;
  options.key_size = 0;
  iscsi_ike_plan* plan = nullptr;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_plan_new(&options, &plan, &error), ISCSI_IKE_E_SYNTAX);
  EXPECT_STREQ(error.place, "hba");
  SetKey(hba.get(), 0, "hba1.example");
  SetKey(hba.get(), 0, "hba2.example");
  EXPECT_EQ(iscsi_ike_plan_new(&options, &plan, &error), ISCSI_IKE_E_SYNTAX);
  EXPECT_NE(std::string(error.rule).find("fqdn:hba1.example, fqdn:hba2.example"),
            std::string::npos);
  options.remote = {};
  EXPECT_EQ(iscsi_ike_plan_new(&options, &plan, &error), ISCSI_IKE_E_SYNTAX);
  EXPECT_STREQ(error.place, "remote");
}

TEST(CHba, TunnelsGoThroughTheGatewayThatWasSet) {
  const auto hba = MakeHba();
  const auto destination = EndpointOf(kPortal);
  const auto gateway = EndpointOf("198.51.100.1");
  std::uint32_t status = 1;
  ASSERT_EQ(iscsi_ike_hba_set_tunnel(hba.get(), 0, &destination, &gateway, &status, nullptr),
            ISCSI_IKE_OK);
  EXPECT_EQ(status, ISCSI_IKE_HBA_SUCCESS);
  iscsi_ike_endpoint outer{};
  ASSERT_EQ(iscsi_ike_hba_get_tunnel(hba.get(), 0, &destination, &outer), ISCSI_IKE_OK);
  EXPECT_EQ(std::memcmp(outer.address, gateway.address, 4), 0);
  EXPECT_EQ(iscsi_ike_hba_get_tunnel(hba.get(), 0, &gateway, &outer), ISCSI_IKE_E_UNKNOWN);

  // The portal of the pair plays the gateway, and takes what is for the target behind it.
  SetKey(hba.get(), 0, "hba1.example", 0x4B);
  CPair pair([&](CPair::Told& told) {
    told.portal_plan.word = 0x4B;
    told.portal_plan.local = gateway;
    told.portal_plan.local_selector = "192.0.2.2 tcp 3260";
    told.hba_plan.has_word = 0;
    told.hba_plan.word = 0;
    told.hba_plan.key = nullptr;
    told.hba_plan.key_size = 0;
    told.hba_plan.hba = hba.get();
  });
  auto info = ISCSI_IKE_INIT(iscsi_ike_plan_info);
  ASSERT_EQ(iscsi_ike_plan_get_info(pair.login.get(), &info), ISCSI_IKE_OK);
  EXPECT_EQ(std::memcmp(info.tunnel_outer.address, gateway.address, 4), 0);
  ASSERT_EQ(info.encapsulation_count, 1U);
  const Seen* child = LogIn(pair);
  ASSERT_NE(child, nullptr);
  EXPECT_NE(child->text.find("192.0.2.2/32 tcp 3260 (remote)"), std::string::npos) << child->text;
  ASSERT_NE(pair.hba.Find(ISCSI_IKE_EVENT_PHASE1_ESTABLISHED), nullptr);
  EXPECT_NE(
      pair.hba.Find(ISCSI_IKE_EVENT_PHASE1_ESTABLISHED)->text.find("198.51.100.1:500 (remote)"),
      std::string::npos);
}

TEST(CHba, AGivenKeyServesWhereTheCacheHasNone) {
  const auto hba = MakeHba();
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.hba = hba.get();
  auto info = ISCSI_IKE_INIT(iscsi_ike_plan_info);
  ASSERT_EQ(iscsi_ike_plan_get_info(MakePlan(options).get(), &info), ISCSI_IKE_OK);
  EXPECT_EQ(info.word, 0x27U);
  EXPECT_EQ(info.has_key, 1U);
}

// Offer is what a plan offers in phase 2.
struct Offer {
  std::uint32_t outcome = 0;
  std::vector<std::string> suites;
  std::vector<std::uint32_t> encapsulations;
  std::string text;
  [[nodiscard]] bool Says(const char* words) const { return text.find(words) != std::string::npos; }
};

// OfferOf makes the plan of a login with a key of its own and the word, over the adapter.
Offer OfferOf(const iscsi_ike_hba* hba, std::uint64_t word, const char* esp) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.hba = hba;
  options.word = word;
  options.esp = esp;
  const auto plan = MakePlan(options);
  auto info = ISCSI_IKE_INIT(iscsi_ike_plan_info);
  EXPECT_EQ(iscsi_ike_plan_get_info(plan.get(), &info), ISCSI_IKE_OK);
  Offer offer{info.outcome, {}, {}, iscsi_ike_plan_text(plan.get())};
  for (std::size_t i = 0; const char* suite = iscsi_ike_plan_phase2(plan.get(), i); ++i)
    offer.suites.emplace_back(suite);
  EXPECT_EQ(info.phase2_count, offer.suites.size());
  offer.encapsulations.assign(info.encapsulations, info.encapsulations + info.encapsulation_count);
  return offer;
}

// An adapter that states 3DES alone is not asked for AES.
TEST(CHba, PlansKeepToTheEncryptionThatIsStated) {
  const std::uint32_t des[] = {1};
  auto stated = NoOptions();
  stated.encryption = des;
  stated.encryption_count = 1;
  const auto hba = MakeHba(stated);
  Offer offer = OfferOf(hba.get(), 0x2B, "aes128-sha256");
  EXPECT_EQ(offer.outcome, kRejected);
  EXPECT_TRUE(offer.Says("ADAPTER_CANNOT"));
  EXPECT_EQ(offer.suites.size(), 0U);
  offer = OfferOf(hba.get(), 0x2B, "aes128-sha256,3des-sha1");
  EXPECT_EQ(offer.outcome, kPlanned);
  EXPECT_TRUE(offer.Says("EncryptionAvailable: is without ESP aes128-sha256"));
  EXPECT_EQ(offer.suites, std::vector<std::string>{"3des-sha1"});
  EXPECT_EQ(offer.encapsulations, std::vector<std::uint32_t>{kTransport});
}

// FunctionalitySupported holds whether encryption is stated or not.
TEST(CHba, PlansKeepToTransportModeWithoutTheBitForTunnels) {
  const std::uint32_t des[] = {1};
  for (const std::uint32_t count : {0U, 1U}) {
    auto stated = NoOptions();
    stated.has_functionality = 1;
    stated.functionality = kKeyCache;
    stated.encryption = des;
    stated.encryption_count = count;
    const auto hba = MakeHba(stated);
    const Offer offer = OfferOf(hba.get(), 0x6B, "aes128-sha256,3des-sha1");
    EXPECT_EQ(offer.outcome, kPlanned);
    EXPECT_TRUE(offer.Says("FunctionalitySupported: is without IPSEC_TUNNEL_MODE"));
    EXPECT_EQ(offer.encapsulations, std::vector<std::uint32_t>{kTransport});
    const std::vector<std::string> all = {"aes128-sha256", "3des-sha1"};
    EXPECT_EQ(offer.suites, count == 0 ? all : std::vector<std::string>{"3des-sha1"});
    EXPECT_EQ(OfferOf(hba.get(), 0x4B, "3des-sha1").outcome, kRejected);
  }
}

TEST(CHba, NoPlanProtectsTrafficThatTheAdapterDoesNot) {
  auto stated = NoOptions();
  stated.no_iscsi = 1;
  const Offer offer = OfferOf(MakeHba(stated).get(), 0x2B, "3des-sha1");
  EXPECT_EQ(offer.outcome, kRejected);
  EXPECT_TRUE(offer.Says("ProtectiScsiTraffic: is false"));
}

// A word that prefers transport mode takes an offer of tunnel mode alone, unless there is none.
TEST(CHba, APeerTalksNoAdapterIntoTunnelMode) {
  for (const std::uint32_t bits : {kKeyCache, kKeyCache | kTunnelMode}) {
    auto stated = NoOptions();
    stated.has_functionality = 1;
    stated.functionality = bits;
    const auto hba = MakeHba(stated);
    CPair pair([&](CPair::Told& told) {
      told.hba_plan.word = 0x4B;
      told.portal_plan.word = 0x2B;
      told.portal_plan.hba = hba.get();
    });
    EXPECT_EQ(LogIn(pair) != nullptr, (bits & kTunnelMode) != 0);
  }
}

}  // namespace
}  // namespace iscsi_ike::test
