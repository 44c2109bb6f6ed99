// UdpTransport on real loopback sockets. The only tests of the project that wait for real time.
#include "ike/net/udp_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "ike/net/reactor.hpp"
#include "ike/net/source_address.hpp"

namespace iscsi_ike::ike::net {
namespace {

using testing::HasSubstr;

Endpoint At(std::string_view address, std::uint16_t port = 0) {
  return {policy::IpAddress::Parse(address).value(), port};
}

bool HasIpv6() {
  Reactor reactor;
  UdpTransport probe(reactor);
  return probe.Bind(At("::1")).ok();
}

struct Arrived {
  Endpoint local;
  Endpoint remote;
  std::string octets;
};

// Probe is one transport that remembers what came in and stops the reactor then.
class Probe {
 public:
  explicit Probe(Reactor& reactor) : transport(reactor), reactor_(reactor) {}

  Endpoint BindAndStart(const Endpoint& local) {
    auto bound = transport.Bind(local);
    EXPECT_TRUE(bound.ok()) << bound.error().Text();
    transport.Start([this](std::span<const Arrival> batch) {
      batches.push_back(batch.size());
      for (const auto& [l, r, octets] : batch)
        arrivals.push_back({l, r, std::string(octets.begin(), octets.end())});
      if (arrivals.size() >= wanted) reactor_.Stop();
    });
    return *bound;
  }

  // Send sends one.
  void Send(const Datagram& datagram) { transport.Send({&datagram, 1}); }

  UdpTransport transport;
  std::vector<Arrived> arrivals;
  std::vector<std::size_t> batches;
  std::size_t wanted = 1;

 private:
  Reactor& reactor_;
};

Datagram Make(const Endpoint& local, const Endpoint& remote, std::string_view text) {
  return {local, remote, std::vector<std::uint8_t>(text.begin(), text.end())};
}

// RunFor gives up after a while, so that a lost datagram fails a test instead of hanging it.
void RunFor(Reactor& reactor, Duration limit) {
  reactor.After(limit, [&reactor] { reactor.Stop(); });
  reactor.Run();
}

class UdpTransportFamily : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string_view(GetParam()).find(':') != std::string_view::npos && !HasIpv6())
      GTEST_SKIP() << "no IPv6 on this machine";
  }
};

TEST_P(UdpTransportFamily, CarriesADatagramWithBothEndpoints) {
  Reactor reactor;
  Probe a(reactor);
  Probe b(reactor);
  const Endpoint at_a = a.BindAndStart(At(GetParam()));
  const Endpoint at_b = b.BindAndStart(At(GetParam()));
  EXPECT_NE(at_a.port, 0);
  a.Send(Make(at_a, at_b, "hello"));
  RunFor(reactor, Duration(2000));
  ASSERT_EQ(b.arrivals.size(), 1U);
  EXPECT_EQ(b.arrivals[0].octets, "hello");
  EXPECT_EQ(b.arrivals[0].local, at_b);
  EXPECT_EQ(b.arrivals[0].remote, at_a);
}

TEST_P(UdpTransportFamily, SendingToAClosedPortKeepsTheTransportAlive) {
  Reactor reactor;
  Probe a(reactor);
  Probe b(reactor);
  const Endpoint at_a = a.BindAndStart(At(GetParam()));
  const Endpoint at_b = b.BindAndStart(At(GetParam()));
  Endpoint nobody = at_b;
  {
    Probe gone(reactor);
    nobody = gone.BindAndStart(At(GetParam()));
  }
  for (int i = 0; i < 3; ++i) a.Send(Make(at_a, nobody, "lost"));
  RunFor(reactor, Duration(50));
  a.Send(Make(at_a, at_b, "found"));
  RunFor(reactor, Duration(2000));
  b.Send(Make(at_b, at_a, "answer"));
  RunFor(reactor, Duration(2000));
  ASSERT_EQ(b.arrivals.size(), 1U);
  ASSERT_EQ(a.arrivals.size(), 1U);
  EXPECT_EQ(a.arrivals[0].octets, "answer");
}

TEST_P(UdpTransportFamily, PortInUseIsATypedErrorThatNamesThePort) {
  Reactor reactor;
  UdpTransport first(reactor);
  UdpTransport second(reactor);
  const auto bound = first.Bind(At(GetParam()));
  ASSERT_TRUE(bound.ok());
  const auto again = second.Bind(*bound);
  ASSERT_FALSE(again.ok());
  EXPECT_TRUE(again.error().IsPortInUse());
  EXPECT_THAT(again.error().Text(), HasSubstr(bound->ToString()));
  EXPECT_THAT(again.error().Text(), HasSubstr("in use"));
}

