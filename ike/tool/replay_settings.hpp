// What a recorded connect or serve told its engine, made again from the recorded options.
#pragma once

#include "ike/tool/options.hpp"
#include "ike/tool/settings.hpp"
#include "ike/trace/fed_engine.hpp"

namespace iscsi_ike::ike::tool {

// ReplayPlan: `refused` is a plan that allows no negotiation; then there are no settings.
struct ReplayPlan {
  ReplaySettings settings;
  bool several = false;      // of serve: more than one record
  std::size_t children = 1;  // of connect: how many it waits for; 0: phase 1 alone
  std::optional<policy::Plan> refused;
};

// PlanReplay takes what OptionsOf made of the recording.
[[nodiscard]] Checked<ReplayPlan> PlanReplay(const Options& options, const RecordingHead& head);

}  // namespace iscsi_ike::ike::tool
