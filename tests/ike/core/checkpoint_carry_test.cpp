// What a checkpoint carries: every setting of an engine and of a peer, and what only shows when the
// same thing is drawn or asked again. Its form is pinned by digests.
#include <gtest/gtest.h>

#include <set>

#include "crypto/hash.hpp"
#include "ike/core/checkpoint.hpp"
#include "ike/core/core.hpp"
#include "tests/support/checkpoint_states.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::EngineConfig;
using ike::PeerConfig;
using std::chrono::milliseconds;

Bytes BoxOf(EngineConfig config) {
  crypto::SeededRandom random{7};
  const ike::Engine engine(std::move(config), random, nullptr);
  return engine.Checkpoint(SealKey()).value();
}

Bytes Again(const Bytes& box) {
  crypto::SeededRandom random{8};
  const auto restored = ike::Engine::Restore(SealKey(), box, random, nullptr);
  EXPECT_TRUE(restored.ok()) << restored.error().text;
  return restored.ok() ? restored->Checkpoint(SealKey()).value() : Bytes{};
}

EngineConfig WithPeer(PeerConfig peer) {
  EngineConfig config;
  config.responders.push_back(std::make_shared<const PeerConfig>(std::move(peer)));
  return config;
}

PeerConfig SomePeer() {
  PeerConfig peer;
  const auto made = MakePeer(QuickEnd(kMainWord), policy::Role::kResponder, "10.0.0.2", "10.0.0.1");
  peer.plan = made->plan;
  peer.key = made->key.Clone();
  return peer;
}

struct EngineSetting {
  const char* name;
  void (*change)(EngineConfig&);
};

const EngineSetting kEngineSettings[] = {
    {"responders", [](EngineConfig& c) { c = WithPeer(SomePeer()); }},
    {"nat_port", [](EngineConfig& c) { c.nat_port = 4501; }},
    {"cookie_shard",
     [](EngineConfig& c) {
       c.cookie_shard = {0, 2};
     }},
    {"cookie_shard.index",
     [](EngineConfig& c) {
       c.cookie_shard = {1, 2};
     }},
    {"half_open_octets", [](EngineConfig& c) { c.half_open_octets = 3; }},
    {"max_half_open", [](EngineConfig& c) { c.max_half_open = 3; }},
    {"aggressive_at_once", [](EngineConfig& c) { c.aggressive_at_once = 3; }},
    {"aggressive_per_second", [](EngineConfig& c) { c.aggressive_per_second = 3; }},
    {"max_sessions", [](EngineConfig& c) { c.max_sessions = 3; }},
    {"max_exchanges", [](EngineConfig& c) { c.max_exchanges_per_session = 3; }},
    {"max_children", [](EngineConfig& c) { c.max_children_per_session = 3; }},
    {"max_message_ids", [](EngineConfig& c) { c.max_message_ids = 3; }},
    {"half_open_timeout", [](EngineConfig& c) { c.half_open_timeout = milliseconds(3); }},
    {"linger", [](EngineConfig& c) { c.linger = milliseconds(3); }},
    {"clear_notifies", [](EngineConfig& c) { c.clear_notifies_per_second = 3; }},
    {"expiry_reports", [](EngineConfig& c) { c.expiry_reports_per_second = 3; }},
};

TEST(Carried, EverySettingOfAnEngine) {
  const Bytes plain = BoxOf({});
  std::set<Bytes> boxes{plain};
  for (const EngineSetting& setting : kEngineSettings) {
    EngineConfig config;
    setting.change(config);
    const Bytes box = BoxOf(std::move(config));
    EXPECT_TRUE(boxes.insert(box).second) << setting.name;
    EXPECT_EQ(Again(box), box) << setting.name;
  }
}

struct PeerSetting {
  const char* name;
  void (*change)(PeerConfig&);
};

