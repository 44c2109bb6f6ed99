// Checkpoints in the middle of everything: an end that is replaced by one restored from its
// checkpoint before every call, or every few, does to the octet and to the millisecond what it does
// when it is left alone.
#include <gtest/gtest.h>

#include <functional>

#include "ike/trace/event_text.hpp"
#include "tests/sim/exchanges.hpp"
#include "tests/support/nat_pair.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Scenario is two ends and what befalls them. It draws all its chance from numbers of its own, so
// it is the same each time.
struct Scenario {
  const char* name;
  std::function<EndSettings(policy::Role)> end;
  std::function<void(NatPair&)> play;
  Behind behind = Behind::kNeither;
  friend std::ostream& operator<<(std::ostream& out, const Scenario& s) { return out << s.name; }
};

std::string KeysText(const ike::Event& event) {
  const auto* made = std::get_if<ike::ChildEstablished>(&event);
  if (made == nullptr) return {};
  std::string text;
  for (const auto* keys : {&made->sa.inbound, &made->sa.outbound})
    text += ToHex(keys->encryption.Expose()) + ToHex(keys->integrity.Expose()) + "\n";
  return text;
}

// Report is all that can be seen of a run, a line for each thing.
std::vector<std::string> Report(const NatPair& ends) {
  std::vector<std::string> lines;
  const auto stamp = [](ike::Time t) { return std::to_string(t.time_since_epoch().count()) + " "; };
  for (const Sent& sent : ends.net.log)
    lines.push_back(stamp(sent.now) + sent.datagram.local.ToString() + " " +
                    sent.datagram.remote.ToString() + " " + ToHex(sent.datagram.octets));
  for (const auto& due : ends.net.timeouts) lines.push_back(due ? stamp(*due) : "none");
  for (const Node* node : {&ends.hba, &ends.portal}) {
    for (const ike::Event& event : node->events)
      lines.push_back(std::to_string(event.index()) + ike::EventText(event) + KeysText(event));
    const Recorder& seen = node->recorder;
    for (const auto* texts : {&seen.sent, &seen.received, &seen.dropped, &seen.decisions})
      lines.insert(lines.end(), texts->begin(), texts->end());
    for (const auto* keys : {&seen.keys, &seen.child_keys})
      for (const auto& key : *keys) lines.push_back(key.name + ToHex(key.octets));
  }
  return lines;
}

// RunOnce plays it with a checkpoint at each so many-th call of the ends named by `who` (bit 0: the
// initiator); 0 takes none.
std::vector<std::string> RunOnce(const Scenario& scenario, std::size_t every, unsigned who) {
  NatPair ends(scenario.behind, scenario.end(policy::Role::kInitiator),
               scenario.end(policy::Role::kResponder), 5);
  ends.hba.checkpoint_every = (who & 1U) != 0 ? every : 0;
  ends.portal.checkpoint_every = (who & 2U) != 0 ? every : 0;
  scenario.play(ends);
  if (every != 0) {
    EXPECT_GT(ends.hba.checkpoints + ends.portal.checkpoints, 0U);
  }
  return Report(ends);
}

void Login(NatPair& ends) {
  ends.pair.Connect();
  ends.net.Run();
}

// Chance is a generator for scenarios (a linear congruence is chance enough).
class Chance {
 public:
  std::uint32_t Below(std::uint32_t bound) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 33U) % bound;
  }

 private:
  std::uint64_t state_ = 9;
};

// Rough: a third of the datagrams is lost, some come twice or late, and results take their time.
void MakeRough(NatPair& ends, std::uint32_t losses_percent) {
  auto chance = std::make_shared<Chance>();
  ends.net.fate = [&ends, chance, losses_percent](Sent& sent) -> std::vector<ike::Duration> {
    if (!ends.Pass(sent) || chance->Below(100) < losses_percent) return {};
    std::vector<ike::Duration> copies{ike::Duration{1 + chance->Below(900)}};
    if (chance->Below(4) == 0) copies.emplace_back(1 + chance->Below(3000));
    return copies;
  };
  auto slow = std::make_shared<Chance>();
  ends.net.dh_latency = [slow] { return ike::Duration{slow->Below(700)}; };
}

std::function<EndSettings(policy::Role)> Both(EndSettings end) {
  return [end](policy::Role) { return end; };
}

EndSettings Adjusted(std::uint64_t word, std::function<void(ike::PeerConfig&)> adjust) {
  EndSettings end = QuickEnd(word);
  end.adjust_peer = std::move(adjust);
  return end;
}

ike::SessionId FirstSession(const Node& node) {
  const auto established = node.EventsOf<ike::Phase1Established>();
  return established.empty() ? ike::SessionId{1} : established[0]->session;
}

void PlayRough(NatPair& ends) {
  MakeRough(ends, 33);
  Login(ends);
}

