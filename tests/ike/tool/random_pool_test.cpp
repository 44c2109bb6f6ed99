// Nothing is given out twice, whatever the sizes.
#include "ike/tool/random_pool.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace iscsi_ike::ike::tool {
namespace {

TEST(RandomPool, GivesEachOctetOnce) {
  ASSERT_TRUE(crypto::InitializeCrypto());
  RandomPool pool;
  std::string all;
  for (const std::size_t size : {8U, 32U, 0U, 500U, 512U, 513U, 1024U, 5000U, 16U, 1000U, 40U}) {
    std::vector<std::uint8_t> octets(size);
    ASSERT_TRUE(pool.Fill(octets));
    all.append(octets.begin(), octets.end());
  }
  std::set<std::string> seen;
  for (std::size_t at = 0; at + 8 <= all.size(); at += 8)
    EXPECT_TRUE(seen.insert(all.substr(at, 8)).second) << at;
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
