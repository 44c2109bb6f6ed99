// Which of several responders a first message gets: asked beforehand, and of the engine itself.
#include "ike/select_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::FailureCode;
using ike::PassedOver;
using ike::PeerMatch;
using policy::ExchangeMode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kHba = "192.0.2.1";
constexpr const char* kPortal = "192.0.2.2";
constexpr std::uint64_t kBothWord = 0x2F;

// Served is one responder in few words; empty: says nothing.
struct Served {
  std::string name;
  std::string remote;
  std::string identity;  // that the peer must be
  std::uint64_t word = kBothWord;
  bool group = false;
  std::string local;
  std::string key = "a key of its own: " + name;
};

std::shared_ptr<const ike::PeerConfig> Make(const Served& served) {
  EndSettings end = QuickEnd(served.word);
  end.key = served.key;
  end.adjust_peer = [&served](ike::PeerConfig& peer) {
    peer.name = served.name;
    peer.local = {};
    if (!served.local.empty()) peer.local.address = *policy::IpAddress::Parse(served.local);
    if (served.remote.empty()) peer.remote.reset();
    if (!served.identity.empty())
      peer.peer_identity = policy::Identity::Parse(served.identity, "identity").value();
    peer.group_key = served.group;
  };
  return MakePeer(end, policy::Role::kResponder, kPortal,
                  served.remote.empty() ? kHba : served.remote);
}

ike::EngineConfig Serving(const std::vector<Served>& all) {
  ike::EngineConfig config;
  for (const Served& served : all) config.responders.push_back(Make(served));
  return config;
}

ike::PeerQuery Query(ExchangeMode mode, const std::string& identity = "ipv4:192.0.2.1",
                     const std::string& remote = kHba, const std::string& local = kPortal) {
  return {{*policy::IpAddress::Parse(local), ike::kIkePort},
          {*policy::IpAddress::Parse(remote), 40500},
          mode,
          policy::Identity::Parse(identity, "identity").value()};
}

// Order is "name: match" of those that could be used, then "name! reason" of those passed over.
std::vector<std::string> Order(const std::vector<Served>& all, const ike::PeerQuery& query) {
  std::vector<std::string> order;
  for (const ike::PeerCandidate& c : ike::PeerCandidates(Serving(all), query)) {
    order.push_back(c.peer->name + (c.passed_over ? "! " + std::string(ike::Name(*c.passed_over))
                                                  : ": " + std::string(ike::Name(c.match))));
  }
  return order;
}

TEST(SelectPeer, MainModeTakesTheBoundAddressThenAnyThenTheGroupKey) {
  const std::vector<Served> all = {
      {"group", "", "", kBothWord, true}, {"any"}, {"here", kHba}, {"there", "192.0.2.9"}};
  EXPECT_THAT(Order(all, Query(ExchangeMode::kMain)),
              ElementsAre("here: address", "any: any", "group: group key", "there! peer address"));
}

TEST(SelectPeer, AggressiveModeTakesTheIdentityFirstAndAGroupKeyLast) {
  const std::vector<Served> all = {{"group for it", kHba, "fqdn:a.example", kBothWord, true},
                                   {"any"},
                                   {"here", kHba},
                                   {"other", "", "fqdn:b.example"},
                                   {"named", "", "fqdn:a.example"},
                                   {"named here", kHba, "fqdn:a.example"}};
  EXPECT_THAT(Order(all, Query(ExchangeMode::kAggressive, "fqdn:a.example")),
              ElementsAre("named here: identity", "named: identity", "here: address", "any: any",
                          "group for it: group key", "other! identity"));
}

TEST(SelectPeer, MainModeDoesNotLookAtNames) {
  const std::vector<Served> all = {{"a", "", "fqdn:a.example"}, {"b", "", "fqdn:b.example"}};
  EXPECT_THAT(Order(all, Query(ExchangeMode::kMain, "fqdn:b.example")),
              ElementsAre("a: any", "b: any"));
}

TEST(SelectPeer, AnIdentityThatIsTheAddressCountsAsBoundToItAndKeepsNobodyOut) {
  const std::vector<Served> all = {{"nine", "", "ipv4:192.0.2.9"}, {"one", "", "ipv4:192.0.2.1"}};
  EXPECT_THAT(Order(all, Query(ExchangeMode::kMain)), ElementsAre("one: address", "nine: any"));
  EXPECT_THAT(Order(all, Query(ExchangeMode::kAggressive)),
              ElementsAre("one: identity", "nine! identity"));
}