INSTANTIATE_TEST_SUITE_P(Families, UdpTransportFamily, testing::Values("127.0.0.1", "::1"));

// BurstAt sends so many before the receiver reads; returns how many it got, and checks that it
// knows of the others.
std::size_t BurstAt(std::uint32_t kept, std::size_t count) {
  Reactor reactor;
  Probe sender(reactor);
  Probe receiver(reactor);
  const Endpoint from = sender.BindAndStart(At("127.0.0.1"));
  const Endpoint to = receiver.BindAndStart(At("127.0.0.1"));
  receiver.transport.KeepUnread(kept);
  receiver.wanted = count;
  const std::string text(1000, 'x');
  for (std::size_t i = 0; i < count; ++i) sender.Send(Make(from, to, text));
  RunFor(reactor, Duration(200));
  EXPECT_EQ(receiver.arrivals.size() + receiver.transport.Lost(), count);
  const std::uint64_t lost = receiver.transport.Lost();
  receiver.transport.Close();
  EXPECT_EQ(receiver.transport.Lost(), lost) << "forgotten with the sockets";
  return receiver.arrivals.size();
}

TEST(UdpTransport, KeepsABurstAsFarAsThereIsRoomAndCountsTheRest) {
  constexpr std::uint32_t kAnybodyMayHave = 200U << 10U;
  EXPECT_EQ(BurstAt(kAnybodyMayHave, 40), 40U);
  EXPECT_LT(BurstAt(4096, 40), 40U);
}

TEST(UdpTransport, WildcardReportsTheAddressThatWasAskedAndAnswersFromIt) {
  Reactor reactor;
  Probe client(reactor);
  Probe server(reactor);
  const Endpoint at_client = client.BindAndStart(At("127.0.0.1"));
  const Endpoint wildcard = server.BindAndStart(At("0.0.0.0"));
  const Endpoint asked = At("127.0.0.7", wildcard.port);
  client.Send(Make(at_client, asked, "question"));
  RunFor(reactor, Duration(2000));
  ASSERT_EQ(server.arrivals.size(), 1U);
  EXPECT_EQ(server.arrivals[0].local, asked);
  server.Send(Make(server.arrivals[0].local, server.arrivals[0].remote, "answer"));
  RunFor(reactor, Duration(2000));
  ASSERT_EQ(client.arrivals.size(), 1U);
  EXPECT_EQ(client.arrivals[0].remote, asked);
}

TEST(UdpTransport, Ipv6WildcardReportsTheAddressThatWasAsked) {
  if (!HasIpv6()) GTEST_SKIP() << "no IPv6 on this machine";
  Reactor reactor;
  Probe client(reactor);
  Probe server(reactor);
  const Endpoint at_client = client.BindAndStart(At("::1"));
  const Endpoint wildcard = server.BindAndStart(At("::"));
  const Endpoint asked = At("::1", wildcard.port);
  client.Send(Make(at_client, asked, "question"));
  RunFor(reactor, Duration(2000));
  ASSERT_EQ(server.arrivals.size(), 1U);
  EXPECT_EQ(server.arrivals[0].local, asked);
}

TEST(UdpTransport, BothWildcardsShareOnePort) {
  if (!HasIpv6()) GTEST_SKIP() << "no IPv6 on this machine";
  Reactor reactor;
  UdpTransport transport(reactor);
  const auto v4 = transport.Bind(At("0.0.0.0"));
  ASSERT_TRUE(v4.ok());
  const auto v6 = transport.Bind(At("::", v4->port));
  EXPECT_TRUE(v6.ok());
  EXPECT_EQ(transport.bound().size(), 2U);
}

TEST(UdpTransport, ForeignAddressIsATypedError) {
  Reactor reactor;
  UdpTransport transport(reactor);
  const auto bound = transport.Bind(At("192.0.2.1"));
  ASSERT_FALSE(bound.ok());
  EXPECT_THAT(bound.error().Text(), HasSubstr("not an address of this machine"));
}

TEST(UdpTransport, TellsOfDatagramsThatTheSystemRefuses) {
  Reactor reactor;
  UdpTransport transport(reactor);
  const auto bound = transport.Bind(At("127.0.0.1"));
  ASSERT_TRUE(bound.ok());
  std::vector<std::string> troubles;
  transport.OnSendTrouble([&](const NetError& error) { troubles.push_back(error.Text()); });
  const std::vector<Datagram> refused{
      Make(At("192.0.2.9", 500), At("127.0.0.1", 500), "from elsewhere"),
      {*bound, At("127.0.0.1", 9), std::vector<std::uint8_t>(70000)}};
  transport.Send(refused);
  EXPECT_EQ(troubles.size(), 2U);
}