const PeerSetting kPeerSettings[] = {
    {"name", [](PeerConfig& p) { p.name = "other"; }},
    {"local",
     [](PeerConfig& p) {
       p.local = {policy::IpAddress::Parse("10.9.0.1").value(), 500};
     }},
    {"remote",
     [](PeerConfig& p) {
       p.remote = {policy::IpAddress::Parse("10.9.0.1").value(), 500};
     }},
    {"plan", [](PeerConfig& p) { p.plan.pfs = !p.plan.pfs; }},
    {"key",
     [](PeerConfig& p) {
       p.key = crypto::Secret::CopyOf(Bytes{1, 2, 3});
     }},
    {"group_key", [](PeerConfig& p) { p.group_key = true; }},
    {"peer_identity",
     [](PeerConfig& p) { p.peer_identity = policy::Identity::Make(2, Bytes{'a'}, "").value(); }},
    {"child.local", [](PeerConfig& p) { p.child.local = policy::Selector{}; }},
    {"child.remote", [](PeerConfig& p) { p.child.remote = policy::Selector{}; }},
    {"target_side", [](PeerConfig& p) { p.target_side = true; }},
    {"negotiate_child", [](PeerConfig& p) { p.negotiate_child = false; }},
    {"aggressive_hash_in_clear", [](PeerConfig& p) { p.aggressive_hash_in_clear = true; }},
    {"nat", [](PeerConfig& p) { p.nat = ike::NatTraversal::kForce; }},
    {"remote_nat_port", [](PeerConfig& p) { p.remote_nat_port = 4501; }},
    {"nat_keepalive", [](PeerConfig& p) { p.nat_keepalive = milliseconds(3); }},
    {"fragment_above", [](PeerConfig& p) { p.fragment_above = 300; }},
    {"liveness.delay", [](PeerConfig& p) { p.liveness.delay = milliseconds(3); }},
    {"liveness.wait", [](PeerConfig& p) { p.liveness.wait = milliseconds(3); }},
    {"liveness.tries", [](PeerConfig& p) { p.liveness.tries = 3; }},
    {"renewal.mode", [](PeerConfig& p) { p.renewal.mode = ike::Renewal::kNever; }},
    {"renewal.renew_percent", [](PeerConfig& p) { p.renewal.renew_percent = 33; }},
    {"renewal.jitter_percent", [](PeerConfig& p) { p.renewal.jitter_percent = 33; }},
    {"renewal.overlap", [](PeerConfig& p) { p.renewal.overlap = milliseconds(3); }},
    {"initial_contact", [](PeerConfig& p) { p.initial_contact = false; }},
    {"parallel_quick_modes", [](PeerConfig& p) { p.parallel_quick_modes = 3; }},
    {"retransmit.first", [](PeerConfig& p) { p.retransmit.first = milliseconds(3); }},
    {"retransmit.longest", [](PeerConfig& p) { p.retransmit.longest = milliseconds(3); }},
    {"retransmit.tries", [](PeerConfig& p) { p.retransmit.tries = 3; }},
    {"negotiation_timeout", [](PeerConfig& p) { p.negotiation_timeout = milliseconds(3); }},
};

TEST(Carried, EverySettingOfAPeer) {
  std::set<Bytes> boxes{BoxOf(WithPeer(SomePeer()))};
  for (const PeerSetting& setting : kPeerSettings) {
    PeerConfig peer = SomePeer();
    setting.change(peer);
    const Bytes box = BoxOf(WithPeer(std::move(peer)));
    EXPECT_TRUE(boxes.insert(box).second) << setting.name;
    EXPECT_EQ(Again(box), box) << setting.name;
  }
}

// Drawn keeps what was drawn four octets at a time, and can be made to say it again first.
class Drawn final : public crypto::RandomSource {
 public:
  bool Fill(crypto::MutableOctets out) override {
    if (out.size() == 4 && !again.empty()) {
      std::ranges::copy(again.back(), out.begin());
      again.pop_back();
    } else if (!random_.Fill(out)) {
      return false;
    }
    if (out.size() == 4) drawn.emplace_back(out.begin(), out.end());
    return true;
  }
  std::vector<Bytes> drawn;
  std::vector<Bytes> again;

 private:
  crypto::SeededRandom random_{9};
};