TEST(SelectPeer, FlagsKeysAndPlansKeepRespondersOut) {
  const std::vector<Served> all = {{"keyless", "", "", kBothWord, false, "", ""},
                                   {"planless", "", "", 0x03},
                                   {"aggressive", "", "", kAggressiveWord},
                                   {"main", "", "", kMainWord}};
  EXPECT_THAT(
      Order(all, Query(ExchangeMode::kMain)),
      ElementsAre("main: any", "keyless! unusable", "planless! unusable", "aggressive! mode"));
}

TEST(SelectPeer, RespondersOfALocalAddressKeepOutThoseForAny) {
  const std::vector<Served> all = {{"rest", kHba}, {"portal", "", "", kBothWord, false, kPortal}};
  EXPECT_THAT(Order(all, Query(ExchangeMode::kMain)),
              ElementsAre("portal: any", "rest! local address"));
  EXPECT_THAT(Order(all, Query(ExchangeMode::kMain, "ipv4:192.0.2.1", kHba, "192.0.2.3")),
              ElementsAre("rest: address", "portal! local address"));
}

TEST(SelectPeer, RefusalsSayWhatTheInitiatorIsTold) {
  const auto refused = [](const std::vector<Served>& all, ExchangeMode mode) {
    return ike::SelectPeer(Serving(all), Query(mode, "fqdn:c.example")).error();
  };
  const auto unknown = refused({{"there", "192.0.2.9"}}, ExchangeMode::kMain);
  EXPECT_EQ(unknown.failure.code, FailureCode::kNoKey);
  EXPECT_FALSE(unknown.notify.has_value());
  const auto mode = refused({{"a", "", "", kMainWord}}, ExchangeMode::kAggressive);
  EXPECT_EQ(mode.failure.code, FailureCode::kModeRefused);
  EXPECT_THAT(mode.failure.text, HasSubstr("security flags of 'a'"));
  EXPECT_EQ(mode.notify, ike::NotifyType::kUnsupportedExchangeType);
  const auto identity = refused({{"a", "", "fqdn:a.example"}}, ExchangeMode::kAggressive);
  EXPECT_EQ(identity.failure.code, FailureCode::kPeerIdentity);
  EXPECT_THAT(identity.failure.text, HasSubstr("fqdn:c.example"));
  EXPECT_EQ(identity.notify, ike::NotifyType::kAuthenticationFailed);
}

TEST(SelectPeer, ARivalTakesEveryMessageOfAMode) {
  const ike::EngineConfig config = Serving({{"a", "", "fqdn:a.example", kMainWord},
                                            {"b", "", "fqdn:b.example"},
                                            {"b again", "", "fqdn:b.example"},
                                            {"here", kHba, "fqdn:b.example"},
                                            {"address", "", "ipv4:192.0.2.7"},
                                            {"group", "", "", kBothWord, true}});
  const auto rivals = [&](ExchangeMode mode) {
    std::vector<int> found;
    for (std::size_t i = 0; i < config.responders.size(); ++i) {
      const auto rival = ike::RivalOf(config, i, mode);
      found.push_back(rival ? static_cast<int>(*rival) : -1);
    }
    return found;
  };
  EXPECT_THAT(rivals(ExchangeMode::kMain), ElementsAre(-1, 0, 0, -1, -1, -1));
  EXPECT_THAT(rivals(ExchangeMode::kAggressive), ElementsAre(-1, -1, 1, -1, -1, -1));
}

// Generator makes configurations in which everything collides with everything.
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::vector<Served> Config() {
    std::vector<Served> all(1 + Below(5));
    for (std::size_t i = 0; i < all.size(); ++i) {
      Served& served = all[i];
      served.name = "r" + std::to_string(i);
      served.remote = One({"", "", kHba, kHba, "192.0.2.9"});
      served.identity = One({"", "", "fqdn:a.example", "fqdn:b.example", "ipv4:192.0.2.1"});
      served.local = One({"", "", "", kPortal, "192.0.2.3"});
      served.word =
          Below(10) == 0 ? 0x03 : std::vector{kMainWord, kAggressiveWord, kBothWord}[Below(3)];
      served.group = Below(4) == 0;
      served.key = Below(10) == 0 ? "" : "the key of " + served.name;
    }
    return all;
  }
  std::string Identity() { return One({"fqdn:a.example", "fqdn:c.example", "ipv4:192.0.2.1"}); }

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }
  std::string One(const std::vector<std::string>& of) { return of[Below(of.size())]; }
  std::mt19937 random_;
};

const ike::PeerCandidate* FirstUsable(const std::vector<ike::PeerCandidate>& candidates) {
  const auto it = std::find_if(candidates.begin(), candidates.end(),
                               [](const auto& c) { return !c.passed_over; });
  return it == candidates.end() ? nullptr : &*it;
}

