// Fifo: a queue in one growing buffer. It is drained after every call, so it mostly begins anew
// and, once grown, allocates nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace iscsi_ike::ike {

template <class T>
class Fifo {
 public:
  using Value = T;

  void Push(T value) {
    if (first_ > kFewTaken && first_ * 2 > items_.size()) Close();
    items_.push_back(std::move(value));
  }
  // MakeRoom: so many more can be pushed without memory.
  void MakeRoom(std::size_t more) {
    if (items_.capacity() - items_.size() < more)
      items_.reserve(std::max(items_.size() + more, 2 * items_.capacity()));
  }
  [[nodiscard]] bool empty() const { return first_ == items_.size(); }
  [[nodiscard]] std::size_t size() const { return items_.size() - first_; }
  // At is the one that the call of Pop after so many others will give.
  [[nodiscard]] const T& At(std::size_t ahead) const { return items_[first_ + ahead]; }
  [[nodiscard]] std::optional<T> Pop() {
    if (empty()) return std::nullopt;
    std::optional<T> front(std::move(items_[first_]));
    if (++first_ == items_.size()) Clear();
    return front;
  }

 private:
  static constexpr std::size_t kFewTaken = 64;
  static constexpr std::size_t kMostKept = 65536 / sizeof(T);

  // Close forgets what has been taken, where a caller never takes everything.
  void Close() {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  void Clear() {
    items_.clear();
    if (items_.capacity() > kMostKept) items_.shrink_to_fit();
    first_ = 0;
  }
  std::vector<T> items_;
  std::size_t first_ = 0;
};

}  // namespace iscsi_ike::ike
