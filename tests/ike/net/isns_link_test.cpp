// IsnsLink against servers on loopback: one that answers, and some that do not.
#include "ike/net/isns_link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "policy/isns/discovery.hpp"
#include "policy/isns/registration.hpp"
#include "tests/support/isns_server.hpp"

namespace iscsi_ike::ike::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using policy::isns::Discovery;
using policy::isns::Registration;
using test::FakeIsns;
using testing::AllOf;
using testing::HasSubstr;
using Kind = policy::isns::DialogueFailure::Kind;
using State = policy::isns::Dialogue::State;

constexpr const char* kMe = "iqn.2026-01.example.hba:one";

// Server puts a FakeIsns on a port of loopback, in the reactor of the test.
class Server {
 public:
  enum class Manner { kAnswer, kSilence, kHangUp, kHalfAnAnswer, kNoise };

  Server(Reactor& reactor, Manner manner, const char* address = "127.0.0.1")
      : manner_(manner),
        acceptor_(reactor.context(), {asio::ip::make_address(address), 0}),
        socket_(reactor.context()) {
    acceptor_.async_accept(socket_, [this](const boost::system::error_code& error) {
      if (!error) Read();
    });
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  FakeIsns isns;
  bool closed = false;

 private:
  void Read() {
    socket_.async_read_some(asio::buffer(input_),
                            [this](const boost::system::error_code& error, std::size_t size) {
                              closed = closed || error;
                              if (error) return;
                              Answer(policy::isns::Octets(input_).first(size));
                            });
  }
  void Answer(policy::isns::Octets octets) {
    if (manner_ == Manner::kHangUp) return socket_.close();
    while (!octets.empty()) {
      const auto message = reader_.Take(octets);
      if (message && *message) Send(policy::isns::WriteMessage(isns.Answer(**message)));
    }
    Read();
  }
  void Send(policy::isns::Bytes answer) {
    if (manner_ == Manner::kSilence) return;
    if (manner_ == Manner::kHalfAnAnswer) answer.resize(answer.size() / 2);
    if (manner_ == Manner::kNoise) answer.assign(64, 'x');
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(answer), ignored);
  }

  Manner manner_;
  tcp::acceptor acceptor_;
  tcp::socket socket_;
  policy::isns::MessageReader reader_;
  std::array<std::uint8_t, 4096> input_{};
};

FakeIsns::Target Target(std::size_t portals) {
  FakeIsns::Target target{"entity", "iqn.a", {}, {}};
  for (std::size_t i = 0; i < portals; ++i) {
    policy::isns::PublishedPortal portal;
    portal.key = {policy::IpAddress::V4(
                      {10, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}),
                  {3260, false}};
    portal.bitmap = policy::SecurityFlags(0x27);
    target.portals.push_back(portal);
  }
  return target;
}

constexpr IsnsPatience kShort{Duration(2000), Duration(300)};

// Converse gives the dialogue to a link, until it is settled.
void Converse(Reactor& reactor, const IsnsServer& server, policy::isns::Dialogue& dialogue,
              IsnsPatience patience = kShort) {
  IsnsLink link(reactor, server, patience);
  int settled = 0;
  link.Start(dialogue, [&] {
    ++settled;
    reactor.Stop();
  });
  reactor.After(Duration(10000), [&reactor] { reactor.Stop(); });
  reactor.Run();
  EXPECT_EQ(settled, 1);
  EXPECT_TRUE(dialogue.IsOver());
}

std::string FailureOf(Server::Manner manner, Kind kind) {
  Reactor reactor;
  Server server(reactor, manner);
  Discovery discovery({kMe, "", true});
  Converse(reactor, {"127.0.0.1", server.port()}, discovery);
  if (!discovery.failure()) return "none";
  EXPECT_EQ(discovery.failure()->kind, kind);
  return discovery.failure()->text;
}

