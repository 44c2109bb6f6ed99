// What connect tells its engine, from settings and options.
#pragma once

#include <memory>
#include <vector>

#include "ike/config.hpp"
#include "ike/tool/settings.hpp"
#include "ike/trace/outcome.hpp"

namespace iscsi_ike::ike::tool {

// Attempts: one PeerConfig for each exchange that the plan allows, in order.
using Attempts = std::vector<std::shared_ptr<const PeerConfig>>;

// MakeAttempts shares the timeout between the exchanges. `nat_port` is the bound one (0: none).
[[nodiscard]] Checked<Attempts> MakeAttempts(const Options& options, const ChildOptions& child,
                                             const Settings& settings, const Ends& ends,
                                             std::uint16_t nat_port);

// MayTryAgain: a word that allows both modes allows a new attempt with the other one, but only when
// the peer did not answer or does not know the exchange, never after failed authentication: that
// would hand an attacker the hash of aggressive mode. `outcome` is that of the attempt so far.
[[nodiscard]] bool MayTryAgain(const Outcome& outcome, const NegotiationFailure& failure);

[[nodiscard]] EngineConfig InitiatorConfig(std::uint16_t nat_port);

}  // namespace iscsi_ike::ike::tool
