// The security interface of an HBA through the C interface; what each method does is tested where
// it is made (tests/policy).
#include <iscsi_ike.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {
namespace {

struct FreeHba {
  void operator()(iscsi_ike_hba* hba) const { iscsi_ike_hba_free(hba); }
};
using OwnedHba = std::unique_ptr<iscsi_ike_hba, FreeHba>;

constexpr Seed kSealKey{7};

constexpr std::uint32_t kKeyCache = ISCSI_IKE_HBA_FUNCTION_PRESHARED_KEY_CACHE;
constexpr std::uint32_t kTunnelMode = ISCSI_IKE_HBA_FUNCTION_IPSEC_TUNNEL_MODE;
constexpr std::uint32_t kPlanned = ISCSI_IKE_OUTCOME_PLANNED;
constexpr std::uint32_t kRejected = ISCSI_IKE_OUTCOME_REJECTED;
constexpr std::uint32_t kTransport = ISCSI_IKE_ENCAPSULATION_TRANSPORT;

iscsi_ike_hba_options NoOptions() { return ISCSI_IKE_INIT(iscsi_ike_hba_options); }

OwnedHba MakeHba(const iscsi_ike_hba_options& options = NoOptions()) {
  iscsi_ike_hba* hba = nullptr;
  EXPECT_EQ(iscsi_ike_hba_new(&options, &hba), ISCSI_IKE_OK);
  return OwnedHba(hba);
}

const std::uint8_t* OctetsOf(const char* text) {
  return reinterpret_cast<const std::uint8_t*>(text);
}

std::uint32_t SetKey(iscsi_ike_hba* hba, std::uint32_t port, const char* name,
                     std::uint64_t word = 0x2B) {
  iscsi_ike_preshared_key key{};
  key.security_flags = word;
  key.id_type = ISCSI_IKE_ID_FQDN;
  key.id = OctetsOf(name);
  key.id_length_in_bytes = static_cast<std::uint32_t>(std::strlen(name));
  key.key = OctetsOf(kKey);
  key.key_length_in_bytes = sizeof kKey - 1;
  std::uint32_t status = 1;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_hba_set_key(hba, port, &key, &status, &error), ISCSI_IKE_OK);
  EXPECT_EQ(status == 0, error.rule[0] == '\0') << error.rule;
  return status;
}

std::vector<std::uint8_t> Save(const iscsi_ike_hba* hba) {
  std::size_t size = 0;
  EXPECT_EQ(iscsi_ike_hba_save(hba, kSealKey.data(), nullptr, &size), ISCSI_IKE_E_TOO_SMALL);
  std::vector<std::uint8_t> box(size);
  EXPECT_EQ(iscsi_ike_hba_save(hba, kSealKey.data(), box.data(), &size), ISCSI_IKE_OK);
  return box;
}

iscsi_ike_status Restore(const std::vector<std::uint8_t>& box, const Seed& key, OwnedHba& made,
                         const iscsi_ike_hba_options& options = NoOptions()) {
  iscsi_ike_hba* hba = nullptr;
  const auto status =
      iscsi_ike_hba_restore(&options, key.data(), box.data(), box.size(), &hba, nullptr);
  made.reset(hba);
  return status;
}

TEST(CHba, KeepsKeysAndTellsOnlyTheirWords) {
  const auto hba = MakeHba();
  EXPECT_EQ(SetKey(hba.get(), 0, "hba1.example"), ISCSI_IKE_HBA_SUCCESS);
  EXPECT_EQ(SetKey(hba.get(), 9, "hba1.example"), ISCSI_IKE_HBA_INVALID_PORT_NUMBER);
  std::uint64_t word = 0;
  std::uint32_t status = 1;
  ASSERT_EQ(iscsi_ike_hba_get_key(hba.get(), 0, ISCSI_IKE_ID_FQDN, OctetsOf("hba1.example"), 12,
                                  &word, &status, nullptr),
            ISCSI_IKE_OK);
  EXPECT_EQ(status, ISCSI_IKE_HBA_SUCCESS);
  EXPECT_EQ(word, 0x2BU);
  ASSERT_EQ(iscsi_ike_hba_get_key(hba.get(), 0, ISCSI_IKE_ID_FQDN, OctetsOf("hba2.example"), 12,
                                  &word, &status, nullptr),
            ISCSI_IKE_OK);
  EXPECT_EQ(status, ISCSI_IKE_HBA_PRESHAREDKEY_UNAVAILABLE);
  EXPECT_EQ(word, 0U);
}

