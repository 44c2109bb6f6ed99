// The cache of an HBA by typed calls: MSiSCSI_SecurityConfigOperations without its octets.
#include "policy/security_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace iscsi_ike::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr GenerationalGuid kGuid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr GenerationalGuid kNoGuid{};

crypto::Octets Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
std::string Text(const crypto::Secret& secret) {
  const crypto::Octets octets = secret.Expose();
  return {octets.begin(), octets.end()};
}
IpAddress Address(std::string_view text) { return IpAddress::Parse(text).value(); }
Identity Name(std::string_view text) { return *Identity::Make(2, Bytes(text), ""); }

HbaCapabilities TwoPorts(std::size_t entries = 64) {
  HbaCapabilities capabilities;
  capabilities.port_count = 2;
  capabilities.max_entries = entries;
  return capabilities;
}

template <class Value>
HbaStatus CodeOf(const Result<Value, HbaError>& result) {
  return result ? HbaStatus::kSuccess : result.error().status;
}

struct Fixture : testing::Test {
  HbaStatus Set(std::uint32_t port, std::string_view id, std::string_view key,
                std::uint64_t word = 0x27, std::uint8_t type = 2) {
    return CodeOf(
        cache.SetPresharedKeyForId(port, SecurityFlags(word), type, Bytes(id), Bytes(key)));
  }
  HbaStatus Tunnel(std::uint32_t port, std::string_view destination, std::string_view outer) {
    return CodeOf(cache.SetTunnelModeOuterAddress(port, Address(destination), Address(outer)));
  }
  // "word key", then "group" and the gateway if there are any.
  std::string Found(std::uint32_t port, std::string_view own,
                    std::string_view target = "192.0.2.9") {
    const auto found = cache.Find(port, Address(target), Name(own));
    if (!found) return "nothing";
    std::string text = found->record.flags.ToHex() + " " + Text(found->record.key);
    if (found->group_key) text += " group";
    if (found->tunnel_outer) text += " via " + found->tunnel_outer->ToString();
    return text;
  }
  SecurityCache cache{TwoPorts()};
};
using SecurityCacheTest = Fixture;

