#include "crypto/secret_pages.hpp"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#include <unistd.h>
#define ISCSI_IKE_HAS_PAGES
#endif

#if defined(__SANITIZE_ADDRESS__)
#define ISCSI_IKE_HAS_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ISCSI_IKE_HAS_ASAN
#endif
#endif
#if defined(ISCSI_IKE_HAS_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

namespace iscsi_ike::crypto {

#if defined(ISCSI_IKE_HAS_PAGES)

SecretPages MapSecretPages(std::size_t size) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  SecretPages pages;
  pages.size = (size + page - 1) / page * page;
  void* const memory =
      ::mmap(nullptr, pages.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return {};
  pages.memory = memory;
  pages.locked = ::mlock(memory, pages.size) == 0;
#if defined(MADV_DONTDUMP)
  pages.undumped = ::madvise(memory, pages.size, MADV_DONTDUMP) == 0;
#endif
#if defined(ISCSI_IKE_HAS_ASAN)
  __lsan_register_root_region(memory, pages.size);  // what lies here may own what does not
#endif
  return pages;
}

void UnmapSecretPages(const SecretPages& pages) {
#if defined(ISCSI_IKE_HAS_ASAN)
  __lsan_unregister_root_region(pages.memory, pages.size);
#endif
  PermitOctets(pages.memory, pages.size);
  ::munmap(pages.memory, pages.size);  // which also unlocks
}

#else

SecretPages MapSecretPages(std::size_t /*size*/) { return {}; }
void UnmapSecretPages(const SecretPages& /*pages*/) {}

#endif

#if defined(ISCSI_IKE_HAS_ASAN)
void ForbidOctets(const void* memory, std::size_t size) { ASAN_POISON_MEMORY_REGION(memory, size); }
void PermitOctets(const void* memory, std::size_t size) {
  ASAN_UNPOISON_MEMORY_REGION(memory, size);
}
#else
void ForbidOctets(const void* /*memory*/, std::size_t /*size*/) {}
void PermitOctets(const void* /*memory*/, std::size_t /*size*/) {}
#endif

}  // namespace iscsi_ike::crypto
