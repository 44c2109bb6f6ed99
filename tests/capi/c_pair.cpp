#include "tests/capi/c_pair.hpp"

#include <algorithm>

namespace iscsi_ike::test {
namespace {

void Append(std::vector<std::uint8_t>& to, iscsi_ike_octets octets) {
  to.insert(to.end(), octets.data, octets.data + octets.size);
}

std::vector<std::uint8_t> KeysOf(const iscsi_ike_sa_keys& keys) {
  std::vector<std::uint8_t> all;
  for (int shift = 24; shift >= 0; shift -= 8)
    all.push_back(static_cast<std::uint8_t>(keys.spi >> shift));
  Append(all, keys.encryption);
  Append(all, keys.integrity);
  return all;
}

Seen SeenOf(iscsi_ike_engine* engine, const iscsi_ike_event& event) {
  Seen seen{event.type, event.session, event.child, event.reason, {}, {}, {}, {}};
  if (event.failure != nullptr) seen.code = event.failure->code;
  if (const char* text = iscsi_ike_event_text(engine)) seen.text = text;
  if (event.child_sa != nullptr) {
    seen.in = KeysOf(event.child_sa->inbound);
    seen.out = KeysOf(event.child_sa->outbound);
  }
  return seen;
}

}  // namespace

iscsi_ike_endpoint EndpointOf(const char* text) {
  iscsi_ike_endpoint endpoint{};
  EXPECT_EQ(iscsi_ike_endpoint_parse(text, &endpoint), ISCSI_IKE_OK) << text;
  return endpoint;
}

iscsi_ike_plan_options PlanOptions(iscsi_ike_role role) {
  auto options = ISCSI_IKE_INIT(iscsi_ike_plan_options);
  options.role = role;
  options.has_word = 1;
  options.word = 0x27;
  options.key = reinterpret_cast<const std::uint8_t*>(kKey);
  options.key_size = sizeof kKey - 1;
  options.local = EndpointOf(role == ISCSI_IKE_ROLE_INITIATOR ? kHba : kPortal);
  options.remote = EndpointOf(role == ISCSI_IKE_ROLE_INITIATOR ? kPortal : kHba);
  options.ike = "aes128-sha256-curve25519";
  options.esp = "aes128-sha256";
  return options;
}

Owned<iscsi_ike_plan> MakePlan(const iscsi_ike_plan_options& options) {
  iscsi_ike_plan* plan = nullptr;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_plan_new(&options, &plan, &error), ISCSI_IKE_OK)
      << error.place << ": " << error.rule;
  return Owned<iscsi_ike_plan>(plan);
}

Owned<iscsi_ike_engine> MakeEngine(const iscsi_ike_engine_options& options) {
  iscsi_ike_engine* engine = nullptr;
  auto error = ISCSI_IKE_INIT(iscsi_ike_error);
  EXPECT_EQ(iscsi_ike_engine_new(&options, &engine, &error), ISCSI_IKE_OK)
      << error.place << ": " << error.rule;
  return Owned<iscsi_ike_engine>(engine);
}

const Seen* CEnd::Find(std::uint32_t type) const {
  const auto it =
      std::find_if(events.begin(), events.end(), [type](const Seen& s) { return s.type == type; });
  return it == events.end() ? nullptr : &*it;
}

CPair::CPair(const std::function<void(Told&)>& adjust) {
  const Seed hba_seed{1};
  const Seed portal_seed{2};
  Told told{PlanOptions(ISCSI_IKE_ROLE_INITIATOR), PlanOptions(ISCSI_IKE_ROLE_RESPONDER),
            ISCSI_IKE_INIT(iscsi_ike_engine_options), ISCSI_IKE_INIT(iscsi_ike_engine_options)};
  told.hba.seed = hba_seed.data();
  told.portal.seed = portal_seed.data();
  if (adjust) adjust(told);
  login = MakePlan(told.hba_plan);
  const auto served = MakePlan(told.portal_plan);
  const iscsi_ike_plan* const responders[] = {served.get()};
  told.portal.responders = responders;
  told.portal.responder_count = 1;
  hba.engine = MakeEngine(told.hba);
  portal.engine = MakeEngine(told.portal);
}

std::uint32_t CPair::Connect() {
  std::uint32_t session = 0;
  EXPECT_EQ(iscsi_ike_connect(hba.engine.get(), now, login.get(), &session, nullptr), ISCSI_IKE_OK);
  return session;
}

bool CPair::Carry(CEnd& from, CEnd& to) {
  bool moved = false;
  if (from.compute)
    from.compute(from.engine.get());
  else
    EXPECT_EQ(iscsi_ike_run_dh(from.engine.get(), now), ISCSI_IKE_OK);
  iscsi_ike_endpoint source{};
  iscsi_ike_endpoint target{};
  std::vector<std::uint8_t> buffer(65507);
  std::size_t size = buffer.size();
  while (iscsi_ike_poll_datagram(from.engine.get(), &source, &target, buffer.data(), &size) ==
         ISCSI_IKE_OK) {
    from.sent.emplace_back(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(iscsi_ike_receive(to.engine.get(), now, &target, &source, buffer.data(), size),
              ISCSI_IKE_OK);
    size = buffer.size();
    moved = true;
  }
  auto event = ISCSI_IKE_INIT(iscsi_ike_event);
  while (iscsi_ike_poll_event(from.engine.get(), &event) == ISCSI_IKE_OK) {
    if (from.watch) from.watch(event);
    from.events.push_back(SeenOf(from.engine.get(), event));
  }
  return moved;
}

void CPair::Exchange() {
  for (bool moved = true; moved;) {
    moved = Carry(hba, portal);
    moved = Carry(portal, hba) || moved;
  }
}

void CPair::Run(std::uint64_t until) {
  for (Exchange(); now < until; Exchange()) {
    std::uint64_t next = until;
    for (CEnd* end : {&hba, &portal}) {
      std::uint64_t when = 0;
      if (iscsi_ike_next_timeout(end->engine.get(), &when) == ISCSI_IKE_OK)
        next = std::min(next, std::max(when, now));
    }
    now = next;
    for (CEnd* end : {&hba, &portal})
      EXPECT_EQ(iscsi_ike_timeout(end->engine.get(), now), ISCSI_IKE_OK);
  }
}

}  // namespace iscsi_ike::test
