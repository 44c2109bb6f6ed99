// The allocator hook: a program that links this library gives every allocation of C++ in it, and so
// those of libiscsi_ike, to two functions of its own (iscsi_ike.h, under Memory).
#include <cstddef>
#include <exception>
#include <new>

#include "ike/capi/iscsi_ike.h"

// Whoever links the library names this as undefined, so that it is taken whatever the order of
// libraries is.
extern "C" {
// NOLINTBEGIN(readability-identifier-naming)
extern const char iscsi_ike_memory_hook;
const char iscsi_ike_memory_hook = 1;
// NOLINTEND(readability-identifier-naming)
}

namespace {

void* TryAllocate(std::size_t size, std::size_t alignment) {
  return iscsi_ike_allocate(size == 0 ? 1 : size, alignment);
}

void* Allocate(std::size_t size, std::size_t alignment) {
  if (void* memory = TryAllocate(size, alignment)) return memory;
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  std::terminate();
#endif
}

void Release(void* memory) noexcept {
  if (memory != nullptr) iscsi_ike_release(memory);
}

constexpr std::size_t kPlain = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

// The forms that do not throw are here too: a sanitizer has its own otherwise.
void* operator new(std::size_t size) { return Allocate(size, kPlain); }
void* operator new[](std::size_t size) { return Allocate(size, kPlain); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return TryAllocate(size, kPlain);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return TryAllocate(size, kPlain);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment,
                   const std::nothrow_t& /*tag*/) noexcept {
  return TryAllocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment,
                     const std::nothrow_t& /*tag*/) noexcept {
  return TryAllocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { Release(memory); }
void operator delete[](void* memory) noexcept { Release(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { Release(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { Release(memory); }
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept { Release(memory); }
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept { Release(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept { Release(memory); }
void operator delete[](void* memory, std::align_val_t /*alignment*/) noexcept { Release(memory); }
void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  Release(memory);
}
void operator delete[](void* memory, std::size_t /*size*/,
                       std::align_val_t /*alignment*/) noexcept {
  Release(memory);
}
void operator delete(void* memory, std::align_val_t /*alignment*/,
                     const std::nothrow_t& /*tag*/) noexcept {
  Release(memory);
}
void operator delete[](void* memory, std::align_val_t /*alignment*/,
                       const std::nothrow_t& /*tag*/) noexcept {
  Release(memory);
}
