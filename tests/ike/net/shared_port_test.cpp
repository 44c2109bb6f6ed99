// Several transports on one port: a session stays with one, wherever its datagrams come from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>
#include <string>

#include "ike/net/reactor.hpp"
#include "ike/net/udp_transport.hpp"

namespace iscsi_ike::ike::net {
namespace {

using testing::HasSubstr;

Endpoint At(std::string_view address, std::uint16_t port = 0) {
  return {policy::IpAddress::Parse(address).value(), port};
}

// CookieOf makes different ones whose share is not that of their first octets alone.
std::string CookieOf(std::uint32_t number) {
  std::string cookie(8, '\0');
  const std::uint32_t first = number * 2654435761U;
  const std::uint32_t second = number * 40503U + 17;
  for (unsigned i = 0; i < 4; ++i) {
    cookie[i] = static_cast<char>(first >> (24 - 8 * i));
    cookie[4 + i] = static_cast<char>(second >> (24 - 8 * i));
  }
  return cookie;
}

// Strangers: how many of so many first messages, and of one message with a responder's cookie
// behind them, come in where there is little room.
std::pair<std::size_t, std::size_t> Strangers(bool marked, bool apart) {
  Reactor reactor;
  UdpTransport server(reactor);
  UdpTransport* const only = &server;
  const Endpoint bound =
      UdpTransport::BindShared({&only, 1}, At("127.0.0.1"), marked, apart).value();
  EXPECT_EQ(server.bound(), std::vector{bound});
  server.KeepUnread(4096);
  std::size_t first = 0;
  std::size_t answered = 0;
  server.Start([&](std::span<const Arrival> batch) {
    for (const Arrival& a : batch) ++(a.octets.back() == 1 ? answered : first);
  });
  UdpTransport client(reactor);
  const Endpoint from = client.Bind(At("127.0.0.1")).value();
  std::vector<std::uint8_t> message((marked ? 4 : 0) + 1000);
  const Datagram stranger{from, bound, message};
  for (int i = 0; i < 100; ++i) client.Send({&stranger, 1});
  message[(marked ? 4 : 0) + 15] = 7;  // the last octet of the responder's cookie
  message.back() = 1;
  const Datagram answer{from, bound, message};
  client.Send({&answer, 1});
  reactor.After(Duration(100), [&] { reactor.Stop(); });
  reactor.Run();
  EXPECT_EQ(first + answered + server.Lost(), 101U);
  return {first, answered};
}

TEST(ApartPort, StrangersDoNotFillTheRoomOfThoseWhoAnswer) {
  for (const bool marked : {false, true}) {
    const auto [first, answered] = Strangers(marked, true);
    EXPECT_LT(first, 100U);
    EXPECT_EQ(answered, 1U);
    EXPECT_EQ(Strangers(marked, false).second, 0U);
  }
}

class SharedPort : public testing::TestWithParam<bool> {
 protected:
  static constexpr std::size_t kCount = 3;

  void SetUp() override {
    for (std::size_t i = 0; i < kCount; ++i) transports.push_back(&servers.emplace_back(reactor));
    auto bound = UdpTransport::BindShared(transports, At("0.0.0.0"), marked());
    ASSERT_TRUE(bound.ok()) << bound.error().Text();
    place = At("127.0.0.1", bound->port);
    for (std::size_t i = 0; i < kCount; ++i) {
      transports[i]->Start([this, i](std::span<const Arrival> batch) {
        for (const Arrival& arrival : batch) {
          got.emplace(std::string(arrival.octets.begin(), arrival.octets.end()), i);
          ++arrivals;
        }
        if (arrivals >= wanted) reactor.Stop();
      });
    }
  }

  static bool marked() { return GetParam(); }
  static std::string MessageOf(std::uint32_t number) {
    return (marked() ? std::string(4, '\0') : "") + CookieOf(number) + "the rest";
  }
  // SendFromANewPort may send from another address each time, too.
  void SendFromANewPort(const std::string& text, int host) {
    UdpTransport client(reactor);
    const Endpoint from = client.Bind(At("127.0.1." + std::to_string(host))).value();
    const Datagram datagram{from, place, {text.begin(), text.end()}};
    client.Send({&datagram, 1});
  }
  void RunUntil(std::size_t count) {
    wanted = count;
    reactor.After(Duration(2000), [this] { reactor.Stop(); });
    reactor.Run();
    EXPECT_EQ(arrivals, count);
  }

  Reactor reactor;
  std::deque<UdpTransport> servers;
  std::vector<UdpTransport*> transports;
  Endpoint place;
  std::multimap<std::string, std::size_t> got;  // text, and which transport had it
  std::size_t arrivals = 0;
  std::size_t wanted = 0;
};

TEST_P(SharedPort, ASessionStaysWithOneWhereverItComesFrom) {
  constexpr std::uint32_t kSessions = 30;
  for (int round = 1; round <= 4; ++round)
    for (std::uint32_t i = 0; i < kSessions; ++i) SendFromANewPort(MessageOf(i), round);
  RunUntil(std::size_t{4} * kSessions);
  std::set<std::size_t> used;
  for (std::uint32_t i = 0; i < kSessions; ++i) {
    const std::uint32_t share = (i * 2654435761U ^ (i * 40503U + 17)) % kCount;
    const auto [from, to] = got.equal_range(MessageOf(i));
    EXPECT_EQ(std::distance(from, to), 4);
    for (auto it = from; it != to; ++it) EXPECT_EQ(it->second, share) << i;
    used.insert(share);
  }
  EXPECT_EQ(used.size(), kCount);
}

TEST_P(SharedPort, WhatIsNoMessageComesSomewhere) {
  SendFromANewPort("\xff", 1);
  SendFromANewPort("", 1);
  SendFromANewPort("abc", 1);
  SendFromANewPort(std::string("\x12\x34\x56\x78 an ESP packet"), 1);
  RunUntil(4);
}

TEST_P(SharedPort, NobodyElseHasThePort) {
  UdpTransport other(reactor);
  UdpTransport another(reactor);
  const std::vector<UdpTransport*> others{&other, &another};
  const auto refused = UdpTransport::BindShared(others, At("0.0.0.0", place.port), marked());
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().Text(), HasSubstr("in use"));
  EXPECT_TRUE(other.bound().empty());
  EXPECT_FALSE(other.Bind(place).ok());
}

TEST_P(SharedPort, EachAnswersFromThePort) {
  UdpTransport client(reactor);
  std::vector<Endpoint> from;
  const Endpoint at = client.Bind(At("127.0.0.1")).value();
  client.Start([&](std::span<const Arrival> batch) {
    for (const Arrival& arrival : batch) from.push_back(arrival.remote);
    if (from.size() == kCount) reactor.Stop();
  });
  for (UdpTransport* const transport : transports) {
    const Datagram answer{place, at, {1, 2, 3}};
    transport->Send({&answer, 1});
  }
  reactor.After(Duration(2000), [this] { reactor.Stop(); });
  reactor.Run();
  EXPECT_EQ(from, std::vector<Endpoint>(kCount, place));
}

INSTANTIATE_TEST_SUITE_P(Marked, SharedPort, testing::Bool());

}  // namespace
}  // namespace iscsi_ike::ike::net
