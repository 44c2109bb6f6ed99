// Checkpoints: what they refuse, what they say, and what they leave alone. That an engine goes on
// from one as if nothing had been is shown in tests/sim/checkpoint_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "crypto/sealed_box.hpp"
#include "tests/support/checkpoint_states.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::CheckpointCode;

// CountingRandom tells how often it was asked.
class CountingRandom final : public crypto::RandomSource {
 public:
  bool Fill(crypto::MutableOctets out) override {
    ++calls;
    return random_.Fill(out);
  }
  int calls = 0;

 private:
  crypto::SeededRandom random_{3};
};

class SilentObserver final : public ike::Observer {
 public:
  void OnDatagram(ike::Time /*now*/, ike::Direction /*direction*/, const ike::Endpoint& /*local*/,
                  const ike::Endpoint& /*remote*/, crypto::Octets /*octets*/) override {
    ++calls;
  }
  void OnMessage(const ike::MessageTrace& /*message*/) override { ++calls; }
  void OnDecision(ike::Time /*now*/, ike::SessionId /*session*/,
                  std::string_view /*text*/) override {
    ++calls;
  }
  int calls = 0;
};

CheckpointCode CodeOf(crypto::Octets key, const Bytes& box) {
  CountingRandom random;
  const auto restored = ike::Engine::Restore(key, box, random, nullptr);
  EXPECT_FALSE(restored.ok());
  if (restored.ok()) return CheckpointCode::kInvalid;
  EXPECT_FALSE(restored.error().text.empty());
  return restored.error().code;
}

// Busy is a pair in the middle of main mode with results of key agreements outstanding.
struct Busy {
  Busy() : pair(QuickEnd(kMainPfsWord), QuickEnd(kMainPfsWord)) {
    pair.net.drop_dh = true;
    pair.initiator->checkpoint_every = 0;
    pair.Connect();
    pair.net.RunFor(std::chrono::milliseconds(100));
  }
  Pair pair;
};

TEST(Checkpoint, IsTheSameForTheSameStateAndLeavesTheEngineAlone) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  const auto one = pair.initiator->engine().Checkpoint(SealKey());
  const auto two = pair.initiator->engine().Checkpoint(SealKey());
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(*one, *two);
}

TEST(Checkpoint, OfAnEngineThatHasDoneNothing) {
  CountingRandom random;
  const ike::Engine fresh({}, random, nullptr);
  const auto box = fresh.Checkpoint(SealKey());
  ASSERT_TRUE(box.ok());
  EXPECT_TRUE(ike::Engine::Restore(SealKey(), *box, random, nullptr).ok());
}

TEST(Checkpoint, RestoringDrawsNothingAndTellsNothing) {
  for (const SavedState& state : SavedStates()) {
    CountingRandom random;
    SilentObserver observer;
    const auto restored = ike::Engine::Restore(SealKey(), state.box, random, &observer);
    ASSERT_TRUE(restored.ok()) << state.name << ": " << restored.error().text;
    EXPECT_EQ(random.calls, 0);
    EXPECT_EQ(observer.calls, 0);
    EXPECT_EQ(restored->Checkpoint(SealKey()).value(), state.box) << state.name;
  }
}

TEST(Checkpoint, AKeyOfAnotherLengthIsRefusedBothWays) {
  CountingRandom random;
  const ike::Engine fresh({}, random, nullptr);
  const Bytes box = fresh.Checkpoint(SealKey()).value();
  for (const std::size_t size : {0U, 31U, 33U}) {
    const Bytes key(size, 1);
    const auto made = fresh.Checkpoint(key);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().code, CheckpointCode::kBadKey);
    EXPECT_EQ(CodeOf(key, box), CheckpointCode::kBadKey);
  }
}

TEST(Checkpoint, AnotherKeyKindOrVersionIsRefused) {
  const Bytes box = SavedStates()[4].box;
  EXPECT_EQ(CodeOf(Bytes(32, 1), box), CheckpointCode::kDamaged);
  const Bytes contents = Contents(box);
  const auto later = crypto::Seal({"ISIKECKP", 4}, SealKey(), contents).value();
  EXPECT_EQ(CodeOf(SealKey(), later), CheckpointCode::kOtherVersion);
  const auto other = crypto::Seal({"ISIKEXXX", 1}, SealKey(), contents).value();
  EXPECT_EQ(CodeOf(SealKey(), other), CheckpointCode::kOtherKind);
}

