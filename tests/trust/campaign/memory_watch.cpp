#include "tests/trust/campaign/memory_watch.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace iscsi_ike::trust {
namespace {

// Head stands in front of each block.
struct Head {
  MemoryAccount* account;
  void* raw;   // what malloc gave
  Head* next;  // freed, not yet swept
  std::uint32_t mark;
  std::uint32_t reserved;
  std::size_t size;
  std::size_t filler;
};
static_assert(sizeof(Head) % 16 == 0);
constexpr std::uint32_t kLive = 0x11feb10c;
constexpr std::uint32_t kFreed = 0xdeadb10c;
constexpr int kPoison = 0xdb;

// Fingerprints is a set of eight octets as numbers, behind a filter of bits that stays in the
// processor's nearest cache. Clear takes as long as there is something to forget.
class Fingerprints {
 public:
  void Add(std::uint64_t value) {
    if (value == 0) return;  // nothing that could be told from empty memory
    const std::size_t bit = BitOf(value);
    const std::size_t at = SlotOf(value, bit);
    if (slots_[at] == value) return;
    if (count_ == used_.size()) {
      (void)std::fputs("more secrets than can be searched for\n", stderr);
      std::abort();
    }
    bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    slots_[at] = value;
    used_[count_++] = static_cast<std::uint32_t>(at);
  }
  [[nodiscard]] bool Has(std::uint64_t value) const {
    const std::size_t bit = BitOf(value);
    if ((bits_[bit / 64] >> (bit % 64) & 1U) == 0) return false;
    return value != 0 && slots_[SlotOf(value, bit)] == value;
  }
  void Clear() {
    for (; count_ != 0; --count_) {
      std::uint64_t& slot = slots_[used_[count_ - 1]];
      bits_[BitOf(slot) / 64] = 0;
      slot = 0;
    }
  }

 private:
  static constexpr std::size_t kBits = std::size_t{1} << 17;
  static constexpr std::size_t kSlots = 2 * kBits;
  [[nodiscard]] static std::size_t BitOf(std::uint64_t value) {
    return (value * 0x9e3779b97f4a7c15ULL) >> 47U;
  }
  // SlotOf is where the value is, or where it would be.
  [[nodiscard]] std::size_t SlotOf(std::uint64_t value, std::size_t bit) const {
    std::size_t at = bit * (kSlots / kBits);
    while (slots_[at] != 0 && slots_[at] != value) at = (at + 1) % kSlots;
    return at;
  }
  std::array<std::uint64_t, kBits / 64> bits_{};
  std::array<std::uint64_t, kSlots> slots_{};
  std::array<std::uint32_t, kSlots / 2> used_{};  // slots, in the order in which they were taken
  std::size_t count_ = 0;
};

// The state is plain and constant-initialised: operator new runs before main.
constinit MemoryAccount* current = nullptr;
constinit Head* freed = nullptr;
constinit std::uint64_t until_failure = 0;  // 0: none is to fail
constinit std::uint64_t failures_left = 0;
constinit std::uint64_t failures = 0;
constinit MemoryFigures figures;
constinit Fingerprints fingerprints;

std::uint64_t NumberAt(const std::uint8_t* octets) {
  std::uint64_t value = 0;
  std::memcpy(&value, octets, sizeof value);
  return value;
}

bool MustFail() {
  if (current == nullptr || failures_left == 0) return false;
  if (until_failure > 1) {
    --until_failure;
    return false;
  }
  --failures_left;
  ++failures;
  ++figures.failed;
  return true;
}

void* TryAllocate(std::size_t size, std::size_t alignment) {
  if (MustFail()) return nullptr;
  auto* raw = static_cast<std::uint8_t*>(std::malloc(size + sizeof(Head) + alignment));
  if (raw == nullptr) return nullptr;
  auto at = reinterpret_cast<std::uintptr_t>(raw) + sizeof(Head);
  at = (at + alignment - 1) / alignment * alignment;
  auto* const block = raw + (at - reinterpret_cast<std::uintptr_t>(raw));
  auto* const head = reinterpret_cast<Head*>(block) - 1;
  *head = {current, raw, nullptr, kLive, 0, size, 0};
  if (current != nullptr) {
    current->held += size;
    ++current->blocks;
    ++current->allocations;
  }
  return block;
}

void* Allocate(std::size_t size, std::size_t alignment) {
  if (void* block = TryAllocate(size, alignment)) return block;
  throw std::bad_alloc();
}

void Release(void* block) {
  if (block == nullptr) return;
  auto* const head = static_cast<Head*>(block) - 1;
  if (head->mark != kLive) {
    std::fputs(head->mark == kFreed ? "memory freed twice\n" : "freed what is no block\n", stderr);
    std::abort();
  }
  head->mark = kFreed;
  if (head->account == nullptr) return std::free(head->raw);
  head->account->held -= head->size;
  --head->account->blocks;
  head->next = freed;
  freed = head;
}

// HoldsSecret: where the first one begins; size: nowhere.
std::size_t SecretIn(const std::uint8_t* octets, std::size_t size) {
  for (std::size_t at = 0; at + 8 <= size; ++at)
    if (fingerprints.Has(NumberAt(octets + at))) return at;
  return size;
}

}  // namespace

