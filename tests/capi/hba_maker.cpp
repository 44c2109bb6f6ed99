#include "tests/capi/hba_maker.hpp"

#include <cstring>

namespace iscsi_ike::test {

iscsi_ike_hba_options NoOptions() { return ISCSI_IKE_INIT(iscsi_ike_hba_options); }

OwnedHba MakeHba(const iscsi_ike_hba_options& options) {
  iscsi_ike_hba* hba = nullptr;
  EXPECT_EQ(iscsi_ike_hba_new(&options, &hba), ISCSI_IKE_OK);
  return OwnedHba(hba);
}

const std::uint8_t* OctetsOf(const char* text) {
  return reinterpret_cast<const std::uint8_t*>(text);
}

std::uint32_t SetKey(iscsi_ike_hba* hba, std::uint32_t port, const char* name, std::uint64_t word) {
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
                         const iscsi_ike_hba_options& options) {
  iscsi_ike_hba* hba = nullptr;
  const auto status =
      iscsi_ike_hba_restore(&options, key.data(), box.data(), box.size(), &hba, nullptr);
  made.reset(hba);
  return status;
}

}  // namespace iscsi_ike::test
