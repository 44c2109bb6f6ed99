#include "crypto/secret_pool.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <new>

namespace iscsi_ike::crypto {
namespace {

constexpr std::size_t kSlab = 4096;  // octets, and their alignment
constexpr std::size_t kHead = 96;    // octets of a slab that are not for blocks
constexpr std::size_t kFirstRegion = 4;
constexpr std::size_t kLastRegion = 256;  // slabs

}  // namespace

// Region stands in the head of its first slab.
struct SecretPool::Region {
  SecretPages pages;
  std::uint32_t used = 0;  // slabs that have blocks
};

struct SecretPool::Slab {
  Slab* next = nullptr;
  Slab* previous = nullptr;
  Region* region = nullptr;
  std::array<std::uint64_t, 2> taken{};  // a bit for each block
  std::uint16_t size_class = 0;
  std::uint16_t used = 0;
  Region own;  // first slab only

  [[nodiscard]] std::size_t BlockSize() const { return kSizes[size_class]; }
  [[nodiscard]] std::size_t Room() const { return (kSlab - kHead) / BlockSize(); }
  [[nodiscard]] bool IsFull() const { return used == Room(); }
  [[nodiscard]] std::uint8_t* Block(std::size_t index) {
    return reinterpret_cast<std::uint8_t*>(this) + kHead + index * BlockSize();
  }
  [[nodiscard]] void* Take() {
    const std::size_t word = taken[0] == ~std::uint64_t{0} ? 1 : 0;
    const auto bit = static_cast<std::size_t>(std::countr_one(taken[word]));
    taken[word] |= std::uint64_t{1} << bit;
    ++used;
    return Block(64 * word + bit);
  }
  void Give(const void* block) {
    const auto at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(block) - Block(0));
    const std::size_t index = at / BlockSize();
    const std::uint64_t bit = std::uint64_t{1} << (index % 64);
    assert(at % BlockSize() == 0 && (taken[index / 64] & bit) != 0);
    taken[index / 64] &= ~bit;
    --used;
  }
  [[nodiscard]] static Slab* Of(void* block) {
    const std::size_t into = reinterpret_cast<std::uintptr_t>(block) & (kSlab - 1);
    return reinterpret_cast<Slab*>(static_cast<std::uint8_t*>(block) - into);
  }
};

void SecretPool::Chain::Push(Slab* slab) {
  slab->previous = nullptr;
  slab->next = first;
  if (first != nullptr) first->previous = slab;
  first = slab;
}

void SecretPool::Chain::Remove(Slab* slab) {
  (slab->previous == nullptr ? first : slab->previous->next) = slab->next;
  if (slab->next != nullptr) slab->next->previous = slab->previous;
}

std::size_t SecretPool::ClassOf(std::size_t size) {
  return static_cast<std::size_t>(std::ranges::lower_bound(kSizes, size) - kSizes.begin());
}

void* SecretPool::Take(std::size_t size) {
  const std::lock_guard lock(mutex_);
  const std::size_t size_class = ClassOf(size);
  if (size_class == kSizes.size()) return TakePages(size);
  Slab* const slab = SlabFor(size_class);
  if (slab == nullptr) return nullptr;
  void* const block = slab->Take();
  if (slab->IsFull()) with_room_[size_class].Remove(slab);
  counts_.in_use += slab->BlockSize();
  PermitOctets(block, size);
  return block;
}

void SecretPool::Give(void* block, std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (ClassOf(size) == kSizes.size()) return GivePages(block, size);
  Slab* const slab = Slab::Of(block);
  assert(slab->size_class == ClassOf(size));
  ForbidOctets(block, size);
  const bool was_full = slab->IsFull();
  slab->Give(block);
  counts_.in_use -= slab->BlockSize();
  if (was_full) with_room_[slab->size_class].Push(slab);
  if (slab->used == 0) Retire(slab);
}

SecretMemory SecretPool::Measure() {
  const std::lock_guard lock(mutex_);
  return counts_;
}

// SlabFor gives a slab of that size with room, first of its chain; null without memory.
SecretPool::Slab* SecretPool::SlabFor(std::size_t size_class) {
  Chain& chain = with_room_[size_class];
  if (chain.first != nullptr) return chain.first;
  if (unused_.first == nullptr && !AddRegion()) return nullptr;
  Slab* const slab = unused_.first;
  unused_.Remove(slab);
  if (slab->region->used++ == 0 && spare_ == slab->region) spare_ = nullptr;
  slab->size_class = static_cast<std::uint16_t>(size_class);
  chain.Push(slab);
  return slab;
}

bool SecretPool::AddRegion() {
  const std::size_t slabs =
      regions_ < 8 ? std::min(kFirstRegion << regions_, kLastRegion) : kLastRegion;
  const SecretPages pages = MapSecretPages(slabs * kSlab);
  if (pages.memory == nullptr) return false;
  auto* const octets = static_cast<std::uint8_t*>(pages.memory);
  Region* region = nullptr;
  for (std::size_t at = 0; at < pages.size; at += kSlab) {
    auto* const slab = new (octets + at) Slab;
    if (region == nullptr) {
      slab->own.pages = pages;
      region = &slab->own;
    }
    slab->region = region;
    ForbidOctets(octets + at + kHead, kSlab - kHead);
    unused_.Push(slab);
  }
  ++regions_;
  Count(pages, true);
  return true;
}

// Retire takes a slab without blocks out of use.
void SecretPool::Retire(Slab* slab) {
  with_room_[slab->size_class].Remove(slab);
  unused_.Push(slab);
  if (--slab->region->used > 0) return;
  if (spare_ != nullptr) DropRegion(spare_);
  spare_ = slab->region;
  if (counts_.in_use == 0) DropRegion(spare_);
}

void SecretPool::DropRegion(Region* region) {
  const SecretPages pages = region->pages;
  auto* const octets = static_cast<std::uint8_t*>(pages.memory);
  for (std::size_t at = 0; at < pages.size; at += kSlab)
    unused_.Remove(reinterpret_cast<Slab*>(octets + at));
  if (spare_ == region) spare_ = nullptr;
  --regions_;
  Count(pages, false);
  UnmapSecretPages(pages);
}

// TakePages puts what the pages are in front of the block.
void* SecretPool::TakePages(std::size_t size) {
  static_assert(sizeof(Slab) <= kHead && kHead % 16 == 0 && sizeof(SecretPages) <= kHead);
  if (size > PTRDIFF_MAX) return nullptr;  // nor would the sums below be right
  const SecretPages pages = MapSecretPages(size + kHead);
  if (pages.memory == nullptr) return nullptr;
  new (pages.memory) SecretPages(pages);
  Count(pages, true);
  counts_.in_use += pages.size;
  return static_cast<std::uint8_t*>(pages.memory) + kHead;
}

void SecretPool::GivePages(void* block, std::size_t /*size*/) {
  const SecretPages pages =
      *reinterpret_cast<SecretPages*>(static_cast<std::uint8_t*>(block) - kHead);
  counts_.in_use -= pages.size;
  Count(pages, false);
  UnmapSecretPages(pages);
  if (counts_.in_use == 0 && spare_ != nullptr) DropRegion(spare_);
}

void SecretPool::Count(const SecretPages& pages, bool added) {
  const auto change = [added, &pages](std::size_t& count, bool applies) {
    if (!applies) return;
    added ? count += pages.size : count -= pages.size;
  };
  change(counts_.reserved, true);
  change(counts_.locked, pages.locked);
  change(counts_.undumped, pages.undumped);
}

}  // namespace iscsi_ike::crypto
