#include "ike/capi/plan.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/capi/guard.hpp"
#include "ike/capi/plan_sources.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"
#include "policy/address_text.hpp"
#include "policy/explain.hpp"
#include "policy/settings.hpp"

namespace ike = iscsi_ike::ike;
namespace policy = iscsi_ike::policy;
using iscsi_ike::Done;
using iscsi_ike::Failure;
using iscsi_ike::capi::CanWrite;
using iscsi_ike::capi::Clear;
using iscsi_ike::capi::Explain;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::ReadSized;
using iscsi_ike::capi::ReadSources;
using iscsi_ike::capi::ToEndpoint;
using iscsi_ike::capi::WriteSized;

namespace {

using Options = iscsi_ike_plan_options;
using policy::Parsed;
using policy::Reject;

constexpr std::uint32_t kAllRules = (1U << 8U) - 1;

// Number: 0 stands for what is there, ISCSI_IKE_OFF for none at all.
template <class T>
void SetNumber(std::uint32_t value, T& number) {
  if (value != 0) number = static_cast<T>(value == ISCSI_IKE_OFF ? 0 : value);
}
void SetDuration(std::uint32_t milliseconds, ike::Duration& duration) {
  if (milliseconds != 0) duration = ike::Duration(milliseconds == ISCSI_IKE_OFF ? 0 : milliseconds);
}

Parsed<Done> SetSelector(const char* text, const char* place,
                         std::optional<policy::Selector>& selector) {
  if (text == nullptr) return Done{};
  auto parsed = policy::ParseSelector(text, place);
  if (!parsed) return Failure(parsed.error());
  selector = *parsed;
  return Done{};
}

Parsed<Done> CheckChoices(const Options& options) {
  if ((options.rules & ~kAllRules) != 0) return Reject("rules", "has a bit that is no rule");
  if (options.role > ISCSI_IKE_RESPONDER)
    return Reject("role", "is 0 (initiator) or 1 (responder)");
  if (options.nat > ISCSI_IKE_NAT_FORCE)
    return Reject("nat", "is 0 (detect), 1 (off) or 2 (force)");
  if (options.renewal > ISCSI_IKE_NEVER)
    return Reject("renewal", "is 0 (renew), 1 (expire) or 2 (never)");
  if (options.fragment_above != 0 && options.fragment_above < 128)
    return Reject("fragment_above", "is ISCSI_IKE_OFF (never), or 128 and more octets");
  if (!ToEndpoint(options.local)) return Reject("local", "is no endpoint: family is 4, 6 or 0");
  if (!ToEndpoint(options.remote)) return Reject("remote", "is no endpoint: family is 4, 6 or 0");
  return Done{};
}

void SetTiming(const Options& options, ike::PeerConfig& peer) {
  SetDuration(options.negotiation_timeout_ms, peer.negotiation_timeout);
  SetDuration(options.retransmit_first_ms, peer.retransmit.first);
  SetDuration(options.retransmit_longest_ms, peer.retransmit.longest);
  SetNumber(options.retransmit_tries, peer.retransmit.tries);
  SetDuration(options.dpd_delay_ms, peer.liveness.delay);
  SetDuration(options.dpd_wait_ms, peer.liveness.wait);
  SetNumber(options.dpd_tries, peer.liveness.tries);
  SetDuration(options.nat_keepalive_ms, peer.nat_keepalive);
  SetNumber(options.fragment_above, peer.fragment_above);
  SetNumber(options.parallel_quick_modes, peer.parallel_quick_modes);
  constexpr ike::NatTraversal kNat[] = {ike::NatTraversal::kDetect, ike::NatTraversal::kOff,
                                        ike::NatTraversal::kForce};
  peer.nat = kNat[options.nat];
  constexpr ike::Renewal kRenewal[] = {ike::Renewal::kRenew, ike::Renewal::kExpire,
                                       ike::Renewal::kNever};
  peer.renewal.mode = kRenewal[options.renewal];
}

// TargetSide: a target's port may be another than 3260, which the default selectors do not know.
void SetTargetPort(std::uint16_t port, ike::PeerConfig& peer) {
  if (port == policy::kIscsiPort) return;
  auto& side = peer.target_side ? peer.child.local : peer.child.remote;
  const policy::IpAddress address =
      peer.target_side ? peer.local.address : peer.remote.value_or(ike::Endpoint{}).address;
  if (side || address.IsUnspecified()) return;
  side = policy::Selector{address, static_cast<std::uint8_t>(address.bits()), policy::kProtocolTcp,
                          port};
}

void SetEnds(const Options& options, const policy::Sources& sources, ike::PeerConfig& peer) {
  peer.local = *ToEndpoint(options.local);
  if (options.remote.family != 0) peer.remote = ToEndpoint(options.remote);
  const auto bound = sources.peer ? sources.peer : sources.portal;
  const bool responder = options.role == ISCSI_IKE_RESPONDER;
  if (!peer.remote && bound && (!responder || sources.peer))
    peer.remote = ike::Endpoint{*bound, ike::kIkePort};
  peer.target_side = responder;
  peer.name = !sources.name.empty() ? sources.name
              : peer.remote         ? peer.remote->address.ToString()
                                    : "any";
}

Parsed<std::shared_ptr<ike::PeerConfig>> MakePeer(const Options& options,
                                                  const policy::Sources& sources,
                                                  policy::SecurityFlags& word) {
  auto peer = std::make_shared<ike::PeerConfig>();
  SetEnds(options, sources, *peer);
  const auto role =
      options.role == ISCSI_IKE_RESPONDER ? policy::Role::kResponder : policy::Role::kInitiator;
  policy::Settings settings =
      TranslateFor(role, sources, peer->local.address, peer->remote.has_value());
  word = settings.word;
  peer->plan = std::move(settings.plan);
  peer->key = std::move(settings.key);
  peer->group_key = settings.group_key;
  peer->peer_identity = std::move(settings.peer_identity);
  peer->negotiate_child = (options.rules & ISCSI_IKE_RULE_PHASE1_ONLY) == 0;
  peer->initial_contact = (options.rules & ISCSI_IKE_RULE_NO_INITIAL_CONTACT) == 0;
  SetTiming(options, *peer);
  if (auto s = SetSelector(options.local_selector, "local_selector", peer->child.local); !s)
    return Failure(s.error());
  if (auto s = SetSelector(options.remote_selector, "remote_selector", peer->child.remote); !s)
    return Failure(s.error());
  SetTargetPort(sources.target_port, *peer);
  return peer;
}

void WriteTexts(iscsi_ike_plan& made) {
  const policy::Plan& plan = made.plan();
  made.text = policy::ExplainText(made.word, plan);
  made.json = policy::ExplainJson(made.word, plan);
  for (const auto& suite : plan.phase1) made.phase1.push_back(ToString(suite));
  for (const auto& suite : plan.phase2) made.phase2.push_back(ToString(suite));
  for (const auto& reason : plan.reasons) made.codes.emplace_back(reason.code);
}

Parsed<std::unique_ptr<iscsi_ike_plan>> MakePlan(const Options& options) {
  if (auto s = CheckChoices(options); !s) return Failure(s.error());
  const auto sources = ReadSources(options);
  if (!sources) return Failure(sources.error());
  auto plan = std::make_unique<iscsi_ike_plan>();
  auto peer = MakePeer(options, *sources, plan->word);
  if (!peer) return Failure(peer.error());
  plan->role = static_cast<iscsi_ike_role>(options.role);
  plan->peer = std::move(*peer);
  WriteTexts(*plan);
  return plan;
}

template <class T>
std::uint32_t Count(const T& list) {
  return static_cast<std::uint32_t>(list.size());
}

iscsi_ike_plan_info InfoOf(const iscsi_ike_plan& made) {
  const policy::Plan& plan = made.plan();
  iscsi_ike_plan_info info{};
  info.outcome = static_cast<std::uint32_t>(plan.outcome);
  info.word = made.word.word();
  info.mode_count = std::min(Count(plan.exchanges), 2U);
  for (std::size_t i = 0; i < info.mode_count; ++i)
    info.modes[i] = static_cast<std::uint32_t>(plan.exchanges[i]);
  info.encapsulation_count = std::min(Count(plan.encapsulations), 2U);
  for (std::size_t i = 0; i < info.encapsulation_count; ++i)
    info.encapsulations[i] = static_cast<std::uint32_t>(plan.encapsulations[i]);
  info.pfs = plan.pfs ? 1 : 0;
  info.has_key = made.peer->key.empty() ? 0 : 1;
  info.group_key = made.peer->group_key ? 1 : 0;
  info.phase1_count = Count(plan.phase1);
  info.phase2_count = Count(plan.phase2);
  info.reason_count = Count(plan.reasons);
  info.phase1_lifetime_s = plan.phase1_lifetime.seconds;
  info.phase2_lifetime_s = plan.phase2_lifetime.seconds;
  info.phase2_lifetime_kb = plan.phase2_lifetime.kilobytes;
  return info;
}

static_assert(static_cast<int>(policy::Outcome::kPlan) == ISCSI_IKE_PLANNED);
static_assert(static_cast<int>(policy::Severity::kError) == ISCSI_IKE_ERROR);
static_assert(static_cast<int>(policy::ExchangeMode::kAggressive) == ISCSI_IKE_AGGRESSIVE);
static_assert(static_cast<int>(policy::Encapsulation::kTransport) == ISCSI_IKE_TRANSPORT);

const char* At(const std::vector<std::string>& list, std::size_t index) {
  return index < list.size() ? list[index].c_str() : nullptr;
}

}  // namespace

