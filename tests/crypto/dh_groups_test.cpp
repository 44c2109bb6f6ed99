// The numbers of the groups against OpenSSL's.
#include "crypto/dh_groups.hpp"

#include <gtest/gtest.h>
#include <openssl/obj_mac.h>

#include "crypto/hash.hpp"
#include "crypto/openssl_ptr.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::crypto {
namespace {

using test::Bytes;
using test::ToHex;

Bytes ToBytes(const BIGNUM* number, std::size_t size) {
  Bytes octets(size);
  EXPECT_EQ(BN_bn2binpad(number, octets.data(), static_cast<int>(size)), static_cast<int>(size));
  return octets;
}

struct PrimeRow {
  DhGroup group;
  std::size_t size;  // octets
  BIGNUM* (*openssl)(BIGNUM*);
  const char* sha256;
};

constexpr PrimeRow kPrimes[] = {
    {DhGroup::kModp1024, 128, BN_get_rfc2409_prime_1024,
     "3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0"},
    {DhGroup::kModp1536, 192, BN_get_rfc3526_prime_1536,
     "64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b"},
    {DhGroup::kModp2048, 256, BN_get_rfc3526_prime_2048,
     "d66436f79bbd6b2e38c0ffbd079be904d2641415e2e67140e09448be9a60890e"},
    {DhGroup::kModp3072, 384, BN_get_rfc3526_prime_3072,
     "48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c"},
    {DhGroup::kModp4096, 512, BN_get_rfc3526_prime_4096,
     "4ee95187682bcb230ad26a95205f6920e84708f6251b3894329b09ec23919e33"},
    {DhGroup::kModp6144, 768, BN_get_rfc3526_prime_6144,
     "d1bfe6d0925ce7e4da262b62861514a7755e35831e429f343e7b864848657efd"},
    {DhGroup::kModp8192, 1024, BN_get_rfc3526_prime_8192,
     "39ab4feab950a3128fb71accb9fc3965d857012e081998a85996e3ea8b3c3bcf"},
};

TEST(ModpPrime, IsThePublishedPrime) {
  for (const PrimeRow& row : kPrimes) {
    SCOPED_TRACE(Info(row.group).name);
    const Octets prime = ModpPrime(row.group);
    ASSERT_EQ(prime.size(), row.size);
    const BignumPtr known(row.openssl(nullptr));
    EXPECT_EQ(ToHex(prime), ToHex(ToBytes(known.get(), row.size)));
    EXPECT_EQ(ToHex(HashOf(HashAlgorithm::kSha256, {prime}).Expose()), row.sha256);
  }
}

TEST(ModpPrime, IsEmptyForOtherKinds) {
  EXPECT_TRUE(ModpPrime(DhGroup::kEcp256).empty());
  EXPECT_TRUE(ModpPrime(DhGroup::kCurve25519).empty());
}

TEST(EcpNumbers, AreThePublishedCurves) {
  constexpr std::pair<DhGroup, int> kCurves[] = {{DhGroup::kEcp256, NID_X9_62_prime256v1},
                                                 {DhGroup::kEcp384, NID_secp384r1},
                                                 {DhGroup::kEcp521, NID_secp521r1}};
  for (const auto& [group, nid] : kCurves) {
    SCOPED_TRACE(Info(group).name);
    const EcGroupPtr known(EC_GROUP_new_by_curve_name(nid));
    const BignumPtr p(BN_new());
    const BignumPtr a(BN_new());
    const BignumPtr b(BN_new());
    ASSERT_EQ(EC_GROUP_get_curve(known.get(), p.get(), a.get(), b.get(), nullptr), 1);
    const EcpCurve curve = EcpNumbers(group);
    const std::size_t size = Info(group).shared_size;
    EXPECT_EQ(ToHex(curve.prime), ToHex(ToBytes(p.get(), size)));
    EXPECT_EQ(ToHex(curve.b), ToHex(ToBytes(b.get(), size)));
    EXPECT_EQ(ToHex(curve.order), ToHex(ToBytes(EC_GROUP_get0_order(known.get()), size)));
  }
  EXPECT_TRUE(EcpNumbers(DhGroup::kModp2048).prime.empty());
}

}  // namespace
}  // namespace iscsi_ike::crypto
