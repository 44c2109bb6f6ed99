#include <iscsi_ike.h>

#include <cstring>

#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {
namespace {

TEST(CEngine, KeysBothEndsAlike) {
  CPair pair;
  const std::uint32_t session = pair.Connect();
  EXPECT_NE(session, 0U);
  pair.Exchange();
  const Seen* here = pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED);
  const Seen* there = pair.portal.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED);
  ASSERT_NE(here, nullptr);
  ASSERT_NE(there, nullptr);
  EXPECT_EQ(here->session, session);
  EXPECT_EQ(here->in, there->out);
  EXPECT_EQ(here->out, there->in);
  EXPECT_EQ(here->in.size(), 4U + 16U + 32U);
  EXPECT_NE(here->in, here->out);
  EXPECT_EQ(iscsi_ike_session_count(pair.hba.engine.get()), 1U);
  ASSERT_NE(pair.hba.Find(ISCSI_IKE_EVENT_PHASE1_ESTABLISHED), nullptr);
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_PHASE1_ESTABLISHED)->text.find("main mode, as initiator"),
            std::string::npos);
}

TEST(CEngine, SeedsRepeatEveryOctet) {
  CPair first;
  CPair second;
  for (CPair* pair : {&first, &second}) {
    pair->Connect();
    pair->Run(1000);
  }
  EXPECT_GE(first.hba.sent.size(), 5U);
  EXPECT_EQ(first.hba.sent, second.hba.sent);
  EXPECT_EQ(first.portal.sent, second.portal.sent);
}

TEST(CEngine, NegotiatesRekeysAndClosesChildren) {
  CPair pair;
  const std::uint32_t session = pair.Connect();
  pair.Exchange();
  iscsi_ike_engine* hba = pair.hba.engine.get();
  std::uint32_t child = 0;
  ASSERT_EQ(iscsi_ike_negotiate(hba, pair.now, session, "192.0.2.1/32 tcp 5000", nullptr, &child,
                                nullptr),
            ISCSI_IKE_OK);
  pair.Exchange();
  EXPECT_EQ(pair.hba.events.back().child, child);
  EXPECT_NE(pair.hba.events.back().text.find("tcp 5000"), std::string::npos);

  ASSERT_EQ(iscsi_ike_rekey(hba, pair.now, session, child), ISCSI_IKE_OK);
  pair.Exchange();
  EXPECT_EQ(pair.hba.events.back().type, std::uint32_t{ISCSI_IKE_EVENT_CHILD_ESTABLISHED});
  EXPECT_NE(pair.hba.events.back().child, child);

  ASSERT_EQ(iscsi_ike_close(hba, pair.now, session, child), ISCSI_IKE_OK);
  pair.Exchange();
  const Seen* deleted = pair.portal.Find(ISCSI_IKE_EVENT_CHILD_DELETED);
  ASSERT_NE(deleted, nullptr);
  EXPECT_EQ(deleted->reason, std::uint32_t{ISCSI_IKE_CLOSE_BY_PEER});
  ASSERT_EQ(iscsi_ike_close(hba, pair.now, session, 0), ISCSI_IKE_OK);
  pair.Run(pair.now + 120000);
  EXPECT_EQ(iscsi_ike_session_count(hba), 0U);
  EXPECT_NE(pair.portal.Find(ISCSI_IKE_EVENT_SESSION_CLOSED), nullptr);
}

TEST(CEngine, RekeysPhase1OnDemand) {
  CPair pair;
  const std::uint32_t session = pair.Connect();
  pair.Exchange();
  ASSERT_EQ(iscsi_ike_rekey(pair.hba.engine.get(), pair.now, session, 0), ISCSI_IKE_OK);
  pair.Exchange();
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_SESSION_REPLACED), nullptr);
}

TEST(CEngine, ExplainsAFailure) {
  CPair pair([](CPair::Told& told) { told.portal_plan.ike = "aes256-sha512-modp2048"; });
  pair.Connect();
  pair.Run(90000);
  const Seen* failed = pair.portal.Find(ISCSI_IKE_EVENT_FAILED);
  const Seen* diagnosed = pair.portal.Find(ISCSI_IKE_EVENT_DIAGNOSED);
  const Seen* seen = failed != nullptr ? failed : diagnosed;
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->code, "NO_PHASE1_PROPOSAL");
  EXPECT_NE(seen->text.find("curve25519"), std::string::npos);
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_FAILED), nullptr);
}