// SetGroupPresharedKey_IN, then GetPresharedKeyForId_IN, typed in by hand.
TEST(CHba, TakesMethodsAsOctets) {
  const auto hba = MakeHba();
  const std::uint8_t group[] = {4, 0, 0, 0, 'k', 'e', 'y', '!'};
  std::uint8_t out[16];
  std::size_t out_size = 3;
  std::uint32_t status = 1;
  EXPECT_EQ(
      iscsi_ike_hba_invoke(hba.get(), 3, group, sizeof group, out, &out_size, &status, nullptr),
      ISCSI_IKE_E_TOO_SMALL);
  EXPECT_EQ(out_size, 4U);
  ASSERT_EQ(
      iscsi_ike_hba_invoke(hba.get(), 3, group, sizeof group, out, &out_size, &status, nullptr),
      ISCSI_IKE_OK);
  EXPECT_EQ(status, ISCSI_IKE_HBA_SUCCESS);
  EXPECT_EQ(out_size, 4U);
  EXPECT_EQ(out[0] | out[1] | out[2] | out[3], 0);

  const std::uint8_t get[] = {0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 192, 0, 2, 1};
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  out_size = sizeof out;
  ASSERT_EQ(iscsi_ike_hba_invoke(hba.get(), 2, get, sizeof get, out, &out_size, &status, &error),
            ISCSI_IKE_OK);
  EXPECT_EQ(status, ISCSI_IKE_HBA_PRESHAREDKEY_UNAVAILABLE);
  EXPECT_EQ(out_size, 16U);
  EXPECT_EQ(out[0], 0x27);
  EXPECT_EQ(out[3], 0xEF);
  EXPECT_GT(std::strlen(error.rule), 5U);

  const std::uint8_t hostile[] = {255, 255, 255, 255, 'k'};
  ASSERT_EQ(
      iscsi_ike_hba_invoke(hba.get(), 3, hostile, sizeof hostile, out, &out_size, &status, &error),
      ISCSI_IKE_OK);
  EXPECT_EQ(status, ISCSI_IKE_HBA_INVALID_PARAMETER);
  ASSERT_EQ(iscsi_ike_hba_invoke(hba.get(), 77, nullptr, 0, out, &out_size, &status, &error),
            ISCSI_IKE_OK);
  EXPECT_EQ(status, ISCSI_IKE_HBA_REQUEST_NOT_SUPPORTED);
}

TEST(CHba, IsSavedAndRestoredSealed) {
  const auto hba = MakeHba();
  SetKey(hba.get(), ISCSI_IKE_HBA_ALL_PORTS, "hba1.example");
  const std::uint8_t guid[16] = {1, 2, 3};
  std::uint32_t status = 1;
  ASSERT_EQ(iscsi_ike_hba_set_guid(hba.get(), guid, &status, nullptr), ISCSI_IKE_OK);
  EXPECT_EQ(status, ISCSI_IKE_HBA_SUCCESS);
  auto box = Save(hba.get());
  EXPECT_EQ(std::string(box.begin(), box.end()).find(kKey), std::string::npos);

  OwnedHba restored;
  ASSERT_EQ(Restore(box, kSealKey, restored), ISCSI_IKE_OK);
  EXPECT_EQ(Save(restored.get()), box);
  std::uint8_t marker[16] = {};
  ASSERT_EQ(iscsi_ike_hba_get_guid(restored.get(), marker), ISCSI_IKE_OK);
  EXPECT_EQ(std::memcmp(marker, guid, 16), 0);

  EXPECT_EQ(Restore(box, Seed{8}, restored), ISCSI_IKE_E_DAMAGED);
  EXPECT_EQ(restored, nullptr);
  box[box.size() / 2] ^= 1U;
  EXPECT_EQ(Restore(box, kSealKey, restored), ISCSI_IKE_E_DAMAGED);
  EXPECT_EQ(Restore({}, kSealKey, restored), ISCSI_IKE_E_DAMAGED);

  ASSERT_EQ(iscsi_ike_hba_clear(hba.get(), &status, nullptr), ISCSI_IKE_OK);
  ASSERT_EQ(iscsi_ike_hba_get_guid(hba.get(), marker), ISCSI_IKE_OK);
  EXPECT_EQ(marker[0], 0);
}

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

