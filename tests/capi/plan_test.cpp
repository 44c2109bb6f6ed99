// Plans from words, Windows' structs and JSON.
#include <iscsi_ike.h>

#include <cstring>
#include <span>
#include <string>

#include "crypto/secret.hpp"
#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {
namespace {

iscsi_ike_plan_info InfoOf(const iscsi_ike_plan* plan) {
  auto info = ISCSI_IKE_INIT(iscsi_ike_plan_info);
  EXPECT_EQ(iscsi_ike_plan_get_info(plan, &info), ISCSI_IKE_OK);
  return info;
}

std::string CodesOf(const iscsi_ike_plan* plan) {
  std::string codes;
  auto reason = ISCSI_IKE_INIT(iscsi_ike_reason);
  for (std::size_t i = 0; iscsi_ike_plan_get_reason(plan, i, &reason) == ISCSI_IKE_OK; ++i) {
    EXPECT_GT(std::strlen(reason.text), 0U);
    codes += std::string(reason.code) + " ";
  }
  return codes;
}

// Refused tells the error of options that make no plan.
std::string Refused(const iscsi_ike_plan_options& options) {
  iscsi_ike_plan* plan = nullptr;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_plan_new(&options, &plan, &error), ISCSI_IKE_E_SYNTAX);
  EXPECT_EQ(plan, nullptr);
  return std::string(error.place) + ": " + error.rule;
}

// Bare options say nothing but the role and the ends.
iscsi_ike_plan_options Bare() {
  auto options = ISCSI_IKE_INIT(iscsi_ike_plan_options);
  options.local = EndpointOf(kHba);
  options.remote = EndpointOf(kPortal);
  return options;
}

TEST(CPlan, TellsWhatAWordComesTo) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.word = 0x5F;
  const auto plan = MakePlan(options);
  const iscsi_ike_plan_info info = InfoOf(plan.get());
  EXPECT_EQ(info.outcome, std::uint32_t{ISCSI_IKE_OUTCOME_PLANNED});
  EXPECT_EQ(info.word, 0x5FU);
  ASSERT_EQ(info.mode_count, 2U);
  EXPECT_EQ(info.modes[0], std::uint32_t{ISCSI_IKE_MODE_MAIN});
  EXPECT_EQ(info.modes[1], std::uint32_t{ISCSI_IKE_MODE_AGGRESSIVE});
  ASSERT_EQ(info.encapsulation_count, 1U);
  EXPECT_EQ(info.encapsulations[0], std::uint32_t{ISCSI_IKE_ENCAPSULATION_TUNNEL});
  EXPECT_EQ(info.pfs, 1U);
  EXPECT_EQ(info.has_key, 1U);
  const std::span<const std::uint8_t> key(options.key, options.key_size);
  EXPECT_EQ(info.fingerprint, crypto::Fingerprint(key));
  EXPECT_EQ(info.phase1_lifetime_s, 28800U);
  ASSERT_EQ(info.phase1_count, 1U);
  EXPECT_STREQ(iscsi_ike_plan_phase1(plan.get(), 0), "aes128-sha256-curve25519");
  EXPECT_STREQ(iscsi_ike_plan_phase2(plan.get(), 0), "aes128-sha256");
  EXPECT_EQ(iscsi_ike_plan_phase1(plan.get(), 1), nullptr);
  EXPECT_NE(std::string(iscsi_ike_plan_text(plan.get())).find("TUNNEL_MODE_PREFERRED"),
            std::string::npos);
  EXPECT_NE(std::string(iscsi_ike_plan_json(plan.get())).find("\"word\":"), std::string::npos);
  EXPECT_EQ(CodesOf(plan.get()).empty(), info.reason_count == 0);
}

// A guess could be tried on the fingerprint of a key that can be guessed.
TEST(CPlan, TellsNoFingerprintOfAWeakKeyOrOfNone) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.key_size = 6;
  EXPECT_STREQ(InfoOf(MakePlan(options).get()).fingerprint, "");
  options.key = nullptr;
  options.key_size = 0;
  EXPECT_STREQ(InfoOf(MakePlan(options).get()).fingerprint, "");
}

