// The rules of the header for structs, null pointers and names.
#include <iscsi_ike.h>

#include <cstring>
#include <set>
#include <string>

#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {
namespace {

iscsi_ike_status TryPlan(const iscsi_ike_plan_options* options) {
  iscsi_ike_plan* plan = nullptr;
  const iscsi_ike_status status = iscsi_ike_plan_new(options, &plan, nullptr);
  EXPECT_EQ(status == ISCSI_IKE_OK, plan != nullptr);
  iscsi_ike_plan_free(plan);
  return status;
}

// A caller of a later release has longer structs.
struct LaterOptions {
  iscsi_ike_plan_options known;
  std::uint64_t later[4];
};

TEST(CStruct, LongerOnesMayOnlySayWhatIsKnown) {
  LaterOptions options{PlanOptions(ISCSI_IKE_ROLE_INITIATOR), {}};
  options.known.size = sizeof options;
  EXPECT_EQ(TryPlan(&options.known), ISCSI_IKE_OK);
  options.later[3] = 1;
  EXPECT_EQ(TryPlan(&options.known), ISCSI_IKE_E_VERSION);
}

// A later release may give a reserved member a meaning, which this one would not heed.
TEST(CStruct, ReservedMembersSayNothing) {
  auto plan = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  plan.reserved = 1;
  EXPECT_EQ(TryPlan(&plan), ISCSI_IKE_E_VERSION);
  auto engine = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  engine.reserved = 1;
  iscsi_ike_engine* made = nullptr;
  EXPECT_EQ(iscsi_ike_engine_new(&engine, &made, nullptr), ISCSI_IKE_E_VERSION);
  auto adapter = ISCSI_IKE_INIT(iscsi_ike_hba_options);
  adapter.reserved = 1;
  iscsi_ike_hba* hba = nullptr;
  EXPECT_EQ(iscsi_ike_hba_new(&adapter, &hba), ISCSI_IKE_E_VERSION);
}

// An older library than the header would leave out the last member.
TEST(CStruct, TellWhetherTheyHaveAMember) {
  auto sa = ISCSI_IKE_INIT(iscsi_ike_child_sa);
  EXPECT_EQ(ISCSI_IKE_HAS(iscsi_ike_child_sa, &sa, outbound), true);
  --sa.size;
  EXPECT_EQ(ISCSI_IKE_HAS(iscsi_ike_child_sa, &sa, outbound), false);
  EXPECT_EQ(ISCSI_IKE_HAS(iscsi_ike_child_sa, &sa, inbound), true);
}

TEST(CStruct, ShorterOnesLackWhatTheyDoNotKnow) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.ike = "nonsense";
  EXPECT_EQ(TryPlan(&options), ISCSI_IKE_E_SYNTAX);
  options.size = offsetof(iscsi_ike_plan_options, ike);
  EXPECT_EQ(TryPlan(&options), ISCSI_IKE_OK);
}

TEST(CStruct, ImpossibleSizesAreRefused) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  for (const std::uint32_t size : {0U, 1U, 3U, 65537U, UINT32_MAX}) {
    options.size = size;
    EXPECT_EQ(TryPlan(&options), ISCSI_IKE_E_INVALID) << size;
  }
}

// Found by fuzz_capi: what was left of a pointer was followed.
TEST(CStruct, ASizeThatCutsAPointerInTwoIsRefused) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.identity = "fqdn:hba.example";
  constexpr auto kAt = static_cast<std::uint32_t>(offsetof(iscsi_ike_plan_options, identity));
  for (std::uint32_t kept = 1; kept < sizeof(void*); ++kept) {
    options.size = kAt + kept;
    EXPECT_EQ(TryPlan(&options), ISCSI_IKE_E_INVALID) << kept;
  }
}

TEST(CStruct, NoMoreIsWrittenThanTheCallerHasRoomFor) {
  const auto plan = MakePlan(PlanOptions(ISCSI_IKE_ROLE_INITIATOR));
  iscsi_ike_plan_info info;
  std::memset(&info, 0xEE, sizeof info);
  info.size = offsetof(iscsi_ike_plan_info, modes);
  ASSERT_EQ(iscsi_ike_plan_get_info(plan.get(), &info), ISCSI_IKE_OK);
  EXPECT_EQ(info.size, offsetof(iscsi_ike_plan_info, modes));
  EXPECT_EQ(info.mode_count, 1U);
  EXPECT_EQ(info.modes[0], 0xEEEEEEEEU);

  struct {
    iscsi_ike_plan_info known;
    std::uint64_t later;
  } longer;
  std::memset(&longer, 0xEE, sizeof longer);
  longer.known.size = sizeof longer;
  ASSERT_EQ(iscsi_ike_plan_get_info(plan.get(), &longer.known), ISCSI_IKE_OK);
  EXPECT_EQ(longer.later, 0U);
  EXPECT_EQ(longer.known.outcome, std::uint32_t{ISCSI_IKE_OUTCOME_PLANNED});
}

