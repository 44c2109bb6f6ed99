// Sessions, datagrams, time and polls; and a login that fits.
#include "tests/fuzz/capi_objects.hpp"

namespace iscsi_ike::fuzz {
namespace {

constexpr const char* kSelectors[] = {"192.0.2.1/32 tcp 0", "192.0.2.0/24", "x"};
constexpr const char* kEnds[] = {"192.0.2.1", "192.0.2.2"};

iscsi_ike_plan* LoginPlan(std::uint32_t role, std::uint8_t how) {
  auto options = ISCSI_IKE_INIT(iscsi_ike_plan_options);
  options.role = role;
  options.has_word = 1;
  options.word = (how & 1U) != 0 ? 0x3B : 0x27;
  options.key = reinterpret_cast<const std::uint8_t*>("correct horse");
  options.key_size = 13;
  options.ike = "aes128-sha256-curve25519";
  options.esp = "aes128-sha256";
  options.fragment_above = (how & 2U) != 0 ? 200 : 0;
  options.nat = (how & 4U) != 0 ? ISCSI_IKE_NAT_FORCE : ISCSI_IKE_NAT_DETECT;
  options.dpd_delay_ms = (how & 8U) != 0 ? 1000 : 0;
  Require(iscsi_ike_endpoint_parse(kEnds[role], &options.local) == ISCSI_IKE_OK);
  Require(iscsi_ike_endpoint_parse(kEnds[1 - role], &options.remote) == ISCSI_IKE_OK);
  iscsi_ike_plan* plan = nullptr;
  Require(iscsi_ike_plan_new(&options, &plan, nullptr) == ISCSI_IKE_OK);
  return plan;
}

iscsi_ike_engine* LoginEngine(std::uint8_t first, const iscsi_ike_plan* const* responders) {
  auto options = ISCSI_IKE_INIT(iscsi_ike_engine_options);
  const std::array<std::uint8_t, 32> seed{first};
  options.seed = seed.data();
  options.responders = responders;
  options.responder_count = 1;
  iscsi_ike_engine* engine = nullptr;
  if (responders == nullptr) options.responder_count = 0;
  Require(iscsi_ike_engine_new(&options, &engine, nullptr) == ISCSI_IKE_OK);
  return engine;
}

std::optional<Carried> Next(iscsi_ike_engine* engine) {
  Carried carried{};
  std::size_t size = 0;
  if (Judged(iscsi_ike_poll_datagram(engine, &carried.local, &carried.remote, nullptr, &size)) !=
      ISCSI_IKE_E_TOO_SMALL)
    return std::nullopt;
  carried.octets.resize(size);
  Require(iscsi_ike_poll_datagram(engine, &carried.local, &carried.remote, carried.octets.data(),
                                  &size) == ISCSI_IKE_OK);
  return carried;
}

void Receive(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  const iscsi_ike_endpoint* local = values.Endpoint();
  const iscsi_ike_endpoint* remote = values.Endpoint();
  std::vector<std::uint8_t> octets;
  if (!objects.carried.empty() && input.Octet() % 4 != 3) {
    Carried& carried = objects.carried[input.Octet() % objects.carried.size()];
    octets = carried.octets;
    if (local != nullptr && remote != nullptr) local = &carried.remote, remote = &carried.local;
    Edit(input, octets);
  } else {
    octets = input.Long();
  }
  iscsi_ike_engine* engine = objects.inside = objects.Engine(input);
  const std::uint8_t* data = values.Null() ? nullptr : values.Block(octets.data(), octets.size());
  (void)Judged(iscsi_ike_receive(engine, objects.now, local, remote, data, octets.size()));
  objects.inside = nullptr;
}

void PollEvent(CapiObjects& objects, CapiValues& values) {
  iscsi_ike_engine* engine = objects.Engine(values.input());
  auto* event = values.Sized(ISCSI_IKE_INIT(iscsi_ike_event));
  const iscsi_ike_status status = Judged(iscsi_ike_poll_event(engine, event));
  const char* text = iscsi_ike_event_text(engine);
  Require(status != ISCSI_IKE_OK || (text != nullptr && *text != 0));
}

void PollDatagram(CapiObjects& objects, CapiValues& values) {
  iscsi_ike_engine* engine = objects.Engine(values.input());
  Carried carried{};
  auto* local = values.Null() ? nullptr : &carried.local;
  auto* remote = values.Null() ? nullptr : &carried.remote;
  carried.octets = Filled(values, [&](std::uint8_t* room, std::size_t* size) {
    return iscsi_ike_poll_datagram(engine, local, remote, room, size);
  });
  if (!carried.octets.empty() && objects.carried.size() < 64)
    objects.carried.push_back(std::move(carried));
}

}  // namespace

void CallSession(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  const std::uint8_t what = input.Octet() % 8;
  iscsi_ike_engine* engine = objects.Engine(input);
  const std::uint32_t session = input.Octet() % 8;
  const std::uint32_t child = input.Octet() % 4;
  auto* error = values.Sized(ISCSI_IKE_INIT(iscsi_ike_error));
  std::uint32_t number = 0;
  std::uint32_t* told = values.Null() ? nullptr : &number;
  const char* local = what == 1 ? values.Text(kSelectors) : nullptr;
  const char* remote = what == 1 ? values.Text(kSelectors) : nullptr;
  const iscsi_ike_plan* plan = what == 0 ? objects.Plan(input) : nullptr;
  const std::uint64_t octets = what == 4 ? std::uint64_t{input.Number(4)} << 8U : 0;
  const std::uint64_t now = input.Octet() == 0xFF ? ISCSI_IKE_MOST_TIME + 1 : objects.now;
  objects.inside = engine;
  switch (what) {
    case 0:
      (void)Judged(iscsi_ike_connect(engine, now, plan, told, error));
      break;
    case 1:
      (void)Judged(iscsi_ike_negotiate(engine, now, session, local, remote, told, error));
      break;
    case 2:
      (void)Judged(iscsi_ike_rekey(engine, now, session, child));
      break;
    case 3:
      (void)Judged(iscsi_ike_close(engine, now, session, child));
      break;
    case 4:
      (void)Judged(iscsi_ike_report_use(engine, now, session, child, octets));
      break;
    default:
      (void)Judged(iscsi_ike_timeout(engine, now));
      break;
  }
  objects.inside = nullptr;
}

void CallPoll(CapiObjects& objects, CapiValues& values) {
  Input& input = values.input();
  switch (input.Octet() % 8) {
    case 0:
      return PollEvent(objects, values);
    case 1: {
      std::uint64_t when = 0;
      const iscsi_ike_engine* const engine = objects.Engine(input);
      auto* asked = const_cast<iscsi_ike_engine*>(engine);
      if (Judged(iscsi_ike_next_timeout(asked, &when)) == ISCSI_IKE_OK && when > objects.now &&
          when <= ISCSI_IKE_MOST_TIME)
        objects.now = when;
      return;
    }
    case 2:
      objects.now += input.Number(3);
      return;
    case 3:
      return Receive(objects, values);
    case 4:
      return Receive(objects, values);
    case 5:
      return Carry(objects);
    default:
      return PollDatagram(objects, values);
  }
}

void Login(CapiObjects& objects, CapiValues& values) {
  const std::uint8_t how = values.input().Octet();
  for (std::uint32_t role = 0; role < 2; ++role) {
    iscsi_ike_plan_free(objects.plans[role]);
    objects.plans[role] = LoginPlan(role, how);
    iscsi_ike_engine_free(objects.engines[role]);
    const iscsi_ike_plan* const responders[] = {objects.plans[role]};
    objects.engines[role] =
        LoginEngine(static_cast<std::uint8_t>(how + role), role == 1 ? responders : nullptr);
  }
  std::uint32_t session = 0;
  Require(iscsi_ike_connect(objects.engines[0], objects.now, objects.plans[0], &session, nullptr) ==
          ISCSI_IKE_OK);
}

void Carry(CapiObjects& objects) {
  for (int rounds = 0; rounds < 32; ++rounds) {
    bool moved = false;
    for (std::size_t from = 0; from < kEngines; ++from) {
      iscsi_ike_engine* engine = objects.engines[from];
      if (engine == nullptr) continue;
      (void)Judged(iscsi_ike_run_dh(engine, objects.now));
      while (auto carried = Next(engine)) {
        moved = true;
        if (objects.engines[1 - from] == nullptr) continue;
        (void)Judged(iscsi_ike_receive(objects.engines[1 - from], objects.now, &carried->remote,
                                       &carried->local, carried->octets.data(),
                                       carried->octets.size()));
        if (objects.carried.size() < 64) objects.carried.push_back(*std::move(carried));
      }
    }
    if (!moved) return;
  }
}

}  // namespace iscsi_ike::fuzz
