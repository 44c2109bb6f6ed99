// DhQueue: which Diffie-Hellman job is to be polled next. Addresses take turns: however many jobs
// one of them causes, the first of another is next. (Start-time fair queueing, with jobs for the
// cost and a table of hashed addresses for the flows.) Jobs of one address go in order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "crypto/dh.hpp"

namespace iscsi_ike::ike {

class DhQueue {
 public:
  // Push enters a job that is done on behalf of an address. Where many wait, those that are no
  // longer `wanted(ticket)` are forgotten first, so that they are never many.
  template <class Wanted>
  void Push(crypto::DhTicket ticket, std::uint64_t hash_of_address, Wanted wanted) {
    if (heap_.size() >= look_through_at_) Forget(wanted);
    heap_.push_back({TurnFor(hash_of_address), number_++, ticket});
    std::ranges::push_heap(heap_, std::greater<>());
  }

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] crypto::DhTicket Top() const { return heap_.front().ticket; }
  void Pop() {
    turn_ = heap_.front().turn;
    std::ranges::pop_heap(heap_, std::greater<>());
    heap_.pop_back();
    if (heap_.empty()) BeginAnew();
  }

 private:
  struct Entry {
    std::uint64_t turn;
    std::uint64_t number;
    crypto::DhTicket ticket;
    friend bool operator>(const Entry& a, const Entry& b) {
      return a.turn != b.turn ? a.turn > b.turn : a.number > b.number;
    }
  };
  static constexpr std::size_t kFew = 64;  // that go in order, whoever they are for
  static constexpr std::size_t kFlows = 1024;
  static constexpr std::size_t kMostKept = 1024;

  std::uint64_t TurnFor(std::uint64_t hash) {
    if (heap_.size() < kFew) return turn_;
    next_turns_.resize(kFlows);
    std::uint64_t& next = next_turns_[hash % kFlows];
    const std::uint64_t turn = std::max(next, turn_);
    next = turn + 1;
    return turn;
  }
  // BeginAnew keeps the room of a few.
  void BeginAnew() {
    if (heap_.capacity() > kMostKept) std::vector<Entry>().swap(heap_);
    std::vector<std::uint64_t>().swap(next_turns_);
    turn_ = 0;
    look_through_at_ = 4 * kFew;
  }
  template <class Wanted>
  void Forget(Wanted wanted) {
    std::erase_if(heap_, [&](const Entry& entry) { return !wanted(entry.ticket); });
    std::ranges::make_heap(heap_, std::greater<>());
    look_through_at_ = 2 * heap_.size() + kFew;
  }

  std::vector<Entry> heap_;
  std::vector<std::uint64_t> next_turns_;  // of each flow; none before there are more than a few
  std::uint64_t turn_ = 0;
  std::uint64_t number_ = 0;
  std::size_t look_through_at_ = 4 * kFew;
};

}  // namespace iscsi_ike::ike
