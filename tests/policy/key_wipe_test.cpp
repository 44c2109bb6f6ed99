// No octet of a key stays behind in memory that the parser gives back: every block is searched as
// it is freed, before the allocator can touch it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "policy/config_json.hpp"
#include "policy/iscsicli.hpp"
#include "policy/security_config_wire.hpp"
#include "policy/wmi_binary.hpp"

namespace {

// The key of the tests, as it lies in memory, and as its JSON array lies in the text.
constexpr char kKey[] = "Zq7#kW2!vN9$xR4%";
constexpr char kDigits[] = "90,113,55,35,107,87,50,33";
constexpr std::size_t kHead = 16;  // keeps the size of a block and its alignment

bool searching = false;
int found = 0;

bool Holds(const unsigned char* block, std::size_t size, const char* text) {
  const std::size_t length = 8;  // half of it is too much already
  for (std::size_t i = 0; i + length <= size; ++i) {
    if (std::memcmp(block + i, text, length) == 0) return true;
  }
  return false;
}

void* Allocate(std::size_t size) {
  // Zeroed, so that nothing is found but what was written into this very block.
  auto* block = static_cast<unsigned char*>(std::calloc(1, size + kHead));
  if (block == nullptr) std::abort();
  std::memcpy(block, &size, sizeof size);
  return block + kHead;
}

void Free(void* memory) {
  if (memory == nullptr) return;
  unsigned char* block = static_cast<unsigned char*>(memory) - kHead;
  std::size_t size = 0;
  std::memcpy(&size, block, sizeof size);
  if (searching && (Holds(block + kHead, size, kKey) || Holds(block + kHead, size, kDigits))) {
    ++found;
  }
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Free(memory); }

namespace iscsi_ike::policy {
namespace {

crypto::Octets Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string Numbers() {
  std::string text;
  for (const char c : std::string_view(kKey)) text += std::to_string(int{c}) + ",";
  text.pop_back();
  return text;
}

std::string Wide(const std::string& text) {
  std::string wide = "\xFF\xFE";
  for (const char c : text) wide.append({c, '\0'});
  return wide;
}

// Parses and drops the result; tells how many freed blocks still held the key.
int Leaks(const std::string& text, bool good) {
  crypto::Secret octets = crypto::Secret::CopyOf(Bytes(text));
  found = 0;
  searching = true;
  {
    const auto config = ParseConfig(std::move(octets), "f");
    EXPECT_EQ(config.ok(), good);
  }
  searching = false;
  return found;
}

TEST(KeyWipeTest, TheSearchFindsWhatIsLeftBehind) {
  found = 0;
  searching = true;
  { const std::string copy = std::string("left behind: ") + kKey; }
  searching = false;
  EXPECT_GE(found, 1);
}

TEST(KeyWipeTest, ParsedKeysLeaveNothingBehind) {
  const std::string record =
      R"({"AuthMethod":1,"SecurityFlags":39,"IdType":2,"Id":[97],"Key":[)" + Numbers() + "]}";
  EXPECT_EQ(Leaks(record, true), 0);
  EXPECT_EQ(Leaks(Wide(record), true), 0);
  const std::string own =
      R"({"records":[{"identity":"fqdn:a","key":"text:)" + std::string(kKey) + R"("}]})";
  EXPECT_EQ(Leaks(own, true), 0);
  EXPECT_EQ(Leaks(R"({"records":[{"identity":"fqdn:a","key":"text:\u005a)" +
                      std::string(kKey).substr(1) + R"("}]})",
                  true),
            0);
  EXPECT_EQ(Leaks(R"({"defaults":{"groupKey":[)" + Numbers() + "]}}", true), 0);
}

// LeaksOf likewise, for a reader of another form.
template <class Read>
int LeaksOf(const std::string& text, bool good, Read read) {
  crypto::Secret octets = crypto::Secret::CopyOf(Bytes(text));
  found = 0;
  searching = true;
  {
    const auto config = read(std::move(octets));
    EXPECT_EQ(config.ok(), good);
  }
  searching = false;
  return found;
}

TEST(KeyWipeTest, LinesOfIscsicliLeaveNothingBehind) {
  const auto read = [](crypto::Secret octets) { return ParseIscsicli(std::move(octets), "f"); };
  const std::string key = kKey;
  for (const std::string& line :
       {"PSKey * * 0x27 2 hba.example " + key + " T", "PSKey * * 0x27 2 a \"b " + key + "\" T",
        "GroupKey " + key + " T", "AddTargetPortal a 1 * * 1 1 * * * * * user " + key + " 1",
        "LoginTarget a T * * * * * * * * * * * u " + key + " * " + key + " 0"}) {
    EXPECT_EQ(LeaksOf(line, true, read), 0) << line;
    EXPECT_EQ(LeaksOf(Wide(line), true, read), 0) << line;
    EXPECT_EQ(LeaksOf(line + "\nPSKey", false, read), 0) << line;
  }
  EXPECT_EQ(LeaksOf(key + " * * 0x27", false, read), 0);
  EXPECT_EQ(LeaksOf("PSKey " + key, false, read), 0);
}

