#include "ike/tool/spare_memory.hpp"

#include <malloc.h>

#include <algorithm>

namespace iscsi_ike::ike::tool {

namespace {

constexpr Duration kLookEvery{5000};
constexpr std::size_t kWorthIt = 2U << 20U;

// FreeOctets is of the C library's heap; 0 where it does not tell.
std::size_t FreeOctets() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  return mallinfo2().fordblks;
#else
  return 0;
#endif
}

void Trim() {
#if defined(__GLIBC__)
  (void)malloc_trim(0);
#endif
}

}  // namespace

void SpareMemory::Watch() {
  GiveBack();
  reactor_.After(kLookEvery, [this] { Watch(); });
}

// GiveBack: what is given back stays free in the C library's eyes, and is counted again each time.
void SpareMemory::GiveBack() {
  const std::size_t free = FreeOctets();
  if (free > known_ + kWorthIt) Trim();
  known_ = free > known_ + kWorthIt ? FreeOctets() : std::min(known_, free);
}

}  // namespace iscsi_ike::ike::tool
