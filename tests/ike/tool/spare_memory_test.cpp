// What a storm leaves behind in the heap goes back to the system.
#include "ike/tool/spare_memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

namespace iscsi_ike::ike::tool {
namespace {

constexpr std::size_t kMib = 1U << 20U;

std::size_t Resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  std::size_t resident = 0;
  file >> pages >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Blocks: so many of 1 KiB, written to.
std::vector<std::unique_ptr<char[]>> Blocks(std::size_t count) {
  std::vector<std::unique_ptr<char[]>> blocks(count);
  for (auto& block : blocks) {
    block = std::make_unique<char[]>(1024);
    std::memset(block.get(), 1, 1024);
  }
  return blocks;
}

TEST(SpareMemory, WhatLiesAmongTheLittleThatIsInUseIsGivenBack) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
  GTEST_SKIP() << "another heap than that of the C library";
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "another heap than that of the C library";
#endif
#endif
  net::Reactor reactor;
  SpareMemory spare(reactor);
  auto blocks = Blocks(40 * 1024);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (i % 1024 != 1023) blocks[i].reset();
  const std::size_t kept = Resident();
  spare.Watch();
  EXPECT_LT(Resident() + 30 * kMib, kept);
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