TEST(IsnsLink, CarriesADiscovery) {
  Reactor reactor;
  Server server(reactor, Server::Manner::kAnswer);
  server.isns.targets = {Target(5000)};  // some hundred thousand octets of answer
  Discovery discovery({kMe, "", true});
  Converse(reactor, {"127.0.0.1", server.port()}, discovery);
  EXPECT_EQ(discovery.state(), State::kDone);
  EXPECT_EQ(discovery.directory().portals.size(), 5000U);
  EXPECT_TRUE(discovery.registered());
  EXPECT_TRUE(server.isns.nodes.empty());
}

TEST(IsnsLink, ResolvesNamesAndSpeaksIpv6) {
  Reactor reactor;
  boost::system::error_code no_ipv6;
  tcp::acceptor probe(reactor.context(), tcp::v6());
  probe.bind({asio::ip::make_address("::1"), 0}, no_ipv6);
  if (no_ipv6) GTEST_SKIP() << "no IPv6 on this machine";
  Server server(reactor, Server::Manner::kAnswer, "::1");
  server.isns.targets = {Target(1)};
  Discovery discovery({kMe, "iqn.a", false});
  Converse(reactor, {"::1", server.port()}, discovery);
  EXPECT_EQ(discovery.directory().portals.size(), 1U);

  Reactor again;
  Server by_name(again, Server::Manner::kAnswer);
  by_name.isns.targets = {Target(2)};
  Discovery named({kMe, "iqn.a", false});
  Converse(again, {"localhost", by_name.port()}, named);
  EXPECT_EQ(named.directory().portals.size(), 2U) << (named.failure() ? named.failure()->text : "");
}

TEST(IsnsLink, TellsWhatGoesWrong) {
  EXPECT_THAT(FailureOf(Server::Manner::kSilence, Kind::kTimeout),
              HasSubstr("query of iqn.2026-01.example.hba:one: no answer came in time"));
  EXPECT_THAT(FailureOf(Server::Manner::kHangUp, Kind::kConnection),
              HasSubstr("the server closed the connection"));
  EXPECT_THAT(FailureOf(Server::Manner::kHalfAnAnswer, Kind::kTimeout),
              HasSubstr("a part of it has come"));
  EXPECT_THAT(FailureOf(Server::Manner::kNoise, Kind::kMalformed),
              HasSubstr("does an iSNS server listen at this port?"));
}

TEST(IsnsLink, TellsThatNobodyListens) {
  Reactor reactor;
  std::uint16_t port = 0;
  {
    tcp::acceptor gone(reactor.context(), {asio::ip::make_address("127.0.0.1"), 0});
    port = gone.local_endpoint().port();
  }
  Discovery discovery({kMe, "", true});
  Converse(reactor, {"127.0.0.1", port}, discovery);
  EXPECT_EQ(discovery.failure()->kind, Kind::kConnection);
  EXPECT_EQ(discovery.failure()->text, "connection refused: no iSNS server listens");
}

TEST(IsnsLink, TellsThatANameHasNoAddress) {
  Reactor reactor;
  Discovery discovery({kMe, "", true});
  Converse(reactor, {"no such host", 3205}, discovery);
  EXPECT_EQ(discovery.failure()->kind, Kind::kConnection);
  EXPECT_THAT(discovery.failure()->text, HasSubstr("the name cannot be resolved"));
}

// A listener whose queue is full takes no more connections.
TEST(IsnsLink, TellsThatNoConnectionCameAbout) {
  Reactor reactor;
  tcp::acceptor full(reactor.context(), tcp::v4());
  full.bind({asio::ip::make_address("127.0.0.1"), 0});
  full.listen(0);
  std::array<tcp::socket, 3> crowd = {tcp::socket(reactor.context()),
                                      tcp::socket(reactor.context()),
                                      tcp::socket(reactor.context())};
  for (tcp::socket& one : crowd)
    one.async_connect(full.local_endpoint(), [](const boost::system::error_code&) {});
  Discovery discovery({kMe, "", true});
  Converse(reactor, {"127.0.0.1", full.local_endpoint().port()}, discovery,
           {Duration(300), Duration(300)});
  EXPECT_EQ(discovery.failure()->kind, Kind::kTimeout);
  EXPECT_THAT(discovery.failure()->text, HasSubstr("no connection came about in time"));
}

