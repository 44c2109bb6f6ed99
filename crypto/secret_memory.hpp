// Where secrets lie: blocks cut from pages of their own, which the system is asked never to write
// to swap (mlock) nor into a core dump (MADV_DONTDUMP), and which are wiped when they are given
// back.
//
// Both are asked for once a region of pages, not once a secret: a Secret costs what an allocation
// costs. Locking is best effort, for RLIMIT_MEMLOCK bounds it (8 MiB as a rule: keys of some 18,000
// established sessions); what is beyond is used all the same, and MeasureSecretMemory tells how
// much. What lies here: every Secret (pre-shared keys, private keys, g^xy, KEYMAT, texts that hold
// keys) and every object that is HeldAsSecret (the keys of a session). What does not: values on the
// stack, which are wiped and not locked, and what OpenSSL and libsodium work with while they
// compute, which is cleared by them or by us when they are done. A child of fork() has copies
// without locks.
//
// Without <sys/mman.h>, and where the allocator hook is linked (libiscsi_ike_memory), secrets come
// from operator new, one by one, and are wiped: whose memory it is decides about its pages.
#pragma once

#include <cstddef>

namespace iscsi_ike::crypto {

// AllocateSecret gives `size` > 0 octets of zero, aligned for anything plain. It fails as operator
// new does. Any thread may call it and give the block back.
[[nodiscard]] void* AllocateSecret(std::size_t size);
// ReleaseSecret wipes and gives back what AllocateSecret(size) gave; null is nothing.
void ReleaseSecret(void* memory, std::size_t size) noexcept;

// SecretMemory counts octets of the whole process.
struct SecretMemory {
  std::size_t in_use = 0;    // of blocks that are taken
  std::size_t reserved = 0;  // of pages for them
  std::size_t locked = 0;    // of these, never swapped
  std::size_t undumped = 0;  // of these, in no core dump
};
[[nodiscard]] SecretMemory MeasureSecretMemory();

// HeldAsSecret is the base of objects that hold secrets in place: new puts them there.
struct HeldAsSecret {
  // NOLINTNEXTLINE(misc-new-delete-overloads): the one below fits, and has the size that is wanted
  static void* operator new(std::size_t size) { return AllocateSecret(size); }
  static void operator delete(void* memory, std::size_t size) noexcept {
    ReleaseSecret(memory, size);
  }
};

}  // namespace iscsi_ike::crypto
