// The security interface of an HBA through the C interface; what each method does is tested where
// it is made (tests/policy).
#include <iscsi_ike.h>
#include <sodium.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/capi/hba_maker.hpp"

namespace iscsi_ike::test {
namespace {

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

}  // namespace
}  // namespace iscsi_ike::test
