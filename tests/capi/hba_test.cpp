// The security interface of an HBA through the C interface; what each method does is tested where
// it is made (tests/policy).
#include <iscsi_ike.h>

#include <cstring>
#include <string>

#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {
namespace {

struct FreeHba {
  void operator()(iscsi_ike_hba* hba) const { iscsi_ike_hba_free(hba); }
};
using OwnedHba = std::unique_ptr<iscsi_ike_hba, FreeHba>;

constexpr Seed kSealKey{7};

OwnedHba MakeHba() {
  const auto options = ISCSI_IKE_INIT(iscsi_ike_hba_options);
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

iscsi_ike_status Restore(const std::vector<std::uint8_t>& box, const Seed& key, OwnedHba& made) {
  const auto options = ISCSI_IKE_INIT(iscsi_ike_hba_options);
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

// An adapter that states 3DES alone is not asked for AES.
TEST(CHba, PlansKeepToWhatTheAdapterStates) {
  const std::uint32_t des[] = {1};
  auto stated = ISCSI_IKE_INIT(iscsi_ike_hba_options);
  stated.encryption = des;
  stated.encryption_count = 1;
  iscsi_ike_hba* made = nullptr;
  ASSERT_EQ(iscsi_ike_hba_new(&stated, &made), ISCSI_IKE_OK);
  const OwnedHba hba(made);
  SetKey(made, 0, "hba1.example", 0x2B);

  std::uint8_t octets[16];
  std::size_t size = sizeof octets;
  ASSERT_EQ(iscsi_ike_hba_get_capabilities(made, octets, &size), ISCSI_IKE_OK);
  ASSERT_EQ(size, 12U);
  EXPECT_EQ(octets[0], 1);
  EXPECT_EQ(octets[4], 1);
  EXPECT_EQ(octets[8], 1);

  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.hba = made;
  options.esp = "aes128-sha256";
  auto info = ISCSI_IKE_INIT(iscsi_ike_plan_info);
  auto plan = MakePlan(options);
  ASSERT_EQ(iscsi_ike_plan_get_info(plan.get(), &info), ISCSI_IKE_OK);
  EXPECT_EQ(info.outcome, std::uint32_t{ISCSI_IKE_OUTCOME_REJECTED});
  EXPECT_NE(std::string(iscsi_ike_plan_text(plan.get())).find("ADAPTER_CANNOT"), std::string::npos);
  options.esp = "aes128-sha256,3des-sha1";
  plan = MakePlan(options);
  ASSERT_EQ(iscsi_ike_plan_get_info(plan.get(), &info), ISCSI_IKE_OK);
  EXPECT_EQ(info.outcome, std::uint32_t{ISCSI_IKE_OUTCOME_PLANNED});
  EXPECT_NE(std::string(iscsi_ike_plan_text(plan.get())).find("ADAPTER_LACKS"), std::string::npos);
}

}  // namespace
}  // namespace iscsi_ike::test
