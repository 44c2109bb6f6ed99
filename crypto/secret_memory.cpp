#include "crypto/secret_memory.hpp"

#include <cstring>
#include <exception>
#include <new>

#include "crypto/secret.hpp"
#include "crypto/secret_pool.hpp"

// Of libiscsi_ike_memory; null where that is not linked.
extern "C" {
// NOLINTNEXTLINE(readability-identifier-naming)
extern const char iscsi_ike_memory_hook __attribute__((weak));
}

namespace iscsi_ike::crypto {
namespace {

// One for all threads. Never destroyed: secrets of static objects may die after it.
constinit SecretPool pool;

bool UsesPool() {
#if __has_include(<sys/mman.h>)
  return &iscsi_ike_memory_hook == nullptr;
#else
  return false;
#endif
}

}  // namespace

void* AllocateSecret(std::size_t size) {
  if (UsesPool()) {
    if (void* const memory = pool.Take(size)) return memory;
#if defined(__cpp_exceptions)
    throw std::bad_alloc();
#else
    std::terminate();
#endif
  }
  void* const memory = ::operator new(size);
  std::memset(memory, 0, size);
  return memory;
}

void ReleaseSecret(void* memory, std::size_t size) noexcept {
  if (memory == nullptr) return;
  Wipe({static_cast<std::uint8_t*>(memory), size});
  UsesPool() ? pool.Give(memory, size) : ::operator delete(memory);
}

SecretMemory MeasureSecretMemory() { return pool.Measure(); }

}  // namespace iscsi_ike::crypto