// ExpectRefused: the engine refuses as `refusal` says, with a word to the peer or without.
void ExpectRefused(Pair& pair, const ike::PeerRefusal& refusal) {
  pair.Connect();
  pair.net.Run();
  const auto failed = pair.responder->EventsOf<ike::Failed>();
  ASSERT_FALSE(failed.empty());
  EXPECT_EQ(failed[0]->failure.code, refusal.failure.code);
  // The port of the query is made up.
  const auto before_port = [](const std::string& text) { return text.substr(0, text.rfind(':')); };
  if (refusal.failure.code == FailureCode::kPeerIdentity) {
    EXPECT_EQ(before_port(failed[0]->failure.text), before_port(refusal.failure.text));
  }
  EXPECT_EQ(failed[0]->peer_name, "");
  const bool answered = std::any_of(
      pair.net.log.begin(), pair.net.log.end(),
      [&](const Sent& sent) { return sent.datagram.local == pair.responder->endpoint(); });
  EXPECT_EQ(answered, refusal.notify.has_value());
}

// ExpectUsed: the engine takes this key, and ends with it unless main mode shows too late that the
// peer is somebody else.
void ExpectUsed(Pair& pair, const ike::PeerCandidate& used, const ike::PeerQuery& query) {
  pair.Connect();
  pair.net.Run(std::chrono::seconds(20));
  const auto& wanted = used.peer->peer_identity;
  if (wanted && wanted != query.identity) {
    const auto failed = pair.responder->EventsOf<ike::Failed>();
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0]->failure.code, FailureCode::kPeerIdentity);
    EXPECT_EQ(failed[0]->peer_name, used.peer->name);
    return;
  }
  const auto established = pair.responder->EventsOf<ike::Phase1Established>();
  ASSERT_EQ(established.size(), 1U);
  EXPECT_EQ(established[0]->peer_name, used.peer->name);
  EXPECT_EQ(established[0]->match, used.match);
}

TEST(SelectPeer, TheEngineUsesTheFirstOfTheListInGeneratedConfigurations) {
  int used = 0;
  int refused = 0;
  for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Generator generator(seed);
    const std::vector<Served> all = generator.Config();
    const std::string identity = generator.Identity();
    for (const ExchangeMode mode : {ExchangeMode::kMain, ExchangeMode::kAggressive}) {
      SCOPED_TRACE(policy::Name(mode));
      const ike::EngineConfig config = Serving(all);
      const ike::PeerQuery query = Query(mode, identity);
      const auto candidates = ike::PeerCandidates(config, query);
      EXPECT_EQ(candidates.size(), all.size());
      const ike::PeerCandidate* first = FirstUsable(candidates);
      const auto selected = ike::SelectPeer(config, query);
      ASSERT_EQ(selected.ok(), first != nullptr);

      EndSettings hba = QuickEnd(mode == ExchangeMode::kMain ? kMainWord : kAggressiveWord);
      hba.identity = identity;
      hba.key = first != nullptr ? all[first->index].key : "no key of anybody";
      EndSettings portal = QuickEnd(kBothWord);
      portal.adjust_engine = [&](ike::EngineConfig& c) { c.responders = config.responders; };
      Pair pair(hba, portal, seed);
      if (first == nullptr) {
        ++refused;
        ExpectRefused(pair, selected.error());
      } else {
        ++used;
        EXPECT_EQ(*selected, first->peer);
        EXPECT_EQ(first, &candidates.front());
        ExpectUsed(pair, *first, query);
      }
    }
  }
  EXPECT_GT(used, 800);
  EXPECT_GT(refused, 300);
}

TEST(SelectPeer, ASuspicionNamesThePeerWhoseKeyWasUsedAndWhy) {
  EndSettings portal = QuickEnd(kAggressiveWord);
  const std::vector<Served> all = {{"other", "", "fqdn:b.example"}, {"a", "", "fqdn:a.example"}};
  portal.adjust_engine = [&](ike::EngineConfig& c) { c.responders = Serving(all).responders; };
  EndSettings hba = QuickEnd(kAggressiveWord);
  hba.identity = "fqdn:a.example";
  hba.key = "another key";
  Pair pair(hba, portal);
  pair.Connect();
  pair.net.Run();
  const auto& failure = pair.FailureOf(*pair.responder);
  EXPECT_EQ(pair.responder->EventsOf<ike::Failed>()[0]->peer_name, "a");
  EXPECT_THAT(failure.details,
              ::testing::Contains(
                  HasSubstr("this end used the key of 'a', for the identity fqdn:a.example")));
}

}  // namespace
}  // namespace iscsi_ike::test
