#include "ike/tool/connect_all_plan.hpp"

#include <algorithm>
#include <utility>

#include "crypto/secret.hpp"
#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/peer.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// AreAlike: what a portal has published may make plans differ where words do not.
bool AreAlike(const policy::Plan& a, const policy::Plan& b) {
  return a.exchanges == b.exchanges && a.encapsulations == b.encapsulations && a.pfs == b.pfs &&
         a.pfs_group == b.pfs_group && a.phase1 == b.phase1 && a.phase2 == b.phase2 &&
         a.phase1_lifetime == b.phase1_lifetime && a.phase2_lifetime == b.phase2_lifetime &&
         a.identity == b.identity && a.tunnel_outer == b.tunnel_outer;
}

// Prepared is portals that one phase 1 serves, with the settings of the first.
struct Prepared {
  std::string record;
  Sources sources;
  Settings settings;
  std::map<std::uint16_t, std::size_t> by_port;  // TCP: which of `portals`
  std::vector<Call::Portal> portals;

  [[nodiscard]] bool Serves(const std::string& other_record, const Settings& other) const {
    return record == other_record && settings.word == other.word &&
           AreAlike(settings.plan, other.plan) &&
           crypto::ConstantTimeEqual(settings.key.Expose(), other.key.Expose());
  }
  void Add(PortalOutcome outcome, const policy::Selector& remote) {
    const auto [known, is_new] = by_port.emplace(remote.port, portals.size());
    if (is_new) portals.push_back({{}, remote});
    portals[known->second].outcomes.push_back(std::move(outcome));
  }
};

// WhyNothing: what keeps a portal with a record from being negotiated with.
std::optional<PolicyNo> WhyNothing(const Settings& settings) {
  if (settings.plan.outcome != policy::Outcome::kPlan) return WhyNot(settings.plan);
  if (settings.key.empty()) return PolicyNo{"NO_KEY", "no key is given, and none is in the config"};
  return std::nullopt;
}

policy::Selector TargetSide(const policy::IpAddress& address, std::uint16_t port) {
  return {address, static_cast<std::uint8_t>(address.bits()), policy::kProtocolTcp, port};
}

// CallMaker makes the calls of one visit. What there is nothing to negotiate for goes to `done`.
class CallMaker {
 public:
  CallMaker(const Options& options, const Ends& ends, std::uint16_t nat_port,
            std::vector<PortalOutcome>& done)
      : options_(options), ends_(ends), nat_port_(nat_port), done_(done) {}

  void Take(PortalOutcome outcome, Checked<Sources> sources) {
    if (!sources) return Refuse(std::move(outcome), {"NO_RECORD", sources.error().line});
    Settings settings = TranslateFor(Role::kInitiator, *sources, ends_, options_.policy);
    outcome.record = sources->name;
    outcome.word = settings.word;
    for (const policy::Reason& reason : settings.plan.reasons)
      if (reason.severity == policy::Severity::kWarning) outcome.warnings.push_back(reason);
    if (auto no = WhyNothing(settings)) return Refuse(std::move(outcome), *std::move(no));
    const auto remote = TargetSide(ends_.remote->address, sources->target_port);
    auto one = std::find_if(prepared_.begin(), prepared_.end(), [&](const Prepared& other) {
      return other.Serves(outcome.record, settings);
    });
    if (one == prepared_.end()) {
      if (prepared_.size() == kMostCalls) return Refuse(std::move(outcome), TooMany());
      one =
          prepared_.insert(one, {outcome.record, std::move(*sources), std::move(settings), {}, {}});
    }
    one->Add(std::move(outcome), remote);
  }

  std::vector<Call> Make() {
    std::vector<Call> calls;
    for (Prepared& one : prepared_) {
      const ChildOptions child = ChildOf(options_.child, one.sources);
      auto attempts = MakeAttempts(options_, child, one.settings, ends_, nat_port_);
      if (attempts) {
        calls.push_back({std::move(attempts).value(), std::move(one.portals)});
        continue;
      }
      for (Call::Portal& portal : one.portals)
        for (PortalOutcome& outcome : portal.outcomes)
          Refuse(std::move(outcome), {"SETTINGS", attempts.error().line});
    }
    return calls;
  }

 private:
  static PolicyNo TooMany() {
    return {"TOO_MANY", "the portals at this address have more than " + std::to_string(kMostCalls) +
                            " different words and keys"};
  }
  void Refuse(PortalOutcome outcome, PolicyNo no) {
    outcome.no = std::move(no);
    done_.push_back(std::move(outcome));
  }

  const Options& options_;
  const Ends& ends_;
  std::uint16_t nat_port_;
  std::vector<PortalOutcome>& done_;
  std::vector<Prepared> prepared_;
};