TEST(UdpTransport, ClosedTransportSendsNothingAndFreesThePort) {
  Reactor reactor;
  UdpTransport first(reactor);
  const auto bound = first.Bind(At("127.0.0.1"));
  ASSERT_TRUE(bound.ok());
  first.Start([](std::span<const Arrival>) {});
  first.Close();
  const Datagram nothing = Make(*bound, *bound, "nothing");
  first.Send({&nothing, 1});
  UdpTransport second(reactor);
  EXPECT_TRUE(second.Bind(*bound).ok());
  reactor.Run();
}

// A batch of 100, longer than one call in either direction, with what the system refuses in its
// midst: too long for UDP, and from an address that is not here.
TEST(UdpTransport, TheRestOfABatchGoesWhateverIsInItsMidst) {
  Reactor reactor;
  Probe a(reactor);
  Probe b(reactor);
  const Endpoint at_a = a.BindAndStart(At("0.0.0.0"));
  const Endpoint at_b = b.BindAndStart(At("127.0.0.1"));
  b.wanted = 100;
  std::vector<std::string> troubles;
  a.transport.OnSendTrouble([&](const NetError& error) { troubles.push_back(error.Text()); });
  std::vector<Datagram> batch;
  for (int i = 0; i < 100; ++i) {
    if (i == 0 || i == 70) batch.push_back({at_a, at_b, std::vector<std::uint8_t>(70000)});
    if (i == 30) batch.push_back(Make(At("192.0.2.9", at_a.port), at_b, "from elsewhere"));
    if (i == 50) batch.push_back(Make(At("192.0.2.9", 1), at_b, "from nowhere"));
    batch.push_back(Make(at_a, at_b, std::to_string(i)));
  }
  a.transport.Send(batch);
  RunFor(reactor, Duration(2000));
  EXPECT_EQ(troubles.size(), 4U);
  ASSERT_EQ(b.arrivals.size(), 100U);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(b.arrivals[static_cast<std::size_t>(i)].octets, std::to_string(i));
  EXPECT_EQ(b.batches, (std::vector<std::size_t>{32, 32, 32, 4}));
}

TEST(UdpTransport, EachDatagramOfABatchHasItsOwnEndsAndSize) {
  Reactor reactor;
  Probe a(reactor);
  Probe b(reactor);
  Probe server(reactor);
  const Endpoint at_a = a.BindAndStart(At("127.0.0.2"));
  const Endpoint at_b = b.BindAndStart(At("127.0.0.3"));
  const Endpoint wildcard = server.BindAndStart(At("0.0.0.0"));
  server.wanted = 40;
  const std::string longest(65507, 'x');  // that UDP takes
  for (int i = 0; i < 20; ++i) {
    const Endpoint to = At("127.0.0." + std::to_string(10 + i), wildcard.port);
    a.Send(Make(at_a, to, i == 7 ? longest : std::string(static_cast<std::size_t>(i), 'a')));
    b.Send(Make(at_b, to, "b"));
  }
  RunFor(reactor, Duration(2000));
  ASSERT_EQ(server.arrivals.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i) {
    const Arrived& arrived = server.arrivals[i];
    EXPECT_EQ(arrived.local, At("127.0.0." + std::to_string(10 + i / 2), wildcard.port));
    EXPECT_EQ(arrived.remote, i % 2 == 0 ? at_a : at_b);
    EXPECT_EQ(arrived.octets.size(), i % 2 == 1 ? 1 : i == 14 ? 65507 : i / 2);
  }
}

// Segments: whoever sends them, each datagram arrives as it was, in its order, with its own ends,
// at a receiver that takes several as one and at one that does not.
class Segments : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Receiver, Segments, testing::Bool());

