// FlatTable: an open-addressing hash table of small values, pointers to sessions for one, that know
// their own key. One allocation for the whole table, no node for each value; a look-up reads one or
// two cache lines of it and the value that it finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "crypto/exhaustion.hpp"

namespace iscsi_ike::ike {

// Traits has `Value` (`Value{}` stands for none), `Key`, `Key KeyOf(const Value&) const` and
// `std::uint64_t HashOf(const Key&) const`. A value's key must not change while it is in the table.
template <class Traits>
class FlatTable {
 public:
  using Value = typename Traits::Value;
  using Key = typename Traits::Key;

  explicit FlatTable(Traits traits = {}) : traits_(traits) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t slots() const { return slots_.size(); }
  [[nodiscard]] const Traits& traits() const { return traits_; }
  // Find is the value with this key, or Value{}.
  [[nodiscard]] Value Find(const Key& key) const {
    if (size_ == 0) return {};
    return slots_[Locate(key, Mixed(key))].value;
  }
  // Put enters a value, in the place of one with the same key. A table that has become much too
  // large gives its room back.
  void Put(Value value) {
    if ((size_ + 1) * 4 > slots_.size() * 3)
      Resize(slots_.empty() ? kFirstSize : slots_.size() * 2);
    if (slots_.size() > kFewSlots && (size_ + 1) * 16 < slots_.size())
      (void)crypto::Completes([this] { Resize(slots_.size() / 4); });
    const Key key = traits_.KeyOf(value);
    const std::uint32_t hash = Mixed(key);
    Slot& slot = slots_[Locate(key, hash)];
    if (slot.value == Value{}) ++size_;
    slot = {value, hash};
  }
  // Erase removes this very value; another one with the same key stays, and none is none.
  void Erase(Value value) {
    if (size_ == 0 || value == Value{}) return;
    const Key key = traits_.KeyOf(value);
    const std::size_t at = Locate(key, Mixed(key));
    if (!(slots_[at].value == value)) return;
    Close(at);
    --size_;
  }
  template <class Do>
  void ForEach(Do action) const {
    for (const Slot& slot : slots_)
      if (!(slot.value == Value{})) action(slot.value);
  }

 private:
  struct Slot {
    Value value{};
    std::uint32_t hash = 0;
  };
  static constexpr std::size_t kFirstSize = 4;  // a session has few message IDs
  static constexpr std::size_t kFewSlots = 1024;

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  [[nodiscard]] std::uint32_t Mixed(const Key& key) const {
    return static_cast<std::uint32_t>((traits_.HashOf(key) * 0x9e3779b97f4a7c15ULL) >> 32U);
  }
  // Locate: where the key is, or the empty slot where it would be. There is always an empty one.
  [[nodiscard]] std::size_t Locate(const Key& key, std::uint32_t hash) const {
    std::size_t at = hash & mask();
    for (; !(slots_[at].value == Value{}); at = (at + 1) & mask())
      if (slots_[at].hash == hash && traits_.KeyOf(slots_[at].value) == key) break;
    return at;
  }
  // Close moves later values of the same run into the gap, so that no look-up ends too early.
  void Close(std::size_t gap) {
    for (std::size_t at = (gap + 1) & mask(); !(slots_[at].value == Value{});
         at = (at + 1) & mask()) {
      const std::size_t home = slots_[at].hash & mask();
      if (((at - home) & mask()) < ((at - gap) & mask())) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = {};
  }
  void Resize(std::size_t slots) {
    std::vector<Slot> old(slots);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.value == Value{}) continue;
      std::size_t at = slot.hash & mask();
      while (!(slots_[at].value == Value{})) at = (at + 1) & mask();
      slots_[at] = slot;
    }
  }

  Traits traits_;
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace iscsi_ike::ike
