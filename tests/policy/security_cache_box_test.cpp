// The cache as a sealed box.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "crypto/sealed_box.hpp"
#include "policy/security_cache.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;

using Box = std::vector<std::uint8_t>;
constexpr crypto::SealKind kKind{"HBACACHE", 1};
constexpr GenerationalGuid kGuid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

Box SealKey(std::uint8_t first = 1) {
  Box key(crypto::kSealKeySize);
  std::iota(key.begin(), key.end(), first);
  return key;
}
crypto::Octets Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
IpAddress Address(std::string_view text) { return IpAddress::Parse(text).value(); }

HbaCapabilities TwoPorts() {
  HbaCapabilities capabilities;
  capabilities.port_count = 2;
  return capabilities;
}

SecurityCache Full() {
  SecurityCache cache(TwoPorts());
  EXPECT_TRUE(
      cache.SetPresharedKeyForId(kAllPorts, SecurityFlags(0x17), 2, Bytes("b"), Bytes("K2")).ok());
  EXPECT_TRUE(cache
                  .SetPresharedKeyForId(1, SecurityFlags(0x27), 1, Bytes({"\xC0\0\2\1", 4}),
                                        Bytes("secret-one"))
                  .ok());
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("secret-ours")).ok());
  EXPECT_TRUE(
      cache.SetTunnelModeOuterAddress(1, Address("2001:db8::9"), Address("192.0.2.7")).ok());
  EXPECT_TRUE(cache.SetGenerationalGuid(kGuid).ok());
  return cache;
}

// What Full() has in its box.
Box Golden() {
  return {1,    2,    3,    4,    5,    6,   7,   8,   9,   10,  11,  12,   13,  14, 15,
          16,                                                                     // marker
          0,    11,   's',  'e',  'c',  'r', 'e', 't', '-', 'o', 'u', 'r',  's',  // group key
          0,    2,                                                                // keys
          0,    0,    0,    1,    0,    0,   0,   0,   0,   0,   0,   0x27,       // port, word
          1,    4,    0xC0, 0,    2,    1,                                        // identity
          0,    10,   's',  'e',  'c',  'r', 'e', 't', '-', 'o', 'n', 'e',        // key
          0xFF, 0xFF, 0xFF, 0xFF, 0,    0,   0,   0,   0,   0,   0,   0x17,       // port, word
          2,    1,    'b',  0,    2,    'K', '2',                                 // identity, key
          0,    1,    0,    0,    0,    1,                                        // tunnels, port
          16,   0x20, 0x01, 0x0D, 0xB8, 0,   0,   0,   0,   0,   0,   0,    0,   0,  0,
          0,    9,                     // destination
          4,    0xC0, 0,    2,    7};  // outer
}

HbaError Refused(crypto::Octets key, crypto::Octets box, HbaCapabilities capabilities) {
  const auto cache = SecurityCache::Restore(key, box, std::move(capabilities));
  EXPECT_FALSE(cache.ok());
  return cache.ok() ? HbaError{HbaStatus::kSuccess, {}} : cache.error();
}

HbaStatus StatusOf(const Box& contents, HbaCapabilities capabilities = TwoPorts()) {
  const Box box = *crypto::Seal(kKind, SealKey(), contents);
  const auto cache = SecurityCache::Restore(SealKey(), box, std::move(capabilities));
  return cache ? HbaStatus::kSuccess : cache.error().status;
}

TEST(SecurityCacheBoxTest, HoldsExactlyThis) {
  const Box box = *Full().Save(SealKey());
  const auto contents = crypto::Unseal(kKind, SealKey(), box);
  ASSERT_TRUE(contents.ok());
  const crypto::Octets octets = contents->Expose();
  EXPECT_EQ(Box(octets.begin(), octets.end()), Golden());
}

// Full() as release 0.1.0 sealed it. A simulator's images outlive the release that made them.
TEST(SecurityCacheBoxTest, ABoxOfAnEarlierReleaseOpens) {
  constexpr std::string_view kHex =
      "484241434143484500011d9bdfc9188873797402e57ba74ccca36ade644c19b931d4bb9c79f28776a05c5893"
      "fcd765d108068eff9ac9bb13e68d3afa12d8e8f0042a1aa23b7d5396db82eea055f993da014b3c9642c23fbd"
      "9c55767fa70b5d605b9c62b5952811eacf0883c35ce65e09639a52c48deb0d475165ca8f9d68c92e0a807f70"
      "dabb73bf35b353c00afafbee37da8c6ac07835eed171b1f9684d";
  Box box(kHex.size() / 2);
  ASSERT_TRUE(DecodeHex(kHex, box));
  const auto cache = SecurityCache::Restore(SealKey(), box, TwoPorts());
  ASSERT_TRUE(cache.ok()) << cache.error().error.Text();
  EXPECT_EQ(cache->key_count(), 2U);
  EXPECT_EQ(*Full().Save(SealKey()), box);
}