TEST(CStruct, ErrorsAreOfTheCallersSizeToo) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.ike = "nonsense";
  iscsi_ike_plan* plan = nullptr;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_plan_new(&options, &plan, &error), ISCSI_IKE_E_SYNTAX);
  EXPECT_EQ(std::string(error.place).rfind("ike", 0), 0U);
  EXPECT_GT(std::strlen(error.rule), 10U);
  error.size = 2;
  EXPECT_EQ(iscsi_ike_plan_new(&options, &plan, &error), ISCSI_IKE_E_INVALID);
}

TEST(CStruct, NullIsNeverMoreThanAnError) {
  CPair pair;
  iscsi_ike_engine* e = pair.hba.engine.get();
  const iscsi_ike_plan* p = pair.login.get();
  const auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  auto event = ISCSI_IKE_INIT(iscsi_ike_event);
  auto info = ISCSI_IKE_INIT(iscsi_ike_plan_info);
  auto reason = ISCSI_IKE_INIT(iscsi_ike_reason);
  auto dh_info = ISCSI_IKE_INIT(iscsi_ike_dh_info);
  iscsi_ike_endpoint at{};
  std::uint32_t number = 0;
  std::uint64_t when = 0;
  std::size_t size = 4;
  std::uint8_t octets[4] = {};
  iscsi_ike_engine* engine = nullptr;
  iscsi_ike_config* config = nullptr;
  iscsi_ike_dh_job* job = nullptr;
  iscsi_ike_dh_runner* runner = nullptr;
  ASSERT_EQ(iscsi_ike_dh_runner_new(&runner), ISCSI_IKE_OK);
  const Owned<iscsi_ike_dh_runner> owned(runner);

  std::uint8_t seal_key[32] = {};
  const iscsi_ike_preshared_key key{};
  const auto hba_options = ISCSI_IKE_INIT(iscsi_ike_hba_options);
  iscsi_ike_hba* hba = nullptr;
  iscsi_ike_hba* cache = nullptr;
  ASSERT_EQ(iscsi_ike_hba_new(&hba_options, &cache), ISCSI_IKE_OK);

  const iscsi_ike_status all[] = {
      iscsi_ike_endpoint_parse(nullptr, &at),
      iscsi_ike_endpoint_parse("192.0.2.1", nullptr),
      iscsi_ike_endpoint_text(nullptr, nullptr, &size),
      iscsi_ike_endpoint_text(&at, nullptr, nullptr),
      iscsi_ike_config_new(nullptr, 4, &config, nullptr),
      iscsi_ike_config_new("{}", 2, nullptr, nullptr),
      iscsi_ike_plan_new(nullptr, nullptr, nullptr),
      TryPlan(nullptr),
      iscsi_ike_plan_get_info(nullptr, &info),
      iscsi_ike_plan_get_info(p, nullptr),
      iscsi_ike_plan_get_reason(nullptr, 0, &reason),
      iscsi_ike_plan_get_reason(p, 0, nullptr),
      iscsi_ike_engine_new(nullptr, &engine, nullptr),
      iscsi_ike_engine_new(&options, nullptr, nullptr),
      iscsi_ike_connect(nullptr, 0, p, &number, nullptr),
      iscsi_ike_connect(e, 0, nullptr, &number, nullptr),
      iscsi_ike_connect(e, 0, p, nullptr, nullptr),
      iscsi_ike_negotiate(nullptr, 0, 1, nullptr, nullptr, &number, nullptr),
      iscsi_ike_negotiate(e, 0, 1, nullptr, nullptr, nullptr, nullptr),
      iscsi_ike_rekey(nullptr, 0, 1, 0),
      iscsi_ike_close(nullptr, 0, 1, 0),
      iscsi_ike_report_use(nullptr, 0, 1, 1, 1),
      iscsi_ike_receive(nullptr, 0, &at, &at, octets, 4),
      iscsi_ike_receive(e, 0, nullptr, &at, octets, 4),
      iscsi_ike_receive(e, 0, &at, nullptr, octets, 4),
      iscsi_ike_receive(e, 0, &at, &at, nullptr, 4),
      iscsi_ike_timeout(nullptr, 0),
      iscsi_ike_next_timeout(nullptr, &when),
      iscsi_ike_next_timeout(e, nullptr),
      iscsi_ike_poll_datagram(nullptr, &at, &at, octets, &size),
      iscsi_ike_poll_datagram(e, nullptr, &at, octets, &size),
      iscsi_ike_poll_datagram(e, &at, nullptr, octets, &size),
      iscsi_ike_poll_datagram(e, &at, &at, octets, nullptr),
      iscsi_ike_poll_dh(nullptr, &job),
      iscsi_ike_poll_dh(e, nullptr),
      iscsi_ike_finish_dh(e, 0, nullptr),
      iscsi_ike_dh_get_info(nullptr, &dh_info),
      iscsi_ike_dh_set_output(nullptr, octets, 4),
      iscsi_ike_dh_set_failed(nullptr, 0),
      iscsi_ike_dh_runner_new(nullptr),
      iscsi_ike_dh_run(nullptr, nullptr, 0),
      iscsi_ike_dh_run(runner, nullptr, 1),
      iscsi_ike_dh_run(runner, &job, 1),
      iscsi_ike_run_dh(nullptr, 0),
      iscsi_ike_poll_event(nullptr, &event),
      iscsi_ike_poll_event(e, nullptr),
      iscsi_ike_engine_save(nullptr, octets, octets, &size, nullptr),
      iscsi_ike_engine_save(e, nullptr, octets, &size, nullptr),
      iscsi_ike_engine_save(e, seal_key, octets, nullptr, nullptr),
      iscsi_ike_engine_restore(nullptr, seal_key, octets, 4, &engine, nullptr),
      iscsi_ike_engine_restore(&options, nullptr, octets, 4, &engine, nullptr),
      iscsi_ike_engine_restore(&options, seal_key, nullptr, 4, &engine, nullptr),
      iscsi_ike_engine_restore(&options, seal_key, octets, 4, nullptr, nullptr),
      iscsi_ike_hba_new(nullptr, &hba),
      iscsi_ike_hba_new(&hba_options, nullptr),
      iscsi_ike_hba_invoke(nullptr, 5, nullptr, 0, octets, &size, &number, nullptr),
      iscsi_ike_hba_invoke(cache, 5, nullptr, 4, octets, &size, &number, nullptr),
      iscsi_ike_hba_invoke(cache, 5, nullptr, 0, nullptr, &size, &number, nullptr),
      iscsi_ike_hba_invoke(cache, 5, nullptr, 0, octets, nullptr, &number, nullptr),
      iscsi_ike_hba_invoke(cache, 5, nullptr, 0, octets, &size, nullptr, nullptr),
      iscsi_ike_hba_set_key(nullptr, 0, &key, &number, nullptr),
      iscsi_ike_hba_set_key(cache, 0, nullptr, &number, nullptr),
      iscsi_ike_hba_set_key(cache, 0, &key, nullptr, nullptr),
      iscsi_ike_hba_get_key(nullptr, 0, 1, octets, 4, &when, &number, nullptr),
      iscsi_ike_hba_get_key(cache, 0, 1, nullptr, 4, &when, &number, nullptr),
      iscsi_ike_hba_get_key(cache, 0, 1, octets, 4, nullptr, &number, nullptr),
      iscsi_ike_hba_set_group_key(nullptr, octets, 4, &number, nullptr),
      iscsi_ike_hba_set_group_key(cache, nullptr, 4, &number, nullptr),
      iscsi_ike_hba_set_tunnel(nullptr, 0, &at, &at, &number, nullptr),
      iscsi_ike_hba_set_tunnel(cache, 0, nullptr, &at, &number, nullptr),
      iscsi_ike_hba_set_tunnel(cache, 0, &at, nullptr, &number, nullptr),
      iscsi_ike_hba_get_tunnel(nullptr, 0, &at, &at),
      iscsi_ike_hba_get_tunnel(cache, 0, nullptr, &at),
      iscsi_ike_hba_get_tunnel(cache, 0, &at, nullptr),
      iscsi_ike_hba_get_capabilities(nullptr, octets, &size),
      iscsi_ike_hba_get_capabilities(cache, octets, nullptr),
      iscsi_ike_hba_clear(nullptr, &number, nullptr),
      iscsi_ike_hba_clear(cache, nullptr, nullptr),
      iscsi_ike_hba_set_guid(nullptr, seal_key, &number, nullptr),
      iscsi_ike_hba_set_guid(cache, nullptr, &number, nullptr),
      iscsi_ike_hba_get_guid(nullptr, seal_key),
      iscsi_ike_hba_get_guid(cache, nullptr),
      iscsi_ike_hba_save(nullptr, seal_key, octets, &size),
      iscsi_ike_hba_save(cache, nullptr, octets, &size),
      iscsi_ike_hba_save(cache, seal_key, octets, nullptr),
      iscsi_ike_hba_restore(nullptr, seal_key, octets, 4, &hba, nullptr),
      iscsi_ike_hba_restore(&hba_options, nullptr, octets, 4, &hba, nullptr),
      iscsi_ike_hba_restore(&hba_options, seal_key, nullptr, 4, &hba, nullptr),
      iscsi_ike_hba_restore(&hba_options, seal_key, octets, 4, nullptr, nullptr),
  };
  iscsi_ike_hba_free(cache);
  iscsi_ike_hba_free(nullptr);
  for (std::size_t i = 0; i < std::size(all); ++i) EXPECT_EQ(all[i], ISCSI_IKE_E_INVALID) << i;

  iscsi_ike_config_free(nullptr);
  iscsi_ike_plan_free(nullptr);
  iscsi_ike_engine_free(nullptr);
  iscsi_ike_dh_free(nullptr);
  iscsi_ike_dh_runner_free(nullptr);
  EXPECT_EQ(iscsi_ike_session_count(nullptr), 0U);
  EXPECT_EQ(iscsi_ike_event_text(nullptr), nullptr);
  EXPECT_EQ(iscsi_ike_plan_text(nullptr), nullptr);
  EXPECT_EQ(iscsi_ike_config_records(nullptr), 0U);
}

