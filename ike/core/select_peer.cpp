#include "ike/core/select_peer.hpp"

#include <algorithm>

#include "ike/core/peer_problem.hpp"
#include "ike/wire/id.hpp"

namespace iscsi_ike::ike {
namespace {

using Peer = std::shared_ptr<const PeerConfig>;

bool ServesAddress(const PeerConfig& peer, const policy::IpAddress& address) {
  return !peer.remote || peer.remote->address == address;
}

bool AllowsMode(const PeerConfig& peer, policy::ExchangeMode mode) {
  const auto& modes = peer.plan.exchanges;
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

// Precedence: the lower, the earlier. Explicit key before group key, bound address before any.
int Precedence(const PeerConfig& peer) { return (peer.group_key ? 2 : 0) + (peer.remote ? 0 : 1); }

// Best passes over what cannot be used at all: an empty key would let anybody in.
template <class Accepts>
Peer Best(const EngineConfig& config, Accepts accepts) {
  Peer best;
  for (const Peer& peer : config.responders) {
    if (!peer || ProblemWith(*peer) || !accepts(*peer)) continue;
    if (!best || Precedence(*peer) < Precedence(*best)) best = peer;
  }
  return best;
}

}  // namespace

Result<Peer, Trouble> SelectPeerByAddress(const EngineConfig& config, const Endpoint& remote,
                                          policy::ExchangeMode mode) {
  const auto serves = [&](const PeerConfig& p) { return ServesAddress(p, remote.address); };
  if (Peer best =
          Best(config, [&](const PeerConfig& p) { return serves(p) && AllowsMode(p, mode); }))
    return best;
  const std::string from = " from " + remote.ToString();
  if (const Peer other = Best(config, serves)) {
    return Refuse(FailureCode::kModeRefused,
                  std::string(policy::Name(mode)) + " mode" + from +
                      " is not allowed by the security flags of '" + other->name + "'",
                  NotifyType::kUnsupportedExchangeType);
  }
  return Refuse(FailureCode::kNoKey, "no peer is configured for a first message" + from,
                kTellNothing);
}

Step SelectPeerByIdentity(StepContext& context) {
  Session& session = context.session;
  if (session.peer_known) return Done{};
  const auto id = ParseId(context.exchange.said.id_i);
  const auto identity = id ? ToIdentity(*id) : Wire<policy::Identity>(Failure(ParseError{}));
  const auto candidate = [&](const PeerConfig& p) {
    return ServesAddress(p, session.remote.address) && AllowsMode(p, session.mode);
  };
  const auto exact = [&](const PeerConfig& p) {
    return candidate(p) && identity && p.peer_identity == *identity;
  };
  const auto open = [&](const PeerConfig& p) { return candidate(p) && !p.peer_identity; };
  if (Peer best = Best(context.core.config, exact)) {
    session.peer = std::move(best);
  } else if (Peer any = Best(context.core.config, open)) {
    session.peer = std::move(any);
  } else {
    return Refuse(FailureCode::kPeerIdentity,
                  "no peer is configured for identity " +
                      (id ? Describe(*id) : std::string("(unreadable)")) + " at " +
                      session.remote.ToString(),
                  NotifyType::kAuthenticationFailed);
  }
  return Done{};
}

}  // namespace iscsi_ike::ike
