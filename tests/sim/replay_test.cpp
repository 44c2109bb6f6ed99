// Recordings of whole sessions in virtual time, run again: the same octets and the same events, and
// other settings part where they must.
#include "ike/trace/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike/trace/recorder.hpp"
#include "ike/trace/what_if.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr std::uint64_t kSeed = 7;

// Recorded is one end of a pair, with what it records from its first call on.
class Recorded {
 public:
  // `seed` is that of the node's random source.
  Recorded(Pair& pair, Node& node, std::uint64_t seed) : node_(node) {
    ike::RecordingHead head;
    head.command = "test";
    head.begin = pair.net.now();
    head.seed = crypto::Secret(crypto::kSeedSize);
    for (std::size_t i = 0; i < 8; ++i)
      head.seed.ExposeMutable()[i] = static_cast<std::uint8_t>(seed >> (8 * i));
    recorder_.emplace(head, [this](std::string_view line) { text += line; });
    node_.recorder.also = &*recorder_;
    node_.on_event = [this](const ike::Event& event) { recorder_->OnEvent(event); };
  }
  ~Recorded() {
    node_.recorder.also = nullptr;
    node_.on_event = nullptr;
  }
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  [[nodiscard]] ike::Recording Finish() {
    recorder_->End();
    const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
    auto recording = ike::ReadRecording({octets, text.size()});
    EXPECT_TRUE(recording.ok()) << recording.error();
    return recording.ok() ? std::move(*recording) : ike::Recording{};
  }

  std::string text;

 private:
  Node& node_;
  std::optional<ike::Recorder> recorder_;
};

// Ends: both settings of a pair, to be made again for a replay.
struct Ends {
  EndSettings initiator;
  EndSettings responder;
};

ike::ReplaySettings InitiatorOf(const Ends& ends) {
  return {{}, {MakePeer(ends.initiator, policy::Role::kInitiator, "192.0.2.1", "192.0.2.2")}};
}
ike::ReplaySettings ResponderOf(const EndSettings& responder) {
  ike::ReplaySettings settings;
  settings.config.responders = {
      MakePeer(responder, policy::Role::kResponder, "192.0.2.2", "192.0.2.1")};
  return settings;
}

void ExpectSame(const ike::Recording& recording, ike::ReplaySettings settings,
                std::size_t least_datagrams) {
  ike::Replay replay(recording, std::move(settings));
  while (replay.NextInput() != nullptr) static_cast<void>(replay.Step());
  const auto& parting = replay.parting();
  EXPECT_FALSE(parting) << "line " << parting->line << ": " << parting->recorded << "; now "
                        << parting->now;
  EXPECT_GE(replay.counts().datagrams_out, least_datagrams);
  EXPECT_GT(replay.counts().events, 0U);
}

// RecordAndReplay runs `scenario` on a pair and replays both ends.
template <class Scenario>
void RecordAndReplay(const Ends& ends, std::size_t least_datagrams, Scenario scenario) {
  Pair pair(ends.initiator, ends.responder, kSeed);
  Recorded initiator(pair, *pair.initiator, kSeed * 2);
  Recorded responder(pair, *pair.responder, kSeed * 2 + 1);
  scenario(pair);
  {
    SCOPED_TRACE("initiator");
    ExpectSame(initiator.Finish(), InitiatorOf(ends), least_datagrams);
  }
  SCOPED_TRACE("responder");
  ExpectSame(responder.Finish(), ResponderOf(ends.responder), least_datagrams);
}

TEST(Replay, OfALoginIsTheSameInEveryMode) {
  for (const auto word : {kMainWord, kMainPfsWord, kAggressiveWord, kAggressivePfsWord}) {
    SCOPED_TRACE(word);
    RecordAndReplay({QuickEnd(word), QuickEnd(word)}, 2,
                    [](Pair& pair) { EXPECT_TRUE(pair.Login()); });
  }
}

TEST(Replay, OfLossAndDoublingIsTheSame) {
  RecordAndReplay({QuickEnd(kMainPfsWord), QuickEnd(kMainPfsWord)}, 5, [](Pair& pair) {
    pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number % 3 == 0) return {};
      if (sent.number % 4 == 0) return {pair.net.latency, pair.net.latency + ike::Duration{900}};
      return {pair.net.latency};
    };
    pair.net.dh_latency = [] { return ike::Duration{40}; };
    EXPECT_TRUE(pair.Login());
    pair.net.RunFor(minutes(2));
  });
}