// An address of any family, and none, in both forms.
struct Address {
  std::uint8_t family;  // 0: none
  bool unspecified;     // 0.0.0.0 or ::
};
constexpr Address kAddresses[] = {{0, true}, {4, true}, {4, false}, {6, true}, {6, false}};

iscsi_ike_endpoint TypedForm(const Address& address) {
  iscsi_ike_endpoint endpoint{};
  endpoint.family = address.family;
  if (!address.unspecified) endpoint.address[3] = 9;
  return endpoint;
}

void AppendOctetForm(const Address& address, std::vector<std::uint8_t>& in) {
  std::vector<std::uint8_t> field(548);
  field[0] = static_cast<std::uint8_t>(address.family == 4 ? 1 : address.family == 6 ? 2 : 3);
  if (!address.unspecified) field[(address.family == 4 ? 4 : 8) + 3] = 9;
  in.insert(in.end(), field.begin(), field.end());
}

// Tunnel calls method 4 in both forms and gives the status of the typed one.
std::uint32_t Tunnel(const iscsi_ike_hba_options& options, std::uint8_t port, const Address& to,
                     const Address& through) {
  const auto typed = MakeHba(options);
  const auto destination = TypedForm(to);
  const auto outer = TypedForm(through);
  std::uint32_t status = 1;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_hba_set_tunnel(typed.get(), port, &destination, &outer, &status, &error),
            ISCSI_IKE_OK);
  EXPECT_EQ(status == 0, error.rule[0] == '\0') << error.rule;
  std::vector<std::uint8_t> in = {port, 0, 0, 0};
  AppendOctetForm(to, in);
  AppendOctetForm(through, in);
  std::uint8_t out[4];
  std::size_t size = sizeof out;
  std::uint32_t other = 1;
  EXPECT_EQ(iscsi_ike_hba_invoke(MakeHba(options).get(), 4, in.data(), in.size(), out, &size,
                                 &other, nullptr),
            ISCSI_IKE_OK);
  EXPECT_EQ(status, other) << "port " << int{port} << ", family " << int{to.family} << " through "
                           << int{through.family};
  return status;
}

TEST(CHba, TypedAndOctetFormAgreeAboutTunnels) {
  auto flat = NoOptions();
  flat.has_functionality = 1;
  auto bare = NoOptions();
  bare.no_iscsi = 1;
  int taken = 0;
  for (const auto& options : {NoOptions(), flat, bare})
    for (const std::uint8_t port : {std::uint8_t{0}, std::uint8_t{7}})
      for (const Address& destination : kAddresses)
        for (const Address& outer : kAddresses)
          taken += Tunnel(options, port, destination, outer) == ISCSI_IKE_HBA_SUCCESS ? 1 : 0;
  EXPECT_EQ(taken, 4);
  EXPECT_EQ(Tunnel(NoOptions(), 0, {4, false}, {0, true}), ISCSI_IKE_HBA_NO_TUNNEL_OUTER_ADDRESS);
  EXPECT_EQ(Tunnel(NoOptions(), 0, {0, true}, {4, false}), ISCSI_IKE_HBA_INVALID_PARAMETER);
}

// Each in a process of its own, where nothing else has called sodium_init.
TEST(CHbaDeathTest, SavingMakesLibsodiumReady) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Save(MakeHba().get());
        std::_Exit(sodium_init());
      },
      testing::ExitedWithCode(1), "");
}

TEST(CHbaDeathTest, RestoringMakesLibsodiumReady) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        OwnedHba restored;
        Restore({}, kSealKey, restored);
        std::_Exit(sodium_init());
      },
      testing::ExitedWithCode(1), "");
}

// HbasOf makes the adapter of the options, new and from the box of an empty cache. One that states
// no cache has no box.
std::vector<OwnedHba> HbasOf(const iscsi_ike_hba_options& options) {
  std::vector<OwnedHba> made;
  made.push_back(MakeHba(options));
  const std::uint32_t caches = kKeyCache | ISCSI_IKE_HBA_FUNCTION_ISCSI_AUTHENTICATION_CACHE;
  const bool has_cache = options.has_functionality == 0 || (options.functionality & caches) != 0;
  OwnedHba restored;
  EXPECT_EQ(Restore(Save(MakeHba().get()), kSealKey, restored, options),
            has_cache ? ISCSI_IKE_OK : ISCSI_IKE_E_POLICY);
  EXPECT_EQ(restored != nullptr, has_cache);
  if (restored != nullptr) made.push_back(std::move(restored));
  return made;
}

