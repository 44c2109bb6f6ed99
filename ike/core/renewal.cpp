#include "ike/core/renewal.hpp"

#include <algorithm>
#include <bit>

#include "ike/core/begin_phase1.hpp"
#include "ike/core/closing.hpp"
#include "ike/core/quick_mode.hpp"
#include "ike/core/send_informational.hpp"

namespace iscsi_ike::ike {
namespace {

void Refresh(Session& session) {
  IsakmpSa& sa = session.sa();
  sa.children_due.reset();
  for (const Child& child : sa.children) sa.children_due.Advance(child.lease.Next());
}

// IsFollowed: a newer child of the session protects the same; it need not be renewed twice.
bool IsFollowed(const Session& session, const Child& child) {
  return std::any_of(
      session.sa().children.begin(), session.sa().children.end(), [&](const Child& other) {
        return ToNumber(other.id) > ToNumber(child.id) && other.local == child.local &&
               other.remote == child.remote && other.encapsulation == child.encapsulation;
      });
}

bool HasRoomFor(const EngineCore& core, const Session& session, std::size_t children) {
  return session.sa().children.size() + children <= core.config.max_children_per_session;
}

void RenewChild(EngineCore& core, Session& session, ChildId id) {
  Child* child = session.FindChild(id);
  if (child == nullptr) return;
  child->lease.renew_at.reset();
  if (child->renewing || IsFollowed(session, *child)) return;
  child->renewing = true;
  const ChildOffer offer{child->local, child->remote};
  const auto begun = BeginQuickMode(core, session, core.MakeChildId(), offer, id);
  if (begun) return;
  child->renewing = false;
  child->lease.renew_at = RetryAt(core.now, child->lease);
}

void RunChildren(EngineCore& core, Session& session) {
  if (!session.sa().children_due.IsDue(core.now)) return;
  if (Session* newer = core.NewestOf(session);
      newer != nullptr && HasRoomFor(core, *newer, session.sa().children.size())) {
    (void)TakeOver(core, session, *newer);
    return;
  }
  std::vector<ChildId> renew;
  std::vector<std::pair<ChildId, CloseReason>> close;
  for (const Child& child : session.sa().children) {
    if (child.lease.expire_at.IsDue(core.now)) {
      close.emplace_back(child.id, CloseReason::kExpired);
    } else if (child.lease.close_at.IsDue(core.now)) {
      close.emplace_back(child.id, CloseReason::kReplaced);
    } else if (child.lease.renew_at.IsDue(core.now)) {
      renew.push_back(child.id);
    }
  }
  for (const auto& [id, reason] : close) CloseChild(core, session, id, reason);
  for (const ChildId id : renew) RenewChild(core, session, id);
  Refresh(session);
}

// YieldsTo: of two sessions that both ends began at once, one goes. Which one, both ends must see
// alike, so the order in which they were done cannot tell.
bool YieldsTo(const Session& session, const Session& other) {
  return session.initiator_cookie.octets < other.initiator_cookie.octets;
}

// NewLease: what the session's lifetime comes to from now on.
Lease NewLease(const EngineCore& core, const Session& session) {
  return MakeLease(core.now, session.lifetime.seconds, session.role,
                   std::bit_cast<std::array<std::uint32_t, 2>>(session.own_cookie())[1],
                   session.peer->renewal);
}

// RenewSession begins phase 1 anew from where the session is to where its peer is.
void RenewSession(EngineCore& core, Session& session) {
  session.sa().lease.renew_at.reset();
  if (session.renewing) return;
  if (Session* newer = core.NewestOf(session); newer != nullptr && YieldsTo(session, *newer)) {
    if (TakeOver(core, session, *newer))
      session.sa().lease.close_at = core.now + session.peer->renewal.overlap;
    return;
  }
  const auto begun = BeginPhase1(
      core, {session.peer, session.local, session.remote, session.mode, session.id, session.match});
  session.renewing = begun.ok();
  if (!begun) session.sa().lease.renew_at = RetryAt(core.now, session.sa().lease);
}

}  // namespace

void StartLease(EngineCore& core, Session& session) {
  session.sa().lease = NewLease(core, session);
}

void ShortenLease(EngineCore& core, Session& session) {
  const Lease shorter = NewLease(core, session);
  Lease& lease = session.sa().lease;
  lease.expire_at.Advance(shorter.expire_at);
  if (!session.renewing && !lease.close_at) lease.renew_at.Advance(shorter.renew_at);
}

void StartLease(EngineCore& core, Session& session, Child& child) {
  child.lease = MakeLease(core.now, child.lifetime.seconds, child.role, ToNumber(child.inbound),
                          session.peer->renewal);
  Refresh(session);
}

void RunLeases(EngineCore& core, Session& session) {
  if (session.state != Session::State::kEstablished) return;
  RunChildren(core, session);
  if (session.sa().lease.close_at.IsDue(core.now))
    return CloseSession(core, session, CloseReason::kReplaced);
  if (session.sa().lease.expire_at.IsDue(core.now)) {
    if (Session* newer = core.NewestOf(session)) (void)TakeOver(core, session, *newer);
    return CloseSession(core, session, CloseReason::kExpired);
  }
  if (session.sa().lease.renew_at.IsDue(core.now)) RenewSession(core, session);
}

Deadline NextLease(const Session& session) {
  if (session.state != Session::State::kEstablished) return {};
  Deadline next = session.sa().lease.Next();
  next.Advance(session.sa().children_due);
  return next;
}

void RenewNow(EngineCore& core, Session& session) { RenewSession(core, session); }

void RenewNow(EngineCore& core, Session& session, Child& child) {
  RenewChild(core, session, child.id);
  Refresh(session);
}

void RenewBeforeIdsRunOut(EngineCore& core, Session& session) {
  // The initiator of the session first, so that not both ends do at once.
  const std::size_t eighths = session.role == Role::kInitiator ? 6 : 7;
  const bool plenty = session.sa().used_ids.size() < core.config.max_message_ids / 8 * eighths;
  if (plenty || session.state != Session::State::kEstablished || session.renewing ||
      session.sa().lease.close_at)
    return;
  session.sa().lease.renew_at = core.now;
}

void NoteUse(EngineCore& core, Session& session, Child& child, std::uint64_t octets) {
  const RenewalPolicy& policy = session.peer->renewal;
  if (policy.mode == Renewal::kNever || child.lifetime.kilobytes == 0) return;
  const std::uint64_t most = std::uint64_t{child.lifetime.kilobytes} * 1024;
  if (octets >= most) {
    child.lease.expire_at = core.now;
  } else if (policy.mode == Renewal::kRenew &&
             octets / 100 >= most / 10000 * policy.renew_percent && !child.renewing &&
             !child.lease.close_at) {
    child.lease.renew_at = core.now;
  }
  Refresh(session);
}

void Succeed(EngineCore& core, Session& session) {
  Session* old = core.Find(session.renews);
  if (old == nullptr || old->state != Session::State::kEstablished) return;
  core.Unsettle(*old);
  old->renewing = false;
  old->sa().lease.renew_at.reset();
  // Where its children find no room, the old session stays with them until it expires.
  if (TakeOver(core, *old, session))
    old->sa().lease.close_at = core.now + session.peer->renewal.overlap;
}

bool TakeOver(EngineCore& core, Session& from, Session& to) {
  if (!HasRoomFor(core, to, from.sa().children.size())) {
    NegotiationFailure suspicion;
    suspicion.code = FailureCode::kLimit;
    suspicion.text = "the new phase 1 has no room for the child SAs of the old one";
    core.Emit(Diagnosed{to.id, to.peer->name, to.remote, std::move(suspicion)});
    return false;
  }
  core.Unsettle(from);
  core.Unsettle(to);
  to.sa().children.reserve(to.sa().children.size() + from.sa().children.size());
  core.Emit(SessionReplaced{to.id, from.id});  // from here on nothing needs memory
  for (Child& child : from.sa().children) {
    child.renewing = false;  // a quick mode of the old session may still do it: then it is followed
    to.sa().children.push_back(child);
  }
  from.sa().children.clear();
  Refresh(from);
  Refresh(to);
  return true;
}

void NoteRenewalFailed(EngineCore& core, const Session& session) {
  Session* old = core.Find(session.renews);
  if (old == nullptr) return;
  core.Unsettle(*old);
  old->renewing = false;
  old->sa().lease.renew_at = RetryAt(core.now, old->sa().lease);
}

void NoteRenewalFailed(EngineCore& core, Session& session, const Exchange& exchange) {
  if (!exchange.quick || !exchange.quick->renews) return;
  Child* child = session.FindChild(*exchange.quick->renews);
  if (child == nullptr) return;
  child->renewing = false;
  child->lease.renew_at = RetryAt(core.now, child->lease);
  Refresh(session);
}

}  // namespace iscsi_ike::ike
