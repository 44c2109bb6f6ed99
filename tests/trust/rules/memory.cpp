#include "tests/trust/rules/memory.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> live{0};

void Give(void* block) noexcept {
  if (block == nullptr) return;
  live -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) {
  void* const block = std::malloc(size == 0 ? 1 : size);
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

}  // namespace iscsi_ike::test
