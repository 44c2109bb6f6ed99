// ConnectAllPlan: which portals of a fabric are negotiated with, and together with which.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "ike/tool/connect_all_result.hpp"
#include "ike/tool/connect_attempts.hpp"
#include "ike/tool/fabric_source.hpp"
#include "ike/tool/negative_cache_file.hpp"

namespace iscsi_ike::ike::tool {

// Visit is the portals at one address: one peer. `local`: place among the plan's locals.
struct Visit {
  std::size_t local = 0;
  Endpoint remote;
  std::vector<std::size_t> portals;
};

// Call is one phase 1 for portals of one visit whose settings are the same, with a child for each
// TCP port. A portal that is listed twice has one child.
struct Call {
  struct Portal {
    std::vector<PortalOutcome> outcomes;
    policy::Selector remote;  // the target's side of the child
  };
  Attempts attempts;
  std::vector<Portal> portals;
};

// kMostCalls: portals at one address whose settings differ more often are refused.
inline constexpr std::size_t kMostCalls = 64;

class ConnectAllPlan {
 public:
  // Make finds out where each portal is and from where it is spoken to. What `cache` knows to have
  // failed authentication is not spoken to. The options and the fabric outlive the plan.
  [[nodiscard]] static Checked<ConnectAllPlan> Make(const Options& options,
                                                    const FabricSource& fabric,
                                                    const NegativeCacheFile& cache);

  [[nodiscard]] const std::vector<Visit>& visits() const { return visits_; }
  // Those that are not to be reached from here, and why: known by name alone (NO_ADDRESS), nobody's
  // address or everybody's (NOT_UNICAST), no way there (NO_ROUTE).
  [[nodiscard]] const std::vector<PortalOutcome>& unreachable() const { return unreachable_; }
  // Locals are the endpoints that visits begin at, each once, to be bound by the caller.
  [[nodiscard]] const std::vector<Endpoint>& locals() const { return locals_; }
  void SetBound(std::vector<Endpoint> bound, std::uint16_t nat_port);

  // CallsOf a visit: it is translated only now, so that a large fabric needs little memory. Portals
  // for which there is nothing to negotiate go to `done`.
  [[nodiscard]] std::vector<Call> CallsOf(const Visit& visit,
                                          std::vector<PortalOutcome>& done) const;

  // LongestSilence is after how long the last of peers that all never answer is given up, with so
  // many spoken to at a time.
  [[nodiscard]] Duration LongestSilence(std::size_t concurrency) const;
  [[nodiscard]] Duration timeout() const { return timeout_; }

 private:
  ConnectAllPlan(const Options& options, const FabricSource& fabric)
      : options_(&options), fabric_(&fabric) {}
  void Place(std::size_t portal, const NegativeCacheFile& cache);
  [[nodiscard]] PortalOutcome OutcomeFor(std::size_t portal) const;
  [[nodiscard]] std::size_t LocalAt(const Endpoint& local);

  const Options* options_;
  const FabricSource* fabric_;
  std::uint16_t peer_port_ = kIkePort;
  Duration timeout_{0};  // of one phase 1 with its children
  std::vector<Visit> visits_;
  std::map<policy::IpAddress, std::size_t> by_address_;  // visits
  std::vector<Endpoint> locals_;
  std::uint16_t nat_port_ = 0;
  std::vector<PortalOutcome> unreachable_;
};

}  // namespace iscsi_ike::ike::tool