TEST_F(SecurityCacheTest, GivesTheWordOfAnIdentityThatHasAKey) {
  EXPECT_EQ(Set(0, "hba.example", "s3cr3t", 0xF0000000'00000027), HbaStatus::kSuccess);
  const auto word = cache.GetPresharedKeyForId(0, 2, Bytes("hba.example"));
  ASSERT_TRUE(word.ok());
  EXPECT_EQ(word->word(), 0xF0000000'00000027);  // reserved bits included
  const auto other = cache.GetPresharedKeyForId(0, 2, Bytes("other.example"));
  EXPECT_EQ(CodeOf(other), HbaStatus::kPresharedKeyUnavailable);
  EXPECT_THAT(other.error().error.Text(), HasSubstr("GetPresharedKeyForId.Id: fqdn:other.example"));
}

TEST_F(SecurityCacheTest, TakesAllFourTypesOfIdentityAndNoOther) {
  EXPECT_EQ(Set(0, {"\xC0\x00\x02\x01", 4}, "k", 1, 1), HbaStatus::kSuccess);
  EXPECT_EQ(Set(0, "hba.example", "k", 1, 2), HbaStatus::kSuccess);
  EXPECT_EQ(Set(0, "me@hba.example", "k", 1, 3), HbaStatus::kSuccess);
  EXPECT_EQ(Set(0, "0123456789abcdef", "k", 1, 5), HbaStatus::kSuccess);
  EXPECT_EQ(cache.key_count(), 4U);
  for (const int type : {0, 4, 6, 9, 11, 255}) {
    EXPECT_EQ(Set(0, "1234", "k", 1, static_cast<std::uint8_t>(type)),
              HbaStatus::kIdTypeNotSupported);
  }
  EXPECT_EQ(Set(0, "123", "k", 1, 1), HbaStatus::kIdIncorrectSize);
  EXPECT_EQ(Set(0, "12345", "k", 1, 1), HbaStatus::kIdIncorrectSize);
  EXPECT_EQ(Set(0, "1234", "k", 1, 5), HbaStatus::kIdIncorrectSize);
  EXPECT_EQ(Set(0, "", "k", 1, 2), HbaStatus::kIdIncorrectSize);
  EXPECT_EQ(Set(0, std::string(256, 'a'), "k", 1, 2), HbaStatus::kIdIncorrectSize);
  EXPECT_EQ(Set(0, "two words", "k", 1, 2), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Set(0, "no-at.example", "k", 1, 3), HbaStatus::kInvalidParameter);
  EXPECT_EQ(cache.key_count(), 4U);
}

TEST_F(SecurityCacheTest, RefusesKeysOfNoSizeOrTooMuch) {
  EXPECT_EQ(Set(0, "a", ""), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Set(0, "a", std::string(kLongestKey + 1, 'k')), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Set(0, "a", std::string(kLongestKey, 'k')), HbaStatus::kSuccess);
  EXPECT_EQ(CodeOf(cache.SetGroupPresharedKey({})), HbaStatus::kInvalidParameter);
  EXPECT_FALSE(cache.has_group_key());
}

TEST_F(SecurityCacheTest, AnEmptyKeyIsNoWishToDelete) {
  Set(0, "a", "mine");
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("ours")).ok());
  EXPECT_EQ(Set(0, "a", ""), HbaStatus::kInvalidParameter);
  EXPECT_EQ(CodeOf(cache.SetGroupPresharedKey({})), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Found(0, "a"), "0x27 mine");
  EXPECT_EQ(Found(0, "b"), "0x0 ours group");
}

TEST_F(SecurityCacheTest, KnowsItsPorts) {
  for (const std::uint32_t port : {0U, 1U, kAllPorts}) {
    EXPECT_EQ(Set(port, "a", "k"), HbaStatus::kSuccess) << port;
    EXPECT_EQ(Tunnel(port, "192.0.2.9", "198.51.100.1"), HbaStatus::kSuccess) << port;
  }
  for (const std::uint32_t port : {2U, 0x7FFFFFFFU, 0xFFFFFFFEU}) {
    EXPECT_EQ(Set(port, "a", "k"), HbaStatus::kInvalidPortNumber) << port;
    EXPECT_EQ(Tunnel(port, "192.0.2.9", "198.51.100.1"), HbaStatus::kInvalidPortNumber) << port;
    EXPECT_EQ(CodeOf(cache.GetPresharedKeyForId(port, 2, Bytes("a"))),
              HbaStatus::kInvalidPortNumber);
    EXPECT_EQ(Found(port, "a"), "nothing");
    EXPECT_TRUE(cache.FindAll(port, Address("192.0.2.9")).empty());
    EXPECT_FALSE(cache.TunnelOuter(port, Address("192.0.2.9")));
  }
  const auto refused = cache.GetPresharedKeyForId(2, 2, Bytes("a"));
  EXPECT_EQ(refused.error().error.Text(),
            "GetPresharedKeyForId.PortNumber: is 2; the adapter has 2 ports, numbered from 0, and "
            "0xffffffff means all");
}

TEST_F(SecurityCacheTest, TheEntryOfThePortWinsOverTheOneForAllPorts) {
  Set(kAllPorts, "a", "all", 0x17);
  EXPECT_EQ(Found(1, "a"), "0x17 all");
  Set(1, "a", "one", 0x27);
  EXPECT_EQ(Found(1, "a"), "0x27 one");
  EXPECT_EQ(Found(0, "a"), "0x17 all");
  EXPECT_EQ(cache.GetPresharedKeyForId(1, 2, Bytes("a"))->word(), 0x27U);
  EXPECT_EQ(cache.GetPresharedKeyForId(0, 2, Bytes("a"))->word(), 0x17U);
  EXPECT_EQ(cache.GetPresharedKeyForId(kAllPorts, 2, Bytes("a"))->word(), 0x17U);
  Set(kAllPorts, "a", "again", 0x57);  // does not reach into the port's own
  EXPECT_EQ(Found(1, "a"), "0x27 one");
  EXPECT_EQ(Found(0, "a"), "0x57 again");
}

TEST_F(SecurityCacheTest, TheEntryOfOnePortIsNotForAll) {
  Set(1, "a", "one");
  EXPECT_EQ(CodeOf(cache.GetPresharedKeyForId(kAllPorts, 2, Bytes("a"))),
            HbaStatus::kPresharedKeyUnavailable);
  EXPECT_EQ(CodeOf(cache.GetPresharedKeyForId(0, 2, Bytes("a"))),
            HbaStatus::kPresharedKeyUnavailable);
}

TEST_F(SecurityCacheTest, TheGroupKeyServesWhoHasNoKeyOfItsOwn) {
  EXPECT_EQ(Found(0, "a"), "nothing");
  EXPECT_EQ(CodeOf(cache.SetGroupPresharedKey(Bytes("ours"))), HbaStatus::kSuccess);
  EXPECT_EQ(Found(0, "a"), "0x0 ours group");
  EXPECT_EQ(CodeOf(cache.GetPresharedKeyForId(0, 2, Bytes("a"))),
            HbaStatus::kPresharedKeyUnavailable);
  Set(kAllPorts, "a", "mine");
  EXPECT_EQ(Found(0, "a"), "0x27 mine");
  EXPECT_EQ(Found(0, "b"), "0x0 ours group");
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("newer")).ok());
  EXPECT_EQ(Found(0, "b"), "0x0 newer group");
}

