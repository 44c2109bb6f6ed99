#include "policy/reason.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace iscsi_ike::policy {
namespace {

constexpr auto kReasons = std::to_array<ReasonInfo>({
#define ISCSI_IKE_REASON(name, code, severity, row, meaning) \
  {ReasonCode::name, code, Severity::severity, row, meaning},
#include "policy/reasons.def"
#undef ISCSI_IKE_REASON
});

}  // namespace

std::span<const ReasonInfo> AllReasons() { return kReasons; }

const ReasonInfo& Info(ReasonCode code) {
  const auto index = static_cast<std::size_t>(code);
  assert(index < kReasons.size() && kReasons[index].id == code);
  return kReasons[index];
}

Reason MakeReason(ReasonCode code, std::string_view detail) {
  const ReasonInfo& info = Info(code);
  std::string text(info.meaning);
  if (!detail.empty()) text.append(": ").append(detail);
  return {info.code, info.severity, std::move(text)};
}

bool HasError(std::span<const Reason> reasons) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [](const Reason& r) { return r.severity == Severity::kError; });
}

bool Contains(std::span<const Reason> reasons, ReasonCode code) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const Reason& r) { return r.code == Info(code).code; });
}

}  // namespace iscsi_ike::policy
