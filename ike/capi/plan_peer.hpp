// From the options of a plan and what they lead to, to the engine's settings for the peer.
#pragma once

#include <memory>

#include "ike/capi/iscsi_ike.h"
#include "ike/config.hpp"
#include "policy/settings.hpp"

namespace iscsi_ike::capi {

// CheckOptions: numbers, choices and endpoints. Errors stand at the member of the options.
[[nodiscard]] policy::Parsed<Done> CheckOptions(const iscsi_ike_plan_options& options);

// MakePeer translates `sources` for the end of the options, which have been checked, and `word` is
// the one in force.
[[nodiscard]] policy::Parsed<std::shared_ptr<ike::PeerConfig>> MakePeer(
    const iscsi_ike_plan_options& options, const policy::Sources& sources,
    policy::SecurityFlags& word);

// ReadSelector reads one of the selectors; null leaves `selector` alone.
[[nodiscard]] policy::Parsed<Done> ReadSelector(const char* text, const char* place,
                                                std::optional<policy::Selector>& selector);

}  // namespace iscsi_ike::capi
