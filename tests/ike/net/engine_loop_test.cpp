// EngineLoop: two engines on one reactor over real loopback UDP.
#include "ike/net/engine_loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "policy/translate.hpp"

namespace iscsi_ike::ike::net {
namespace {

// End is one engine with its loop, its socket on 127.0.0.1 and what it has said.
struct End {
  End(Reactor& reactor, EngineConfig config, std::unique_ptr<DhRunner> runner)
      : transport(reactor),
        engine(std::move(config), random, nullptr),
        dh(std::move(runner)),
        loop(reactor, engine, transport, *dh),
        place(transport.Bind({policy::IpAddress::V4({127, 0, 0, 1}), 0}).value()) {}

  template <class Alternative>
  [[nodiscard]] int Count() const {
    int count = 0;
    for (const Event& event : events) count += std::holds_alternative<Alternative>(event) ? 1 : 0;
    return count;
  }

  crypto::SystemRandom random;
  UdpTransport transport;
  Engine engine;
  std::unique_ptr<DhRunner> dh;
  EngineLoop loop;
  Endpoint place;
  std::vector<Event> events;
};

std::shared_ptr<PeerConfig> MakePeer(policy::Role role) {
  policy::TranslateRequest request;
  request.word = policy::SecurityFlags(0x37);
  request.role = role;
  auto peer = std::make_shared<PeerConfig>();
  peer->plan = Translate(request);
  peer->key = crypto::Secret(16);
  peer->target_side = role == policy::Role::kResponder;
  return peer;
}

EngineConfig Serving() {
  EngineConfig config;
  config.responders = {MakePeer(policy::Role::kResponder)};
  return config;
}

class EngineLoopTest : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override { ASSERT_TRUE(crypto::InitializeCrypto()); }

  std::unique_ptr<DhRunner> Runner() {
    if (GetParam() == 0) return std::make_unique<InlineDhRunner>(reactor);
    return std::make_unique<ThreadedDhRunner>(reactor, GetParam());
  }

  Reactor reactor;
};

TEST_P(EngineLoopTest, NegotiatesAndCloses) {
  End initiator(reactor, {}, Runner());
  End responder(reactor, Serving(), Runner());
  auto peer = MakePeer(policy::Role::kInitiator);
  peer->local = initiator.place;
  peer->remote = responder.place;
  responder.loop.Start([&](Event event) {
    if (std::holds_alternative<SessionClosed>(event)) reactor.Stop();
    responder.events.push_back(std::move(event));
  });
  initiator.loop.Start([&](Event event) {
    // The handler may call back into the loop.
    if (const auto* child = std::get_if<ChildEstablished>(&event))
      initiator.loop.Close(child->sa.session);
    initiator.events.push_back(std::move(event));
  });
  ASSERT_TRUE(initiator.loop.Connect(peer).ok());
  reactor.After(Duration(5000), [&] { reactor.Stop(); });
  reactor.Run();
  EXPECT_EQ(initiator.Count<ChildEstablished>(), 1);
  EXPECT_EQ(initiator.Count<SessionClosed>(), 1);
  EXPECT_EQ(responder.Count<ChildEstablished>(), 1);
  EXPECT_EQ(responder.Count<SessionClosed>(), 1);
  EXPECT_EQ(initiator.Count<Failed>() + responder.Count<Failed>(), 0);
}

TEST_P(EngineLoopTest, TimesOutOnASilentPeer) {
  End initiator(reactor, {}, Runner());
  UdpTransport silent(reactor);
  auto peer = MakePeer(policy::Role::kInitiator);
  peer->local = initiator.place;
  peer->remote = silent.Bind({policy::IpAddress::V4({127, 0, 0, 1}), 0}).value();
  peer->negotiation_timeout = Duration(60);
  peer->retransmit.first = Duration(20);
  initiator.loop.Start([&](Event event) {
    initiator.events.push_back(std::move(event));
    reactor.Stop();
  });
  const Time begin = SteadyNow();
  ASSERT_TRUE(initiator.loop.Connect(peer).ok());
  reactor.After(Duration(5000), [&] { reactor.Stop(); });
  reactor.Run();
  ASSERT_EQ(initiator.Count<Failed>(), 1);
  EXPECT_EQ(std::get<Failed>(initiator.events.front()).failure.blame(), Blame::kTimeout);
  EXPECT_GE(SteadyNow() - begin, Duration(60));
}

TEST_P(EngineLoopTest, StoppedLoopSaysNothingMore) {
  End initiator(reactor, {}, Runner());
  auto peer = MakePeer(policy::Role::kInitiator);
  peer->local = initiator.place;
  peer->remote = initiator.place;
  int events = 0;
  initiator.loop.Start([&](const Event&) { ++events; });
  ASSERT_TRUE(initiator.loop.Connect(peer).ok());
  initiator.loop.Stop();
  initiator.loop.Stop();
  reactor.Run();
  EXPECT_EQ(events, 0);
}

INSTANTIATE_TEST_SUITE_P(DhThreads, EngineLoopTest, testing::Values(0U, 2U));

}  // namespace
}  // namespace iscsi_ike::ike::net