TEST(CPlan, WordsThatAllowNothingHaveAnOutcomeAndReasons) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.word = 0x00;
  EXPECT_EQ(InfoOf(MakePlan(options).get()).outcome, std::uint32_t{ISCSI_IKE_OUTCOME_UNSPECIFIED});
  options.word = 0x01;
  EXPECT_EQ(InfoOf(MakePlan(options).get()).outcome, std::uint32_t{ISCSI_IKE_OUTCOME_DISABLED});
  options.word = 0x03;
  const auto plan = MakePlan(options);
  EXPECT_EQ(InfoOf(plan.get()).outcome, std::uint32_t{ISCSI_IKE_OUTCOME_REJECTED});
  EXPECT_NE(CodesOf(plan.get()).find("NO_PHASE1_MODE"), std::string::npos);
  options.rules = ISCSI_IKE_RULE_ASSUME_MAIN;
  EXPECT_EQ(InfoOf(MakePlan(options).get()).outcome, std::uint32_t{ISCSI_IKE_OUTCOME_PLANNED});
}

TEST(CPlan, MayBeNarrowedToOneMode) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.word = 0x2F;
  options.only = ISCSI_IKE_ONLY_AGGRESSIVE;
  EXPECT_EQ(InfoOf(MakePlan(options).get()).modes[0], std::uint32_t{ISCSI_IKE_MODE_AGGRESSIVE});
  options.word = 0x27;
  const auto plan = MakePlan(options);
  EXPECT_EQ(InfoOf(plan.get()).outcome, std::uint32_t{ISCSI_IKE_OUTCOME_REJECTED});
  EXPECT_NE(CodesOf(plan.get()).find("MODE_NOT_ALLOWED"), std::string::npos);
}

TEST(CPlan, TakesWindowsRecord) {
  const std::string id = "hba1.example";
  const std::string key = "a key of the record, long enough";
  iscsi_ike_authentication_information record{};
  record.auth_method = 1;
  record.ps_key.security_flags = 0x2B;
  record.ps_key.id_type = ISCSI_IKE_ID_FQDN;
  record.ps_key.id = reinterpret_cast<const std::uint8_t*>(id.data());
  record.ps_key.id_length_in_bytes = static_cast<std::uint32_t>(id.size());
  record.ps_key.key = reinterpret_cast<const std::uint8_t*>(key.data());
  record.ps_key.key_length_in_bytes = static_cast<std::uint32_t>(key.size());
  auto options = Bare();
  options.record = &record;
  const auto plan = MakePlan(options);
  EXPECT_EQ(InfoOf(plan.get()).modes[0], std::uint32_t{ISCSI_IKE_MODE_AGGRESSIVE});
  EXPECT_EQ(InfoOf(plan.get()).has_key, 1U);
  const std::string text = iscsi_ike_plan_text(plan.get());
  EXPECT_NE(text.find("fqdn:hba1.example"), std::string::npos);
  EXPECT_EQ(text.find("a key of"), std::string::npos);

  record.ps_key.id_type = 4;
  EXPECT_EQ(Refused(options).rfind("record.IdType: is 4", 0), 0U);
  record.ps_key.id_type = ISCSI_IKE_ID_IPV4_ADDR;
  EXPECT_EQ(Refused(options).rfind("record.Id:", 0), 0U);
  record.ps_key.id_length_in_bytes = UINT32_MAX;
  EXPECT_EQ(Refused(options).rfind("record.Id:", 0), 0U);
  record.ps_key.id_type = ISCSI_IKE_ID_FQDN;
  record.ps_key.id_length_in_bytes = static_cast<std::uint32_t>(id.size());
  record.ps_key.key_length_in_bytes = UINT32_MAX;
  EXPECT_EQ(Refused(options).rfind("record.Key:", 0), 0U);
  record.ps_key.key_length_in_bytes = 0;
  EXPECT_EQ(Refused(options).rfind("record.Key:", 0), 0U);
  record.ps_key.key = nullptr;
  record.ps_key.key_length_in_bytes = 5;
  EXPECT_EQ(Refused(options), "record.Key: is null");
  record.auth_method = 2;
  record.ps_key.key = reinterpret_cast<const std::uint8_t*>(key.data());
  EXPECT_EQ(Refused(options).rfind("record.AuthMethod:", 0), 0U);
}