TEST(SecurityCacheBoxTest, RestoresEverything) {
  const Box box = *Full().Save(SealKey());
  const auto cache = SecurityCache::Restore(SealKey(), box, TwoPorts());
  ASSERT_TRUE(cache.ok()) << cache.error().error.Text();
  EXPECT_EQ(cache->generational_guid(), kGuid);
  EXPECT_EQ(cache->key_count(), 2U);
  const auto own = Identity::OfAddress(Address("192.0.2.1"));
  const auto one = cache->Find(1, Address("2001:db8::9"), own);
  EXPECT_EQ(one->record.flags.word(), 0x27U);
  EXPECT_TRUE(crypto::ConstantTimeEqual(one->record.key.Expose(), Bytes("secret-one")));
  EXPECT_EQ(one->tunnel_outer, Address("192.0.2.7"));
  const auto group = cache->Find(0, Address("192.0.2.9"), own);
  EXPECT_TRUE(group->group_key);
  EXPECT_TRUE(crypto::ConstantTimeEqual(group->record.key.Expose(), Bytes("secret-ours")));
  EXPECT_EQ(cache->GetPresharedKeyForId(0, 2, Bytes("b"))->word(), 0x17U);
  EXPECT_EQ(*cache->Save(SealKey()), box);
}

TEST(SecurityCacheBoxTest, AnEmptyCacheIsABoxToo) {
  const Box box = *SecurityCache(TwoPorts()).Save(SealKey());
  EXPECT_EQ(box.size(), crypto::kSealOverhead + 16 + 2 + 2 + 2);
  const auto cache = SecurityCache::Restore(SealKey(), box, TwoPorts());
  ASSERT_TRUE(cache.ok());
  EXPECT_EQ(cache->key_count(), 0U);
  EXPECT_FALSE(cache->has_group_key());
}

TEST(SecurityCacheBoxTest, TheOrderOfTheCallsDoesNotShow) {
  SecurityCache cache(TwoPorts());
  EXPECT_TRUE(
      cache.SetTunnelModeOuterAddress(1, Address("2001:db8::9"), Address("192.0.2.7")).ok());
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("secret-ours")).ok());
  EXPECT_TRUE(cache
                  .SetPresharedKeyForId(1, SecurityFlags(0x27), 1, Bytes({"\xC0\0\2\1", 4}),
                                        Bytes("secret-one"))
                  .ok());
  EXPECT_TRUE(
      cache.SetPresharedKeyForId(kAllPorts, SecurityFlags(0x17), 2, Bytes("b"), Bytes("K2")).ok());
  EXPECT_TRUE(cache.SetGenerationalGuid(kGuid).ok());
  EXPECT_EQ(*cache.Save(SealKey()), *Full().Save(SealKey()));
}

TEST(SecurityCacheBoxTest, TunnelAddressesHaveOneOrder) {
  const std::pair<std::uint32_t, std::string_view> tunnels[] = {
      {0, "192.0.2.9"}, {0, "192.0.2.8"}, {1, "2001:db8::9"}, {1, "192.0.2.9"}, {0, "2001::1"}};
  SecurityCache forward(TwoPorts());
  SecurityCache backward(TwoPorts());
  for (std::size_t i = 0; i < std::size(tunnels); ++i) {
    const auto& first = tunnels[i];
    const auto& last = tunnels[std::size(tunnels) - 1 - i];
    const IpAddress outer = Address("198.51.100.1");
    EXPECT_TRUE(forward.SetTunnelModeOuterAddress(first.first, Address(first.second), outer).ok());
    EXPECT_TRUE(backward.SetTunnelModeOuterAddress(last.first, Address(last.second), outer).ok());
  }
  const Box box = *forward.Save(SealKey());
  EXPECT_EQ(*backward.Save(SealKey()), box);
  EXPECT_EQ(SecurityCache::Restore(SealKey(), box, TwoPorts())->tunnel_count(), 5U);
}

