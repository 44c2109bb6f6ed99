#include "ike/core/closing.hpp"

#include <algorithm>
#include <utility>

#include "ike/core/outcome.hpp"
#include "ike/core/send_informational.hpp"

namespace iscsi_ike::ike {
namespace {

NegotiationFailure Ended(CloseReason reason) {
  NegotiationFailure failure;
  failure.code = reason == CloseReason::kByPeer ? FailureCode::kPeerDeleted : FailureCode::kClosed;
  failure.text = reason == CloseReason::kByCaller ? "closed by the caller"
                 : reason == CloseReason::kByPeer ? "the peer has lost the session"
                                                  : "the session's lifetime is over";
  return failure;
}

void EndExchanges(EngineCore& core, Session& session, CloseReason reason) {
  for (const auto& exchange : session.exchanges) {
    if (!exchange->finished) FailExchange(core, session, *exchange, Ended(reason));
  }
  FailQueued(core, session, Ended(reason));
}

void Closed(EngineCore& core, const Session& session, const Child& child, CloseReason reason) {
  core.Emit(ChildClosed{session.id, child.id, child.inbound, child.outbound, reason});
}

}  // namespace

void CloseSession(EngineCore& core, Session& session, CloseReason reason) {
  EndExchanges(core, session, reason);
  std::vector<Spi> inbound;
  for (const Child& child : session.sa().children) {
    inbound.push_back(child.inbound);
    if (reason != CloseReason::kByCaller) Closed(core, session, child, reason);
  }
  SendDelete(core, session, inbound);
  SendDeleteOfSession(core, session);
  core.Emit(SessionClosed{session.id, reason});
  session.state = Session::State::kClosed;
}

void CloseChild(EngineCore& core, Session& session, ChildId id, CloseReason reason) {
  const auto child = std::find_if(session.sa().children.begin(), session.sa().children.end(),
                                  [id](const Child& c) { return c.id == id; });
  if (child == session.sa().children.end()) return;
  SendDelete(core, session, {&child->inbound, 1});
  Closed(core, session, *child, reason);
  core.ReleaseSpi(child->inbound);
  session.sa().children.erase(child);
}

void ForgetOthers(EngineCore& core, Session& session) {
  Session* next = nullptr;
  for (Session* other = core.Find(session.sa().older); other != nullptr; other = next) {
    next = core.Find(other->sa().older);
    if (!HaveSameKey(session, *other) || other->local.address != session.local.address) continue;
    core.Touch(*other);  // half told, it must not stay
    EndExchanges(core, *other, CloseReason::kByPeer);
    for (const Child& child : other->sa().children)
      Closed(core, *other, child, CloseReason::kByPeer);
    core.Emit(SessionClosed{other->id, CloseReason::kByPeer});
    core.RemoveSession(other->id);
  }
}

}  // namespace iscsi_ike::ike
