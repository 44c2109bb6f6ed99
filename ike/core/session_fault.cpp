#include "ike/core/session_fault.hpp"

#include <algorithm>

#include "ike/core/key_agreement.hpp"
#include "ike/core/peer_problem.hpp"
#include "ike/core/responder_index.hpp"

namespace iscsi_ike::ike {
namespace {

// What a payload holds at most, with room for what stands around a transform in an answer.
constexpr std::size_t kMostBody = 65500;
constexpr std::size_t kLeastTransform = 8;  // RFC 2408 section 3.6
constexpr std::size_t kMostWaiting = 4;     // Session::Park, and places for fragments

// Rule is one condition and what is said when it does not hold.
struct Rule {
  bool holds;
  std::string_view otherwise;
};

std::string FirstBroken(std::initializer_list<Rule> rules) {
  const auto broken =
      std::find_if(rules.begin(), rules.end(), [](const Rule& r) { return !r.holds; });
  return std::string(broken == rules.end() ? std::string_view() : broken->otherwise);
}

bool IsEstablished(const Session& session) { return session.state == Session::State::kEstablished; }

std::string FaultOfSa(const Session& session, const IsakmpSa& sa) {
  const PeerConfig& peer = *session.peer;
  const std::size_t hash = crypto::HashSize(session.suite.hash);
  const bool keyed = sa.skeyid_d.size() == hash && sa.skeyid_a.size() == hash &&
                     sa.cipher_key.size() == session.suite.key_bits / 8U;
  std::vector<ChildId> ids;
  for (const Child& child : sa.children) ids.push_back(child.id);
  std::sort(ids.begin(), ids.end());
  return FirstBroken({
      {!session.keys_ready || keyed, "keys of other sizes than the suite's"},
      {IsEstablished(session) || sa.children.empty(), "children before phase 1 is done"},
      {std::adjacent_find(ids.begin(), ids.end()) == ids.end(), "two children of one number"},
      {!sa.keepalive_at || (session.nat.local && peer.nat_keepalive > Duration::zero()),
       "NAT keepalives that nobody has asked for"},
      {!sa.liveness.due || peer.liveness.delay > Duration::zero(),
       "a watch on the peer that nobody has asked for"},
  });
}

bool IsSized(const Exchange& exchange) {
  if (exchange.sa_offer.size() > kMostBody) return false;
  if (exchange.quick && exchange.quick->chosen_transform.size() > kMostBody) return false;
  if (!exchange.has_work()) return true;
  const Transcript& said = exchange.said();
  return std::max({said.nonce_i.size(), said.nonce_r.size(), said.id_i.size(), said.id_r.size(),
                   exchange.dh().peer_public.size(), exchange.dh().own_public.size()}) <= kMostBody;
}

// FaultOfAgreement: jobs can be made again, and what is ready has its full length.
std::string FaultOfAgreement(const Session& session, const Exchange& exchange) {
  const KeyAgreement& dh = exchange.dh();
  const bool any = dh.started || dh.own_ready || dh.shared_ready ||
                   dh.generate != crypto::DhTicket{} || dh.agree != crypto::DhTicket{};
  if (!any) return {};
  if (!exchange.group) return "a key agreement without a group";
  const crypto::DhGroupInfo& group = crypto::Info(*exchange.group);
  const bool spent = exchange.script->phase1 && session.keys_ready && dh.shared.empty();
  const bool agrees = Awaits(exchange, crypto::DhOperation::kAgree);
  const auto is_own = [&](crypto::DhTicket ticket) {
    return ticket == crypto::DhTicket{} || EngineCore::SessionOf(ticket) == session.id;
  };
  return FirstBroken({
      {dh.started, "a key agreement that has not begun"},
      {is_own(dh.generate) && is_own(dh.agree), "a ticket of another session"},
      {dh.private_key.size() == group.private_size || (dh.own_ready && dh.shared_ready),
       "a private key of another length than the group's"},
      {!dh.own_ready || dh.own_public.size() == group.public_size,
       "a public value of another length than the group's"},
      {!dh.shared_ready || dh.shared.size() == group.shared_size || spent,
       "a shared secret of another length than the group's"},
      {!agrees || dh.peer_public.size() == group.public_size,
       "a peer's value of another length than the group's"},
  });
}

// FaultOfRunningPhase1: the group is known once it is chosen, and no row behind the encrypted
// ones is reached without keys.
std::string FaultOfRunningPhase1(const Session& session, const Exchange& exchange) {
  const bool main = session.mode == policy::ExchangeMode::kMain;
  const bool initiator = exchange.role == Role::kInitiator;
  const unsigned chosen = initiator ? (main ? 2 : 0) : 1;
  const unsigned keyed = main ? 5 : 3;
  return FirstBroken({
      {exchange.row < chosen || exchange.group.has_value(), "no group after the choice"},
      {exchange.row < keyed || session.keys_ready, "no keys in an encrypted exchange"},
      {!session.keys_ready || exchange.iv.started(), "no initialisation vector"},
  });
}

std::string FaultOfRunningQuick(const Session& session, const Exchange& exchange) {
  if (!exchange.quick || !exchange.has_work()) return "a quick mode that has not begun";
  const QuickChoice& quick = *exchange.quick;
  const bool initiator = exchange.role == Role::kInitiator;
  const Spi own = initiator ? quick.spi_i : quick.spi_r;
  const auto& prf = exchange.work().prf;
  return FirstBroken({
      {exchange.iv.started(), "no initialisation vector"},
      {initiator || exchange.row > 0, "a quick mode that has not begun"},
      {ToNumber(own) >= kFirstUsableSpi, "an SPI below 256"},
      {initiator || quick.chosen_transform.size() >= kLeastTransform, "no chosen transform"},
      {!prf || prf->algorithm() == session.suite.hash, "a prf of another hash than the session's"},
  });
}

// FaultOfTimer: only a row of this end's that has been sent is repeated.
std::string FaultOfTimer(const Session& session, const Exchange& exchange) {
  if (!exchange.retransmit.due()) return {};
  if (exchange.row == 0) return "a repetition of nothing";
  const Row& row = exchange.script->rows[exchange.row - 1U];
  const RetransmitPolicy& policy = session.peer->retransmit;
  const bool pauses =
      exchange.retransmit.interval() > Duration::zero() && policy.longest > Duration::zero();
  return FirstBroken({
      {row.writer == exchange.role && row.retransmit, "a repetition of a message of the peer"},
      {pauses || policy.tries <= kMostAtOnce, "repetitions without end and without a pause"},
  });
}

std::string FaultOfKind(const Session& session, std::size_t index) {
  const Exchange& exchange = *session.exchanges[index];
  const bool main = session.mode == policy::ExchangeMode::kMain;
  if (!exchange.script->phase1) {
    return FirstBroken({
        {IsEstablished(session), "quick mode before phase 1 is done"},
        {exchange.id != MessageId{}, "a quick mode without message ID"},
        {std::none_of(session.exchanges.begin(),
                      session.exchanges.begin() + static_cast<std::ptrdiff_t>(index),
                      [&](const auto& e) { return !e->script->phase1 && e->id == exchange.id; }),
         "two exchanges of one message ID"},
    });
  }
  return FirstBroken({
      {index == 0, "phase 1 behind another exchange"},
      {exchange.script == &(main ? MainModeScript() : AggressiveModeScript()),
       "phase 1 of another mode than the session's"},
      {exchange.role == session.role, "phase 1 in another role than the session's"},
      {exchange.id == MessageId{} && !exchange.quick, "phase 1 with the signs of quick mode"},
  });
}

}  // namespace

std::string FaultOf(const Session& session) {
  if (!session.peer) return "a session without peer";
  if (auto problem = ProblemWith(*session.peer)) return std::move(problem->text);
  const bool opens = session.role == Role::kResponder && !IsEstablished(session);
  std::string fault = FirstBroken({
      {!session.own_cookie().IsZero(), "no cookie"},
      {session.match != PeerMatch::kIdentity || session.peer->peer_identity.has_value(),
       "matched by an identity that the peer need not have"},
      {session.match != PeerMatch::kAddress || BoundTo(*session.peer).has_value(),
       "matched by an address that the peer need not have"},
      {session.half_open == opens, "half open, and yet not beginning, or the other way round"},
      {!IsEstablished(session) || session.keys_ready, "established without keys"},
      {!session.keys_ready || session.has_sa(), "keys without an SA"},
      {session.parked.size() <= kMostWaiting, "too many waiting messages"},
      {session.fragments.size() <= kMostWaiting, "too many messages in fragments"},
  });
  if (fault.empty() && session.has_sa()) fault = FaultOfSa(session, session.sa());
  return fault;
}

std::string FaultOf(const Session& session, std::size_t index) {
  const Exchange& exchange = *session.exchanges[index];
  const std::size_t rows = exchange.script->rows.size();
  if (exchange.row > rows)
    return "row " + std::to_string(exchange.row) + " of a script of " + std::to_string(rows);
  const std::size_t block = crypto::BlockSize(session.suite.cipher);
  std::string fault = FirstBroken({
      {!exchange.iv.started() || exchange.iv.block_size() == block,
       "an initialisation vector that is no block of the cipher"},
      {exchange.received_count <= exchange.received.size(), "too many messages remembered"},
      {IsSized(exchange), "octets that no payload holds"},
      {!exchange.finished || exchange.forget_at, "a finished exchange that is never forgotten"},
  });
  if (fault.empty()) fault = FaultOfKind(session, index);
  if (!fault.empty() || exchange.finished) return fault;
  fault = exchange.script->phase1 ? FaultOfRunningPhase1(session, exchange)
                                  : FaultOfRunningQuick(session, exchange);
  if (fault.empty() && exchange.has_work()) fault = FaultOfAgreement(session, exchange);
  return fault.empty() ? FaultOfTimer(session, exchange) : fault;
}

std::string FaultOfPhase1(const Session& session) {
  const Exchange* phase1 = session.phase1();
  const bool runs = phase1 != nullptr && !phase1->finished;
  return FirstBroken({
      {IsEstablished(session) || runs, "phase 1 is not done, and nothing of it is there"},
      {!IsEstablished(session) || !runs, "phase 1 is done, and still going on"},
  });
}

}  // namespace iscsi_ike::ike