TEST(KeyWipeTest, StructuresLeaveNothingBehind) {
  const auto read = [](crypto::Secret octets) {
    return ParseWmiBinary(std::move(octets), WmiBinary::kSetGroupKey, "f");
  };
  EXPECT_EQ(LeaksOf(std::string("\x10\0\0\0", 4) + kKey, true, read), 0);
  EXPECT_EQ(LeaksOf(std::string("\x11\0\0\0", 4) + kKey, false, read), 0);
}

TEST(KeyWipeTest, GrowingKeysLeaveNothingBehind) {
  std::string numbers = Numbers();
  for (int i = 0; i < 5; ++i) numbers += "," + numbers;
  EXPECT_EQ(Leaks(R"({"defaults":{"groupKey":[)" + numbers + "]}}", true), 0);
}

TEST(KeyWipeTest, RefusedTextsLeaveNothingBehind) {
  const std::string start = R"({"records":[{"key":"text:)" + std::string(kKey);
  EXPECT_EQ(Leaks(start, false), 0);
  EXPECT_EQ(Leaks(start + R"(","identity":"x"}]})", false), 0);
  EXPECT_EQ(Leaks(R"({"x":[],"records":[{"key":"text:)" + std::string(kKey) + R"("}]})", false), 0);
  EXPECT_EQ(Leaks(R"({"records":[{"key":")" + std::string(kKey) + R"("}]})", false), 0);
  EXPECT_EQ(Leaks(R"({"Key":[)" + Numbers() + ",256]}", false), 0);
  EXPECT_EQ(Leaks(R"({"Other":")" + std::string(kKey) + R"("}]})", false), 0);
  EXPECT_EQ(Leaks(start + "\xFF", false), 0);
}

// Runs something with a cache that lets it go again.
template <class Use>
int CacheLeaks(Use use) {
  const crypto::Octets key = Bytes(kKey);
  found = 0;
  searching = true;
  {
    SecurityCache cache({});
    EXPECT_TRUE(cache.SetPresharedKeyForId(0, SecurityFlags(0x27), 2, Bytes("b"), key).ok());
    EXPECT_TRUE(cache.SetGroupPresharedKey(key).ok());
    use(cache);
  }
  searching = false;
  return found;
}

TEST(KeyWipeTest, ACacheLeavesNothingBehind) {
  const crypto::Octets key = Bytes(kKey);
  EXPECT_EQ(CacheLeaks([](SecurityCache&) {}), 0);
  EXPECT_EQ(CacheLeaks([](SecurityCache& cache) {
              EXPECT_TRUE(cache.ClearCache().ok());
              searching = false;  // the death of an empty cache proves nothing
            }),
            0);
  EXPECT_EQ(CacheLeaks([](SecurityCache& cache) {
              EXPECT_TRUE(cache.SetPresharedKeyForId(0, {}, 2, Bytes("b"), Bytes("other")).ok());
              EXPECT_TRUE(cache.SetGroupPresharedKey(Bytes("other")).ok());
              searching = false;
            }),
            0);
  EXPECT_EQ(CacheLeaks([&](SecurityCache& cache) {  // growing, shifting and refusing
              for (const std::string_view id : {"c", "a", "d", "aa", "bb", "cc", "dd", "ee"}) {
                EXPECT_TRUE(cache.SetPresharedKeyForId(0, {}, 2, Bytes(id), key).ok());
              }
              EXPECT_FALSE(cache.SetPresharedKeyForId(0, {}, 9, Bytes("a"), key).ok());
              const auto all = cache.FindAll(0, IpAddress::V4({192, 0, 2, 1}));
              EXPECT_EQ(all.size(), 9U);
            }),
            0);
}

TEST(KeyWipeTest, SavingAndRestoringLeavesNothingBehind) {
  const crypto::Octets seal_key = Bytes("0123456789abcdef0123456789abcdef");
  EXPECT_EQ(CacheLeaks([&](SecurityCache& cache) {
              const auto box = cache.Save(seal_key);
              ASSERT_TRUE(box.ok());
              EXPECT_TRUE(SecurityCache::Restore(seal_key, *box, {}).ok());
              HbaCapabilities small;
              small.max_entries = 0;
              EXPECT_FALSE(SecurityCache::Restore(seal_key, *box, small).ok());
            }),
            0);
}

TEST(KeyWipeTest, ACallByOctetsLeavesNothingBehind) {
  std::string in({16, 0, 0, 0});
  in += kKey;
  EXPECT_EQ(CacheLeaks([&](SecurityCache& cache) {
              EXPECT_EQ(Invoke(cache, 3, Bytes(in)).status, HbaStatus::kSuccess);
              EXPECT_NE(Invoke(cache, 3, Bytes(in).first(19)).status, HbaStatus::kSuccess);
            }),
            0);
}

}  // namespace
}  // namespace iscsi_ike::policy
