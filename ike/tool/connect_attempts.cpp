#include "ike/tool/connect_attempts.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/peer.hpp"

namespace iscsi_ike::ike::tool {

Checked<Attempts> MakeAttempts(const Options& options, const ChildOptions& child,
                               const Settings& settings, const Ends& ends, std::uint16_t nat_port) {
  Attempts attempts;
  const auto count = static_cast<Duration::rep>(settings.plan.exchanges.size());
  for (const policy::ExchangeMode mode : settings.plan.exchanges) {
    Settings one = settings.Clone();
    one.plan.exchanges = {mode};
    auto peer = MakePeer(options, child, std::move(one), Role::kInitiator, ends, nat_port);
    if (!peer) return Failure(peer.error());
    (*peer)->negotiation_timeout /= count;
    attempts.push_back(std::move(*peer));
  }
  return attempts;
}

bool MayTryAgain(const Outcome& outcome, const NegotiationFailure& failure) {
  if (outcome.phase1) return false;
  const auto refuses_exchange = [](const NegotiationFailure& suspicion) {
    return suspicion.code == FailureCode::kPeerRefused &&
           suspicion.text.find("EXCHANGE-TYPE") != std::string::npos;
  };
  return failure.code == FailureCode::kNoResponse ||
         std::any_of(outcome.suspicions.begin(), outcome.suspicions.end(), refuses_exchange);
}

EngineConfig InitiatorConfig(std::uint16_t nat_port) {
  EngineConfig config;
  config.nat_port = nat_port;
  return config;
}

}  // namespace iscsi_ike::ike::tool
