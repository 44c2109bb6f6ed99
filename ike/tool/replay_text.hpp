// Steps and ends of a replay in words.
#pragma once

#include <string>

#include "ike/tool/step_log.hpp"
#include "ike/trace/replay.hpp"

namespace iscsi_ike::ike::tool {

// SecondsText: "0.004".
[[nodiscard]] std::string SecondsText(Duration time);

// InputText: "line 7, +0.004 s: a datagram of 124 octets from 127.0.0.1:5500".
[[nodiscard]] std::string InputText(const RecordedLine& line, Time begin);

// ReactionText: what an input brought about, as indented lines; "  nothing" if it is that.
[[nodiscard]] std::string ReactionText(const StepLog::Entry& entry, const FedOutput& output);

// StepText: the paragraph of one input, with the time of the next timer.
[[nodiscard]] std::string StepText(const RecordedLine& line, Time begin,
                                   const StepLog::Entry& entry, const FedOutput& output);

// CountsText: "5 datagrams in, 6 out, 3 events".
[[nodiscard]] std::string CountsText(const ReplayCounts& counts);

}  // namespace iscsi_ike::ike::tool