Within::Within(MemoryAccount* account) : before_(current) { current = account; }
Within::~Within() { current = before_; }

void FailFrom(std::uint64_t n, std::uint64_t times) {
  until_failure = n;
  failures_left = times;
  failures = 0;
}

std::uint64_t StopFailing() {
  failures_left = 0;
  return std::exchange(failures, 0);
}

void Learn(crypto::Octets secret) {
  if (secret.size() < 8) return;
  ++figures.secrets;
  fingerprints.Add(NumberAt(secret.data()));
  fingerprints.Add(NumberAt(secret.data() + secret.size() - 8));
}

void ForgetSecrets() { fingerprints.Clear(); }

bool Sweep(Found& found) {
  bool clean = true;
  while (freed != nullptr) {
    Head* const head = freed;
    freed = head->next;
    auto* const octets = reinterpret_cast<std::uint8_t*>(head + 1);
    const std::size_t at = SecretIn(octets, head->size);
    if (at != head->size) {
      clean = false;
      found = {head->size, at};
    }
    ++figures.blocks_swept;
    figures.octets_swept += head->size;
    std::memset(octets, kPoison, head->size);
    std::free(head->raw);
  }
  return clean;
}

const MemoryFigures& Memory() { return figures; }

}  // namespace iscsi_ike::trust

using iscsi_ike::trust::Allocate;
using iscsi_ike::trust::Release;
using iscsi_ike::trust::TryAllocate;
namespace {
constexpr std::size_t kPlain = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
std::size_t Number(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }
}  // namespace

// Secrets come from operator new, too (crypto/secret_memory.cpp): so they may fail, and are swept.
extern "C" {
// NOLINTBEGIN(readability-identifier-naming)
extern const char iscsi_ike_memory_hook;
const char iscsi_ike_memory_hook = 1;
// NOLINTEND(readability-identifier-naming)
}

void* operator new(std::size_t size) { return Allocate(size, kPlain); }
void* operator new[](std::size_t size) { return Allocate(size, kPlain); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return TryAllocate(size, kPlain);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return TryAllocate(size, kPlain);
}
void* operator new(std::size_t size, std::align_val_t a) { return Allocate(size, Number(a)); }
void* operator new[](std::size_t size, std::align_val_t a) { return Allocate(size, Number(a)); }
void operator delete(void* block) noexcept { Release(block); }
void operator delete[](void* block) noexcept { Release(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { Release(block); }
void operator delete[](void* block, std::size_t /*size*/) noexcept { Release(block); }
void operator delete(void* block, const std::nothrow_t& /*tag*/) noexcept { Release(block); }
void operator delete[](void* block, const std::nothrow_t& /*tag*/) noexcept { Release(block); }
void operator delete(void* block, std::align_val_t /*a*/) noexcept { Release(block); }
void operator delete[](void* block, std::align_val_t /*a*/) noexcept { Release(block); }
void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*a*/) noexcept {
  Release(block);
}
void operator delete[](void* block, std::size_t /*size*/, std::align_val_t /*a*/) noexcept {
  Release(block);
}
