// Which job is next: in order as long as there are few, and by turns of addresses when there are
// many; and those that nobody waits for are no burden.
#include "ike/core/dh_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace iscsi_ike::ike {
namespace {

using crypto::DhTicket;

bool All(DhTicket /*ticket*/) { return true; }

std::vector<std::uint64_t> Drain(DhQueue& queue) {
  std::vector<std::uint64_t> tickets;
  for (; !queue.empty(); queue.Pop()) tickets.push_back(static_cast<std::uint64_t>(queue.Top()));
  return tickets;
}

TEST(DhQueue, AFewGoInOrder) {
  DhQueue queue;
  for (std::uint64_t i = 0; i < 64; ++i) queue.Push(DhTicket{i}, i % 3, All);
  const auto tickets = Drain(queue);
  ASSERT_EQ(tickets.size(), 64U);
  EXPECT_TRUE(std::is_sorted(tickets.begin(), tickets.end()));
}

TEST(DhQueue, ManyOfOneAddressGoInOrder) {
  DhQueue queue;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    queue.Push(DhTicket{i}, 7, All);
    if (i % 3 == 0) queue.Pop();
  }
  const auto tickets = Drain(queue);
  EXPECT_EQ(tickets.front(), 1667U);
  EXPECT_TRUE(std::is_sorted(tickets.begin(), tickets.end()));
}

// One address has thousands of jobs, and causes more than are done; another has one now and then.
TEST(DhQueue, WhoCausesManyKeepsNobodyWaiting) {
  DhQueue queue;
  constexpr std::uint64_t kHonest = 1U << 20U;
  std::uint64_t number = 0;
  for (; number < 3000; ++number) queue.Push(DhTicket{number}, 1, All);
  for (std::uint64_t login = 0; login < 100; ++login) {
    queue.Push(DhTicket{kHonest + login}, 2, All);
    int waited = 0;
    for (; static_cast<std::uint64_t>(queue.Top()) < kHonest; ++waited, queue.Pop())
      for (int more = 0; more < 3; ++more) queue.Push(DhTicket{number++}, 1, All);
    // Before the first there are those that went in order.
    EXPECT_LE(waited, login == 0 ? 65 : 1) << login;
    queue.Pop();
  }
}

TEST(DhQueue, AddressesTakeTurns) {
  DhQueue queue;
  for (std::uint64_t i = 0; i < 100; ++i) queue.Push(DhTicket{i}, 0, All);
  for (std::uint64_t address = 1; address <= 3; ++address)
    for (std::uint64_t i = 0; i < 10; ++i) queue.Push(DhTicket{address * 1000 + i}, address, All);
  for (int i = 0; i < 64; ++i) queue.Pop();
  for (int round = 0; round < 10; ++round) {
    std::set<std::uint64_t> served;
    for (int i = 0; i < 4; ++i, queue.Pop())
      served.insert(static_cast<std::uint64_t>(queue.Top()) / 1000);
    EXPECT_EQ(served.size(), 4U) << round;
  }
}

TEST(DhQueue, WhatNobodyWaitsForIsForgotten) {
  DhQueue queue;
  std::size_t most = 0;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    queue.Push(DhTicket{i}, 1,
               [i](DhTicket ticket) { return static_cast<std::uint64_t>(ticket) + 100 > i; });
    most = std::max(most, queue.size());
  }
  EXPECT_LT(most, 1000U);
  const auto tickets = Drain(queue);
  EXPECT_TRUE(std::is_sorted(tickets.begin(), tickets.end()));
  EXPECT_EQ(tickets.back(), 99999U);
}

}  // namespace
}  // namespace iscsi_ike::ike