TEST_F(SecurityCacheTest, SettingAgainReplaces) {
  Set(0, "a", "first", 0x17);
  Set(0, "a", "second", 0x27);
  EXPECT_EQ(cache.key_count(), 1U);
  EXPECT_EQ(Found(0, "a"), "0x27 second");
  Tunnel(0, "192.0.2.9", "198.51.100.1");
  Tunnel(0, "192.0.2.9", "198.51.100.2");
  EXPECT_EQ(cache.tunnel_count(), 1U);
  EXPECT_EQ(Found(0, "a"), "0x27 second via 198.51.100.2");
}

TEST(SecurityCacheLimitTest, AFullCacheStillReplaces) {
  SecurityCache cache(TwoPorts(2));
  const auto set = [&](std::string_view id) {
    return CodeOf(cache.SetPresharedKeyForId(0, SecurityFlags(1), 2, Bytes(id), Bytes("k")));
  };
  const auto tunnel = [&](std::string_view destination) {
    return CodeOf(cache.SetTunnelModeOuterAddress(0, Address(destination), Address("192.0.2.1")));
  };
  EXPECT_EQ(set("a"), HbaStatus::kSuccess);
  EXPECT_EQ(tunnel("192.0.2.9"), HbaStatus::kSuccess);
  EXPECT_EQ(set("b"), HbaStatus::kCacheFull);
  EXPECT_EQ(tunnel("192.0.2.8"), HbaStatus::kCacheFull);
  EXPECT_EQ(set("a"), HbaStatus::kSuccess);
  EXPECT_EQ(tunnel("192.0.2.9"), HbaStatus::kSuccess);
  EXPECT_EQ(CodeOf(cache.SetGroupPresharedKey(Bytes("ours"))), HbaStatus::kSuccess);
  EXPECT_EQ(cache.key_count() + cache.tunnel_count(), 2U);
  EXPECT_TRUE(cache.ClearCache().ok());
  EXPECT_EQ(set("b"), HbaStatus::kSuccess);
}

TEST(SecurityCacheLimitTest, HasAnEndWhateverTheAdapterSays) {
  EXPECT_EQ(SecurityCache(TwoPorts(SIZE_MAX)).capabilities().max_entries, kMostCacheEntries);
}

TEST_F(SecurityCacheTest, TunnelAddressesGoByPortAndDestination) {
  Tunnel(kAllPorts, "192.0.2.9", "198.51.100.1");
  Tunnel(1, "192.0.2.9", "198.51.100.2");
  Tunnel(1, "2001:db8::9", "2001:db8::1");
  EXPECT_EQ(cache.TunnelOuter(0, Address("192.0.2.9"))->ToString(), "198.51.100.1");
  EXPECT_EQ(cache.TunnelOuter(1, Address("192.0.2.9"))->ToString(), "198.51.100.2");
  EXPECT_EQ(cache.TunnelOuter(1, Address("2001:db8::9"))->ToString(), "2001:db8::1");
  EXPECT_FALSE(cache.TunnelOuter(0, Address("2001:db8::9")));
  EXPECT_FALSE(cache.TunnelOuter(0, Address("192.0.2.8")));
  EXPECT_EQ(Tunnel(0, "0.0.0.0", "192.0.2.1"), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Tunnel(0, "192.0.2.1", "::"), HbaStatus::kInvalidParameter);
}

TEST(SecurityCacheCapabilityTest, TunnelModeIsACapability) {
  HbaCapabilities capabilities;
  capabilities.functionality = 0x3B;  // all but IPSEC_TUNNEL_MODE
  SecurityCache cache(capabilities);
  EXPECT_EQ(CodeOf(cache.SetTunnelModeOuterAddress(0, Address("192.0.2.9"), Address("192.0.2.1"))),
            HbaStatus::kRequestNotSupported);
  EXPECT_EQ(cache.tunnel_count(), 0U);
}