iscsi_ike_status iscsi_ike_plan_new(const iscsi_ike_plan_options* options, iscsi_ike_plan** plan,
                                    iscsi_ike_error* error) {
  Options ours;
  if (plan == nullptr || !Clear(error)) return ISCSI_IKE_E_INVALID;
  *plan = nullptr;
  if (const auto status = ReadSized(options, ours); status != ISCSI_IKE_OK) return status;
  return Guarded([&] {
    auto made = MakePlan(ours);
    if (!made) return Explain(made.error(), error);
    *plan = made->release();
    return ISCSI_IKE_OK;
  });
}

void iscsi_ike_plan_free(iscsi_ike_plan* plan) { delete plan; }

iscsi_ike_status iscsi_ike_plan_get_info(const iscsi_ike_plan* plan, iscsi_ike_plan_info* info) {
  if (plan == nullptr || !CanWrite(info)) return ISCSI_IKE_E_INVALID;
  WriteSized(InfoOf(*plan), info);
  return ISCSI_IKE_OK;
}

iscsi_ike_status iscsi_ike_plan_get_reason(const iscsi_ike_plan* plan, size_t index,
                                           iscsi_ike_reason* reason) {
  if (plan == nullptr || !CanWrite(reason)) return ISCSI_IKE_E_INVALID;
  if (index >= plan->plan().reasons.size()) return ISCSI_IKE_E_UNKNOWN;
  const policy::Reason& found = plan->plan().reasons[index];
  iscsi_ike_reason made{};
  made.severity = static_cast<std::uint32_t>(found.severity);
  made.code = plan->codes[index].c_str();
  made.text = found.text.c_str();
  WriteSized(made, reason);
  return ISCSI_IKE_OK;
}

const char* iscsi_ike_plan_phase1(const iscsi_ike_plan* plan, size_t index) {
  return plan == nullptr ? nullptr : At(plan->phase1, index);
}

const char* iscsi_ike_plan_phase2(const iscsi_ike_plan* plan, size_t index) {
  return plan == nullptr ? nullptr : At(plan->phase2, index);
}

const char* iscsi_ike_plan_text(const iscsi_ike_plan* plan) {
  return plan == nullptr ? nullptr : plan->text.c_str();
}

const char* iscsi_ike_plan_json(const iscsi_ike_plan* plan) {
  return plan == nullptr ? nullptr : plan->json.c_str();
}