TEST(CStruct, EndpointsAreReadAndWritten) {
  for (const char* text : {"192.0.2.1:500", "[2001:db8::1]:4500"}) {
    const iscsi_ike_endpoint endpoint = EndpointOf(text);
    char written[64];
    std::size_t size = sizeof written;
    ASSERT_EQ(iscsi_ike_endpoint_text(&endpoint, written, &size), ISCSI_IKE_OK);
    EXPECT_STREQ(written, text);
    EXPECT_EQ(size, std::strlen(text) + 1);
    --size;
    EXPECT_EQ(iscsi_ike_endpoint_text(&endpoint, written, &size), ISCSI_IKE_E_TOO_SMALL);
  }
  iscsi_ike_endpoint endpoint{};
  EXPECT_EQ(iscsi_ike_endpoint_parse("storage.example", &endpoint), ISCSI_IKE_E_SYNTAX);
  endpoint.family = 5;
  std::size_t size = 0;
  EXPECT_EQ(iscsi_ike_endpoint_text(&endpoint, nullptr, &size), ISCSI_IKE_E_INVALID);
}

TEST(CStruct, VersionsAndNamesAreThose) {
  EXPECT_STREQ(iscsi_ike_version(), ISCSI_IKE_VERSION);
  EXPECT_STREQ(iscsi_ike_version(), ISCSI_IKE_PROJECT_VERSION);
  EXPECT_EQ(iscsi_ike_abi(), ISCSI_IKE_ABI);
  std::set<std::string> names;
  for (int status = ISCSI_IKE_E_INTERNAL; status <= ISCSI_IKE_OK_NONE; ++status)
    names.insert(iscsi_ike_status_name(static_cast<iscsi_ike_status>(status)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ISCSI_IKE_OK_NONE - ISCSI_IKE_E_INTERNAL + 1));
  EXPECT_STREQ(iscsi_ike_event_name(ISCSI_IKE_EVENT_FAILED), "FAILED");
  EXPECT_STREQ(iscsi_ike_event_name(ISCSI_IKE_EVENT_PEER_ALIVE), "PEER_ALIVE");
  EXPECT_STREQ(iscsi_ike_event_name(999), "unknown");
}

}  // namespace
}  // namespace iscsi_ike::test