TEST(Checkpoint, EveryOctetAndEveryLengthOfTheBoxCounts) {
  const Bytes box = SavedStates()[8].box;
  for (std::size_t at = 0; at < box.size(); ++at) {
    Bytes changed = box;
    changed[at] ^= 0x10;
    const CheckpointCode code = CodeOf(SealKey(), changed);
    EXPECT_EQ(code, at < 8    ? CheckpointCode::kOtherKind
                    : at < 10 ? CheckpointCode::kOtherVersion
                              : CheckpointCode::kDamaged);
    const CheckpointCode cut =
        CodeOf(SealKey(), {box.begin(), box.begin() + static_cast<std::ptrdiff_t>(at)});
    EXPECT_TRUE(cut == CheckpointCode::kTooShort || cut == CheckpointCode::kDamaged);
  }
}

// Whoever has the key may write anything; that is refused, or makes an engine that stands.
TEST(OddContents, AreRefusedOrHarmlessWhereverAnOctetIsChanged) {
  std::size_t refused = 0;
  std::size_t taken = 0;
  std::size_t first = 0;
  for (const SavedState& state : SavedStates()) {
    const Bytes contents = Contents(state.box);
    for (std::size_t at = first++ % 5; at < contents.size(); at += 5) {
      for (const unsigned change : {0x01U, 0x80U, 0xffU}) {
        Bytes changed = contents;
        changed[at] ^= static_cast<std::uint8_t>(change);
        TryOut(state, changed).empty() ? ++taken : ++refused;
      }
    }
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_GT(taken, 1000U);
}

TEST(OddContents, AreRefusedAtEveryLengthButTheirOwn) {
  for (const SavedState& state : SavedStates()) {
    const Bytes contents = Contents(state.box);
    for (std::size_t size = 0; size < contents.size(); size += 3)
      EXPECT_NE(
          TryOut(state, {contents.begin(), contents.begin() + static_cast<std::ptrdiff_t>(size)}),
          "");
    Bytes longer = contents;
    longer.push_back(0);
    EXPECT_EQ(TryOut(state, longer), "octets behind the end of the state");
  }
}

TEST(OddContents, AreRefusedWithTheirPlace) {
  std::set<std::string> texts;
  for (const SavedState& state : SavedStates()) {
    const Bytes contents = Contents(state.box);
    for (std::size_t at = 0; at < contents.size(); ++at) {
      for (const std::uint8_t value :
           {std::uint8_t{9}, static_cast<std::uint8_t>(contents[at] ^ 1U)}) {
        Bytes changed = contents;
        changed[at] = value;
        CountingRandom random;
        const auto restored = ike::Engine::Restore(SealKey(), Boxed(changed), random, nullptr);
        if (restored) continue;
        EXPECT_EQ(restored.error().code, CheckpointCode::kInvalid);
        texts.insert(restored.error().text);
      }
    }
  }
  for (const char* expected : {
           "session 1, exchange 1: row 9 of a script of 6",
           "session 1, exchange 2: row 9 of a script of 3",
           "session 1, exchange 1: too many messages remembered",
           "session 1, exchange 1: an initialisation vector that is no block of the cipher",
           "session 1, exchange 1: phase 1 in another role than the session's",
           "session 1, exchange 1: phase 1 of another mode than the session's",
           "session 1, exchange 1: a ticket of another session",
           "session 1, exchange 1: a private key of another length than the group's",
           "session 1, exchange 1: a finished exchange that is never forgotten",
           "session 1, exchange 1: no keys in an encrypted exchange",
           "session 1: established without keys",
           "session 1: an older neighbour that is none",
           "session 1: message IDs that do not rise",
           "event 1: a value of no enumerator",
           "peer 1: a renewal at more than 100 percent",
       }) {
    EXPECT_TRUE(texts.contains(expected)) << expected;
  }
  if (HasFailure())
    for (const std::string& text : texts) std::cout << text << "\n";
}

TEST(CheckpointedDh, JobsAreHandedOutAgainInOrderWithTheSameInputs) {
  Busy busy;
  ike::Engine& engine = busy.pair.initiator->engine();
  const Bytes box = engine.Checkpoint(SealKey()).value();
  CountingRandom random;
  auto restored = ike::Engine::Restore(SealKey(), box, random, nullptr);
  ASSERT_TRUE(restored.ok());
  auto job = restored->PollDh();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->operation, crypto::DhOperation::kGenerate);
  EXPECT_EQ(job->outcome, crypto::DhOutcome::kPending);
  EXPECT_FALSE(restored->PollDh());
  // Its result is taken once.
  crypto::InlineDhExecutor executor;
  executor.Run(std::span(&*job, 1));
  crypto::DhJob again;
  again.ticket = job->ticket;
  again.group = job->group;
  again.outcome = job->outcome;
  again.public_value = job->public_value;
  restored->HandleDh(busy.pair.net.now(), *std::move(job));
  EXPECT_TRUE(restored->PollDatagram());  // MM3
  const Bytes after = restored->Checkpoint(SealKey()).value();
  restored->HandleDh(busy.pair.net.now(), std::move(again));
  EXPECT_FALSE(restored->PollDatagram());
  EXPECT_EQ(restored->Checkpoint(SealKey()).value(), after);
}