TEST(CHbaOptions, PortCount) {
  auto options = NoOptions();
  for (const std::uint32_t count : {0U, 1U, 3U}) {
    options.port_count = count;
    const std::uint32_t last = count == 0 ? 0 : count - 1;
    for (const OwnedHba& hba : HbasOf(options)) {
      EXPECT_EQ(SetKey(hba.get(), last, "hba1.example"), ISCSI_IKE_HBA_SUCCESS) << count;
      EXPECT_EQ(SetKey(hba.get(), last + 1, "hba1.example"), ISCSI_IKE_HBA_INVALID_PORT_NUMBER);
      EXPECT_EQ(SetKey(hba.get(), ISCSI_IKE_HBA_ALL_PORTS, "hba1.example"), ISCSI_IKE_HBA_SUCCESS);
    }
  }
}

TEST(CHbaOptions, MaxEntries) {
  auto options = NoOptions();
  for (const std::uint32_t most : {0U, 2U, 100U}) {
    options.max_entries = most;
    for (const OwnedHba& hba : HbasOf(options)) {
      std::uint32_t taken = 0;
      while (taken <= 100 && SetKey(hba.get(), 0, ("hba" + std::to_string(taken)).c_str()) == 0)
        ++taken;
      EXPECT_EQ(taken, most == 0 ? 64 : most);
      EXPECT_EQ(SetKey(hba.get(), 0, "another"), ISCSI_IKE_HBA_SECURITY_CACHE_FULL);
    }
  }
}

struct Functions {
  std::uint32_t given, bits;
  bool cache, tunnels;
};

TEST(CHbaOptions, Functionality) {
  const std::uint32_t other_cache = ISCSI_IKE_HBA_FUNCTION_ISCSI_AUTHENTICATION_CACHE;
  const std::uint32_t neither = ISCSI_IKE_HBA_FUNCTION_CHAP_VIA_RADIUS |
                                ISCSI_IKE_HBA_FUNCTION_ISNS_DISCOVERY |
                                ISCSI_IKE_HBA_FUNCTION_SLP_DISCOVERY;
  const auto destination = EndpointOf(kPortal);
  const auto outer = EndpointOf("198.51.100.1");
  for (const Functions& row :
       {Functions{0, 0, true, true}, Functions{0, neither, true, true},
        Functions{1, 0, false, false}, Functions{1, neither, false, false},
        Functions{1, kKeyCache, true, false}, Functions{1, other_cache, true, false},
        Functions{1, kTunnelMode, false, true}, Functions{7, 0x3F, true, true}}) {
    auto options = NoOptions();
    options.has_functionality = row.given;
    options.functionality = row.bits;
    for (const OwnedHba& hba : HbasOf(options)) {
      std::uint32_t status = 1;
      EXPECT_EQ(iscsi_ike_hba_clear(hba.get(), &status, nullptr), ISCSI_IKE_OK);
      EXPECT_EQ(status,
                row.cache ? ISCSI_IKE_HBA_SUCCESS : ISCSI_IKE_HBA_SECURITY_CACHE_NOT_SUPPORTED)
          << row.given << ", " << row.bits;
      EXPECT_EQ(iscsi_ike_hba_set_tunnel(hba.get(), 0, &destination, &outer, &status, nullptr),
                ISCSI_IKE_OK);
      EXPECT_EQ(status, row.tunnels ? ISCSI_IKE_HBA_SUCCESS : ISCSI_IKE_HBA_REQUEST_NOT_SUPPORTED)
          << row.given << ", " << row.bits;
      std::size_t size = 0;
      EXPECT_EQ(iscsi_ike_hba_save(hba.get(), kSealKey.data(), nullptr, &size),
                row.cache ? ISCSI_IKE_E_TOO_SMALL : ISCSI_IKE_E_POLICY);
    }
  }
}

std::vector<std::uint8_t> CapabilitiesOf(const iscsi_ike_hba* hba) {
  std::size_t size = 0;
  EXPECT_EQ(iscsi_ike_hba_get_capabilities(hba, nullptr, &size), ISCSI_IKE_E_TOO_SMALL);
  std::vector<std::uint8_t> octets(size);
  EXPECT_EQ(iscsi_ike_hba_get_capabilities(hba, octets.data(), &size), ISCSI_IKE_OK);
  return octets;
}

