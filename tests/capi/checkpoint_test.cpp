// Checkpoints through the C interface. That an engine goes on the same from every point is proved
// in tests/sim; here it is what the C interface adds: the seed's place, a datagram that waits,
// options.
#include <iscsi_ike.h>

#include <cstring>
#include <utility>

#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {
namespace {

constexpr Seed kSealKey{9};

std::vector<std::uint8_t> Save(iscsi_ike_engine* engine) {
  std::size_t size = 0;
  EXPECT_EQ(iscsi_ike_engine_save(engine, kSealKey.data(), nullptr, &size, nullptr),
            ISCSI_IKE_E_TOO_SMALL);
  std::vector<std::uint8_t> box(size);
  EXPECT_EQ(iscsi_ike_engine_save(engine, kSealKey.data(), box.data(), &size, nullptr),
            ISCSI_IKE_OK);
  return box;
}

iscsi_ike_status Restore(
    const std::vector<std::uint8_t>& box, Owned<iscsi_ike_engine>& made,
    const iscsi_ike_engine_options& options = ISCSI_IKE_INIT(iscsi_ike_engine_options)) {
  iscsi_ike_engine* engine = nullptr;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  const auto status =
      iscsi_ike_engine_restore(&options, kSealKey.data(), box.data(), box.size(), &engine, &error);
  EXPECT_EQ(status == ISCSI_IKE_OK, engine != nullptr) << error.place << ": " << error.rule;
  made.reset(engine);
  return status;
}

// Renew puts an engine made from a checkpoint in the place of an end's own.
void Renew(CEnd& end) {
  Owned<iscsi_ike_engine> restored;
  ASSERT_EQ(Restore(Save(end.engine.get()), restored), ISCSI_IKE_OK);
  end.engine = std::move(restored);
}

// Steps runs a login, a further child and a rekey, with `between` before each call of any kind.
void Steps(CPair& pair, const std::function<void()>& between) {
  between();
  const std::uint32_t session = pair.Connect();
  for (int i = 0; i < 4; ++i) {
    between();
    pair.Run(pair.now + 10);
  }
  std::uint32_t child = 0;
  ASSERT_EQ(iscsi_ike_negotiate(pair.hba.engine.get(), pair.now, session, nullptr, nullptr, &child,
                                nullptr),
            ISCSI_IKE_OK);
  between();
  pair.Exchange();
  between();
  ASSERT_EQ(iscsi_ike_rekey(pair.hba.engine.get(), pair.now, session, child), ISCSI_IKE_OK);
  between();
  pair.Exchange();
}

TEST(CCheckpoint, AnEngineGoesOnAsIfNothingHadHappened) {
  CPair plain;
  Steps(plain, [] {});
  CPair renewed;
  Steps(renewed, [&] {
    Renew(renewed.hba);
    Renew(renewed.portal);
  });
  EXPECT_EQ(plain.hba.sent, renewed.hba.sent);
  EXPECT_EQ(plain.portal.sent, renewed.portal.sent);
  EXPECT_GE(plain.hba.sent.size(), 7U);
  ASSERT_EQ(plain.hba.events.size(), renewed.hba.events.size());
  EXPECT_EQ(plain.hba.events.back().in, renewed.hba.events.back().in);
}

TEST(CCheckpoint, ADatagramThatWaitsForRoomIsInIt) {
  CPair pair;
  pair.Connect();
  iscsi_ike_run_dh(pair.hba.engine.get(), 0);
  iscsi_ike_endpoint from{};
  iscsi_ike_endpoint to{};
  std::size_t size = 0;
  ASSERT_EQ(iscsi_ike_poll_datagram(pair.hba.engine.get(), &from, &to, nullptr, &size),
            ISCSI_IKE_E_TOO_SMALL);
  Renew(pair.hba);
  std::vector<std::uint8_t> first(size);
  ASSERT_EQ(iscsi_ike_poll_datagram(pair.hba.engine.get(), &from, &to, first.data(), &size),
            ISCSI_IKE_OK);
  EXPECT_EQ(size, first.size());
  EXPECT_EQ(to.address[3], 2);
  EXPECT_EQ(to.port, 500);
  EXPECT_EQ(iscsi_ike_poll_datagram(pair.hba.engine.get(), &from, &to, first.data(), &size),
            ISCSI_IKE_OK_NONE);
}

TEST(CCheckpoint, IsTheSameOctetsForTheSameState) {
  CPair pair;
  pair.Connect();
  const auto box = Save(pair.hba.engine.get());
  EXPECT_EQ(Save(pair.hba.engine.get()), box);
  Renew(pair.hba);
  EXPECT_EQ(Save(pair.hba.engine.get()), box);
}

TEST(CCheckpoint, IsRefusedWhenDamaged) {
  CPair pair;
  pair.Connect();
  const auto box = Save(pair.hba.engine.get());
  Owned<iscsi_ike_engine> restored;
  for (std::size_t at = 0; at < box.size(); at += 1 + box.size() / 97) {
    auto changed = box;
    changed[at] ^= 0x40U;
    EXPECT_EQ(Restore(changed, restored), ISCSI_IKE_E_DAMAGED) << at;
    changed.resize(at);
    EXPECT_EQ(Restore(changed, restored), ISCSI_IKE_E_DAMAGED) << at;
  }
}

// Whatever is in the box must not be said again, where it might be said otherwise.
TEST(CCheckpoint, TakesCallbacksOnly) {
  using O = iscsi_ike_engine_options;
  static const iscsi_ike_plan* const kResponders[] = {nullptr};
  const std::pair<const char*, void (*)(O&)> kRefused[] = {
      {"nat_port", [](O& o) { o.nat_port = 4501; }},
      {"no_nat_port", [](O& o) { o.no_nat_port = 1; }},
      {"random", [](O& o) { o.random = [](void*, std::uint8_t*, std::size_t) { return 0; }; }},
      {"seed", [](O& o) { o.seed = kSealKey.data(); }},
      {"responders", [](O& o) { o.responders = kResponders; }},
      {"responder_count", [](O& o) { o.responder_count = 1; }},
      {"max_half_open", [](O& o) { o.max_half_open = 1; }},
      {"max_sessions", [](O& o) { o.max_sessions = 1; }},
      {"max_children", [](O& o) { o.max_children = 1; }},
      {"half_open_timeout_ms", [](O& o) { o.half_open_timeout_ms = 1; }},
      {"linger_ms", [](O& o) { o.linger_ms = 1; }},
      {"half_open_kib", [](O& o) { o.half_open_kib = 1; }},
      {"aggressive_at_once", [](O& o) { o.aggressive_at_once = 1; }},
      {"aggressive_per_second", [](O& o) { o.aggressive_per_second = 1; }},
      {"refusals_per_second", [](O& o) { o.refusals_per_second = 1; }},
  };
  CPair pair;
  const auto box = Save(pair.hba.engine.get());
  Owned<iscsi_ike_engine> restored;
  for (const auto& [name, change] : kRefused) {
    auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
    change(options);
    EXPECT_EQ(Restore(box, restored, options), ISCSI_IKE_E_INVALID) << name;
  }
}

TEST(CCheckpoint, TheEpochOfACaptureIsCheckedAsForANewEngine) {
  CPair pair;
  const auto box = Save(pair.hba.engine.get());
  Owned<iscsi_ike_engine> restored;
  auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  options.on_pcap = [](void*, const std::uint8_t*, std::size_t) {};
  for (const std::uint64_t epoch : {UINT64_MAX, ISCSI_IKE_MOST_TIME * 1000 + 1}) {
    options.pcap_epoch_us = epoch;
    EXPECT_EQ(Restore(box, restored, options), ISCSI_IKE_E_SYNTAX) << epoch;
  }
  options.pcap_epoch_us = ISCSI_IKE_MOST_TIME * 1000;
  EXPECT_EQ(Restore(box, restored, options), ISCSI_IKE_OK);
}

TEST(CCheckpoint, ACallbackForRandomnessIsGivenAgain) {
  int asked = 0;
  const auto count = [](void* user, std::uint8_t* out, std::size_t size) {
    std::memset(out, ++*static_cast<int*>(user), size);
    return 0;
  };
  auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  options.random = count;
  options.random_user = &asked;
  const auto engine = MakeEngine(options);
  Owned<iscsi_ike_engine> restored;
  const int before = asked;
  EXPECT_EQ(Restore(Save(engine.get()), restored), ISCSI_IKE_E_INVALID);
  ASSERT_EQ(Restore(Save(engine.get()), restored, options), ISCSI_IKE_OK);
  EXPECT_EQ(asked, before);
  std::uint32_t session = 0;
  const auto plan = MakePlan(PlanOptions(ISCSI_IKE_ROLE_INITIATOR));
  ASSERT_EQ(iscsi_ike_connect(restored.get(), 0, plan.get(), &session, nullptr), ISCSI_IKE_OK);
  EXPECT_GT(asked, before);
}

}  // namespace
}  // namespace iscsi_ike::test
