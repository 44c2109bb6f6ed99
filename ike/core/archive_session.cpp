// Carry of sessions. When a session is due is not carried: it can be told from all else.
#include <algorithm>

#include "ike/core/archive_access.hpp"
#include "ike/core/archive_config.hpp"
#include "ike/core/patience.hpp"
#include "ike/core/session_fault.hpp"

namespace iscsi_ike::ike {

template <class A>
void Carry(A& a, Carried<A, Child>& child) {
  auto& [id, inbound, outbound, role, local, remote, encapsulation, lifetime, lease, renewing] =
      child;
  CarryAll(a, id, inbound, outbound, role, local, remote, encapsulation, lifetime, lease, renewing);
}

template <class A>
void Carry(A& a, Carried<A, QueuedChild>& child) {
  auto& [id, offer] = child;
  CarryAll(a, id, offer);
}

template <class A>
void Carry(A& a, Carried<A, Liveness>& liveness) {
  auto& [due, heard, sequence, unanswered, reported] = liveness;
  CarryAll(a, due, heard, sequence, unanswered, reported);
}

template <class A>
void Carry(A& a, Carried<A, NatFinding>& nat) {
  auto& [local, remote] = nat;
  CarryAll(a, local, remote);
}

template <class A>
void Carry(A& a, Carried<A, Reassembly>& reassembly) {
  ArchiveAccess::CarryFragments(a, reassembly);
}

namespace {

// CarryState: a session that is over is gone before a call returns.
template <class A>
void CarryState(A& a, Carried<A, Session::State>& state) {
  bool established = state == Session::State::kEstablished;
  a.Require(A::kReads || state != Session::State::kClosed, "the session is closed");
  Carry(a, established);
  if constexpr (A::kReads)
    state = established ? Session::State::kEstablished : Session::State::kNegotiating;
}

// CarryIds: in rising order, whatever the table's.
template <class A>
void CarryIds(A& a, Carried<A, FlatTable<MessageIdTraits>>& ids) {
  std::vector<MessageId> sorted;
  if constexpr (!A::kReads) {
    ids.ForEach([&](MessageId id) { sorted.push_back(id); });
    std::sort(sorted.begin(), sorted.end());
  }
  Carry(a, sorted);
  if constexpr (A::kReads) {
    MessageId last{};
    for (const MessageId id : sorted) {
      a.Require(id > last, "message IDs that do not rise");
      if (a.ok()) ids.Put(id);
      last = id;
    }
  }
}

template <class A>
void CarrySa(A& a, Carried<A, IsakmpSa>& sa) {
  auto& [skeyid_d, skeyid_a, cipher_key, last_block, lease, children, children_due, queued,
         used_ids, liveness, keepalive_at, local_identity, remote_identity, place, older, newer] =
      sa;
  CarryAll(a, skeyid_d, skeyid_a, cipher_key, last_block, lease, children, children_due, queued);
  CarryIds(a, used_ids);
  CarryAll(a, liveness, keepalive_at, local_identity, remote_identity, place, older, newer);
}

enum class ScriptKind : std::uint8_t { kMain, kAggressive, kQuick };

}  // namespace

template <>
struct Known<ScriptKind> : Between<ScriptKind::kMain, ScriptKind::kQuick> {};

namespace {

ScriptKind KindOf(const Script& script) {
  if (&script == &MainModeScript()) return ScriptKind::kMain;
  return &script == &QuickModeScript() ? ScriptKind::kQuick : ScriptKind::kAggressive;
}

const Script& ScriptOf(ScriptKind kind) {
  if (kind == ScriptKind::kMain) return MainModeScript();
  return kind == ScriptKind::kQuick ? QuickModeScript() : AggressiveModeScript();
}

template <class A>
void CarryExchanges(A& a, Carried<A, Session>& session) {
  const std::size_t count = CarryCount(a, session.exchanges.size());
  for (std::size_t i = 0; i < count && a.ok(); ++i) {
    const Archive::Within place(a, "exchange", i + 1);
    ScriptKind kind{};
    Role role{};
    MessageId id{};
    if constexpr (!A::kReads) {
      const Exchange& exchange = *session.exchanges[i];
      kind = KindOf(*exchange.script);
      role = exchange.role;
      id = exchange.id;
    }
    CarryAll(a, kind, role, id);
    if constexpr (A::kReads)
      session.exchanges.push_back(std::make_unique<Exchange>(ScriptOf(kind), role, id));
    ArchiveAccess::CarryExchange(a, session, *session.exchanges[i]);
    if (a.ok()) a.Require(FaultOf(session, i).empty(), FaultOf(session, i));
  }
}

}  // namespace

template <class A>
void ArchiveAccess::CarryFragments(A& a, Carried<A, Reassembly>& reassembly) {
  auto& [id, last, present, octets, since, slices] = reassembly;
  CarryAll(a, id, last, since, slices);
  a.Require(slices.size() <= Reassembly::kMostFragments, "a message in too many fragments");
  a.Require(last == 0 || slices.size() <= last, "a fragment behind the last");
  std::size_t count = 0;
  std::size_t sum = 0;
  for (const auto& slice : slices) {
    count += slice.empty() ? 0U : 1U;
    sum += slice.size();
  }
  a.Require(sum <= Reassembly::kMostOctets, "fragments of too many octets");
  if constexpr (A::kReads) {
    present = count;
    octets = sum;
  } else {
    a.Require(present == count && octets == sum, "fragments that were miscounted");
  }
}

template <class A>
void ArchiveAccess::CarrySession(A& a, Carried<A, Session>& session) {
  [[maybe_unused]] auto& [id, renews, role, state, mode, match, initiator_cookie, responder_cookie,
                          local, remote, first_remote, abilities, nat, peer, suite, lifetime,
                          peer_known, renewing, initial_contact, tell_lifetime, keys_ready,
                          at_nat_port, heard_from_peer, half_open, source_verified,
                          first_child_begun, first_known_until, give_up_at, scheduled, queued_until,
                          exchanges, parked, fragments, next_waiting, next_touched, sa] = session;
  CarryAll(a, renews, role);
  CarryState(a, state);
  CarryAll(a, mode, match, initiator_cookie, responder_cookie, local, remote, first_remote,
           abilities, nat, peer, suite, lifetime, peer_known, renewing, initial_contact,
           tell_lifetime, keys_ready, at_nat_port, heard_from_peer, half_open, source_verified,
           first_child_begun, first_known_until, give_up_at, parked, fragments);
  bool has_sa = sa != nullptr;
  Carry(a, has_sa);
  if (has_sa) {
    if constexpr (A::kReads) sa = std::make_unique<IsakmpSa>();
    CarrySa<A>(a, *sa);
  }
  if (a.ok()) a.Require(FaultOf(session).empty(), FaultOf(session));
  if (a.ok()) CarryExchanges<A>(a, session);
  if (a.ok()) a.Require(FaultOfPhase1(session).empty(), FaultOfPhase1(session));
  if constexpr (!A::kReads) assert(scheduled == NextDeadline(session));
}

template void ArchiveAccess::CarrySession(ArchiveWriter&, const Session&);
template void ArchiveAccess::CarrySession(ArchiveReader&, Session&);

}  // namespace iscsi_ike::ike