// PlayChildren: a dozen children with few at once, of which some are refused; some are renewed,
// used up, closed; then all is.
void PlayChildren(NatPair& ends) {
  MakeRough(ends, 10);
  ends.pair.Connect();
  ends.net.RunUntil([&] { return ends.pair.Established(); });
  const ike::SessionId session = FirstSession(ends.hba);
  for (std::uint16_t port = 0; port < 12; ++port) {
    ike::ChildOffer offer;
    if (port % 3 == 0) {
      const auto address = policy::IpAddress::Parse("203.0.113.0").value();
      offer.local = policy::Selector{address, 24, 6, port};
    }
    (void)ends.hba.engine().Negotiate(ends.net.now(), session, offer);
    ends.net.Drain();
  }
  ends.net.RunFor(seconds(40));
  std::vector<ike::ChildId> children;
  for (const auto* made : ends.hba.EventsOf<ike::ChildEstablished>())
    children.push_back(made->sa.child);
  for (std::size_t i = 0; i < children.size(); ++i) {
    ike::Engine& engine = ends.hba.engine();
    if (i % 3 == 0) engine.RenewChild(ends.net.now(), session, children[i]);
    if (i % 3 == 1) engine.CloseChild(ends.net.now(), session, children[i]);
    if (i % 3 == 2) engine.ReportUse(ends.net.now(), session, children[i], 1ULL << 50U);
    ends.net.RunFor(seconds(1));
  }
  ends.net.RunFor(minutes(2));
  ends.hba.engine().Close(ends.net.now(), session);
  ends.net.RunFor(minutes(2));
}

// PlaySilence: questions go unanswered for a while, and are answered again.
void PlaySilence(NatPair& ends) {
  Login(ends);
  ends.net.RunFor(minutes(2));
  ends.net.fate = [](Sent&) { return std::vector<ike::Duration>{}; };
  ends.net.RunFor(minutes(3));
  ends.net.fate = nullptr;
  ends.net.RunFor(minutes(2));
}

void PlayHours(NatPair& ends) {
  MakeRough(ends, 5);
  ends.pair.Connect();
  ends.net.RunFor(std::chrono::hours(3));
  ends.hba.engine().Renew(ends.net.now(), FirstSession(ends.hba));
  ends.net.RunFor(std::chrono::hours(1));
}

// PlayGarbage: whatever goes by comes again altered, cut, reflected, and from elsewhere.
void PlayGarbage(NatPair& ends) {
  auto chance = std::make_shared<Chance>();
  SimNet& net = ends.net;
  net.fate = [&net, chance](Sent& sent) -> std::vector<ike::Duration> {
    for (int i = 0; i < 4; ++i) {
      ike::Datagram copy = sent.datagram;
      const auto size = static_cast<std::uint32_t>(copy.octets.size());
      if (i < 2)
        copy.octets[chance->Below(size)] ^= static_cast<std::uint8_t>(1 + chance->Below(255));
      if (i == 2) copy.octets.resize(chance->Below(size));
      if (i == 3) std::swap(copy.local, copy.remote);
      if (chance->Below(5) == 0) copy.local.port = 40000;
      net.Deliver(std::move(copy), ike::Duration{1 + chance->Below(20)});
    }
    return {ike::Duration{10}};
  };
  ends.pair.Connect();
  net.RunFor(minutes(1));
  // Strangers begin and go no further.
  const std::vector<Sent> log = net.log;
  for (std::uint16_t i = 0; i < 6 && !log.empty(); ++i) {
    std::vector<std::uint8_t> first = log[0].datagram.octets;
    first[0] ^= static_cast<std::uint8_t>(i + 1);
    net.Inject(ends.portal, {log[0].datagram.local.address, static_cast<std::uint16_t>(600 + i)},
               first);
  }
  net.RunFor(minutes(3));
}

// PlayAgain: an adapter that has lost everything begins anew, twice, at the same place.
void PlayAgain(NatPair& ends) {
  for (int i = 0; i < 3; ++i) {
    ends.pair.Connect();
    ends.net.RunFor(seconds(20 + 45 * i));
  }
}

