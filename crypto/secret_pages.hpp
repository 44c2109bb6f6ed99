// SecretPages: whole pages from the system, kept out of swap and core dumps as far as it can be
// had. For the sources of this folder only.
#pragma once

#include <cstddef>

namespace iscsi_ike::crypto {

struct SecretPages {
  void* memory = nullptr;  // zero-filled, aligned to a page; null: there is none
  std::size_t size = 0;    // octets
  bool locked = false;     // RLIMIT_MEMLOCK permitted it
  bool undumped = false;
};

// MapSecretPages maps at least `size` octets.
[[nodiscard]] SecretPages MapSecretPages(std::size_t size);
void UnmapSecretPages(const SecretPages& pages);

// With AddressSanitizer, blocks that are not taken cannot be touched.
void ForbidOctets(const void* memory, std::size_t size);
void PermitOctets(const void* memory, std::size_t size);

}  // namespace iscsi_ike::crypto