TEST(CEngine, ASmallBufferConsumesNothing) {
  CPair pair;
  pair.Connect();
  iscsi_ike_engine* hba = pair.hba.engine.get();
  ASSERT_EQ(iscsi_ike_run_dh(hba, 0), ISCSI_IKE_OK);
  iscsi_ike_endpoint from{};
  iscsi_ike_endpoint to{};
  std::size_t needed = 0;
  EXPECT_EQ(iscsi_ike_poll_datagram(hba, &from, &to, nullptr, &needed), ISCSI_IKE_E_TOO_SMALL);
  ASSERT_GT(needed, 28U);
  std::vector<std::uint8_t> buffer(needed);
  std::size_t size = needed - 1;
  EXPECT_EQ(iscsi_ike_poll_datagram(hba, &from, &to, buffer.data(), &size), ISCSI_IKE_E_TOO_SMALL);
  EXPECT_EQ(size, needed);
  EXPECT_EQ(from.family, 0);
  EXPECT_EQ(iscsi_ike_poll_datagram(hba, &from, &to, buffer.data(), &size), ISCSI_IKE_OK);
  EXPECT_EQ(from.address[3], 1);
  EXPECT_EQ(to.address[3], 2);
  EXPECT_EQ(iscsi_ike_poll_datagram(hba, &from, &to, buffer.data(), &size), ISCSI_IKE_OK_NONE);
}

TEST(CEngine, TellsWhyItDoesNotConnect) {
  CPair pair;
  iscsi_ike_engine* hba = pair.hba.engine.get();
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  std::uint32_t session = 7;

  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.word = 0x01;
  auto plan = MakePlan(options);
  EXPECT_EQ(iscsi_ike_connect(hba, 0, plan.get(), &session, &error), ISCSI_IKE_E_POLICY);
  EXPECT_NE(std::string(error.rule).find("disabled"), std::string::npos);
  EXPECT_EQ(session, 0U);

  options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.key_size = 0;
  options.key = nullptr;
  plan = MakePlan(options);
  EXPECT_EQ(iscsi_ike_connect(hba, 0, plan.get(), &session, &error), ISCSI_IKE_E_POLICY);
  EXPECT_NE(std::string(error.rule).find("key"), std::string::npos);

  plan = MakePlan(PlanOptions(ISCSI_IKE_ROLE_RESPONDER));
  EXPECT_EQ(iscsi_ike_connect(hba, 0, plan.get(), &session, &error), ISCSI_IKE_E_POLICY);

  options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.remote = {};
  plan = MakePlan(options);
  EXPECT_EQ(iscsi_ike_connect(hba, 0, plan.get(), &session, &error), ISCSI_IKE_E_POLICY);
  EXPECT_NE(std::string(error.rule).find("address"), std::string::npos);
}

TEST(CEngine, IgnoresAndRefusesNumbersThatNobodyHas) {
  CPair pair;
  iscsi_ike_engine* hba = pair.hba.engine.get();
  std::uint32_t child = 0;
  EXPECT_EQ(iscsi_ike_negotiate(hba, 0, 99, nullptr, nullptr, &child, nullptr),
            ISCSI_IKE_E_UNKNOWN);
  EXPECT_EQ(iscsi_ike_rekey(hba, 0, 99, 0), ISCSI_IKE_OK);
  EXPECT_EQ(iscsi_ike_close(hba, 0, 99, 3), ISCSI_IKE_OK);
  EXPECT_EQ(iscsi_ike_report_use(hba, 0, 99, 3, 1), ISCSI_IKE_OK);
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_negotiate(hba, 0, 99, "nonsense", nullptr, &child, &error),
            ISCSI_IKE_E_SYNTAX);
  EXPECT_STREQ(error.place, "local_selector");
}

TEST(CEngine, OldTimesCountAsTheLatestAndImpossibleOnesDoNot) {
  CPair pair;
  pair.now = 5000;
  pair.Connect();
  EXPECT_EQ(iscsi_ike_timeout(pair.hba.engine.get(), 0), ISCSI_IKE_OK);
  EXPECT_EQ(iscsi_ike_timeout(pair.hba.engine.get(), UINT64_MAX), ISCSI_IKE_E_INVALID);
  EXPECT_EQ(iscsi_ike_timeout(pair.hba.engine.get(), ISCSI_IKE_MOST_TIME + 1), ISCSI_IKE_E_INVALID);
  std::uint64_t when = 0;
  ASSERT_EQ(iscsi_ike_next_timeout(pair.hba.engine.get(), &when), ISCSI_IKE_OK);
  EXPECT_GT(when, 5000U);
}