TEST(SecurityCacheBoxTest, ShowsNeitherKeysNorNames) {
  const Box box = *Full().Save(SealKey());
  const std::string text(box.begin(), box.end());
  for (const std::string_view hidden : {"secret", "-one", "-ours"}) {
    EXPECT_EQ(text.find(hidden), std::string::npos);
  }
  EXPECT_EQ(text.find(std::string("\xC0\0\2\1", 4)), std::string::npos);
  EXPECT_EQ(std::search(box.begin(), box.end(), kGuid.begin(), kGuid.end()), box.end());
}

TEST(SecurityCacheBoxTest, EveryChangedOctetIsNoticed) {
  const Box box = *Full().Save(SealKey());
  for (std::size_t at = 0; at < box.size(); ++at) {
    Box damaged = box;
    damaged[at] ^= 0x40;
    EXPECT_EQ(Refused(SealKey(), damaged, TwoPorts()).status, HbaStatus::kCacheCorrupted) << at;
  }
  for (std::size_t size = 0; size < box.size(); ++size) {
    EXPECT_EQ(Refused(SealKey(), {box.data(), size}, TwoPorts()).status,
              HbaStatus::kCacheCorrupted);
  }
}

TEST(SecurityCacheBoxTest, WantsItsKeyItsKindAndItsVersion) {
  const Box box = *Full().Save(SealKey());
  const HbaError other_key = Refused(SealKey(2), box, TwoPorts());
  EXPECT_EQ(other_key.status, HbaStatus::kCacheCorrupted);
  EXPECT_THAT(other_key.error.Text(), HasSubstr("another key"));
  EXPECT_EQ(Refused(Bytes("short"), box, TwoPorts()).status, HbaStatus::kInvalidParameter);
  EXPECT_EQ(Full().Save(Bytes("short")).error().status, HbaStatus::kInvalidParameter);
  const HbaError newer =
      Refused(SealKey(), *crypto::Seal({"HBACACHE", 2}, SealKey(), Golden()), TwoPorts());
  EXPECT_EQ(newer.status, HbaStatus::kCacheCorrupted);
  EXPECT_THAT(newer.error.Text(), HasSubstr("of another version"));
  EXPECT_EQ(
      Refused(SealKey(), *crypto::Seal({"HBACACHF", 1}, SealKey(), Golden()), TwoPorts()).status,
      HbaStatus::kCacheCorrupted);
}

TEST(SecurityCacheBoxTest, ContentsAreCheckedEvenUnderTheRightKey) {
  EXPECT_EQ(StatusOf(Golden()), HbaStatus::kSuccess);
  for (std::size_t size = 0; size < Golden().size(); ++size) {
    Box cut = Golden();
    cut.resize(size);
    EXPECT_EQ(StatusOf(cut), HbaStatus::kCacheCorrupted) << size;
  }
  Box longer = Golden();
  longer.push_back(0);
  EXPECT_EQ(StatusOf(longer), HbaStatus::kCacheCorrupted);
}

// What no typed call takes, no box brings in.
TEST(SecurityCacheBoxTest, ContentsAreHeldToTheRulesOfTheCalls) {
  const auto with = [](std::size_t at, std::uint8_t octet) {
    Box contents = Golden();
    contents.at(at) = octet;
    return contents;
  };
  constexpr std::size_t kFirstType = 16 + 2 + 11 + 2 + 4 + 8;
  ASSERT_EQ(Golden().at(kFirstType), 1);
  EXPECT_EQ(StatusOf(with(kFirstType, 4)), HbaStatus::kCacheCorrupted);
  EXPECT_EQ(StatusOf(with(kFirstType, 5)), HbaStatus::kCacheCorrupted);
  Box empty_key(16 + 2);
  empty_key.insert(empty_key.end(), {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 'b', 0, 0});
  empty_key.insert(empty_key.end(), {0, 0});
  EXPECT_EQ(StatusOf(empty_key), HbaStatus::kCacheCorrupted);
  Box nobody = Golden();
  std::fill(nobody.end() - 4, nobody.end(), std::uint8_t{0});
  EXPECT_EQ(StatusOf(nobody), HbaStatus::kCacheCorrupted);
  Box odd = Golden();
  odd.back() = 0;
  odd[odd.size() - 5] = 3;
  odd.pop_back();
  EXPECT_EQ(StatusOf(odd), HbaStatus::kCacheCorrupted);
}