EndSettings RenewingEnd() {
  EndSettings end = QuickEnd(kMainPfsWord);
  end.adjust_request = [](policy::TranslateRequest& request) {
    request.phase1_lifetime = {3600, 0};
    request.phase2_lifetime = {600, 100000};
  };
  end.adjust_peer = [](ike::PeerConfig& peer) { peer.renewal.mode = ike::Renewal::kRenew; };
  return end;
}

TEST(Replay, OfHoursWithRenewalsIsTheSame) {
  RecordAndReplay({RenewingEnd(), RenewingEnd()}, 30, [](Pair& pair) {
    EXPECT_TRUE(pair.Login());
    pair.net.RunFor(std::chrono::hours(3));
    EXPECT_GT(pair.initiator->EventsOf<ike::Phase1Established>().size(), 2U);
  });
}

TEST(Replay, OfDeadPeerDetectionIsTheSame) {
  EndSettings asking = QuickEnd(kMainWord);
  asking.adjust_peer = [](ike::PeerConfig& peer) { peer.liveness.delay = seconds(30); };
  RecordAndReplay({asking, QuickEnd(kMainWord)}, 4, [](Pair& pair) {
    EXPECT_TRUE(pair.Login());
    pair.net.RunFor(minutes(2));
    pair.net.fate = [](Sent&) { return std::vector<ike::Duration>{}; };
    pair.net.RunFor(minutes(2));
    EXPECT_EQ(pair.initiator->EventsOf<ike::PeerUnresponsive>().size(), 1U);
  });
}

// CloseReasonOf is that of the child closed last.
ike::CloseReason CloseReasonOf(Node& node) {
  std::optional<ike::CloseReason> reason;
  for (const auto* closed : node.EventsOf<ike::ChildClosed>()) reason = closed->reason;
  return reason.value_or(ike::CloseReason::kByPeer);
}

// Every function of the engine that takes the time is recorded and called again.
TEST(Replay, OfEveryCallIsTheSame) {
  RecordAndReplay({RenewingEnd(), RenewingEnd()}, 8, [](Pair& pair) {
    EXPECT_TRUE(pair.Login());
    const auto now = [&] { return pair.net.now(); };
    ike::Engine& engine = pair.initiator->engine();
    const auto session = pair.initiator->EventsOf<ike::Phase1Established>().at(0)->session;
    const auto first = pair.initiator->EventsOf<ike::ChildEstablished>().at(0)->sa.child;
    const policy::Selector own{policy::IpAddress::V4({192, 0, 2, 1}), 32, 6, 40001};
    const auto child = engine.Negotiate(now(), session, {own, std::nullopt});
    ASSERT_TRUE(child.ok());
    pair.net.RunFor(seconds(1));
    engine.RenewChild(now(), session, first);
    pair.net.RunFor(seconds(10));
    engine.ReportUse(now(), session, *child, 123456789);
    pair.net.RunFor(seconds(10));
    engine.CloseChild(now(), session,
                      pair.initiator->EventsOf<ike::ChildEstablished>().back()->sa.child);
    pair.net.Drain();
    EXPECT_EQ(CloseReasonOf(*pair.initiator), ike::CloseReason::kByCaller);
    pair.net.RunFor(seconds(1));
    engine.Renew(now(), session);
    pair.net.RunFor(seconds(10));
    engine.Close(now(), pair.initiator->EventsOf<ike::Phase1Established>().back()->session);
    pair.net.RunFor(seconds(1));
  });
}

TEST(Replay, OfAnAnswerToHostileOctetsIsTheSame) {
  RecordAndReplay({QuickEnd(kMainWord), QuickEnd(kMainWord)}, 3, [](Pair& pair) {
    EXPECT_TRUE(pair.Login());
    for (std::size_t size = 0; size < 200; ++size)
      pair.net.Inject(*pair.responder, {policy::IpAddress::V4({198, 51, 100, 9}), 4711},
                      std::vector<std::uint8_t>(size, 0x11));
    pair.net.RunFor(seconds(5));
  });
}

class ReplayOfALogin : public testing::Test {
 protected:
  ReplayOfALogin() : recorded_(pair_, *pair_.responder, kSeed * 2 + 1) {
    EXPECT_TRUE(pair_.Login());
  }
  // PartingWith is where a responder with other settings parts, or nothing.
  std::optional<ike::WhatIf::Turn> PartingWith(const EndSettings& changed) {
    recording_ = recorded_.Finish();
    ike::WhatIf runs(recording_, ResponderOf(end_), ResponderOf(changed));
    std::optional<ike::WhatIf::Turn> last;
    while (auto turn = runs.Next()) last = std::move(turn);
    EXPECT_FALSE(runs.replay().parting());
    return runs.parted() ? std::move(last) : std::nullopt;
  }
  static bool Fails(const ike::FedOutput& output, ike::FailureCode code) {
    return std::any_of(output.events.begin(), output.events.end(), [&](const ike::Event& event) {
      const auto* failed = std::get_if<ike::Failed>(&event);
      return failed != nullptr && failed->failure.code == code;
    });
  }