// Each answer comes at once, and there is always another question.
class Endless : public policy::isns::Dialogue {
 private:
  void OnStart() override { Ask(policy::isns::NextNode(kMe, ""), "walk"); }
  void OnAnswer(const policy::isns::ResponseView&) override { OnStart(); }
  void OnTrouble(policy::isns::DialogueFailure failure, bool) override {
    Tell(policy::isns::DeregisterNode(kMe));
    Fail(std::move(failure));
  }
};

TEST(IsnsLink, ATalkWithoutEndIsGivenUpWithALastWord) {
  Reactor reactor;
  Server server(reactor, Server::Manner::kAnswer);
  Endless endless;
  Converse(reactor, {"127.0.0.1", server.port()}, endless,
           {Duration(2000), Duration(2000), Duration(200)});
  ASSERT_TRUE(endless.failure());
  EXPECT_EQ(endless.failure()->kind, Kind::kTimeout);
  EXPECT_EQ(endless.failure()->text, "walk: the answers have no end: given up after 200 ms");
  EXPECT_GT(endless.asked(), 5U);
  reactor.After(Duration(200), [&reactor] { reactor.Stop(); });
  reactor.Run();
  EXPECT_EQ(server.isns.asked.back(), policy::isns::Function::kDevDereg);
}

TEST(IsnsLink, KeepsARegistrationUntilItLeaves) {
  Reactor reactor;
  Server server(reactor, Server::Manner::kAnswer);
  policy::isns::Publication publication{"entity", "iqn.a", "", Target(2).portals};
  Registration registration(publication);
  IsnsLink link(reactor, {"127.0.0.1", server.port()}, kShort);
  std::vector<State> settled;
  std::size_t refreshed = 0;
  link.Start(registration, [&] {
    settled.push_back(registration.state());
    if (registration.IsOver()) return reactor.Stop();
    EXPECT_EQ(server.isns.targets.size(), 1U);
    // Longer than the patience for an answer: at rest no time runs.
    reactor.After(Duration(400), [&] {
      if (refreshed++ == 0) {
        registration.Refresh();
      } else {
        registration.Leave();
      }
      link.Attend();
    });
  });
  reactor.After(Duration(10000), [&reactor] { reactor.Stop(); });
  reactor.Run();
  EXPECT_THAT(settled, testing::ElementsAre(State::kResting, State::kResting, State::kDone));
  EXPECT_TRUE(server.isns.targets.empty());
}

TEST(IsnsLink, ALinkThatIsDroppedSaysNoMore) {
  Reactor reactor;
  Server server(reactor, Server::Manner::kSilence);
  Discovery discovery({kMe, "", true});
  bool settled = false;
  {
    IsnsLink link(reactor, {"127.0.0.1", server.port()}, kShort);
    link.Start(discovery, [&settled] { settled = true; });
    reactor.After(Duration(50), [&reactor] { reactor.Stop(); });
    reactor.Run();
  }
  reactor.After(Duration(500), [&reactor] { reactor.Stop(); });
  reactor.Run();
  EXPECT_FALSE(settled);
  EXPECT_TRUE(server.closed);
  EXPECT_EQ(discovery.state(), State::kAsking);
}

TEST(IsnsServer, IsWrittenAsItIsTyped) {
  EXPECT_EQ((IsnsServer{"isns.example", 3205}.ToString()), "isns.example:3205");
  EXPECT_EQ((IsnsServer{"2001:db8::1", 3206}.ToString()), "[2001:db8::1]:3206");
}

}  // namespace
}  // namespace iscsi_ike::ike::net
