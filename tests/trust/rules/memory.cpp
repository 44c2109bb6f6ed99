#include "tests/trust/rules/memory.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> live{0};

// One thread only, in which the engines of a test are called.
constinit std::size_t until_failure = 0;
constinit std::size_t failures_left = 0;
constinit std::size_t failures = 0;

bool MustFail() {
  if (failures_left == 0 || --until_failure != 0) return false;
  until_failure = 1;
  --failures_left;
  ++failures;
  return true;
}

void Give(void* block) noexcept {
  if (block == nullptr) return;
  live -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

// Secrets come from operator new, too (crypto/secret_memory.cpp).
extern "C" {
// NOLINTBEGIN(readability-identifier-naming)
extern const char iscsi_ike_memory_hook;
const char iscsi_ike_memory_hook = 1;
// NOLINTEND(readability-identifier-naming)
}

void* operator new(std::size_t size) {
  void* const block = MustFail() ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) throw std::bad_alloc();
  live += malloc_usable_size(block);
  return block;
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* block) noexcept { Give(block); }
void operator delete(void* block, std::size_t) noexcept { Give(block); }
void operator delete[](void* block) noexcept { Give(block); }
void operator delete[](void* block, std::size_t) noexcept { Give(block); }

namespace iscsi_ike::test {

std::size_t LiveOctets() { return live; }

void FailFrom(std::size_t n, std::size_t times) {
  until_failure = n;
  failures_left = times;
  failures = 0;
}

std::size_t StopFailing() {
  failures_left = 0;
  return failures;
}

}  // namespace iscsi_ike::test