TEST(CEngine, WorksUpToTheLatestTime) {
  std::string ladder;
  CPair pair([&](CPair::Told& told) {
    told.hba.on_pcap = [](void*, const std::uint8_t*, std::size_t) {};
    told.hba.pcap_epoch_us = ISCSI_IKE_MOST_TIME * 1000;
  });
  pair.now = ISCSI_IKE_MOST_TIME;
  pair.Connect();
  pair.Exchange();
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);
  std::uint64_t when = 0;
  ASSERT_EQ(iscsi_ike_next_timeout(pair.hba.engine.get(), &when), ISCSI_IKE_OK);
  EXPECT_GT(when, ISCSI_IKE_MOST_TIME);
  const Seed key{};
  std::size_t size = 0;
  EXPECT_EQ(iscsi_ike_engine_save(pair.hba.engine.get(), key.data(), nullptr, &size, nullptr),
            ISCSI_IKE_E_TOO_SMALL);
}

TEST(CEngine, RefusesNumbersThatMakeNoSense) {
  const auto refused = [](auto change) {
    auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
    change(options);
    iscsi_ike_engine* engine = nullptr;
    auto error = ISCSI_IKE_INIT(iscsi_ike_error);
    EXPECT_EQ(iscsi_ike_engine_new(&options, &engine, &error), ISCSI_IKE_E_SYNTAX);
    return std::string(error.place);
  };
  using O = iscsi_ike_engine_options;
  EXPECT_EQ(refused([](O& o) { o.linger_ms = ISCSI_IKE_NUMBER_OFF; }), "linger_ms");
  EXPECT_EQ(refused([](O& o) { o.max_half_open = ISCSI_IKE_NUMBER_OFF; }), "max_half_open");
  EXPECT_EQ(refused([](O& o) { o.half_open_kib = ISCSI_IKE_NUMBER_OFF; }), "half_open_kib");
  EXPECT_EQ(refused([](O& o) { o.aggressive_at_once = 1U << 25U; }), "aggressive_at_once");
  EXPECT_EQ(refused([](O& o) { o.aggressive_per_second = 1U << 25U; }), "aggressive_per_second");
  EXPECT_EQ(refused([](O& o) { o.refusals_per_second = 1U << 25U; }), "refusals_per_second");
  EXPECT_EQ(refused([](O& o) { o.pcap_epoch_us = UINT64_MAX; }), "pcap_epoch_us");
}

TEST(CEngine, CountsWhatItDoes) {
  CPair pair;
  pair.Connect();
  pair.Exchange();
  auto counters = ISCSI_IKE_INIT(iscsi_ike_counters);
  ASSERT_EQ(iscsi_ike_engine_get_counters(pair.portal.engine.get(), &counters), ISCSI_IKE_OK);
  EXPECT_EQ(counters.size, sizeof counters);
  EXPECT_EQ(counters.datagrams_received, pair.hba.sent.size());
  EXPECT_EQ(counters.datagrams_sent, pair.portal.sent.size());
  EXPECT_EQ(counters.main_answered, 1U);
  EXPECT_EQ(counters.sources_verified, 1U);
  EXPECT_EQ(counters.sessions_established, 1U);
  EXPECT_EQ(counters.children_established, 1U);
  EXPECT_EQ(counters.sessions, 1U);
  EXPECT_EQ(counters.half_open, 0U);
  EXPECT_EQ(counters.sessions_withheld, 0U);
  EXPECT_EQ(counters.failures, 0U);
  EXPECT_EQ(iscsi_ike_engine_get_counters(nullptr, &counters), ISCSI_IKE_E_INVALID);
  EXPECT_EQ(iscsi_ike_engine_get_counters(pair.portal.engine.get(), nullptr), ISCSI_IKE_E_INVALID);
}

// Hostile datagrams are no errors of the caller.
TEST(CEngine, TakesWhateverArrives) {
  CPair pair;
  const iscsi_ike_endpoint here = EndpointOf(kPortal);
  const iscsi_ike_endpoint there = EndpointOf("203.0.113.5:4711");
  const std::vector<std::uint8_t> garbage(2000, 0xA5);
  for (std::size_t size = 0; size <= garbage.size(); size += 7)
    EXPECT_EQ(iscsi_ike_receive(pair.portal.engine.get(), 0, &here, &there, garbage.data(), size),
              ISCSI_IKE_OK);
  EXPECT_EQ(iscsi_ike_receive(pair.portal.engine.get(), 0, &here, &there, nullptr, 0),
            ISCSI_IKE_OK);
  const iscsi_ike_endpoint none{};
  EXPECT_EQ(iscsi_ike_receive(pair.portal.engine.get(), 0, &none, &there, garbage.data(), 28),
            ISCSI_IKE_E_INVALID);
  EXPECT_EQ(iscsi_ike_session_count(pair.portal.engine.get()), 0U);
}