TEST(SecurityCacheCapabilityTest, WithoutIpsecNothingIsTaken) {
  HbaCapabilities capabilities;
  capabilities.security.protect_iscsi = false;
  SecurityCache cache(capabilities);
  EXPECT_EQ(CodeOf(cache.SetPresharedKeyForId(0, {}, 2, Bytes("a"), Bytes("k"))),
            HbaStatus::kRequestNotSupported);
  EXPECT_EQ(CodeOf(cache.GetPresharedKeyForId(0, 2, Bytes("a"))), HbaStatus::kRequestNotSupported);
  EXPECT_EQ(CodeOf(cache.SetGroupPresharedKey(Bytes("k"))), HbaStatus::kRequestNotSupported);
  EXPECT_EQ(CodeOf(cache.SetTunnelModeOuterAddress(0, Address("192.0.2.9"), Address("192.0.2.1"))),
            HbaStatus::kRequestNotSupported);
  capabilities.security.protect_isns = true;
  EXPECT_TRUE(SecurityCache(capabilities).SetGroupPresharedKey(Bytes("k")).ok());
}

TEST(SecurityCacheCapabilityTest, WithoutCacheKeysStayInWorkingMemory) {
  HbaCapabilities capabilities;
  capabilities.functionality = 0x3C;
  SecurityCache cache(capabilities);
  EXPECT_TRUE(cache.SetPresharedKeyForId(0, {}, 2, Bytes("a"), Bytes("k")).ok());
  EXPECT_EQ(CodeOf(cache.ClearCache()), HbaStatus::kCacheNotSupported);
  EXPECT_EQ(CodeOf(cache.SetGenerationalGuid(kGuid)), HbaStatus::kCacheNotSupported);
  EXPECT_EQ(cache.key_count(), 1U);
  EXPECT_EQ(cache.generational_guid(), kNoGuid);
  capabilities.functionality = 0x02;  // the other cache bit will do
  EXPECT_TRUE(SecurityCache(capabilities).ClearCache().ok());
}

TEST_F(SecurityCacheTest, ClearingTakesEverything) {
  Set(0, "a", "mine");
  Set(kAllPorts, "b", "hers");
  Tunnel(0, "192.0.2.9", "198.51.100.1");
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("ours")).ok());
  EXPECT_EQ(CodeOf(cache.ClearCache()), HbaStatus::kSuccess);
  EXPECT_EQ(Found(0, "a"), "nothing");
  EXPECT_EQ(cache.key_count(), 0U);
  EXPECT_EQ(cache.tunnel_count(), 0U);
  EXPECT_FALSE(cache.has_group_key());
  EXPECT_TRUE(cache.FindAll(0, Address("192.0.2.9")).empty());
}

// Every success of methods 1, 3, 4 and 5 unsets the marker, a refusal and method 2 leave it.
TEST_F(SecurityCacheTest, TheMarkerDoesNotOutliveAChange) {
  const auto marked_after = [&](auto call) {
    EXPECT_TRUE(cache.SetGenerationalGuid(kGuid).ok());
    EXPECT_EQ(cache.generational_guid(), kGuid);
    call();
    const bool marked = cache.generational_guid() == kGuid;
    EXPECT_TRUE(marked || cache.generational_guid() == kNoGuid);
    return marked;
  };
  EXPECT_FALSE(marked_after([&] { Set(0, "a", "k"); }));
  EXPECT_FALSE(marked_after([&] { Set(0, "a", "k"); }));  // the same again: no oracle
  EXPECT_FALSE(marked_after([&] { (void)cache.SetGroupPresharedKey(Bytes("k")); }));
  EXPECT_FALSE(marked_after([&] { Tunnel(0, "192.0.2.9", "192.0.2.1"); }));
  EXPECT_FALSE(marked_after([&] { (void)cache.ClearCache(); }));
  EXPECT_TRUE(marked_after([&] { Set(7, "a", "k"); }));
  EXPECT_TRUE(marked_after([&] { Set(0, "a", ""); }));
  EXPECT_TRUE(marked_after([&] { (void)cache.SetGroupPresharedKey({}); }));
  EXPECT_TRUE(marked_after([&] { Tunnel(7, "192.0.2.9", "192.0.2.1"); }));
  EXPECT_TRUE(marked_after([&] { (void)cache.GetPresharedKeyForId(0, 2, Bytes("a")); }));
}

TEST_F(SecurityCacheTest, FindAllListsEachIdentityOnceThoseOfThePortFirst) {
  Set(kAllPorts, "b", "all-b", 0x17);
  Set(kAllPorts, "a", "all-a", 0x17);
  Set(1, "c", "one-c");
  Set(1, "b", "one-b");
  Set(0, "z", "other port");
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("ours")).ok());
  std::vector<std::string> texts;
  for (const CachedKey& key : cache.FindAll(1, Address("192.0.2.9"))) {
    texts.push_back(key.record.identity->ToString() + " " + Text(key.record.key));
    EXPECT_FALSE(key.group_key);
    EXPECT_EQ(key.record.peer, Address("192.0.2.9"));
  }
  EXPECT_THAT(texts, ElementsAre("fqdn:b one-b", "fqdn:c one-c", "fqdn:a all-a"));
}

