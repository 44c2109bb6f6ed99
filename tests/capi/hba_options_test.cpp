// What an adapter states of itself, and what it gives back, member by member.
#include <iscsi_ike.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "tests/capi/hba_maker.hpp"

namespace iscsi_ike::test {
namespace {

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