// IsOneHost: not the unspecified address, 255.255.255.255 or a multicast address, which a directory
// may hold, and to which nothing of ours is to go.
bool IsOneHost(const policy::IpAddress& address) {
  const crypto::Octets octets = address.octets();
  if (address.IsUnspecified()) return false;
  return address.is_v6() ? octets[0] != 0xFF
                         : octets[0] < 224 || (octets[0] >= 240 && octets[0] != 255);
}

// CheckNetwork: what is wrong with the options is no portal's fault.
Status<ToolError> CheckNetwork(const NetworkOptions& network) {
  if (!network.ike_port.empty())
    if (auto port = ParseNumber(network.ike_port, "--ike-port", 0, 65535); !port)
      return Failure(port.error());
  if (network.local.size() > 1) return Usage("--local", "takes one address");
  if (network.local.empty()) return Done{};
  const auto local = ParseEndpoint(network.local.front(), "--local", kIkePort, true);
  if (!local) return Failure(local.error());
  return Done{};
}

}  // namespace

PortalOutcome ConnectAllPlan::OutcomeFor(std::size_t portal) const {
  PortalOutcome outcome;
  const policy::TargetPortal& there = fabric_->portal(portal);
  outcome.portal = fabric_->NameOf(portal);
  outcome.name = there.symbolic_name;
  if (there.address)
    outcome.endpoint = policy::isns::PortalKey{*there.address, {there.socket, false}};
  return outcome;
}

std::size_t ConnectAllPlan::LocalAt(const Endpoint& local) {
  const auto known = std::find(locals_.begin(), locals_.end(), local);
  const auto index = static_cast<std::size_t>(known - locals_.begin());
  if (known == locals_.end()) locals_.push_back(local);
  return index;
}

void ConnectAllPlan::Place(std::size_t portal, const NegativeCacheFile& cache) {
  const auto& address = fabric_->portal(portal).address;
  const auto refuse = [&](const char* code, std::string text) {
    unreachable_.push_back(OutcomeFor(portal));
    unreachable_.back().no = PolicyNo{code, std::move(text)};
  };
  if (!address) return refuse("NO_ADDRESS", "the portal is known by name, which is not resolved");
  if (!IsOneHost(*address)) return refuse("NOT_UNICAST", "the address is not that of one host");
  if (auto why = cache.WhyNot({*address, {fabric_->portal(portal).socket, false}}))
    return refuse("FAILED_BEFORE", std::move(*why));
  if (const auto known = by_address_.find(*address); known != by_address_.end()) {
    return visits_[known->second].portals.push_back(portal);
  }
  const Endpoint remote{*address, peer_port_};
  const auto local = LocalEnd(options_->network, remote);
  if (!local) return refuse("NO_ROUTE", local.error().line);
  by_address_[*address] = visits_.size();
  visits_.push_back({LocalAt(*local), remote, {portal}});
}

Checked<ConnectAllPlan> ConnectAllPlan::Make(const Options& options, const FabricSource& fabric,
                                             const NegativeCacheFile& cache) {
  ConnectAllPlan plan(options, fabric);
  if (auto network = CheckNetwork(options.network); !network) return Failure(network.error());
  const auto timeout = ParseTimeout(options.network.timeout);
  if (!timeout) return Failure(timeout.error());
  plan.timeout_ = *timeout;
  if (!options.peer_ike_port.empty()) {
    const auto port = ParseNumber(options.peer_ike_port, "--peer-ike-port", 1, 65535);
    if (!port) return Failure(port.error());
    plan.peer_port_ = static_cast<std::uint16_t>(*port);
  }
  for (std::size_t i = 0; i < fabric.size(); ++i) plan.Place(i, cache);
  return plan;
}

void ConnectAllPlan::SetBound(std::vector<Endpoint> bound, std::uint16_t nat_port) {
  locals_ = std::move(bound);
  nat_port_ = nat_port;
}

Duration ConnectAllPlan::LongestSilence(std::size_t concurrency) const {
  const std::size_t turns = (visits_.size() + concurrency - 1) / concurrency;
  return timeout_ * static_cast<Duration::rep>(turns);
}

std::vector<Call> ConnectAllPlan::CallsOf(const Visit& visit,
                                          std::vector<PortalOutcome>& done) const {
  const Ends ends{locals_[visit.local], visit.remote};
  CallMaker maker(*options_, ends, nat_port_, done);
  for (const std::size_t portal : visit.portals)
    maker.Take(OutcomeFor(portal), fabric_->SourcesFor(portal));
  return maker.Make();
}

}  // namespace iscsi_ike::ike::tool