// MSiSCSI_SecurityCapabilities, every octet, and that what protects nothing takes no key.
TEST(CHbaOptions, TrafficAndCertificates) {
  const std::uint32_t encryption[] = {2, 0, 1};
  for (std::uint8_t bits = 0; bits < 8; ++bits) {
    auto options = NoOptions();
    options.no_iscsi = bits & 1U;
    options.protects_isns = bits & 2U;
    options.certificates = bits & 4U;
    options.encryption = encryption;
    options.encryption_count = 3;
    const std::uint8_t iscsi = options.no_iscsi == 0 ? 1 : 0;
    const std::uint8_t isns = options.protects_isns != 0 ? 1 : 0;
    const std::uint8_t certificates = options.certificates != 0 ? 1 : 0;
    const std::vector<std::uint8_t> expected = {
        iscsi, isns, certificates, 0, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0};
    for (const OwnedHba& hba : HbasOf(options)) {
      EXPECT_EQ(CapabilitiesOf(hba.get()), expected) << int{bits};
      EXPECT_EQ(SetKey(hba.get(), 0, "hba1.example"),
                iscsi + isns != 0 ? ISCSI_IKE_HBA_SUCCESS : ISCSI_IKE_HBA_REQUEST_NOT_SUPPORTED);
    }
  }
  const std::vector<std::uint8_t> unstated = {1, 0, 0, 0, 0, 0, 0, 0};
  for (const OwnedHba& hba : HbasOf(NoOptions())) EXPECT_EQ(CapabilitiesOf(hba.get()), unstated);
}

TEST(CHbaOptions, EncryptionIsOfTheThreeKinds) {
  std::uint32_t encryption[65] = {};
  const auto refuses = [&](const std::uint32_t* list, std::uint32_t count) {
    auto options = NoOptions();
    options.encryption = list;
    options.encryption_count = count;
    iscsi_ike_hba* made = nullptr;
    const auto status = iscsi_ike_hba_new(&options, &made);
    const OwnedHba hba(made);
    OwnedHba restored;
    EXPECT_EQ(Restore(Save(MakeHba().get()), kSealKey, restored, options), status);
    return status == ISCSI_IKE_E_INVALID && made == nullptr && restored == nullptr;
  };
  EXPECT_FALSE(refuses(encryption, 64));
  EXPECT_TRUE(refuses(encryption, 65));
  EXPECT_TRUE(refuses(nullptr, 1));
  encryption[1] = 3;
  EXPECT_FALSE(refuses(encryption, 1));
  EXPECT_TRUE(refuses(encryption, 2));
}

TEST(CHbaOptions, Ipv4AsNumber) {
  auto options = NoOptions();
  for (const std::uint32_t as_number : {0U, 1U}) {
    options.ipv4_as_number = as_number;
    std::vector<std::uint8_t> in(4);
    for (const std::array<std::uint8_t, 4>& octets :
         {std::array<std::uint8_t, 4>{192, 0, 2, 2}, {198, 51, 100, 1}}) {
      std::vector<std::uint8_t> field(548);
      field[0] = 1;
      if (as_number == 0) std::copy(octets.begin(), octets.end(), field.begin() + 4);
      if (as_number != 0) std::copy(octets.rbegin(), octets.rend(), field.begin() + 4);
      in.insert(in.end(), field.begin(), field.end());
    }
    for (const OwnedHba& hba : HbasOf(options)) {
      std::uint8_t out[4];
      std::size_t size = sizeof out;
      std::uint32_t status = 1;
      ASSERT_EQ(
          iscsi_ike_hba_invoke(hba.get(), 4, in.data(), in.size(), out, &size, &status, nullptr),
          ISCSI_IKE_OK);
      EXPECT_EQ(status, ISCSI_IKE_HBA_SUCCESS);
      const auto destination = EndpointOf(kPortal);
      iscsi_ike_endpoint outer{};
      ASSERT_EQ(iscsi_ike_hba_get_tunnel(hba.get(), 0, &destination, &outer), ISCSI_IKE_OK)
          << as_number;
      const auto expected = EndpointOf("198.51.100.1");
      EXPECT_EQ(std::memcmp(&outer, &expected, sizeof outer), 0);
    }
  }
}

