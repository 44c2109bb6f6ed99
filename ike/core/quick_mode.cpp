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
#include "ike/core/selectors.hpp"

namespace iscsi_ike::ike {
namespace {

DirectionKeys KeysOf(const StepContext& context, Spi spi) {
  const Exchange& e = context.exchange;
  KeymatParts parts =
      DeriveKeymat(context.session.suite.hash, context.session.keys.d, e.quick->suite,
                   {e.dh.shared.Expose(), spi, e.said.nonce_i, e.said.nonce_r});
  return {spi, std::move(parts.encryption), std::move(parts.integrity)};
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
  sa.pfs_group = e.dh.group;
  sa.lifetime = quick.lifetime;
  sa.local = initiator ? quick.initiator_selector : quick.responder_selector;
  sa.remote = initiator ? quick.responder_selector : quick.initiator_selector;
  sa.local_endpoint = session.local;
  sa.remote_endpoint = session.remote;
  sa.udp_encapsulated = quick.udp_encapsulated;
  sa.remote_original = quick.peer_original;
  sa.local_seen_as = quick.own_as_seen;
  sa.inbound = KeysOf(context, initiator ? quick.spi_i : quick.spi_r);
  sa.outbound = KeysOf(context, initiator ? quick.spi_r : quick.spi_i);
  session.children.push_back({quick.child, sa.inbound.spi, sa.outbound.spi});
  session.give_up_at.reset();
  if (context.core.observer != nullptr && context.core.observer->WantsSecrets())
    context.core.observer->OnChildKeys(sa);
  context.core.Emit(ChildEstablished{std::move(sa)});
  return Done{};
}

constexpr PayloadSet kOffer{PayloadType::kHash, PayloadType::kSa, PayloadType::kNonce};
constexpr PayloadSet kOfferOptions{PayloadType::kKeyExchange, PayloadType::kId, PayloadType::kNatOa,
                                   PayloadType::kNatOaDraft};
constexpr PayloadSet kHash{PayloadType::kHash};
constexpr Role I = Role::kInitiator;
constexpr Role R = Role::kResponder;
constexpr Protection kSealed = Protection::kEncrypted;

// QM2 is repeated by its writer too: QM3 may be lost, and nobody else has a reason to speak.
// clang-format off
constexpr std::array<Row, 3> kRows{{
    // name, writer, protection, required, optional, to_open, to_write,
    //     write, absorb, accept, retransmit
    {"QM1", I, kSealed, kOffer, kOfferOptions, Gate::kNothing, Gate::kOwnPublic,
     &quick::WriteFirst, &quick::AbsorbFirst, &quick::AcceptFirst, true},
    {"QM2", R, kSealed, kOffer, kOfferOptions, Gate::kNothing, Gate::kOwnPublic,
     &quick::WriteSecond, &quick::AbsorbSecond, &quick::AcceptSecond, true},
    {"QM3", I, kSealed, kHash, {}, Gate::kNothing, Gate::kNothing,
     &quick::WriteThird, &quick::AbsorbThird, &quick::AcceptThird, false},
}};

const Script kScript{"quick mode", ExchangeType::kQuick, false, kRows,
                     nullptr, Gate::kSharedSecret, &Finish};
// clang-format on

// HasRoom: an authenticated peer, too, can make this end remember only so much.
bool HasRoom(const EngineCore& core, const Session& session) {
  const auto running = std::count_if(session.exchanges.begin(), session.exchanges.end(),
                                     [](const auto& e) { return !e->finished; });
  return static_cast<std::size_t>(running) < core.config.max_exchanges_per_session &&
         session.children.size() < core.config.max_children_per_session &&
         session.used_ids.size() < core.config.max_message_ids;
}

Exchange& AddExchange(EngineCore& core, Session& session, Role role, MessageId id) {
  auto exchange = std::make_unique<Exchange>(kScript, role, id);
  exchange->quick = std::make_unique<QuickChoice>();
  exchange->quick->child = core.MakeChildId();
  exchange->give_up_at = core.now + session.peer->negotiation_timeout;
  StartPhase2Iv(session, *exchange);
  session.exchanges.push_back(std::move(exchange));
  return *session.exchanges.back();
}

}  // namespace

const Script& QuickModeScript() { return kScript; }

Result<ChildId, NegotiationFailure> BeginQuickMode(EngineCore& core, Session& session,
                                                   const ChildOffer& offer) {
  if (!HasRoom(core, session)) {
    return Failure(Refuse(FailureCode::kLimit,
                          "the session's bound on quick modes, children or message IDs is reached")
                       .error.failure);
  }
  const auto id = core.MakeMessageId(session);
  const auto spi = core.MakeSpi();
  if (!id || !spi)
    return Failure(
        Refuse(FailureCode::kRandom, "no message ID or SPI could be drawn").error.failure);
  session.used_ids.push_back(*id);
  Exchange& exchange = AddExchange(core, session, Role::kInitiator, *id);
  exchange.quick->offer = offer;
  exchange.quick->spi_i = *spi;
  exchange.quick->initiator_selector = DefaultLocalSelector(session, offer);
  exchange.quick->responder_selector = DefaultRemoteSelector(session, offer);
  exchange.dh.group = PfsGroup(session.peer->plan, session.suite.group);
  const ChildId child = exchange.quick->child;
  StartExchange(core, session, exchange);
  return child;
}

void ReceiveFirstOfQuickMode(EngineCore& core, Session& session, const Received& received) {
  const Header& header = received.header;
  if (session.IsUsed(header.id))
    return core.Dropped(session.remote, "message ID already used: a replay");
  if (!HasRoom(core, session))
    return core.Dropped(session.remote, "the session's bounds are reached");
  Exchange& exchange = AddExchange(core, session, Role::kResponder, header.id);
  ReceiveMessage(core, session, exchange, received);
  // Not authentic: leave no trace of it. (An authentic one that was refused is finished.)
  if (exchange.row == 0 && !exchange.finished) exchange.finished = true;
}

}  // namespace iscsi_ike::ike
