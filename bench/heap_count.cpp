#include "bench/heap_count.hpp"

#include <errno.h>
#include <malloc.h>

#include <cstddef>

#include "crypto/secret_memory.hpp"

// The C library's own names of what is replaced below (glibc).
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace iscsi_ike::bench {
namespace {

HeapCount heap;

// Each block has its size in front of it.
std::int64_t SizeOf(void* block) {
  return static_cast<std::int64_t>(malloc_usable_size(block) + sizeof(std::size_t));
}

void* Taken(void* block) {
  if (block == nullptr) return nullptr;
  heap.octets += SizeOf(block);
  ++heap.blocks;
  ++heap.allocations;
  return block;
}

void Given(void* block) {
  if (block == nullptr) return;
  heap.octets -= SizeOf(block);
  --heap.blocks;
}

}  // namespace

HeapCount HeapNow() {
  HeapCount now = heap;
  now.octets += static_cast<std::int64_t>(crypto::MeasureSecretMemory().in_use);
  return now;
}

}  // namespace iscsi_ike::bench

using iscsi_ike::bench::Given;
using iscsi_ike::bench::Taken;

extern "C" {

void* malloc(std::size_t size) { return Taken(__libc_malloc(size)); }

void* calloc(std::size_t count, std::size_t size) { return Taken(__libc_calloc(count, size)); }

void* realloc(void* block, std::size_t size) {
  Given(block);
  void* const grown = __libc_realloc(block, size);
  // Nothing has changed when there was no room; an allocation that failed is none.
  if (grown == nullptr && size != 0 && block != nullptr) {
    Taken(block);
    return nullptr;
  }
  return Taken(grown);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return Taken(__libc_memalign(alignment, size));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return Taken(__libc_memalign(alignment, size));
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = Taken(__libc_memalign(alignment, size));
  return *block == nullptr ? ENOMEM : 0;
}

void free(void* block) {
  Given(block);
  __libc_free(block);
}
}
