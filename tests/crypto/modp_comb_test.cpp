#include "crypto/modp_comb.hpp"

#include <gtest/gtest.h>

#include "crypto/openssl_ptr.hpp"
#include "tests/crypto/dh_jobs.hpp"

namespace iscsi_ike::test {
namespace {

class ModpCombOf : public testing::TestWithParam<DhGroup> {
 protected:
  // Power is 2^key mod p by OpenSSL.
  Bytes Power(const Bytes& key) const {
    const Bytes prime = PrimeOf(group_);
    const BignumPtr p(BN_bin2bn(prime.data(), static_cast<int>(prime.size()), nullptr));
    const BignumPtr exponent(BN_bin2bn(key.data(), static_cast<int>(key.size()), nullptr));
    const BignumPtr result(BN_new());
    const BnContextPtr context(BN_CTX_new());
    EXPECT_EQ(BN_set_word(result.get(), 2), 1);
    EXPECT_EQ(BN_mod_exp(result.get(), result.get(), exponent.get(), p.get(), context.get()), 1);
    Bytes octets(size_);
    EXPECT_GT(BN_bn2binpad(result.get(), octets.data(), static_cast<int>(size_)), 0);
    return octets;
  }
  Bytes Comb(const Bytes& key) const {
    Bytes octets(size_, 0xee);
    bool done = false;
    for (int i = 0; i < 100 && !done; ++i) done = RaiseTwoByComb(group_, key, octets);
    EXPECT_TRUE(done) << "no table after 100 calls";
    Bytes portable(size_, 0xdd);
    EXPECT_TRUE(RaiseTwoByComb(group_, key, portable, CombArithmetic::kPortable));
    EXPECT_EQ(ToHex(portable), ToHex(octets));
    return octets;
  }
  DhGroup group_ = GetParam();
  std::size_t size_ = Info(group_).public_size;
  std::size_t key_size_ = Info(group_).private_size;
};

TEST_P(ModpCombOf, RandomKeys) {
  SystemRandom random;
  for (int i = 0; i < 20; ++i) {
    Bytes key(key_size_);
    ASSERT_TRUE(random.Fill(key));
    EXPECT_EQ(ToHex(Comb(key)), ToHex(Power(key)));
  }
}

TEST_P(ModpCombOf, Edges) {
  Bytes top(key_size_);
  top.front() = 0x80;
  for (const Bytes& key :
       {Padded(0, key_size_), Padded(1, key_size_), Padded(31, key_size_), Padded(32, key_size_),
        Bytes(key_size_, 0xff), top, Bytes{0x1f}, Bytes{0x01, 0x00}})
    EXPECT_EQ(ToHex(Comb(key)), ToHex(Power(key))) << ToHex(key);
}

TEST_P(ModpCombOf, LongerKeysAreForOthers) {
  Bytes out(size_, 0xee);
  for (int i = 0; i < 100; ++i)
    EXPECT_FALSE(RaiseTwoByComb(group_, Bytes(key_size_ + 1, 0x11), out));
  EXPECT_EQ(out, Bytes(size_, 0xee));
}

std::vector<DhGroup> ModpGroups() {
  std::vector<DhGroup> groups;
  for (const DhGroupInfo& info : GroupsOf(DhKind::kModp)) groups.push_back(info.group);
  return groups;
}

INSTANTIATE_TEST_SUITE_P(Groups, ModpCombOf, testing::ValuesIn(ModpGroups()),
                         [](const auto& group) { return std::string(Info(group.param).name); });

}  // namespace
}  // namespace iscsi_ike::test
