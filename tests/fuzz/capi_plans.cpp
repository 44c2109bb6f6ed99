// Configs and plans.
#include "tests/fuzz/capi_objects.hpp"

namespace iscsi_ike::fuzz {
namespace {

constexpr const char* kJson[] = {
    R"({"SecurityFlags":39,"IdType":2,"Id":[104],"IdSize":1,"Key":[107,101,121],"KeySize":3,"AuthMethod":1})",
    R"({"version":1,"records":[{"word":"0x27","identity":"fqdn:h","key":"text:k","peer":"192.0.2.2"}]})",
    R"([{"Address":{"Type":1,"IpV4Address":33685696},"Socket":3260,"SecurityBitmap":39,"KeySize":1,"Key":[1]}])",
    "{}"};
constexpr const char* kIdentities[] = {"fqdn:hba.example", "ipv4:192.0.2.1", "user@host",
                                       "2001:db8::1"};
constexpr const char* kIkeLists[] = {"aes128-sha256-curve25519", "3des-sha1-curve25519",
                                     "aes256-sha512-ecp256,aes128-sha256-curve25519"};
constexpr const char* kEspLists[] = {"aes128-sha256", "aes128-sha1-esn,null-sha1", "aes128gcm16"};
constexpr const char* kNames[] = {"1", "record 1", "h", ""};
constexpr const char* kSuites[] = {"modern", "rfc7146", "windows", "rfc3723"};
constexpr const char* kGroups[] = {"curve25519", "ecp256"};
constexpr const char* kSelectors[] = {"192.0.2.1/32 tcp 0", "192.0.2.0/24",
                                      "2001:db8::/64[tcp/3260]"};

iscsi_ike_preshared_key KeyOf(CapiValues& values) {
  iscsi_ike_preshared_key key{};
  std::size_t size = 0;
  key.security_flags = values.input().Octet();
  key.id_type = values.input().Octet();
  key.id = values.Octets(size);
  key.id_length_in_bytes = static_cast<std::uint32_t>(size);
  key.key = values.Octets(size);
  key.key_length_in_bytes = static_cast<std::uint32_t>(size);
  return key;
}

void AddStructs(CapiObjects& objects, CapiValues& values, iscsi_ike_plan_options& options) {
  Input& input = values.input();
  const std::uint8_t which = input.Octet();
  if ((which & 1U) != 0) {
    const iscsi_ike_authentication_information record{input.Octet(), KeyOf(values)};
    options.record = reinterpret_cast<const iscsi_ike_authentication_information*>(
        values.Block(&record, sizeof record));
  }
  if ((which & 2U) != 0) {
    iscsi_ike_target_portal portal{};
    const std::vector<std::uint8_t> octets = input.Sized();
    if (!octets.empty()) std::memcpy(&portal, octets.data(), octets.size());
    std::size_t size = 0;
    options.portal_key = values.Octets(size);
    portal.key_size = static_cast<std::uint32_t>(size);
    options.portal =
        reinterpret_cast<const iscsi_ike_target_portal*>(values.Block(&portal, sizeof portal));
  }
  if ((which & 4U) != 0) options.config = objects.Config(input);
  if ((which & 8U) != 0) options.hba = objects.Hba(input);
  if ((which & 16U) != 0) options.config_record = values.Text(kNames);
  if ((which & 32U) != 0) options.has_default_bitmap = 1;
  options.default_bitmap = input.Octet();
}

void AddTexts(CapiValues& values, iscsi_ike_plan_options& options) {
  const std::uint8_t which = values.input().Octet();
  if ((which & 1U) != 0) options.identity = values.Text(kIdentities);
  if ((which & 2U) != 0) options.peer_identity = values.Text(kIdentities);
  if ((which & 4U) != 0) options.suite = values.Text(kSuites);
  if ((which & 8U) != 0) options.pfs_group = values.Text(kGroups);
  if ((which & 16U) != 0) options.local_selector = values.Text(kSelectors);
  if ((which & 32U) != 0) options.remote_selector = values.Text(kSelectors);
  options.ike = (which & 64U) != 0 ? values.Text(kIkeLists) : kIkeLists[0];
  options.esp = (which & 128U) != 0 ? values.Text(kEspLists) : kEspLists[0];
}

// AddNumbers sets a few of the members that are numbers, by their place.
void AddNumbers(Input& input, iscsi_ike_plan_options& options) {
  constexpr std::size_t kFirst = offsetof(iscsi_ike_plan_options, phase1_lifetime_s) / 4;
  constexpr std::size_t kCount = sizeof(iscsi_ike_plan_options) / 4 - kFirst;
  auto* octets = reinterpret_cast<std::uint8_t*>(&options);
  for (int count = input.Octet() % 4; count > 0; --count) {
    const std::size_t at = (kFirst + input.Octet() % kCount) * 4;
    const std::uint8_t how = input.Octet();
    const std::uint32_t number = how == 0xFF ? UINT32_MAX : how < 0x80 ? how : input.Number(4);
    std::memcpy(octets + at, &number, sizeof number);
  }
}

void NewPlan(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  auto options = ISCSI_IKE_INIT(iscsi_ike_plan_options);
  const std::uint8_t what = input.Octet();
  options.role = what & 3U;
  options.rules = (what & 4U) != 0 ? input.Number(2) : 0;
  options.has_word = (what & 8U) == 0;
  options.word = (what & 16U) != 0 ? input.Number(2) : 0x27;
  options.only = (what & 32U) != 0 ? input.Octet() : 0U;
  if ((what & 64U) == 0) options.key = values.Octets(options.key_size);
  if ((what & 128U) != 0) options.hba_port = input.Octet();
  AddStructs(objects, values, options);
  AddTexts(values, options);
  options.local = values.EndpointValue();
  options.remote = values.EndpointValue();
  AddNumbers(input, options);
  iscsi_ike_plan* made = nullptr;
  const auto* given = values.Sized(options);
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  Hold(iscsi_ike_plan_new(given, values.Null() ? nullptr : &made, error), objects.Plan(input), made,
       &iscsi_ike_plan_free);
}

void NewConfig(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  const char* json = values.Text(kJson);
  std::size_t size = json == nullptr ? input.Octet() : std::strlen(json);
  iscsi_ike_config* made = nullptr;
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  Hold(iscsi_ike_config_new(json, size, &made, error), objects.Config(input), made,
       &iscsi_ike_config_free);
  const iscsi_ike_config* config = objects.Config(input);
  Require(config != nullptr || iscsi_ike_config_records(config) == 0);
  Require(config != nullptr || iscsi_ike_config_portals(config) == 0);
}

void ReadPlan(const iscsi_ike_plan* plan, CapiValues& values) {
  auto* info = values.Sized(ISCSI_IKE_INIT(iscsi_ike_plan_info));
  (void)Judged(iscsi_ike_plan_get_info(plan, info));
  auto* reason = values.Sized(ISCSI_IKE_INIT(iscsi_ike_reason));
  (void)Judged(iscsi_ike_plan_get_reason(plan, values.input().Octet(), reason));
  (void)iscsi_ike_plan_phase1(plan, values.input().Octet());
  (void)iscsi_ike_plan_phase2(plan, values.input().Octet());
  Require((iscsi_ike_plan_text(plan) != nullptr) == (plan != nullptr));
  Require((iscsi_ike_plan_json(plan) != nullptr) == (plan != nullptr));
}

}  // namespace

void CallPlan(CapiObjects& objects, CapiValues& values) {
  static constexpr const char* kAddresses[] = {"192.0.2.1:500", "[2001:db8::1]:500", "x"};
  switch (values.input().Octet() % 8) {
    case 0:
      return NewConfig(objects, values);
    case 1:
      return ReadPlan(objects.Plan(values.input()), values);
    case 2: {
      iscsi_ike_plan*& plan = objects.Plan(values.input());
      iscsi_ike_plan_free(plan);
      plan = nullptr;
      return;
    }
    case 3: {
      iscsi_ike_endpoint endpoint{};
      (void)Judged(
          iscsi_ike_endpoint_parse(values.Text(kAddresses), values.Null() ? nullptr : &endpoint));
      const iscsi_ike_endpoint* given = values.Endpoint();
      (void)Filled(values, [&](std::uint8_t* room, std::size_t* size) {
        return iscsi_ike_endpoint_text(given, reinterpret_cast<char*>(room), size);
      });
      return;
    }
    case 4:
      return static_cast<void>(iscsi_ike_event_name(values.input().Number(4)));
    default:
      return NewPlan(objects, values);
  }
}

}  // namespace iscsi_ike::fuzz
