#include "ike/agree.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "ike/core/agree_parts.hpp"
#include "ike/core/announce.hpp"
#include "ike/core/peer_identity.hpp"
#include "ike/core/peer_problem.hpp"

namespace iscsi_ike::ike {
namespace {

// Of many responders that cannot be used, so many are compared in search of the closest.
constexpr std::size_t kMostCompared = 64;

bool HasOffers(const PeerConfig& peer) {
  const policy::Plan& plan = peer.plan;
  return plan.outcome == policy::Outcome::kPlan && !plan.exchanges.empty() &&
         !plan.phase1.empty() && !plan.phase2.empty() && !plan.encapsulations.empty();
}

// Meet: what phase 1 finds out about the way between the ends.
void Meet(Talk& talk, std::uint16_t nat_port) {
  Session& i = talk.initiator;
  Session& r = talk.responder;
  if (!phase1::SpeaksNat(*i.peer, kIkeNattPort) || !phase1::SpeaksNat(*r.peer, nat_port)) return;
  const bool i_pretends = i.peer->nat == NatTraversal::kForce;
  const bool r_pretends = r.peer->nat == NatTraversal::kForce;
  i.abilities.nat = r.abilities.nat = VendorId::kNatTraversal;
  i.nat = {i_pretends, r_pretends};
  r.nat = {r_pretends, i_pretends};
  i.at_nat_port = r.at_nat_port = i.nat.any();
}

class Agreeing {
 public:
  Agreeing(const std::shared_ptr<const PeerConfig>& initiator, const EngineConfig& serving)
      : initiator_(initiator), serving_(serving) {}

  Agreement Run() {
    Agreement none;
    if (auto problem = ProblemWith(*initiator_))
      none.hindrances.push_back({Role::kInitiator, std::move(*problem), {}, {}});
    if (!initiator_->remote) none.hindrances.push_back(NoAddress());
    if (!initiator_->remote || !HasOffers(*initiator_)) return none;
    none.mode = initiator_->plan.exchanges.front();
    const auto body = IdentityBody(*initiator_, initiator_->local.address);
    none.initiator_identity = IdentityText(body);
    const PeerQuery query{*initiator_->remote, initiator_->local, none.mode, ShownIdentity(body)};
    const auto candidates = PeerCandidates(serving_, query);
    const auto selected = SelectPeer(serving_, query);
    if (selected) return With(none, candidates.front());
    none.hindrances.push_back(Refused(selected.error()));
    return Closest(none, query, candidates);
  }

 private:
  [[nodiscard]] Hindrance NoAddress() const {
    NegotiationFailure failure;
    failure.code = FailureCode::kModeRefused;
    failure.text = "'" + initiator_->name + "' has no address to connect to";
    return {Role::kInitiator, std::move(failure), {}, {}};
  }
  static Hindrance Refused(const PeerRefusal& refusal) {
    return {Role::kResponder, refusal.failure, {}, refusal.notify};
  }

  // Closest of those that are passed over: the one with which the least stands in the way, first
  // among equals the one that was nearest to being used.
  [[nodiscard]] Agreement Closest(const Agreement& refused, const PeerQuery& query,
                                  std::vector<PeerCandidate> candidates) const {
    std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
      return std::tuple(*b.passed_over, a.index) < std::tuple(*a.passed_over, b.index);
    });
    if (candidates.size() > kMostCompared) candidates.resize(kMostCompared);
    Agreement closest = refused;
    for (const PeerCandidate& candidate : candidates) {
      Agreement next = refused;
      next.hindrances.back().passed_over = candidate.passed_over;
      AddFurtherRefusal(query, candidate, next);
      next = With(std::move(next), candidate);
      if (!closest.responder || next.hindrances.size() < closest.hindrances.size())
        closest = std::move(next);
    }
    return closest;
  }

  // AddFurtherRefusal: what else would keep the candidate from being used, had the message come
  // from where it is bound to.
  static void AddFurtherRefusal(const PeerQuery& query, const PeerCandidate& candidate,
                                Agreement& agreement) {
    PeerQuery nearer = query;
    nearer.local = candidate.peer->local;
    if (candidate.peer->remote) nearer.remote = *candidate.peer->remote;
    EngineConfig alone;
    alone.responders.push_back(candidate.peer);
    auto selected = SelectPeer(alone, nearer);
    if (selected) return;
    const PeerRefusal& refusal = selected.error();
    if (refusal.failure.code == agreement.hindrances.back().failure.code) return;
    agreement.hindrances.push_back(Refused(refusal));
    agreement.hindrances.back().passed_over = PeerCandidates(alone, nearer).front().passed_over;
  }

  [[nodiscard]] Agreement With(Agreement begun, const PeerCandidate& candidate) const {
    begun.responder = candidate.index;
    begun.match = candidate.match;
    if (auto problem = ProblemWith(*candidate.peer))
      begun.hindrances.back().failure.details.push_back(std::move(problem->text));
    if (!HasOffers(*candidate.peer)) return begun;
    Talk talk;
    talk.agreement = std::move(begun);
    Place(talk.initiator, Role::kInitiator, initiator_->local, *initiator_->remote, initiator_);
    Place(talk.responder, Role::kResponder, *initiator_->remote, initiator_->local, candidate.peer);
    Meet(talk, serving_.nat_port);
    AgreeOnPhase1(talk);
    AgreeOnChild(talk);
    return std::move(talk.agreement);
  }

  static void Place(Session& session, Role role, const Endpoint& local, const Endpoint& remote,
                    const std::shared_ptr<const PeerConfig>& peer) {
    session.role = role;
    session.local = local;
    session.remote = remote;
    session.peer = peer;
  }

  const std::shared_ptr<const PeerConfig>& initiator_;
  const EngineConfig& serving_;
};

}  // namespace

bool Talk::Has(Role judge, FailureCode code) const {
  return std::any_of(
      agreement.hindrances.begin(), agreement.hindrances.end(),
      [&](const Hindrance& h) { return h.judge == judge && h.failure.code == code; });
}

Agreement Agree(const std::shared_ptr<const PeerConfig>& initiator, const EngineConfig& serving) {
  return Agreeing(initiator, serving).Run();
}

}  // namespace iscsi_ike::ike