TEST_F(SecurityCacheTest, FindAllFallsBackToTheGroupKeyWithoutIdentity) {
  Set(0, "a", "mine");
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("ours")).ok());
  const auto found = cache.FindAll(1, Address("192.0.2.9"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].group_key);
  EXPECT_FALSE(found[0].record.identity);
  EXPECT_EQ(Text(found[0].record.key), "ours");
}

bool Holds(const std::vector<Reason>& reasons, std::string_view code) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const Reason& reason) { return reason.code == code; });
}

TEST_F(SecurityCacheTest, AnEntryBecomesAPlan) {
  Set(0, "hba.example", "mine", 0x47);
  Tunnel(0, "192.0.2.9", "198.51.100.1");
  TranslateRequest request;
  FillRequest(*cache.Find(0, Address("192.0.2.9"), Name("hba.example")),
              {{}, SecurityFlags(0x0B), {}, {}}, request);
  const Plan plan = Translate(request);
  EXPECT_EQ(plan.outcome, Outcome::kPlan);
  EXPECT_THAT(plan.encapsulations, ElementsAre(Encapsulation::kTunnel));
  EXPECT_EQ(plan.identity, Name("hba.example"));
  EXPECT_TRUE(Holds(plan.reasons, "WORD_FROM_ENTRY"));
  EXPECT_TRUE(Holds(plan.reasons, "EXISTING_POLICY_WINS"));
  EXPECT_TRUE(Holds(plan.reasons, "TUNNEL_OUTER_ADDRESS"));
}

TEST_F(SecurityCacheTest, TheGroupKeyTakesTheWordOfThePortal) {
  EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("ours")).ok());
  TranslateRequest request;
  FillRequest(*cache.Find(0, Address("192.0.2.9"), Name("hba.example")),
              {{}, {}, SecurityFlags(0x27), {}}, request);
  EXPECT_EQ(request.word.word(), 0x27U);
  EXPECT_EQ(request.key_binding, KeyBinding::kGroupKey);
  EXPECT_EQ(request.identity, Name("hba.example"));
  EXPECT_FALSE(request.tunnel_outer);
  EXPECT_TRUE(Holds(Translate(request).reasons, "WORD_FROM_PORTAL"));
  EXPECT_FALSE(Holds(request.prior, "SOURCE_NOT_VALID"));  // it has no word to pass over
}

TEST_F(SecurityCacheTest, RefusalsNeverShowTheKey) {
  const std::string key = "Zq7#kW2!vN9$" + std::string(kLongestKey, 'x');
  const auto refused = {
      cache.SetPresharedKeyForId(0, {}, 2, Bytes("a"), Bytes(key)),
      cache.SetPresharedKeyForId(9, {}, 2, Bytes("a"), Bytes("Zq7#kW2!vN9$")),
      cache.SetPresharedKeyForId(0, {}, 9, Bytes("a"), Bytes("Zq7#kW2!vN9$")),
      cache.SetGroupPresharedKey(Bytes(key)),
  };
  for (const auto& result : refused) {
    ASSERT_FALSE(result.ok());
    EXPECT_THAT(result.error().error.Text(), Not(HasSubstr("Zq7")));
  }
}

TEST(HbaStatusTest, CodesHaveTheNumbersAndNamesOfTheHeader) {
  const std::pair<std::uint32_t, std::string_view> codes[] = {
      {0xEFFF0027, "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE"},
      {0xEFFF002C, "ISDSC_HBA_SECURITY_CACHE_FULL"},
      {0xEFFF002D, "ISDSC_INVALID_PORT_NUMBER"},
      {0xEFFF002F, "ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED"},
      {0xEFFF0030, "ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED"},
      {0xEFFF0031, "ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE"},
      {0xEFFF0035, "ISDSC_NO_TUNNEL_OUTER_MODE_ADDRESS"},
      {0xEFFF0036, "ISDSC_CACHE_CORRUPTED"},
      {0xEFFF0037, "ISDSC_REQUEST_NOT_SUPPORTED"},
      {0xEFFF0056, "ISDSC_INVALID_PARAMETER"},
      {0, "success"},
      {0xEFFF0001, "?"}};
  for (const auto& code : codes) {
    EXPECT_EQ(policy::Name(static_cast<HbaStatus>(code.first)), code.second);
  }
}

}  // namespace
}  // namespace iscsi_ike::policy
