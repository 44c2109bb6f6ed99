// FlatTable against std::unordered_map, with keys that collide.
#include "ike/core/flat_table.hpp"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

#include "ike/core/session_tables.hpp"

namespace iscsi_ike::test {
namespace {

struct Item {
  unsigned key = 0;
};

// Few hash values, so that runs are long and wrap around the end.
struct ItemTraits {
  using Value = const Item*;
  using Key = unsigned;
  unsigned hashes = 1;
  [[nodiscard]] static Key KeyOf(const Item* item) { return item->key; }
  [[nodiscard]] std::uint64_t HashOf(Key key) const { return key % hashes; }
};

class FlatTable : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Hashes, FlatTable, ::testing::Values(1U, 7U, 1000U));

TEST_P(FlatTable, DoesWhatAMapDoes) {
  ike::FlatTable<ItemTraits> table(ItemTraits{GetParam()});
  std::unordered_map<unsigned, const Item*> map;
  std::vector<Item> items(400);
  for (unsigned i = 0; i < items.size(); ++i) items[i].key = i / 2;  // two of each key
  std::mt19937 random(GetParam());
  for (int step = 0; step < 20000; ++step) {
    const Item& item = items[random() % items.size()];
    if (random() % 2 == 0) {
      table.Put(&item);
      map[item.key] = &item;
    } else {
      table.Erase(&item);
      const auto found = map.find(item.key);
      if (found != map.end() && found->second == &item) map.erase(found);
    }
    const unsigned key = static_cast<unsigned>(random() % 250);
    const auto found = map.find(key);
    ASSERT_EQ(table.Find(key), found == map.end() ? nullptr : found->second) << step;
    ASSERT_EQ(table.size(), map.size()) << step;
  }
  std::size_t seen = 0;
  table.ForEach([&](const Item* item) {
    EXPECT_EQ(map.at(item->key), item);
    ++seen;
  });
  EXPECT_EQ(seen, map.size());
}

TEST(FlatTableOfNone, IsLeftAsItIs) {
  ike::FlatTable<ike::SpiTraits> spis;
  for (std::uint32_t i = 256; i < 300; ++i) spis.Put(ike::Spi{i});
  for (int i = 0; i < 1000; ++i) spis.Erase(ike::Spi{});
  EXPECT_EQ(spis.size(), 44U);
  for (std::uint32_t i = 256; i < 300; ++i) EXPECT_EQ(spis.Find(ike::Spi{i}), ike::Spi{i});
}

// A table that a flood has made large does not stay so.
TEST(FlatTableOfNone, ShrinksAgain) {
  ike::FlatTable<ike::SpiTraits> spis;
  for (std::uint32_t i = 256; i < 100000; ++i) spis.Put(ike::Spi{i});
  const std::size_t most = spis.slots();
  for (std::uint32_t i = 256; i < 99990; ++i) spis.Erase(ike::Spi{i});
  for (int i = 0; i < 4; ++i) {
    spis.Put(ike::Spi{7});
    spis.Erase(ike::Spi{7});
  }
  EXPECT_LE(spis.slots() * 64, most);
  for (std::uint32_t i = 99990; i < 100000; ++i) EXPECT_EQ(spis.Find(ike::Spi{i}), ike::Spi{i});
}

TEST(FlatTableEmpty, FindsAndErasesNothing) {
  ike::FlatTable<ItemTraits> table;
  const Item item{3};
  EXPECT_EQ(table.Find(3), nullptr);
  table.Erase(&item);
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace iscsi_ike::test
