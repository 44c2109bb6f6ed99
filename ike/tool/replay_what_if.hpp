// replay --set: the recorded settings and others side by side.
#pragma once

#include "ike/tool/json_text.hpp"
#include "ike/tool/options.hpp"
#include "ike/tool/replay_text.hpp"
#include "ike/trace/what_if.hpp"

namespace iscsi_ike::ike::tool {

// RunWhatIf prints where the two part: kOk when they do not.
[[nodiscard]] ExitCode RunWhatIf(const Options& options, const Recording& recording,
                                 ReplaySettings recorded, ReplaySettings changed);

// WriteCounts writes the members "datagrams_in", "datagrams_out" and "events".
void WriteCounts(JsonText& json, const ReplayCounts& counts);

}  // namespace iscsi_ike::ike::tool