  EndSettings end_ = QuickEnd(kMainWord);
  Pair pair_{end_, end_, kSeed};
  Recorded recorded_;
  ike::Recording recording_;
};

TEST_F(ReplayOfALogin, PartsWhereAnOctetIsAnother) {
  const std::string place = "\"out\":\"datagram\"";
  std::string& text = recorded_.text;
  const std::size_t second = text.find(place, text.find(place) + 1);
  const std::size_t octets = text.find("\"octets\":\"", second) + 10;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(octets), '\n');
  text[octets + 80] = text[octets + 80] == '0' ? '1' : '0';
  recording_ = recorded_.Finish();
  ike::Replay replay(recording_, ResponderOf(end_));
  while (replay.NextInput() != nullptr) static_cast<void>(replay.Step());
  ASSERT_TRUE(replay.parting());
  EXPECT_EQ(replay.parting()->line, static_cast<std::size_t>(line));
  EXPECT_THAT(replay.parting()->now, HasSubstr("from offset 40 on"));
  EXPECT_EQ(replay.counts().datagrams_out, 1U);
}

TEST_F(ReplayOfALogin, PartsWhereOutputIsMissingOrTooMuch) {
  std::string& text = recorded_.text;
  const std::string whole = text;
  for (const char* what : {"{\"out\":\"datagram\"", "{\"out\":\"event\""}) {
    text = whole;
    const std::size_t at = text.rfind(what);
    text.erase(at, text.find('\n', at) + 1 - at);
    ike::Recording recording = recorded_.Finish();
    ike::Replay replay(recording, ResponderOf(end_));
    while (replay.NextInput() != nullptr) static_cast<void>(replay.Step());
    EXPECT_TRUE(replay.parting()) << what;

    text = whole + whole.substr(at, whole.find('\n', at) + 1 - at);
    recording = recorded_.Finish();
    ike::Replay doubled(recording, ResponderOf(end_));
    while (doubled.NextInput() != nullptr) static_cast<void>(doubled.Step());
    EXPECT_TRUE(doubled.parting()) << what;
  }
}

TEST_F(ReplayOfALogin, WithAnotherKeyParts) {
  EndSettings other = end_;
  other.key = "incorrect horse battery staple";
  recording_ = recorded_.Finish();
  ike::Replay replay(recording_, ResponderOf(other));
  while (replay.NextInput() != nullptr) static_cast<void>(replay.Step());
  EXPECT_TRUE(replay.parting());
}

TEST_F(ReplayOfALogin, CutShortAnywhereIsTheSameSoFar) {
  const std::string whole = recorded_.text;
  for (std::size_t size = whole.find('\n') + 1; size <= whole.size(); size += 13) {
    const auto* octets = reinterpret_cast<const std::uint8_t*>(whole.data());
    const auto recording = ike::ReadRecording({octets, size});
    ASSERT_TRUE(recording.ok()) << size << ": " << recording.error();
    ike::Replay replay(*recording, ResponderOf(end_));
    while (replay.NextInput() != nullptr) static_cast<void>(replay.Step());
    EXPECT_FALSE(replay.parting()) << size << ": " << replay.parting()->now;
  }
}

TEST_F(ReplayOfALogin, SettingsThatAreTheSameToThePeerDoNotPart) {
  EndSettings other = end_;
  other.esp = "aes256-sha256,aes128-sha256";
  EXPECT_FALSE(PartingWith(other));
}

TEST_F(ReplayOfALogin, SettingsPartWhereTheyRefuse) {
  EndSettings other = end_;
  other.esp = "aes256-sha256";
  const auto parting = PartingWith(other);
  ASSERT_TRUE(parting);
  EXPECT_TRUE(Fails(parting->changed, ike::FailureCode::kNoPhase2Proposal));
  EXPECT_TRUE(parting->recorded.events.empty());
}

TEST_F(ReplayOfALogin, AWordWithoutTheModePartsAtOnce) {
  EndSettings other = end_;
  other.word = kAggressiveWord;
  const auto parting = PartingWith(other);
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->input->number, 2U);
  EXPECT_TRUE(Fails(parting->changed, ike::FailureCode::kModeRefused));
}

