#include "ike/core/select_peer.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "ike/core/peer_identity.hpp"
#include "ike/core/peer_problem.hpp"

namespace iscsi_ike::ike {
namespace {

using Mode = policy::ExchangeMode;

bool AllowsMode(const PeerConfig& peer, Mode mode) {
  const auto& modes = peer.plan.exchanges;
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

// Selection judges the responders of one configuration by one query. `by_identity`: AM1 has told
// who the peer is.
class Selection {
 public:
  Selection(const EngineConfig& config, const ResponderIndex& index, const PeerQuery& query,
            bool by_identity)
      : config_(config),
        index_(index),
        query_(query),
        by_identity_(by_identity),
        local_is_taken_(index.IsTaken(query.local.address)) {}

  std::optional<PassedOver> Obstacle(const PeerConfig& peer) const {
    if (ProblemWith(peer)) return PassedOver::kUnusable;  // an empty key would let anybody in
    if (!ServesLocal(peer)) return PassedOver::kLocalAddress;
    if (peer.remote && peer.remote->address != query_.remote.address)
      return PassedOver::kRemoteAddress;
    if (!AllowsMode(peer, query_.mode)) return PassedOver::kMode;
    if (by_identity_ && peer.peer_identity && peer.peer_identity != query_.identity)
      return PassedOver::kIdentity;
    return std::nullopt;
  }

  // Rank: the lower, the earlier.
  unsigned Rank(const PeerConfig& peer) const {
    return (peer.group_key ? 4U : 0U) + (IsIdentified(peer) ? 0U : 2U) + (IsBound(peer) ? 0U : 1U);
  }

  PeerMatch Match(const PeerConfig& peer) const {
    if (peer.group_key) return PeerMatch::kGroupKey;
    if (IsIdentified(peer)) return PeerMatch::kIdentity;
    return IsBound(peer) ? PeerMatch::kAddress : PeerMatch::kAny;
  }

  // Best of those whose obstacle, or lack of one, is `obstacle`; a null peer when there is none.
  SelectedPeer Best(std::optional<PassedOver> obstacle) const {
    Search search{*this, obstacle};
    if (by_identity_) {
      if (query_.identity) search.Look(index_.WithIdentity(*query_.identity), kIdentified);
      search.Look(index_.BoundTo(query_.remote.address), kBound);
      search.Look(index_.WithoutIdentity(), kAny);
    } else {
      search.Look(index_.BoundTo(query_.remote.address), kBound);
      search.Look(index_.ForAny(), kAny);
    }
    const PeerMatch match = search.best ? Match(*search.best) : PeerMatch::kAny;
    return {std::move(search.best), match};
  }

 private:
  // The best ranks that there can be in each list of the index.
  static constexpr unsigned kIdentified = 0;
  static constexpr unsigned kBound = 2;
  static constexpr unsigned kAny = 3;

  // Search looks through lists, the one with the better ranks first, and no further than it must.
  struct Search {
    const Selection& selection;
    std::optional<PassedOver> obstacle;
    std::shared_ptr<const PeerConfig> best;
    unsigned rank = ~0U;

    void Look(ResponderIndex::Numbers numbers, unsigned floor) {
      for (auto i = numbers.begin(); i != numbers.end() && rank > floor; ++i) {
        const auto& peer = selection.config_.responders[*i];
        if (selection.Obstacle(*peer) != obstacle || selection.Rank(*peer) >= rank) continue;
        best = peer;
        rank = selection.Rank(*peer);
      }
    }
  };

  bool ServesLocal(const PeerConfig& peer) const {
    const policy::IpAddress& local = peer.local.address;
    return local_is_taken_ ? local == query_.local.address : local.IsUnspecified();
  }
  bool IsIdentified(const PeerConfig& peer) const {
    return by_identity_ && peer.peer_identity && peer.peer_identity == query_.identity;
  }
  bool IsBound(const PeerConfig& peer) const { return BoundTo(peer) == query_.remote.address; }

  const EngineConfig& config_;
  const ResponderIndex& index_;
  const PeerQuery& query_;
  bool by_identity_;
  bool local_is_taken_;
};

Failure<Trouble> NobodyFor(const std::string& identity, const Endpoint& remote) {
  return Refuse(FailureCode::kPeerIdentity,
                "no peer is configured for identity " + identity + " at " + remote.ToString(),
                NotifyType::kAuthenticationFailed);
}

Result<SelectedPeer, Trouble> ByIdentity(const EngineConfig& config, const ResponderIndex& index,
                                         const PeerQuery& query, const std::string& identity) {
  SelectedPeer best = Selection(config, index, query, true).Best(std::nullopt);
  if (!best.peer) return NobodyFor(identity, query.remote);
  return best;
}

}  // namespace

std::string_view Name(PeerMatch match) {
  switch (match) {
    case PeerMatch::kIdentity:
      return "identity";
    case PeerMatch::kAddress:
      return "address";
    case PeerMatch::kAny:
      return "any";
    case PeerMatch::kGroupKey:
      return "group key";
  }
  return "";
}

std::string Explain(const PeerConfig& peer, PeerMatch match) {
  switch (match) {
    case PeerMatch::kIdentity:
      return "for the identity " + peer.peer_identity->ToString();
    case PeerMatch::kAddress:
      return peer.remote
                 ? "bound to the peer's address " + peer.remote->address.ToString()
                 : "for the identity " + peer.peer_identity->ToString() + ", the peer's address";
    case PeerMatch::kAny:
      return "for any address";
    case PeerMatch::kGroupKey:
      return "a group key, for those who have none of their own";
  }
  return "";
}

std::string_view Name(PassedOver reason) {
  switch (reason) {
    case PassedOver::kUnusable:
      return "unusable";
    case PassedOver::kLocalAddress:
      return "local address";
    case PassedOver::kRemoteAddress:
      return "peer address";
    case PassedOver::kMode:
      return "mode";
    case PassedOver::kIdentity:
      return "identity";
  }
  return "";
}

std::vector<PeerCandidate> PeerCandidates(const EngineConfig& config, const PeerQuery& query) {
  const ResponderIndex index(config.responders);
  const Selection selection(config, index, query, query.mode == Mode::kAggressive);
  std::vector<PeerCandidate> candidates;
  for (std::size_t i = 0; i < config.responders.size(); ++i) {
    const auto& peer = config.responders[i];
    if (peer) candidates.push_back({i, peer, selection.Match(*peer), selection.Obstacle(*peer)});
  }
  const auto order = [&](const PeerCandidate& c) {
    return std::tuple(c.passed_over.has_value(), c.passed_over ? 0 : selection.Rank(*c.peer),
                      c.index);
  };
  std::sort(candidates.begin(), candidates.end(),
            [&](const auto& a, const auto& b) { return order(a) < order(b); });
  return candidates;
}

Result<std::shared_ptr<const PeerConfig>, PeerRefusal> SelectPeer(const EngineConfig& config,
                                                                  const PeerQuery& query) {
  const ResponderIndex index(config.responders);
  auto selected = SelectPeerByAddress(config, index, query);
  if (selected && query.mode == Mode::kAggressive)
    selected = ByIdentity(config, index, query,
                          query.identity ? query.identity->ToString() : "of another type");
  if (selected) return std::move(selected->peer);
  Trouble trouble = std::move(selected).error();
  PeerRefusal refusal{std::move(trouble.failure), std::nullopt};
  if (trouble.notify != kTellNothing) refusal.notify = trouble.notify;
  return Failure(std::move(refusal));
}

std::optional<std::size_t> RivalOf(const EngineConfig& config, std::size_t index, Mode mode) {
  const PeerConfig& peer = *config.responders[index];
  const auto takes_all = [&](const PeerConfig& other) {
    return !ProblemWith(other) && AllowsMode(other, mode) && other.group_key == peer.group_key &&
           other.local.address == peer.local.address &&
           other.remote.has_value() == peer.remote.has_value() && BoundTo(other) == BoundTo(peer) &&
           (mode == Mode::kMain || other.peer_identity == peer.peer_identity);
  };
  for (std::size_t i = 0; i < index; ++i) {
    if (config.responders[i] && takes_all(*config.responders[i])) return i;
  }
  return std::nullopt;
}

Result<SelectedPeer, Trouble> SelectPeerByAddress(const EngineConfig& config,
                                                  const ResponderIndex& index,
                                                  const PeerQuery& query) {
  const Selection selection(config, index, query, false);
  if (SelectedPeer best = selection.Best(std::nullopt); best.peer) return best;
  const std::string from = " from " + query.remote.ToString();
  if (const SelectedPeer other = selection.Best(PassedOver::kMode); other.peer) {
    return Refuse(FailureCode::kModeRefused,
                  std::string(policy::Name(query.mode)) + " mode" + from +
                      " is not allowed by the security flags of '" + other.peer->name + "'",
                  NotifyType::kUnsupportedExchangeType);
  }
  return Refuse(FailureCode::kNoKey, "no peer is configured for a first message" + from,
                kTellNothing);
}

Step SelectPeerByIdentity(StepContext& context) {
  Session& session = context.session;
  if (session.peer_known) return Done{};
  const Octets body = context.exchange.said().id_i;
  const PeerQuery query{session.local, session.remote, session.mode, ShownIdentity(body)};
  auto selected =
      ByIdentity(context.core.config, context.core.responders, query, IdentityText(body));
  if (!selected) return Failure(std::move(selected).error());
  session.peer = std::move(selected->peer);
  session.match = selected->match;
  session.peer_known = true;
  return Done{};
}

}  // namespace iscsi_ike::ike
