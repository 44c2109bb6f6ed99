// Reasons by name: the codes of reasons.def, with what each means.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/plan.hpp"

namespace iscsi_ike::policy {

enum class ReasonCode : std::uint8_t {
#define ISCSI_IKE_REASON(name, code, severity, row, meaning) name,
#include "policy/reasons.def"
#undef ISCSI_IKE_REASON
};

// ReasonInfo is one line of reasons.def. `row` is the row of the decision table, 0 for none.
struct ReasonInfo {
  ReasonCode id;
  std::string_view code;
  Severity severity;
  unsigned row;
  std::string_view meaning;
};
[[nodiscard]] std::span<const ReasonInfo> AllReasons();
[[nodiscard]] const ReasonInfo& Info(ReasonCode code);

// MakeReason writes the meaning, then `detail` after a colon when there is one.
[[nodiscard]] Reason MakeReason(ReasonCode code, std::string_view detail = {});

[[nodiscard]] bool HasError(std::span<const Reason> reasons);
[[nodiscard]] bool Contains(std::span<const Reason> reasons, ReasonCode code);

}  // namespace iscsi_ike::policy