// Other settings may set timers that the recorded run had not; these go off when they are overdue
// by more than a second. AM1 goes out at 0 s and again after 0.5, 1.5, 3.5, 7.5, 15.5 and 23.5 s.
class FedEngineAlone : public testing::Test {
 protected:
  // At is what an input at `milliseconds` brings about that no session takes.
  ike::FedOutput At(int milliseconds, bool other_settings = true) {
    const ike::Recording recording = Recorded();
    ike::FedEngine engine(recording, InitiatorOf({QuickEnd(kAggressiveWord), {}}), other_settings);
    const ike::FedOutput begin = engine.Feed({kBegin, ike::RecordedConnect{0}});
    EXPECT_EQ(begin.sent.size(), other_settings ? 1U : 0U);
    return engine.Feed(
        {kBegin + ike::Duration(milliseconds), ike::CloseCalled{ike::SessionId{4711}}});
  }

 private:
  static constexpr ike::Time kBegin{ike::Duration(1000)};

  static ike::Recording Recorded() {
    ike::Recording recording;
    recording.head.seed = crypto::Secret(crypto::kSeedSize);
    return recording;
  }
};

TEST_F(FedEngineAlone, LetsTimersGoOffThatAreOverdueByMoreThanASecond) {
  EXPECT_EQ(At(1500).sent.size(), 0U);
  EXPECT_EQ(At(1501).sent.size(), 1U);
  EXPECT_EQ(At(2500).sent.size(), 1U);
  EXPECT_EQ(At(2501).sent.size(), 2U);
  EXPECT_EQ(At(24501).sent.size(), 6U);
}

TEST_F(FedEngineAlone, GivesUpInTheTimeThatPasses) {
  const ike::FedOutput output = At(100'000);
  EXPECT_EQ(output.sent.size(), 6U);
  ASSERT_EQ(output.events.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ike::Failed>(output.events.front()));
  EXPECT_FALSE(output.next_timeout);
}

TEST_F(FedEngineAlone, LetsNoTimePassUnderTheRecordedSettings) {
  const ike::FedOutput output = At(100'000, false);
  EXPECT_TRUE(output.sent.empty());
  EXPECT_TRUE(output.events.empty());
}

// An initiator may offer something else: what counts is what it makes of the recorded answer.
TEST(WhatIf, AnotherOfferIsJudgedByThePeersChoice) {
  Ends ends{QuickEnd(kMainWord), QuickEnd(kMainWord)};
  Pair pair(ends.initiator, ends.responder, kSeed);
  Recorded initiator(pair, *pair.initiator, kSeed * 2);
  ASSERT_TRUE(pair.Login());
  const ike::Recording recording = initiator.Finish();
  const auto parting_with = [&](const std::string& suites) {
    Ends other = ends;
    other.initiator.ike = suites;
    ike::WhatIf runs(recording, InitiatorOf(ends), InitiatorOf(other));
    std::vector<ike::WhatIf::Turn> turns;
    while (auto turn = runs.Next()) turns.push_back(std::move(*turn));
    EXPECT_TRUE(runs.parted());
    EXPECT_TRUE(turns.front().other_offer);
    return std::move(turns.back());
  };
  const std::string chosen(kQuickSuite);
  // Another mode: AM1 goes out at once, though main mode's first exponentiation, which has the same
  // ticket, ended later.
  Ends aggressive = ends;
  aggressive.initiator = QuickEnd(kAggressiveWord);
  ike::WhatIf modes(recording, InitiatorOf(ends), InitiatorOf(aggressive));
  auto begin = modes.Next();
  ASSERT_TRUE(begin);
  EXPECT_TRUE(begin->other_offer);
  EXPECT_EQ(begin->changed.sent.size(), 1U);
  while (auto turn = modes.Next()) begin = std::move(turn);
  EXPECT_TRUE(modes.parted());
  EXPECT_TRUE(std::holds_alternative<ike::RecordedArrival>(
      std::get<ike::RecordedInput>(begin->input->what).call));

  // The choice is not there: the answer, MM2, is taken for a change.
  const auto refused = parting_with("aes256-sha256-curve25519");
  EXPECT_TRUE(std::holds_alternative<ike::RecordedArrival>(
      std::get<ike::RecordedInput>(refused.input->what).call));
  EXPECT_TRUE(refused.changed.sent.empty());
  // It is there, and MM3 is the same; MM5, the third message, covers the offer.
  const auto taken = parting_with(chosen + ",aes256-sha256-curve25519");
  ASSERT_EQ(taken.changed.sent.size(), 1U);
  EXPECT_EQ(taken.changed.sent[0].octets.size(), taken.recorded.sent.at(0).octets.size());
  EXPECT_GT(taken.input->number, refused.input->number);
}

}  // namespace
}  // namespace iscsi_ike::test