TEST_P(Segments, ArriveAsTheyWere) {
  Reactor reactor;
  Probe sender(reactor);
  Probe receiver(reactor);
  Probe other(reactor);
  const Endpoint from = sender.BindAndStart(At("0.0.0.0"));
  const Endpoint to = receiver.BindAndStart(At("127.0.0.1"));
  const Endpoint elsewhere = other.BindAndStart(At("127.0.0.2"));
  sender.transport.Segment();
  if (GetParam()) receiver.transport.Segment();
  std::vector<Datagram> batch;
  std::vector<std::pair<Endpoint, std::string>> sent;  // to the receiver
  const auto add = [&](const char* source, std::size_t size) {
    const Endpoint local = At(source, from.port);
    sent.emplace_back(local, std::to_string(sent.size()) + std::string(size, '.'));
    sent.back().second.resize(size);
    batch.push_back(Make(local, to, sent.back().second));
  };
  for (int i = 0; i < 90; ++i) add("127.0.0.1", 100);  // more than one call takes
  add("127.0.0.1", 40);                                // ends a run
  for (int i = 0; i < 3; ++i) add("127.0.0.1", 100);
  add("127.0.0.1", 0);
  for (int i = 0; i < 3; ++i) add("127.0.0.3", 100);  // another source is another run
  for (int i = 0; i < 4; ++i) add("127.0.0.3", 8000);
  add("127.0.0.3", 8001);
  batch.insert(batch.begin() + 50, Make(At("127.0.0.1", from.port), elsewhere, "elsewhere"));
  receiver.wanted = sent.size();
  sender.transport.Send(batch);
  RunFor(reactor, Duration(2000));
  if (other.arrivals.empty()) RunFor(reactor, Duration(100));
  ASSERT_EQ(receiver.arrivals.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(receiver.arrivals[i].remote, sent[i].first) << i;
    EXPECT_EQ(receiver.arrivals[i].octets, sent[i].second) << i;
  }
  ASSERT_EQ(other.arrivals.size(), 1U);
  EXPECT_EQ(other.arrivals[0].octets, "elsewhere");
  // One call takes in 32, or a whole run for one.
  EXPECT_EQ(receiver.batches.front() > 32, GetParam());
}

TEST(SegmentsRefused, AreToldOneByOne) {
  Reactor reactor;
  Probe sender(reactor);
  Probe receiver(reactor);
  const Endpoint from = sender.BindAndStart(At("127.0.0.1"));
  const Endpoint to = receiver.BindAndStart(At("127.0.0.1"));
  sender.transport.Segment();
  std::vector<std::string> troubles;
  sender.transport.OnSendTrouble([&](const NetError& e) { troubles.push_back(e.Text()); });
  std::vector<Datagram> batch(3, Make(from, At("255.255.255.255", 9), "to everybody"));
  batch.push_back(Make(from, to, "to one"));
  sender.transport.Send(batch);
  RunFor(reactor, Duration(2000));
  EXPECT_EQ(troubles.size(), 3U);
  ASSERT_EQ(receiver.arrivals.size(), 1U);
  EXPECT_EQ(receiver.arrivals[0].octets, "to one");
}

// One socket that is flooded does not keep the other, or a timer, from its turn.
TEST(UdpTransport, AFloodedSocketLeavesTheOtherItsTurn) {
  Reactor reactor;
  Probe flood(reactor);
  UdpTransport both(reactor);
  const Endpoint at_flood = flood.BindAndStart(At("127.0.0.1"));
  const Endpoint busy = both.Bind(At("127.0.0.1")).value();
  const Endpoint quiet = both.Bind(At("127.0.0.1")).value();
  std::size_t of_busy = 0;
  std::optional<std::size_t> busy_before_quiet;
  both.Start([&](std::span<const Arrival> batch) {
    for (const Arrival& arrival : batch) {
      if (arrival.local == quiet) {
        busy_before_quiet = of_busy;
        return reactor.Stop();
      }
      // Each brings its successor: the socket is never empty.
      ++of_busy;
      flood.Send(Make(at_flood, busy, "more"));
    }
  });
  const std::vector<Datagram> first(40, Make(at_flood, busy, "first"));
  flood.transport.Send(first);
  flood.Send(Make(at_flood, quiet, "quiet"));
  RunFor(reactor, Duration(2000));
  ASSERT_TRUE(busy_before_quiet);
  EXPECT_LE(*busy_before_quiet, 600U);
}

TEST(SourceAddress, OfLoopbackIsLoopback) {
  const auto source = SourceAddressFor(At("127.0.0.1", 500));
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->ToString(), "127.0.0.1");
}

TEST(UdpTransport, UnbindFreesThePort) {
  Reactor reactor;
  UdpTransport first(reactor);
  UdpTransport second(reactor);
  const auto bound = first.Bind(At("127.0.0.1"));
  ASSERT_TRUE(bound.ok());
  EXPECT_FALSE(second.Bind(*bound).ok());
  first.Unbind(*bound);
  EXPECT_TRUE(first.bound().empty());
  EXPECT_TRUE(second.Bind(*bound).ok());
}

}  // namespace
}  // namespace iscsi_ike::ike::net
