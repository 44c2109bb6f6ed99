// Adapters for tests, and what is done with them over and over.
#pragma once

#include <memory>
#include <vector>

#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {

struct FreeHba {
  void operator()(iscsi_ike_hba* hba) const { iscsi_ike_hba_free(hba); }
};
using OwnedHba = std::unique_ptr<iscsi_ike_hba, FreeHba>;

inline constexpr Seed kSealKey{7};  // of all boxes
inline constexpr std::uint32_t kKeyCache = ISCSI_IKE_HBA_FUNCTION_PRESHARED_KEY_CACHE;
inline constexpr std::uint32_t kTunnelMode = ISCSI_IKE_HBA_FUNCTION_IPSEC_TUNNEL_MODE;

[[nodiscard]] iscsi_ike_hba_options NoOptions();
[[nodiscard]] OwnedHba MakeHba(const iscsi_ike_hba_options& options = NoOptions());
[[nodiscard]] const std::uint8_t* OctetsOf(const char* text);
// SetKey sets kKey for a host name, and gives the status.
std::uint32_t SetKey(iscsi_ike_hba* hba, std::uint32_t port, const char* name,
                     std::uint64_t word = 0x2B);
std::vector<std::uint8_t> Save(const iscsi_ike_hba* hba);
iscsi_ike_status Restore(const std::vector<std::uint8_t>& box, const Seed& key, OwnedHba& made,
                         const iscsi_ike_hba_options& options = NoOptions());

}  // namespace iscsi_ike::test
