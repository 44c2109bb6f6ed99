// No octet of a secret is left in the memory of a process when its time is over: the memory of a
// child is searched for all that it has had, at each stage of a session.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "tests/trust/secrets/child.hpp"

namespace iscsi_ike::trust {
namespace {

struct Setting {
  const char* name;
  const char* word;
  const char* ike;
  const char* esp;
  const char* how;
};

std::string NameOf(const testing::TestParamInfo<Setting>& info) { return info.param.name; }

std::vector<std::uint8_t> DrawKey() {
  std::vector<std::uint8_t> key(32);
  crypto::SystemRandom random;
  EXPECT_TRUE(random.Fill(key));
  return key;
}

// AddStates: what HMAC makes of a key is as good as the key.
void AddStates(MemoryScan& scan, const std::string& name, const std::vector<std::uint8_t>& key,
               crypto::HashAlgorithm hash) {
  const crypto::Prf prf(hash, key);
  const crypto::Hasher inner = prf.Begin();
  // The state stands first in the context of each hash.
  scan.AddPlain(name + " as a state of HMAC",
                {reinterpret_cast<const std::uint8_t*>(&inner), crypto::HashSize(hash)});
  const auto* outer = reinterpret_cast<const std::uint8_t*>(&prf) + sizeof(crypto::Hasher);
  scan.AddPlain(name + " as a state of HMAC", {outer, crypto::HashSize(hash)});
}

bool IsPrfKey(const std::string& name) { return name == "PSK" || name.rfind("SKEYID", 0) == 0; }

// Look tells which secrets stand in the child's memory: the names, and every place for a failure.
struct Sight {
  std::set<std::string> names;
  std::string places;
  std::uint64_t scanned = 0;
};

// BeyondCipherKey: what is the cipher key of a SKEYID_e (RFC 2409 Appendix B) stays with it.
std::vector<std::uint8_t> BeyondCipherKey(const Child& child, std::vector<std::uint8_t> octets) {
  const auto [from, to] = child.secrets().equal_range("Ka");
  for (auto it = from; it != to; ++it) {
    const auto size = static_cast<std::ptrdiff_t>(it->second.size());
    if (it->second.size() > octets.size() ||
        !std::equal(it->second.begin(), it->second.end(), octets.begin()))
      continue;
    octets.erase(octets.begin(), octets.begin() + size);
    break;
  }
  return octets;
}

MemoryScan ScanFor(const Child& child) {
  MemoryScan scan;
  for (const auto& [name, octets] : child.secrets()) {
    scan.Add(name, name == "SKEYID_e" ? BeyondCipherKey(child, octets) : octets);
    if (!IsPrfKey(name)) continue;
    for (const auto hash : {crypto::HashAlgorithm::kSha1, crypto::HashAlgorithm::kSha256,
                            crypto::HashAlgorithm::kSha512})
      AddStates(scan, name, octets, hash);
  }
  return scan;
}

Sight Describe(const std::vector<Found>& found, const Child& child, std::uint64_t scanned) {
  Sight sight;
  sight.scanned = scanned;
  for (const Found& place : found) {
    char address[32];
    std::snprintf(address, sizeof address, "%lx", static_cast<unsigned long>(place.address));
    sight.places += "  " + place.name + " at " + address + " in " + place.mapping + "\n";
    for (const auto& [name, octets] : child.secrets())
      if (place.name == name || place.name.rfind(name + " ", 0) == 0) sight.names.insert(name);
  }
  return sight;
}

Sight Look(const Child& child) {
  std::vector<Found> found;
  std::uint64_t scanned = 0;
  EXPECT_TRUE(ScanFor(child).Scan(child.pid(), found, scanned));
  Sight sight = Describe(found, child, scanned);
  EXPECT_EQ(sight.names.erase("marker"), 1U);  // no secret, and always there
  return sight;
}

using Names = std::set<std::string>;

class SecretsInMemory : public testing::TestWithParam<Setting> {
 protected:
  [[nodiscard]] Child Begin() const {
    const Setting& s = GetParam();
    return Child(ISCSI_IKE_SUBJECT, {s.word, s.ike, s.esp, s.how}, DrawKey());
  }
  std::size_t Follow(std::uint64_t& scanned) const;
};

// Rounds: how often each is tried; the environment may want more than one.
int Rounds() {
  const char* const rounds = std::getenv("ISCSI_IKE_SECRETS_ROUNDS");
  return rounds == nullptr ? 1 : std::max(1, std::atoi(rounds));
}

// Follow takes one child through its stages. Returns how many searches for a secret were made.
std::size_t SecretsInMemory::Follow(std::uint64_t& scanned) const {
  Child child = Begin();
  const auto see = [&](const char* stage) {
    EXPECT_EQ(child.NextStage(), stage);
    const Sight sight = Look(child);
    scanned += sight.scanned;
    return sight;
  };
  // That they are found while they are needed shows that the search is worth something.
  const Sight computing = see("computing");
  EXPECT_EQ(computing.names, (Names{"PSK", "private key"})) << computing.places;
  child.Go();
  const Sight established = see("established");
  EXPECT_EQ(established.names, (Names{"PSK", "SKEYID_d", "SKEYID_a", "Ka", "KEYMAT"}))
      << established.places;
  child.Go();
  const Sight handed = see("handed over");
  EXPECT_FALSE(handed.names.contains("KEYMAT")) << handed.places;
  EXPECT_FALSE(handed.names.contains("key of OpenSSL's AES")) << handed.places;
  EXPECT_TRUE(handed.names.contains("SKEYID_d")) << handed.places;
  child.Go();
  const Sight closed = see("closed");
  EXPECT_EQ(closed.names, Names{"PSK"}) << closed.places;
  child.Go();
  const Sight ended = see("ended");
  EXPECT_EQ(ended.names, Names{}) << ended.places;
  child.Go();
  EXPECT_EQ(child.Wait(), 0);
  return child.secrets().size() * 5;
}

TEST_P(SecretsInMemory, AreGoneWhenTheirTimeIsOver) {
  std::size_t searches = 0;
  std::uint64_t scanned = 0;
  for (int i = Rounds(); i > 0; --i) searches += Follow(scanned);
  RecordProperty("cases", std::to_string(searches));
  RecordProperty(std::string("figure_mib_searched_") + GetParam().name,
                 std::to_string(scanned >> 20U));
}

constexpr std::array<Setting, 8> kSettings{{
    {"Modp1024TripleDes", "0x37", "3des-sha1-modp1024", "3des-sha1", "single"},
    {"Modp2048", "0x37", "aes128-sha256-modp2048", "aes128-sha256", "single"},
    {"Modp2048Lanes", "0x37", "aes256-sha256-modp2048", "aes256gcm16", "lanes"},
    {"Ecp256", "0x37", "aes128-sha256-ecp256", "aes128-sha1", "single"},
    {"Ecp384", "0x3b", "aes256-sha512-ecp384", "aes256-sha512", "single"},
    {"Ecp521Aggressive", "0x3b", "aes192-sha1-ecp521", "aes128ctr-aesxcbc", "single"},
    {"Curve25519", "0x27", "aes256-sha512-curve25519", "aes128-sha256", "single"},
    {"Curve25519LanesAggressive", "0x3b", "aes128-sha256-curve25519", "aes128-sha256", "lanes"},
}};
INSTANTIATE_TEST_SUITE_P(All, SecretsInMemory, testing::ValuesIn(kSettings), NameOf);

}  // namespace
}  // namespace iscsi_ike::trust
