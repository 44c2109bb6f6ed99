#include "ike/capi/plan.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/capi/guard.hpp"
#include "ike/capi/plan_peer.hpp"
#include "ike/capi/plan_sources.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"
#include "policy/explain.hpp"
#include "policy/key_strength.hpp"
#include "policy/settings.hpp"

namespace policy = iscsi_ike::policy;
using iscsi_ike::Failure;
using iscsi_ike::capi::CanWrite;
using iscsi_ike::capi::CheckOptions;
using iscsi_ike::capi::Clear;
using iscsi_ike::capi::Explain;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::MakePeer;
using iscsi_ike::capi::ReadSized;
using iscsi_ike::capi::ReadSources;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::WriteSized;

namespace {

using PlanOptions = iscsi_ike_plan_options;
using policy::Parsed;

void WriteTexts(iscsi_ike_plan& made) {
  const policy::Plan& plan = made.plan();
  made.text = policy::ExplainText(made.word, plan);
  made.json = policy::ExplainJson(made.word, plan);
  for (const auto& suite : plan.phase1) made.phase1.push_back(ToString(suite));
  for (const auto& suite : plan.phase2) made.phase2.push_back(ToString(suite));
  for (const auto& reason : plan.reasons) made.codes.emplace_back(reason.code);
}

Parsed<std::unique_ptr<iscsi_ike_plan>> MakePlan(const PlanOptions& options) {
  if (auto s = CheckOptions(options); !s) return Failure(s.error());
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
  if (plan.tunnel_outer) info.tunnel_outer = ToC(iscsi_ike::ike::Endpoint{*plan.tunnel_outer});
  info.has_key = made.peer->key.empty() ? 0 : 1;
  info.group_key = made.peer->group_key ? 1 : 0;
  info.phase1_count = Count(plan.phase1);
  info.phase2_count = Count(plan.phase2);
  info.reason_count = Count(plan.reasons);
  info.phase1_lifetime_s = plan.phase1_lifetime.seconds;
  info.phase2_lifetime_s = plan.phase2_lifetime.seconds;
  info.phase2_lifetime_kb = plan.phase2_lifetime.kilobytes;
  policy::ShownFingerprint(made.peer->key.Expose(), plan.reasons)
      .copy(info.fingerprint, sizeof info.fingerprint - 1);
  return info;
}

static_assert(static_cast<int>(policy::Outcome::kPlan) == ISCSI_IKE_OUTCOME_PLANNED);
static_assert(static_cast<int>(policy::Severity::kError) == ISCSI_IKE_SEVERITY_ERROR);
static_assert(static_cast<int>(policy::ExchangeMode::kAggressive) == ISCSI_IKE_MODE_AGGRESSIVE);
static_assert(static_cast<int>(policy::Encapsulation::kTransport) ==
              ISCSI_IKE_ENCAPSULATION_TRANSPORT);

const char* At(const std::vector<std::string>& list, std::size_t index) {
  return index < list.size() ? list[index].c_str() : nullptr;
}

}  // namespace

iscsi_ike_status iscsi_ike_plan_new(const iscsi_ike_plan_options* options, iscsi_ike_plan** plan,
                                    iscsi_ike_error* error) {
  PlanOptions ours;
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