TEST(CPlan, TakesAWindowsPortalWithItsDefaultBehindIt) {
  const std::string key = "a key of the portal, long enough";
  iscsi_ike_target_portal portal{};
  portal.socket = 3260;
  portal.address.type = 1;
  const std::uint8_t address[] = {192, 0, 2, 2};
  std::memcpy(&portal.address.ip_v4_address, address, 4);
  portal.security_bitmap = 0x47;
  portal.key_size = static_cast<std::uint32_t>(key.size());
  auto options = ISCSI_IKE_INIT(iscsi_ike_plan_options);
  options.local = EndpointOf(kHba);
  options.portal = &portal;
  options.portal_key = reinterpret_cast<const std::uint8_t*>(key.data());
  auto plan = MakePlan(options);
  EXPECT_EQ(InfoOf(plan.get()).word, 0x47U);

  // The portal's address is whom a login goes to.
  const auto engine = MakeEngine(ISCSI_IKE_INIT(iscsi_ike_engine_options));
  std::uint32_t session = 0;
  ASSERT_EQ(iscsi_ike_connect(engine.get(), 0, plan.get(), &session, nullptr), ISCSI_IKE_OK);
  iscsi_ike_endpoint from{};
  iscsi_ike_endpoint to{};
  std::uint8_t buffer[2000];
  std::size_t size = sizeof buffer;
  ASSERT_EQ(iscsi_ike_poll_datagram(engine.get(), &from, &to, buffer, &size), ISCSI_IKE_OK);
  EXPECT_EQ(std::memcmp(to.address, address, 4), 0);

  portal.security_bitmap = 0;
  options.has_default_bitmap = 1;
  options.default_bitmap = 0x27;
  plan = MakePlan(options);
  EXPECT_EQ(InfoOf(plan.get()).word, 0x27U);

  portal.address.type = 0;
  portal.address.text_address[0] = 2 * 9;
  for (std::size_t i = 0; i < 9; ++i)
    portal.address.text_address[1 + i] = static_cast<std::uint16_t>("192.0.2.7"[i]);
  EXPECT_EQ(InfoOf(MakePlan(options).get()).outcome, std::uint32_t{ISCSI_IKE_OUTCOME_PLANNED});
  portal.address.text_address[0] = 0xFFFF;
  EXPECT_EQ(Refused(options).rfind("portal.Address.TextAddress:", 0), 0U);
  portal.address.text_address[0] = 2 * 9;
  portal.address.text_address[1] = 'x';
  EXPECT_EQ(Refused(options).rfind("portal.Address.TextAddress:", 0), 0U);
  portal.address.type = 9;
  EXPECT_EQ(Refused(options).rfind("portal.Address.Type:", 0), 0U);
  portal.address.type = 3;
  portal.key_size = UINT32_MAX;
  EXPECT_EQ(Refused(options).rfind("portal_key:", 0), 0U);
}

TEST(CPlan, TakesJson) {
  const std::string json =
      R"({"records": [{"name": "a", "securityFlags": 39, "key": "text:a long enough key of a", "peer": "192.0.2.2"},)"
      R"({"name": "b", "securityFlags": 87, "key": "text:a long enough key of b", "peer": "192.0.2.3"}]})";
  iscsi_ike_config* made = nullptr;
  ASSERT_EQ(iscsi_ike_config_new(json.data(), json.size(), &made, nullptr), ISCSI_IKE_OK);
  const Owned<iscsi_ike_config> config(made);
  EXPECT_EQ(iscsi_ike_config_records(made), 2U);
  EXPECT_EQ(iscsi_ike_config_portals(made), 0U);
  auto options = Bare();
  options.config = made;
  EXPECT_EQ(InfoOf(MakePlan(options).get()).word, 39U);  // the one for 192.0.2.2
  options.remote = {};
  options.config_record = "b";
  EXPECT_EQ(InfoOf(MakePlan(options).get()).word, 87U);
  options.config_record = "c";
  EXPECT_EQ(Refused(options).rfind("config_record: \"c\" is no record", 0), 0U);

  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  const std::string wrong = R"({"records": [{"securityFlags": 39, "key": 5}]})";
  EXPECT_EQ(iscsi_ike_config_new(wrong.data(), wrong.size(), &made, &error), ISCSI_IKE_E_SYNTAX);
  EXPECT_NE(std::string(error.place).find("records[0].key"), std::string::npos);
  EXPECT_EQ(made, nullptr);
}

