// HeapCount: what this program has on the heap, whoever asked for it (new, malloc, OpenSSL,
// libsodium's ordinary memory): heap_count.cpp stands in front of the C library's allocator. The
// octets of secrets, which have pages of their own, are counted with it. One thread at a time.
#pragma once

#include <cstdint>

namespace iscsi_ike::bench {

struct HeapCount {
  std::int64_t octets = 0;       // in use, as the allocator rounds them, with its own header
  std::int64_t blocks = 0;       // in use
  std::int64_t allocations = 0;  // ever made, growth of a block included
  friend HeapCount operator-(const HeapCount& a, const HeapCount& b) {
    return {a.octets - b.octets, a.blocks - b.blocks, a.allocations - b.allocations};
  }
};

[[nodiscard]] HeapCount HeapNow();

}  // namespace iscsi_ike::bench
