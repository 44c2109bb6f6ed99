// Quick mode (RFC 2409 section 5.5):
//
//   QM1  I -> R  HDR*, HASH(1), SA, Ni [, KE ] [, IDci, IDcr ]
//   QM2  R -> I  HDR*, HASH(2), SA, Nr [, KE ] [, IDci, IDcr ]
//   QM3  I -> R  HDR*, HASH(3)
#include "ike/core/quick_mode.hpp"

#include <algorithm>
#include <array>

#include "ike/core/choose_phase2.hpp"
#include "ike/core/quick_steps.hpp"
#include "ike/core/renewal.hpp"
#include "ike/core/script_table.hpp"
#include "ike/core/selectors.hpp"

namespace iscsi_ike::ike {
namespace {

DirectionKeys KeysOf(const Exchange& e, const crypto::Prf& prf, Spi spi) {
  KeymatParts parts = DeriveKeymat(
      prf, e.quick->suite, {e.dh().shared.Expose(), spi, e.said().nonce_i, e.said().nonce_r});
  return {spi, std::move(parts.encryption), std::move(parts.integrity)};
}

// Followed is the child that a new one follows: the one that it renews, or, when the peer began it,
// the newest one of the same selectors.
Child* Followed(EngineCore& core, Session& session, const ChildSa& sa, const QuickChoice& quick) {
  Session* newest = core.NewestOf(session);
  if (quick.renews) {
    Child* child = session.FindChild(*quick.renews);
    return child != nullptr || newest == nullptr ? child : newest->FindChild(*quick.renews);
  }
  if (sa.role == Role::kInitiator) return nullptr;
  const auto found = std::find_if(
      session.sa().children.rbegin(), session.sa().children.rend(), [&](const Child& other) {
        return other.local == sa.local && other.remote == sa.remote &&
               other.encapsulation == sa.encapsulation && !other.lease.close_at;
      });
  return found == session.sa().children.rend() ? nullptr : &*found;
}

// AddChild remembers a new child, and tells which one it follows. Who began the new one closes the
// old one when the overlap is over; the other end leaves that to it, and renews it no more.
std::optional<ChildId> AddChild(EngineCore& core, Session& session, const ChildSa& sa,
                                const QuickChoice& quick) {
  // The child of another session may be changed, which stays: so nothing here may need memory, nor
  // what tells of it.
  session.sa().children.reserve(session.sa().children.size() + 1);
  core.events.MakeRoom(1);
  if (Session* newest = core.NewestOf(session)) core.Unsettle(*newest);
  std::optional<ChildId> followed;
  const RenewalPolicy& policy = session.peer->renewal;
  Child* old = policy.mode == Renewal::kRenew ? Followed(core, session, sa, quick) : nullptr;
  if (old != nullptr) {
    followed = old->id;
    old->renewing = false;
    old->lease.renew_at.reset();
    if (quick.renews) old->lease.close_at = core.now + policy.overlap;
  }
  Child& child = session.sa().children.emplace_back();
  child.id = sa.child;
  child.inbound = sa.inbound.spi;
  child.outbound = sa.outbound.spi;
  child.role = sa.role;
  child.local = sa.local;
  child.remote = sa.remote;
  child.encapsulation = sa.encapsulation;
  child.lifetime = sa.lifetime;
  StartLease(core, session, child);
  return followed;
}

Step Finish(StepContext& context) {
  Session& session = context.session;
  const Exchange& e = context.exchange;
  const QuickChoice& quick = *e.quick;
  const bool initiator = e.role == Role::kInitiator;
  ChildSa sa;
  sa.session = session.id;
  sa.child = quick.child;
  sa.role = e.role;
  sa.message_id = e.id;
  sa.encapsulation = quick.encapsulation;
  sa.suite = quick.suite;
  sa.pfs_group = e.group;
  sa.lifetime = quick.lifetime;
  sa.local = initiator ? quick.initiator_selector : quick.responder_selector;
  sa.remote = initiator ? quick.responder_selector : quick.initiator_selector;
  sa.local_endpoint = session.local;
  sa.remote_endpoint = session.remote;
  sa.udp_encapsulated = quick.udp_encapsulated;
  sa.remote_original = quick.peer_original;
  sa.local_seen_as = quick.own_as_seen;
  const crypto::Prf prf(session.suite.hash, session.sa().skeyid_d.Expose());
  sa.inbound = KeysOf(e, prf, initiator ? quick.spi_i : quick.spi_r);
  sa.outbound = KeysOf(e, prf, initiator ? quick.spi_r : quick.spi_i);
  session.give_up_at.reset();
  sa.replaces = AddChild(context.core, session, sa, quick);
  if (context.core.observer != nullptr && context.core.observer->WantsSecrets())
    context.core.observer->OnChildKeys(sa);
  context.core.Emit(ChildEstablished{std::move(sa)});
  return Done{};
}

constexpr PayloadSet kOffer{PayloadType::kHash, PayloadType::kSa, PayloadType::kNonce};
constexpr PayloadSet kOfferOptions{PayloadType::kKeyExchange, PayloadType::kId, PayloadType::kNatOa,
                                   PayloadType::kNatOaDraft};
constexpr PayloadSet kHash{PayloadType::kHash};

// QM2 is repeated by its writer too: QM3 may be lost, and nobody else has a reason to speak.
// clang-format off
constexpr std::array<Row, 3> kQuickModeRows{{
    // name, writer, protection, required, optional, to_open, to_write,
    //     write, absorb, accept, retransmit
    {"QM1", I, kSealed, kOffer, kOfferOptions, Gate::kNothing, Gate::kOwnPublic,
     &quick::WriteFirst, &quick::AbsorbFirst, &quick::AcceptFirst, true},
    {"QM2", R, kSealed, kOffer, kOfferOptions, Gate::kNothing, Gate::kOwnPublic,
     &quick::WriteSecond, &quick::AbsorbSecond, &quick::AcceptSecond, true},
    {"QM3", I, kSealed, kHash, {}, Gate::kNothing, Gate::kNothing,
     &quick::WriteThird, &quick::AbsorbThird, &quick::AcceptThird, false},
}};

const Script kQuickMode{"quick mode", ExchangeType::kQuick, false, kQuickModeRows,
                     nullptr, Gate::kSharedSecret, &Finish};
// clang-format on

// HasRoom: an authenticated peer, too, can make this end remember only so much.
bool HasRoom(const EngineCore& core, const Session& session) {
  const auto running = std::count_if(session.exchanges.begin(), session.exchanges.end(),
                                     [](const auto& e) { return !e->finished; });
  return static_cast<std::size_t>(running) < core.config.max_exchanges_per_session &&
         session.sa().children.size() < core.config.max_children_per_session &&
         session.sa().used_ids.size() < core.config.max_message_ids;
}

Exchange& AddExchange(EngineCore& core, Session& session, Role role, MessageId id, ChildId child) {
  auto exchange = std::make_unique<Exchange>(kQuickMode, role, id);
  exchange->quick = std::make_unique<QuickChoice>();
  exchange->quick->child = child;
  exchange->give_up_at = core.now + session.peer->negotiation_timeout;
  StartPhase2Iv(session, *exchange);
  session.exchanges.push_back(std::move(exchange));
  return *session.exchanges.back();
}

}  // namespace

const Script& QuickModeScript() { return kQuickMode; }

Result<ChildId, NegotiationFailure> QueueQuickMode(EngineCore& core, Session& session,
                                                   const ChildOffer& offer) {
  if (session.sa().queued.size() + session.sa().children.size() >=
      core.config.max_children_per_session) {
    return Failure(
        Refuse(FailureCode::kLimit, "the session's bound on children is reached").error.failure);
  }
  session.sa().queued.push_back({core.MakeChildId(), offer});
  return session.sa().queued.back().id;
}

void RunQueue(EngineCore& core, Session& session) {
  const auto running = [&session] {
    return static_cast<std::size_t>(std::count_if(
        session.exchanges.begin(), session.exchanges.end(),
        [](const auto& e) { return e->quick && !e->finished && e->role == Role::kInitiator; }));
  };
  const std::size_t most =
      std::min(session.peer->parallel_quick_modes, core.config.max_exchanges_per_session);
  while (session.state == Session::State::kEstablished && !session.sa().queued.empty() &&
         running() < most) {
    const QueuedChild next = session.sa().queued.front();
    session.sa().queued.erase(session.sa().queued.begin());
    auto begun = BeginQuickMode(core, session, next.id, next.offer);
    if (begun) continue;
    core.Emit(Failed{session.id, next.id, session.peer->name, session.role, session.remote,
                     std::move(begun).error()});
  }
}

Result<ChildId, NegotiationFailure> BeginQuickMode(EngineCore& core, Session& session,
                                                   ChildId child, const ChildOffer& offer,
                                                   std::optional<ChildId> renews) {
  if (!HasRoom(core, session)) {
    return Failure(Refuse(FailureCode::kLimit,
                          "the session's bound on quick modes, children or message IDs is reached")
                       .error.failure);
  }
  const auto id = core.MakeMessageId(session);
  if (!id)
    return Failure(Refuse(FailureCode::kRandom, "no message ID could be drawn").error.failure);
  session.sa().used_ids.Put(*id);
  Exchange& exchange = AddExchange(core, session, Role::kInitiator, *id, child);
  const auto spi = core.MakeSpi();
  if (!spi) {
    session.exchanges.pop_back();
    return Failure(Refuse(FailureCode::kRandom, "no SPI could be drawn").error.failure);
  }
  exchange.quick->renews = renews;
  exchange.quick->offer = offer;
  exchange.quick->spi_i = *spi;
  exchange.quick->initiator_selector = DefaultLocalSelector(session, offer);
  exchange.quick->responder_selector = DefaultRemoteSelector(session, offer);
  exchange.group = PfsGroup(session.peer->plan, session.suite.group);
  StartExchange(core, session, exchange);
  return child;
}

void ReceiveFirstOfQuickMode(EngineCore& core, Session& session, const Received& received) {
  const Header& header = received.header;
  if (session.IsUsed(header.id))
    return core.Dropped(session.remote, "message ID already used: a replay");
  if (!HasRoom(core, session))
    return core.Dropped(session.remote, "the session's bounds are reached");
  Exchange& exchange = AddExchange(core, session, Role::kResponder, header.id, core.MakeChildId());
  ReceiveMessage(core, session, exchange, received);
  // Not authentic: leave no trace of it. (An authentic one that was refused is finished.)
  if (exchange.row == 0 && !exchange.finished) exchange.finished = true;
}

}  // namespace iscsi_ike::ike