TEST(CHbaOptions, AnyTrailing) {
  auto options = NoOptions();
  std::vector<std::uint8_t> in = {4, 0, 0, 0, 'k', 'e', 'y', '!'};
  in.resize(in.size() + 8, 0xEE);
  for (const std::uint32_t any : {0U, 1U}) {
    options.any_trailing = any;
    for (const OwnedHba& hba : HbasOf(options)) {
      std::uint8_t out[4] = {};
      std::size_t size = sizeof out;
      std::uint32_t status = 1;
      ASSERT_EQ(
          iscsi_ike_hba_invoke(hba.get(), 3, in.data(), in.size(), out, &size, &status, nullptr),
          ISCSI_IKE_OK);
      EXPECT_EQ(status, any == 0 ? ISCSI_IKE_HBA_INVALID_PARAMETER : ISCSI_IKE_HBA_SUCCESS);
      EXPECT_EQ(out[0], status & 0xFFU);
    }
  }
}

// What the methods give, member for member: GetPresharedKeyForId_OUT, and the words, identities
// and gateways of each port.
TEST(CHbaResults, OfAKey) {
  auto options = NoOptions();
  options.port_count = 2;
  constexpr std::uint64_t kWord = 0x8000000200000027;
  for (const OwnedHba& hba : HbasOf(options)) {
    SetKey(hba.get(), 1, "hba1", kWord);
    const auto get = [&](std::uint32_t port, std::uint8_t type, const char* id, std::size_t size) {
      std::uint64_t word = 1;
      std::uint32_t status = 1;
      EXPECT_EQ(
          iscsi_ike_hba_get_key(hba.get(), port, type, OctetsOf(id), size, &word, &status, nullptr),
          ISCSI_IKE_OK);
      EXPECT_EQ(status, word == 0 ? ISCSI_IKE_HBA_PRESHAREDKEY_UNAVAILABLE : ISCSI_IKE_HBA_SUCCESS);
      return word;
    };
    EXPECT_EQ(get(1, ISCSI_IKE_ID_FQDN, "hba1", 4), kWord);
    EXPECT_EQ(get(0, ISCSI_IKE_ID_FQDN, "hba1", 4), 0U);
    EXPECT_EQ(get(1, ISCSI_IKE_ID_IPV4_ADDR, "hba1", 4), 0U);
    EXPECT_EQ(get(1, ISCSI_IKE_ID_FQDN, "hba1", 3), 0U);

    const std::uint8_t in[] = {1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 'h', 'b', 'a', '1'};
    std::vector<std::uint8_t> out(16, 0xEE);
    std::size_t size = out.size();
    std::uint32_t status = 1;
    ASSERT_EQ(
        iscsi_ike_hba_invoke(hba.get(), 2, in, sizeof in, out.data(), &size, &status, nullptr),
        ISCSI_IKE_OK);
    EXPECT_EQ(out,
              (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 0, 0, 0x27, 0, 0, 0, 2, 0, 0, 0x80}));
  }
}

TEST(CHbaResults, OfATunnel) {
  auto options = NoOptions();
  options.port_count = 2;
  const auto v4 = EndpointOf(kPortal);
  const auto v6 = EndpointOf("2001:db8::9");
  for (const OwnedHba& hba : HbasOf(options)) {
    for (const auto& [destination, gateway] :
         {std::pair{v4, "2001:db8::1"}, std::pair{v6, "198.51.100.1"}}) {
      const auto outer = EndpointOf(gateway);
      std::uint32_t status = 1;
      ASSERT_EQ(iscsi_ike_hba_set_tunnel(hba.get(), 1, &destination, &outer, &status, nullptr),
                ISCSI_IKE_OK);
      EXPECT_EQ(status, ISCSI_IKE_HBA_SUCCESS);
      iscsi_ike_endpoint found{};
      EXPECT_EQ(iscsi_ike_hba_get_tunnel(hba.get(), 0, &destination, &found), ISCSI_IKE_E_UNKNOWN);
      ASSERT_EQ(iscsi_ike_hba_get_tunnel(hba.get(), 1, &destination, &found), ISCSI_IKE_OK);
      EXPECT_EQ(std::memcmp(&found, &outer, sizeof found), 0) << gateway;
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::test