struct Written {
  std::string ladder, keylog, esp;
  std::vector<std::uint8_t> pcap;
};

TEST(CEngine, WritesTracesAndKeysOnlyWhereAskedFor) {
  Written written;
  CPair pair([&](CPair::Told& told) {
    told.hba.trace_user = &written;
    told.hba.on_ladder = [](void* user, const char* text) {
      static_cast<Written*>(user)->ladder += text;
    };
    told.hba.on_keylog = [](void* user, const char* text) {
      static_cast<Written*>(user)->keylog += text;
    };
    told.hba.on_pcap = [](void* user, const std::uint8_t* data, std::size_t size) {
      auto& pcap = static_cast<Written*>(user)->pcap;
      pcap.insert(pcap.end(), data, data + size);
    };
  });
  pair.Connect();
  pair.Exchange();
  EXPECT_NE(written.ladder.find("MM1"), std::string::npos);
  EXPECT_NE(written.ladder.find("QM3"), std::string::npos);
  EXPECT_EQ(written.keylog.size(), 16U + 1 + 32 + 1);
  EXPECT_TRUE(written.esp.empty());
  ASSERT_GT(written.pcap.size(), 28U);
  EXPECT_EQ(written.pcap[0], 0x0A);
}

struct Reentry {
  iscsi_ike_engine* engine = nullptr;
  iscsi_ike_status status = ISCSI_IKE_OK;
};

TEST(CEngine, ACallbackMayNotCallItsEngine) {
  Reentry reentry;
  CPair pair([&](CPair::Told& told) {
    told.hba.trace_user = &reentry;
    told.hba.on_ladder = [](void* user, const char*) {
      auto* r = static_cast<Reentry*>(user);
      r->status = iscsi_ike_timeout(r->engine, 0);
      iscsi_ike_engine_free(r->engine);  // likewise
    };
  });
  reentry.engine = pair.hba.engine.get();
  pair.Connect();
  pair.Exchange();
  EXPECT_EQ(reentry.status, ISCSI_IKE_E_BUSY);
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);
}

TEST(CEngine, RandomnessComesFromTheCallback) {
  struct Source {
    int left = 1000000;
    int asked = 0;
  } source;
  CPair pair([&](CPair::Told& told) {
    told.hba.seed = nullptr;
    told.hba.random_user = &source;
    told.hba.random = [](void* user, std::uint8_t* out, std::size_t size) {
      auto* s = static_cast<Source*>(user);
      ++s->asked;
      std::memset(out, s->asked, size);
      return s->left-- > 0 ? 0 : -1;
    };
  });
  pair.Connect();
  pair.Exchange();
  EXPECT_GT(source.asked, 4);
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);
  source.left = 0;
  std::uint32_t session = 0;
  EXPECT_EQ(iscsi_ike_connect(pair.hba.engine.get(), 0, pair.login.get(), &session, nullptr),
            ISCSI_IKE_E_RANDOM);
}

TEST(CEngine, RefusesTwoSourcesOfRandomnessAndUnusableResponders) {
  const Seed seed{};
  auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  iscsi_ike_engine* engine = nullptr;
  options.seed = seed.data();
  options.random = [](void*, std::uint8_t*, std::size_t) { return 0; };
  EXPECT_EQ(iscsi_ike_engine_new(&options, &engine, nullptr), ISCSI_IKE_E_INVALID);
  EXPECT_EQ(engine, nullptr);

  options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  auto unspecified = PlanOptions(ISCSI_IKE_ROLE_RESPONDER);
  unspecified.word = 0;
  const auto good = MakePlan(PlanOptions(ISCSI_IKE_ROLE_RESPONDER));
  const auto bad = MakePlan(unspecified);
  const iscsi_ike_plan* const plans[] = {good.get(), bad.get()};
  options.responders = plans;
  options.responder_count = 2;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_engine_new(&options, &engine, &error), ISCSI_IKE_E_POLICY);
  EXPECT_STREQ(error.place, "responders[1]");
}

}  // namespace
}  // namespace iscsi_ike::test