TEST(SecurityCacheBoxTest, SaysWhereTheContentsEnd) {
  const auto place = [](std::size_t size) {
    const Box contents = Golden();
    const Box box = *crypto::Seal(kKind, SealKey(), {contents.data(), size});
    return Refused(SealKey(), box, TwoPorts()).error.place;
  };
  EXPECT_EQ(place(20), "group key");
  EXPECT_EQ(place(45), "keys[0]");
  EXPECT_EQ(place(Golden().size() - 1), "tunnel addresses[0]");
}

TEST(SecurityCacheBoxTest, AnyOctetOfTheContentsMayBeAnything) {
  for (std::size_t at = 0; at < Golden().size(); ++at) {
    for (const int octet : {0, 1, 3, 0x7F, 0xFF}) {
      Box changed = Golden();
      changed[at] = static_cast<std::uint8_t>(octet);
      const Box box = *crypto::Seal(kKind, SealKey(), changed);
      const auto cache = SecurityCache::Restore(SealKey(), box, TwoPorts());
      if (cache) {
        EXPECT_EQ(*cache->Save(SealKey()), box) << at << ": " << octet;
      }
    }
  }
}

TEST(SecurityCacheBoxTest, ListsAscendWithoutDoubles) {
  const auto entry = [](std::uint8_t port, char key) {
    return Box{0, 0, 0,    port, 0, 0,   0, 0, 0,
               0, 0, 0x27, 2,    1, 'b', 0, 1, static_cast<std::uint8_t>(key)};
  };
  const auto contents = [&](const Box& first, const Box& second) {
    Box all(16 + 2);
    all.insert(all.end(), {0, 2});
    all.insert(all.end(), first.begin(), first.end());
    all.insert(all.end(), second.begin(), second.end());
    all.insert(all.end(), {0, 0});
    return all;
  };
  EXPECT_EQ(StatusOf(contents(entry(0, 'x'), entry(1, 'x'))), HbaStatus::kSuccess);
  EXPECT_EQ(StatusOf(contents(entry(1, 'x'), entry(0, 'x'))), HbaStatus::kCacheCorrupted);
  EXPECT_EQ(StatusOf(contents(entry(1, 'x'), entry(1, 'x'))), HbaStatus::kCacheCorrupted);
}

TEST(SecurityCacheBoxTest, AnotherAdapterMayHaveNoPlaceForIt) {
  HbaCapabilities capabilities = TwoPorts();
  capabilities.port_count = 1;
  EXPECT_EQ(StatusOf(Golden(), capabilities), HbaStatus::kInvalidPortNumber);
  capabilities = TwoPorts();
  capabilities.max_entries = 2;
  EXPECT_EQ(StatusOf(Golden(), capabilities), HbaStatus::kCacheFull);
  capabilities.max_entries = 3;
  EXPECT_EQ(StatusOf(Golden(), capabilities), HbaStatus::kSuccess);
  capabilities.functionality = 0x01;  // no tunnel mode
  EXPECT_EQ(StatusOf(Golden(), capabilities), HbaStatus::kRequestNotSupported);
  capabilities = TwoPorts();
  capabilities.security.protect_iscsi = false;
  EXPECT_EQ(StatusOf(Golden(), capabilities), HbaStatus::kRequestNotSupported);
  capabilities.functionality = 0x04;  // no cache
  EXPECT_EQ(StatusOf(Golden(), capabilities), HbaStatus::kCacheNotSupported);
  EXPECT_EQ(SecurityCache(capabilities).Save(SealKey()).error().status,
            HbaStatus::kCacheNotSupported);
}

TEST(SecurityCacheBoxTest, ARefusalNamesThePlace) {
  HbaCapabilities capabilities = TwoPorts();
  capabilities.port_count = 1;
  EXPECT_THAT(Refused(SealKey(), *Full().Save(SealKey()), capabilities).error.Text(),
              HasSubstr("keys[0].PortNumber: is 1"));
}

TEST(SecurityCacheBoxTest, AChangeLeavesNoMarkerInTheBox) {
  SecurityCache cache = Full();
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("other")).ok());
  const auto restored = SecurityCache::Restore(SealKey(), *cache.Save(SealKey()), TwoPorts());
  EXPECT_EQ(restored->generational_guid(), GenerationalGuid{});
}

}  // namespace
}  // namespace iscsi_ike::policy