// A responder's two jobs are made at once; the shared secret may be there first.
TEST(CheckpointedDh, TheFirstJobOutlivesTheResultOfTheSecond) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  pair.Connect();
  pair.responder->checkpoint_every = 0;
  std::vector<crypto::DhJob> jobs;
  pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.datagram.remote.address != pair.responder->endpoint().address)
      return {ike::Duration{5}};
    pair.responder->engine().HandleDatagram(pair.net.now(), sent.datagram.remote,
                                            sent.datagram.local, sent.datagram.octets);
    while (auto job = pair.responder->engine().PollDh()) jobs.push_back(*std::move(job));
    return {};
  };
  pair.net.RunUntil([&] { return jobs.size() == 2; }, std::chrono::seconds(5));
  ASSERT_EQ(jobs.size(), 2U);
  ASSERT_EQ(jobs[1].operation, crypto::DhOperation::kAgree);
  crypto::InlineDhExecutor executor;
  executor.Run(std::span(&jobs[1], 1));
  ike::Engine& engine = pair.responder->engine();
  engine.HandleDh(pair.net.now(), std::move(jobs[1]));
  crypto::SeededRandom random(4);
  auto restored =
      ike::Engine::Restore(SealKey(), engine.Checkpoint(SealKey()).value(), random, nullptr);
  ASSERT_TRUE(restored.ok()) << restored.error().text;
  auto job = restored->PollDh();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->ticket, jobs[0].ticket);
  EXPECT_TRUE(crypto::ConstantTimeEqual(job->private_key.Expose(), jobs[0].private_key.Expose()));
  EXPECT_FALSE(restored->PollDh());
}

TEST(Checkpoint, WhatHasNotBeenTakenIsStillThere) {
  Busy busy;
  crypto::SeededRandom random(8);
  ike::Engine engine({}, random, nullptr);
  ASSERT_TRUE(engine.Connect(ike::Time{}, busy.pair.initiator_peer).ok());
  ASSERT_TRUE(engine.Connect(ike::Time{}, busy.pair.initiator_peer).ok());
  engine.Close(ike::Time{}, ike::SessionId{2});
  auto restored =
      ike::Engine::Restore(SealKey(), engine.Checkpoint(SealKey()).value(), random, nullptr);
  ASSERT_TRUE(restored.ok());
  for (int i = 0; i < 3; ++i) {
    const auto left = engine.PollDatagram();
    const auto right = restored->PollDatagram();
    ASSERT_EQ(left.has_value(), right.has_value());
    ASSERT_EQ(left.has_value(), i < 2);
    EXPECT_TRUE(!left || left->octets == right->octets);
  }
  const auto event = restored->PollEvent();
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<ike::Failed>(*event).session, ike::SessionId{2});
  EXPECT_EQ(restored->NextTimeout(), engine.NextTimeout());
}

TEST(Checkpoint, SettingsThatMakeNoSenseAreNamed) {
  CountingRandom random;
  ike::EngineConfig config;
  auto peer = std::make_shared<ike::PeerConfig>();
  peer->renewal.renew_percent = 101;
  config.responders.push_back(peer);
  const ike::Engine engine(config, random, nullptr);
  const auto box = engine.Checkpoint(SealKey());
  ASSERT_FALSE(box.ok());
  EXPECT_EQ(box.error().code, CheckpointCode::kInvalid);
  EXPECT_EQ(box.error().text, "peer 1: a renewal at more than 100 percent");
}

}  // namespace
}  // namespace iscsi_ike::test
