// Where secrets lie: blocks of zeros that do not overlap, in pages that are locked and not dumped
// as far as the system allows, and given back to it.
#include "crypto/secret_memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "crypto/secret.hpp"
#include "tests/support/mapping_flags.hpp"

namespace iscsi_ike::crypto {
namespace {

// Sanitizers let nobody lock memory, and say that they have.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLocks = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kLocks = false;
#else
constexpr bool kLocks = true;
#endif
#else
constexpr bool kLocks = true;
#endif

struct Block {
  std::uint8_t* octets = nullptr;
  std::size_t size = 0;
  std::uint8_t mark = 0;
};

Block TakeBlock(std::size_t size, std::uint8_t mark) {
  auto* const octets = static_cast<std::uint8_t*>(AllocateSecret(size));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(octets) % 16, 0U);
  EXPECT_TRUE(std::all_of(octets, octets + size, [](auto o) { return o == 0; })) << size;
  std::fill_n(octets, size, mark);
  return {octets, size, mark};
}

void GiveBlock(const Block& block) {
  EXPECT_TRUE(std::all_of(block.octets, block.octets + block.size,
                          [&](auto o) { return o == block.mark; }));
  ReleaseSecret(block.octets, block.size);
}

std::string FlagsOf(const void* address) {
  return test::MappingFlags(getpid(), reinterpret_cast<std::uintptr_t>(address));
}

// Exercise takes and gives back at random, of every size that there is a rule for.
void Exercise(std::uint32_t seed) {
  std::minstd_rand random(seed);
  const std::size_t sizes[] = {1,   16,  31,  32,  33,   64,   100,  193,  256,  440,
                               512, 744, 801, 999, 1344, 2000, 2001, 4000, 4001, 70000};
  std::vector<Block> blocks;
  for (int i = 0; i < 20000; ++i) {
    if (blocks.size() < 300 && random() % 2 == 0) {
      blocks.push_back(TakeBlock(sizes[random() % std::size(sizes)],
                                 static_cast<std::uint8_t>(1 + random() % 255)));
    } else if (!blocks.empty()) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      GiveBlock(blocks.back());
      blocks.pop_back();
    }
  }
  for (const Block& block : blocks) GiveBlock(block);
}

TEST(SecretMemory, RefusesWhatNobodyHas) {
  for (const std::size_t size : {SIZE_MAX, SIZE_MAX - 4096, std::size_t{PTRDIFF_MAX}})
    EXPECT_THROW((void)AllocateSecret(size), std::bad_alloc);
}

TEST(SecretMemory, GivesZerosThatNobodyElseHasAndTakesAllBack) {
  const SecretMemory before = MeasureSecretMemory();
  Exercise(1);
  const SecretMemory after = MeasureSecretMemory();
  EXPECT_EQ(after.in_use, before.in_use);
  EXPECT_LE(after.reserved, before.reserved + (std::size_t{1} << 20));
}

TEST(SecretMemory, ServesThreadsAtOnce) {
  const SecretMemory before = MeasureSecretMemory();
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < 4; ++i) threads.emplace_back(Exercise, i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(MeasureSecretMemory().in_use, before.in_use);
}

TEST(SecretMemory, GivesEverythingBackWhenNobodyHasASecret) {
  if (MeasureSecretMemory().in_use != 0) GTEST_SKIP() << "another test keeps one";
  std::vector<Secret> many;
  for (int i = 0; i < 3000; ++i) many.emplace_back(900);
  EXPECT_GE(MeasureSecretMemory().reserved, 3000U * 900U);
  many.clear();
  EXPECT_EQ(MeasureSecretMemory().reserved, 0U);
  EXPECT_EQ(MeasureSecretMemory().locked, 0U);
  EXPECT_EQ(MeasureSecretMemory().undumped, 0U);
}

TEST(SecretMemory, IsLockedAndNotDumped) {
  const Secret small(32);
  const Secret large(100000);
  const SecretMemory memory = MeasureSecretMemory();
  EXPECT_GE(memory.reserved, 100032U);
  EXPECT_EQ(memory.undumped, memory.reserved);
  rlimit limit{};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  for (const Secret* secret : {&small, &large}) {
    const std::string flags = FlagsOf(secret->Expose().data());
    EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
    if (kLocks && limit.rlim_cur >= (1U << 20U)) {
      EXPECT_NE(flags.find(" lo "), std::string::npos) << flags;
    }
  }
}

// Held: an object that is made with new.
struct Held : HeldAsSecret {
  std::uint64_t a = 7;
};

TEST(SecretMemory, HoldsObjects) {
  const SecretMemory before = MeasureSecretMemory();
  auto held = std::make_unique<Held>();
  EXPECT_EQ(held->a, 7U);
  EXPECT_NE(FlagsOf(held.get()).find(" dd "), std::string::npos);
  EXPECT_GT(MeasureSecretMemory().in_use, before.in_use);
  held.reset();
  EXPECT_EQ(MeasureSecretMemory().in_use, before.in_use);
}

// WithoutLocks: 0 when secrets can be had by a process that may lock nothing.
int WithoutLocks() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) return 2;
  if (getuid() == 0 && setresuid(65534, 65534, 65534) != 0) return 3;  // and with it CAP_IPC_LOCK
  std::vector<Secret> many;
  for (int i = 0; i < 3000; ++i) many.emplace_back(900);
  const SecretMemory memory = MeasureSecretMemory();
  if (kLocks && memory.locked != 0) return 4;
  return memory.reserved >= std::size_t{3000} * 900 && memory.undumped == memory.reserved ? 0 : 5;
}

TEST(SecretMemory, IsUsedUnlockedWhereNothingMayBeLocked) {
  if (MeasureSecretMemory().in_use != 0) GTEST_SKIP() << "another test keeps a secret";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(WithoutLocks());
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << WEXITSTATUS(status);
}

#if defined(__SANITIZE_ADDRESS__)
TEST(SecretMemoryDeath, ABlockThatWasGivenBackCannotBeRead) {
  const Secret stays(8);
  Secret secret(8);
  const volatile std::uint8_t* const octets = secret.Expose().data();
  secret.Clear();
  EXPECT_DEATH(static_cast<void>(octets[0]), "use-after-poison");
}
#endif

}  // namespace
}  // namespace iscsi_ike::crypto