// The SPI of a quick mode that is under way is taken, also after a checkpoint.
TEST(Carried, TheSpisOfRunningQuickModes) {
  auto random = std::make_unique<Drawn>();
  Drawn& drawn = *random;
  EndSettings initiator = QuickEnd(kMainWord);
  initiator.make_random = [&random] { return std::move(random); };
  Pair pair(initiator, QuickEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  drawn.drawn.clear();
  ASSERT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), ike::SessionId{1}, {}).ok());
  ASSERT_EQ(drawn.drawn.size(), 2U);  // a message ID and an SPI
  const Bytes spi = drawn.drawn.back();
  const Bytes box = pair.initiator->engine().Checkpoint(SealKey()).value();
  Drawn later;
  const auto core = ike::RestoreCore(SealKey(), box, later, nullptr);
  ASSERT_TRUE(core.ok());
  later.again = {spi};
  const auto other = (*core)->MakeSpi();
  ASSERT_TRUE(other);
  EXPECT_EQ(later.drawn.size(), 2U);  // the first one was refused
  EXPECT_EQ(later.drawn.front(), spi);
}

// Unauthenticated answers are bounded by the second, and a checkpoint does not begin a new one.
TEST(Carried, WhatIsLeftOfRationsAndCredit) {
  crypto::SeededRandom random{7};
  EngineConfig config;
  config.clear_notifies_per_second = 3;
  config.expiry_reports_per_second = 2;
  config.aggressive_at_once = 2;
  config.aggressive_per_second = 1;
  ike::EngineCore core(config, random, nullptr);
  const ike::Time now{milliseconds(5000)};
  EXPECT_TRUE(core.notify_ration.Spend(now) && core.notify_ration.Spend(now));
  EXPECT_TRUE(core.report_ration.Spend(now));
  EXPECT_TRUE(core.aggressive_credit.Take(now));
  core.counters.half_open_expired = 9;
  core.counters.sessions_withheld = 8;
  const auto restored =
      ike::RestoreCore(SealKey(), ike::SaveCore(core, SealKey()).value(), random, nullptr);
  ASSERT_TRUE(restored.ok());
  ike::EngineCore& later = **restored;
  EXPECT_TRUE(later.notify_ration.Spend(now));
  EXPECT_FALSE(later.notify_ration.Spend(now + milliseconds(900)));
  EXPECT_TRUE(later.notify_ration.Spend(now + milliseconds(1000)));
  EXPECT_TRUE(later.report_ration.Spend(now));
  EXPECT_FALSE(later.report_ration.Spend(now));
  EXPECT_TRUE(later.aggressive_credit.Take(now));
  EXPECT_FALSE(later.aggressive_credit.Take(now + milliseconds(900)));
  EXPECT_TRUE(later.aggressive_credit.Take(now + milliseconds(1000)));
  EXPECT_EQ(later.counters.half_open_expired, 9U);
  EXPECT_EQ(later.counters.sessions_withheld, 8U);
}

std::string DigestOf(const Bytes& contents) {
  return ToHex(crypto::HashOf(crypto::HashAlgorithm::kSha256, {contents}).Expose());
}

// These change with the form of the contents, and then the version in ike/core/checkpoint.cpp has
// to; a change of defaults, or of what is negotiated, needs the digest alone.
TEST(Carried, InAFormThatHasAVersion) {
  EngineConfig config;
  for (const EngineSetting& setting : kEngineSettings) setting.change(config);
  PeerConfig peer = SomePeer();
  for (const PeerSetting& setting : kPeerSettings) setting.change(peer);
  config.responders = WithPeer(std::move(peer)).responders;
  EXPECT_EQ(DigestOf(Contents(BoxOf(std::move(config)))),
            "4912c167f68c4714003fabbafd8af48124456b10eccd26980afc402fd46a444c");
  Pair pair(QuickEnd(kMainPfsWord), QuickEnd(kMainPfsWord));
  ASSERT_TRUE(pair.Login());
  const Bytes box = pair.initiator->engine().Checkpoint(SealKey()).value();
  EXPECT_EQ(DigestOf(Contents(box)),
            "43bb13e8715d9f8df6fb8afa14a1823c55bb05d7dee24e29ade9250778d9a0d5");
}

}  // namespace
}  // namespace iscsi_ike::test