// PlayPortal: the portal renews, and an adapter that serves nobody lets it, for it is known there.
void PlayPortal(NatPair& ends) {
  Login(ends);
  ends.net.RunFor(minutes(2));
  ends.portal.engine().Renew(ends.net.now(), FirstSession(ends.portal));
  ends.net.RunFor(minutes(2));
  EXPECT_EQ(ends.portal.EventsOf<ike::Phase1Established>().size(), 2U);
}

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  static constexpr const char* kClean[] = {"main", "main_pfs", "aggressive", "aggressive_pfs"};
  static constexpr const char* kRough[] = {"rough_main", "rough_main_pfs", "rough_aggressive",
                                           "rough_aggressive_pfs"};
  std::size_t i = 0;
  for (const Exchanges& exchanges : AllExchanges()) {
    all.push_back({kClean[i], Both(QuickEnd(exchanges.word)), Login});
    all.push_back({kRough[i++], Both(QuickEnd(exchanges.word)), PlayRough});
  }
  EndSettings other_group = QuickEnd(kMainPfsWord);
  other_group.ike = "3des-sha1-modp1024,aes256-sha384-ecp256";
  all.push_back({"modp_and_3des", Both(other_group), PlayRough});
  const EndSettings cutting = Adjusted(kMainPfsWord, [](auto& peer) { peer.fragment_above = 128; });
  all.push_back({"fragments", Both(cutting), PlayRough});
  for (const auto behind : {Behind::kHba, Behind::kBoth}) {
    const EndSettings end = Adjusted(behind == Behind::kHba ? kAggressivePfsWord : kMainWord,
                                     [](auto& peer) { peer.nat_keepalive = seconds(20); });
    all.push_back({behind == Behind::kHba ? "nat_of_one" : "nat_of_both", Both(end),
                   [](NatPair& ends) {
                     MakeRough(ends, 20);
                     ends.pair.Connect();
                     ends.net.RunFor(minutes(4));
                   },
                   behind});
  }
  EndSettings many = Adjusted(kMainPfsWord, [](auto& peer) {
    peer.parallel_quick_modes = 2;
    peer.renewal.mode = ike::Renewal::kRenew;
  });
  many.adjust_request = [](policy::TranslateRequest& r) { r.phase2_lifetime = {900, 5000}; };
  all.push_back({"children", Both(many), PlayChildren});
  all.push_back({"silence",
                 Both(Adjusted(kAggressiveWord,
                               [](auto& peer) {
                                 peer.liveness = {seconds(30), seconds(2), 5};
                               })),
                 PlaySilence});
  EndSettings renewing = Adjusted(kMainWord, [](auto& peer) {
    peer.renewal.mode = ike::Renewal::kRenew;
    peer.initial_contact = true;
  });
  renewing.adjust_request = [](policy::TranslateRequest& r) {
    r.phase1_lifetime = {3600, 0};
    r.phase2_lifetime = {600, 0};
  };
  all.push_back({"renewals", Both(renewing), PlayHours});
  all.push_back({"again", Both(renewing), PlayAgain});
  all.push_back({"portal_renews", Both(QuickEnd(kMainWord)), PlayPortal});
  all.push_back({"garbage_main", Both(QuickEnd(kMainWord)), PlayGarbage});
  all.push_back({"garbage_aggressive", Both(QuickEnd(kAggressivePfsWord)), PlayGarbage});
  const auto differing = [](std::uint64_t word, auto change) {
    return [word, change](policy::Role role) {
      EndSettings end = QuickEnd(word);
      if (role == policy::Role::kResponder) change(end);
      return end;
    };
  };
  all.push_back(
      {"other_key", differing(kMainWord, [](auto& e) { e.key = "another key"; }), PlayRough});
  all.push_back({"other_key_aggressive",
                 differing(kAggressiveWord, [](auto& e) { e.key = "another key"; }), Login});
  all.push_back(
      {"other_suite", differing(kMainWord, [](auto& e) { e.ike = "aes256-sha1-ecp256"; }), Login});
  all.push_back(
      {"other_esp", differing(kMainWord, [](auto& e) { e.esp = "aes256gcm16"; }), PlayRough});
  all.push_back({"other_pfs", differing(kMainWord, [](auto& e) { e.word = kMainPfsWord; }), Login});
  all.push_back({"nobody_there", Both(QuickEnd(kAggressiveWord)), [](NatPair& ends) {
                   ends.net.fate = [](Sent&) { return std::vector<ike::Duration>{}; };
                   Login(ends);
                 }});
  return all;
}

class Checkpointed : public ::testing::TestWithParam<Scenario> {
 protected:
  static void ExpectSame(const std::vector<std::string>& plain, std::size_t every, unsigned who) {
    const auto restored = RunOnce(GetParam(), every, who);
    ASSERT_EQ(plain.size(), restored.size()) << "every " << every << ", ends " << who;
    for (std::size_t i = 0; i < plain.size(); ++i)
      ASSERT_EQ(plain[i], restored[i]) << "every " << every << ", ends " << who;
  }
};
INSTANTIATE_TEST_SUITE_P(Sim, Checkpointed, ::testing::ValuesIn(AllScenarios()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST_P(Checkpointed, AtEveryCallNothingIsDifferent) {
  const auto plain = RunOnce(GetParam(), 0, 0);
  ASSERT_FALSE(plain.empty());
  for (const unsigned who : {1U, 2U, 3U}) ExpectSame(plain, 1, who);
}

TEST_P(Checkpointed, NowAndThenNothingIsDifferent) {
  const auto plain = RunOnce(GetParam(), 0, 0);
  for (const std::size_t every : {2U, 3U, 7U, 31U}) ExpectSame(plain, every, 3);
}

}  // namespace
}  // namespace iscsi_ike::test