TEST(CPlan, TakesOffWhereItMeansSomething) {
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.retransmit_tries = ISCSI_IKE_NUMBER_OFF;
  options.nat_keepalive_ms = ISCSI_IKE_NUMBER_OFF;
  options.fragment_above = ISCSI_IKE_NUMBER_OFF;
  EXPECT_EQ(InfoOf(MakePlan(options).get()).outcome, std::uint32_t{ISCSI_IKE_OUTCOME_PLANNED});
}

TEST(CPlan, APortalsPortIsInTheSelectorOfTheTarget) {
  iscsi_ike_target_portal portal{};
  portal.socket = 860;
  portal.address.type = 3;
  auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
  options.portal = &portal;
  EXPECT_EQ(InfoOf(MakePlan(options).get()).outcome, std::uint32_t{ISCSI_IKE_OUTCOME_PLANNED});
  options.remote_selector = "192.0.2.2 tcp 3260";
  EXPECT_EQ(Refused(options).rfind("portal.socket: is another", 0), 0U);
  options.remote_selector = nullptr;
  options.remote = {};
  EXPECT_EQ(Refused(options).rfind("portal.socket: needs", 0), 0U);
}

TEST(CPlan, NamesTheOptionThatIsWrong) {
  const auto refused = [](auto change) {
    auto options = PlanOptions(ISCSI_IKE_ROLE_INITIATOR);
    change(options);
    return Refused(options).substr(0, Refused(options).find(':'));
  };
  using O = iscsi_ike_plan_options;
  EXPECT_EQ(refused([](O& o) { o.role = 2; }), "role");
  EXPECT_EQ(refused([](O& o) { o.has_word = 0; }), "has_word");
  EXPECT_EQ(refused([](O& o) { o.default_bitmap = 0x27; }), "has_default_bitmap");
  EXPECT_EQ(refused([](O& o) { o.local = EndpointOf("2001:db8::1"); }), "remote");
  EXPECT_EQ(refused([](O& o) { o.rules = 1U << 31U; }), "rules");
  EXPECT_EQ(refused([](O& o) { o.only = 3; }), "only");
  EXPECT_EQ(refused([](O& o) { o.nat = 3; }), "nat");
  EXPECT_EQ(refused([](O& o) { o.rekey = 3; }), "rekey");
  EXPECT_EQ(refused([](O& o) { o.fragment_above = 127; }), "fragment_above");
  EXPECT_EQ(refused([](O& o) { o.fragment_above = 65508; }), "fragment_above");
  EXPECT_EQ(refused([](O& o) { o.negotiation_timeout_ms = ISCSI_IKE_NUMBER_OFF; }),
            "negotiation_timeout_ms");
  EXPECT_EQ(refused([](O& o) { o.parallel_quick_modes = ISCSI_IKE_NUMBER_OFF; }),
            "parallel_quick_modes");
  EXPECT_EQ(refused([](O& o) { o.retransmit_tries = 4000000000; }), "retransmit_tries");
  EXPECT_EQ(refused([](O& o) { o.config_record = "a"; }), "config_record");
  EXPECT_EQ(refused([](O& o) { o.portal_key = o.key; }), "portal_key");
  EXPECT_EQ(refused([](O& o) { o.hba_port = 1; }), "hba_port");
  EXPECT_EQ(refused([](O& o) { o.local.family = 5; }), "local");
  EXPECT_EQ(refused([](O& o) { o.remote.reserved = 1; }), "remote");
  EXPECT_EQ(refused([](O& o) { o.local.reserved_zone = 1; }), "local");
  EXPECT_EQ(refused([](O& o) { o.identity = "nobody"; }), "identity");
  EXPECT_EQ(refused([](O& o) { o.peer_identity = "x:y"; }), "peer_identity");
  EXPECT_EQ(refused([](O& o) { o.suite = "best"; }), "suite");
  EXPECT_EQ(refused([](O& o) { o.pfs_group = "modp1"; }), "pfs_group");
  EXPECT_EQ(refused([](O& o) { o.local_selector = "192.0.2.1/8"; }), "local_selector");
  EXPECT_EQ(refused([](O& o) { o.remote_selector = "x"; }), "remote_selector");
  EXPECT_EQ(refused([](O& o) { o.key = nullptr; }), "key");
  EXPECT_EQ(refused([](O& o) { o.key_size = 0; }), "key");
  EXPECT_EQ(refused([](O& o) { o.key_size = SIZE_MAX; }), "key");
}

}  // namespace
}  // namespace iscsi_ike::test
