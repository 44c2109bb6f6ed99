#include "crypto/modp_lanes.hpp"

#include <gtest/gtest.h>

#include "crypto/dh_modp.hpp"
#include "dh_jobs.hpp"

namespace iscsi_ike::test {
namespace {

class ModpLanesOf : public testing::TestWithParam<DhGroup> {
 protected:
  void SetUp() override {
    if (!HasLanes()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  }
  struct One {
    Bytes base;
    Bytes key;
  };
  Bytes Random(std::size_t size) {
    Bytes octets(size);
    EXPECT_TRUE(random_.Fill(octets));
    return octets;
  }
  // Value: a random number below p; all of these primes begin with 64 ones.
  Bytes Value() {
    Bytes value = Random(size_);
    value.front() &= 0x7f;
    return value;
  }
  // ExpectAgreement compares each lane with OpenSSL's exponentiation; a key of zero, which that
  // refuses, with 1.
  void ExpectAgreement(const std::vector<One>& ones, bool generator = false) {
    std::vector<Bytes> results(ones.size(), Bytes(size_, 0xee));
    std::vector<ModpLanes::Lane> lanes;
    for (std::size_t i = 0; i < ones.size(); ++i)
      lanes.push_back({ones[i].base, ones[i].key, results[i]});
    ASSERT_TRUE(generator ? lanes_.RaiseGenerator(group_, lanes) : lanes_.Raise(group_, lanes));
    for (std::size_t i = 0; i < ones.size(); ++i) {
      SCOPED_TRACE(i);
      EXPECT_EQ(ToHex(results[i]), ToHex(Expected(ones[i], generator)));
    }
  }
  Bytes Expected(const One& one, bool generator) {
    Bytes expected(size_);
    ModpDh reference;
    const bool zero_key = std::ranges::all_of(one.key, [](auto octet) { return octet == 0; });
    if (zero_key) return Padded(1, size_);
    if (generator) {
      // Generate would use a table of our own.
      EXPECT_EQ(reference.Agree(group_, one.key, Padded(2, size_), expected), DhOutcome::kOk);
    } else if (IsModpPublicValue(group_, one.base)) {
      EXPECT_EQ(reference.Agree(group_, one.key, one.base, expected), DhOutcome::kOk);
    } else {
      const bool odd = (one.key.back() & 1U) != 0;  // 0, 1 and p-1
      expected = one.base.back() <= 1 || odd ? one.base : Padded(1, size_);
    }
    return expected;
  }

  DhGroup group_ = GetParam();
  std::size_t size_ = Info(group_).public_size;
  ModpLanes lanes_;
  SystemRandom random_;
};

TEST_P(ModpLanesOf, RandomBasesAndKeys) {
  for (int round = 0; round < 4; ++round) {
    std::vector<One> ones;
    for (std::size_t i = 0; i < kLanes; ++i)
      ones.push_back({Value(), Random(Info(group_).private_size)});
    ExpectAgreement(ones);
  }
}

TEST_P(ModpLanesOf, AnyNumberOfLanesAndKeysOfUnequalLength) {
  for (std::size_t count = 1; count <= kLanes; ++count) {
    std::vector<One> ones;
    for (std::size_t i = 0; i < count; ++i) ones.push_back({Value(), Random(1 + 5 * i)});
    ExpectAgreement(ones);
    ExpectAgreement(ones, true);
  }
}

TEST_P(ModpLanesOf, EdgesOfTheField) {
  const Bytes key = Random(20);
  const Bytes prime = PrimeOf(group_);
  Bytes sparse(size_);
  sparse[size_ / 2] = 0x80;
  ExpectAgreement({{Padded(0, size_), key},
                   {Padded(1, size_), key},
                   {Padded(2, size_), key},
                   {Add(prime, -1), key},
                   {Add(prime, -1), Add(key, 1)},
                   {Add(prime, -2), key},
                   {sparse, key},
                   {Padded(0xff, size_), key}});
}

TEST_P(ModpLanesOf, EdgesOfTheKey) {
  const std::size_t size = Info(group_).private_size;
  Bytes top(size);
  top.front() = 0x80;
  Bytes wide = Random(size);
  wide.insert(wide.begin(), {0, 0, 0});
  const std::vector<One> ones = {{Value(), Padded(0, size)},
                                 {Value(), Padded(1, size)},
                                 {Value(), Padded(2, size)},
                                 {Value(), Bytes(size, 0xff)},
                                 {Value(), top},
                                 {Value(), wide},
                                 {Value(), Padded(0x10, size)},
                                 {Value(), {0x1f}}};
  ExpectAgreement(ones);
  ExpectAgreement(ones, true);
}

// The table is there from the third round on at the latest.
TEST_P(ModpLanesOf, GeneratorWithRandomKeys) {
  for (int round = 0; round < 4; ++round) {
    std::vector<One> ones;
    for (std::size_t i = 0; i < kLanes; ++i)
      ones.push_back({{}, Random(Info(group_).private_size)});
    ExpectAgreement(ones, true);
  }
}

TEST_P(ModpLanesOf, GeneratorWithKeysAsLongAsThePrime) {
  ExpectAgreement({{{}, Random(size_)}, {{}, Random(size_ / 2)}}, true);
}

std::vector<DhGroup> ModpGroups() {
  std::vector<DhGroup> groups;
  for (const DhGroupInfo& info : GroupsOf(DhKind::kModp)) groups.push_back(info.group);
  return groups;
}

INSTANTIATE_TEST_SUITE_P(Groups, ModpLanesOf, testing::ValuesIn(ModpGroups()),
                         [](const auto& group) { return std::string(Info(group.param).name); });

}  // namespace
}  // namespace iscsi_ike::test
