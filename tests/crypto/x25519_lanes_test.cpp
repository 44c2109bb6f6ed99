#include "crypto/x25519_lanes.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include "crypto/lanes.hpp"
#include "crypto/random.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {
namespace {

using namespace crypto;  // NOLINT(google-build-using-namespace)

class X25519Lanes : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasLanes()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  }
  struct One {
    Bytes scalar;
    Bytes u;
  };
  Bytes Random() {
    Bytes octets(32);
    EXPECT_TRUE(random_.Fill(octets));
    return octets;
  }
  static std::vector<Bytes> Run(const std::vector<One>& ones) {
    std::vector<Bytes> results(ones.size(), Bytes(32, 0xee));
    std::vector<X25519Lane> lanes;
    for (std::size_t i = 0; i < ones.size(); ++i)
      lanes.push_back({ones[i].scalar, ones[i].u, results[i]});
    X25519InLanes(lanes);
    return results;
  }
  static Bytes Reference(const One& one) {
    Bytes expected(32);
    EXPECT_EQ(crypto_scalarmult_curve25519(expected.data(), one.scalar.data(), one.u.data()), 0);
    return expected;
  }
  static void ExpectAgreement(const std::vector<One>& ones) {
    const auto results = Run(ones);
    for (std::size_t i = 0; i < ones.size(); ++i)
      EXPECT_EQ(ToHex(results[i]), ToHex(Reference(ones[i]))) << i << " " << ToHex(ones[i].u);
  }
  SystemRandom random_;
};

TEST_F(X25519Lanes, RandomScalarsAndPoints) {
  for (int round = 0; round < 100; ++round) {
    std::vector<One> ones;
    for (std::size_t i = 0; i < kLanes; ++i) ones.push_back({Random(), Random()});
    ExpectAgreement(ones);
  }
}

TEST_F(X25519Lanes, AnyNumberOfLanes) {
  for (std::size_t count = 1; count <= kLanes; ++count) {
    std::vector<One> ones;
    for (std::size_t i = 0; i < count; ++i) ones.push_back({Random(), Random()});
    ExpectAgreement(ones);
  }
}

// 2^255 - 1 counts as 18, p + 1 as 1: the reduction must know.
TEST_F(X25519Lanes, EdgesOfTheField) {
  const auto number = [](std::uint8_t first, std::uint8_t middle, std::uint8_t last) {
    Bytes octets(32, middle);
    octets.front() = first;
    octets.back() = last;
    return octets;
  };
  const Bytes scalar = Random();
  // libsodium gives no result for points of small order; theirs is zero.
  for (const Bytes& small : {number(0, 0, 0), number(1, 0, 0), number(0xec, 0xff, 0x7f),
                             number(0xed, 0xff, 0x7f), number(0xee, 0xff, 0x7f)})
    EXPECT_EQ(Run({{scalar, small}})[0], Bytes(32)) << ToHex(small);
  ExpectAgreement({{scalar, number(2, 0, 0)},
                   {scalar, number(0xeb, 0xff, 0x7f)},
                   {scalar, number(0xef, 0xff, 0x7f)},
                   {scalar, number(0xff, 0xff, 0x7f)},
                   {scalar, number(0xff, 0xff, 0xff)},
                   {scalar, number(0, 0, 0x40)},
                   {number(0, 0, 0), number(9, 0, 0)},
                   {number(0xff, 0xff, 0xff), number(9, 0, 0)}});
}

// RFC 7748 section 5.2, first vector.
TEST_F(X25519Lanes, PublishedVector) {
  const One one{FromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                FromHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")};
  EXPECT_EQ(ToHex(Run({one})[0]),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

}  // namespace
}  // namespace iscsi_ike::test
