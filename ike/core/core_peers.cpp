// EngineCore: the sessions of one peer, by its identity and its place.
#include <algorithm>

#include "crypto/exhaustion.hpp"
#include "ike/core/core.hpp"

namespace iscsi_ike::ike {
namespace {

// Sessions of one identity that are looked at: old ones go when the overlap is over.
constexpr int kMostOfOnePeer = 8;

}  // namespace

void EngineCore::LinkPeer(Session& session) {
  IsakmpSa& sa = session.sa();
  if (Session* older = newest_by_identity_.Find(sa.remote_identity)) {
    sa.older = older->id;
    older->sa().newer = session.id;
  }
  newest_by_identity_.Put(&session);
  sa.place = session.remote;
  newest_by_place_.Put(&session);
}

void EngineCore::UnlinkPeer(Session& session) {
  const IsakmpSa& sa = session.sa();
  Session* older = Find(sa.older);
  Session* newer = Find(sa.newer);
  newest_by_place_.Erase(&session);
  // Where there is no memory, one is not found at its place: what renews it will come to nothing.
  if (older != nullptr && older->sa().place == sa.place &&
      newest_by_place_.Find(sa.place) == nullptr)
    (void)crypto::Completes([&] { newest_by_place_.Put(older); });
  newest_by_identity_.Erase(&session);
  if (older != nullptr) older->sa().newer = sa.newer;
  if (newer != nullptr) newer->sa().older = sa.older;
  // It stands there still when there was no memory to enter the newer one; else that leaves room.
  if (older != nullptr && newer == nullptr &&
      newest_by_identity_.Find(older->sa().remote_identity) != older)
    newest_by_identity_.Put(older);
}

Session* EngineCore::NewestOf(const Session& session) {
  Session* newest = newest_by_identity_.Find(session.sa().remote_identity);
  for (int i = 0; newest != nullptr && newest != &session && i < kMostOfOnePeer; ++i) {
    if (newest->state == Session::State::kEstablished && newest->remote == session.remote &&
        newest->local.address == session.local.address && HaveSameKey(session, *newest))
      return newest;
    newest = Find(newest->sa().older);
  }
  return nullptr;
}

bool EngineCore::IsFirstOf(const Session& session) {
  const Session* older = Find(session.sa().older);
  for (int i = 0; older != nullptr && i < kMostOfOnePeer; ++i, older = Find(older->sa().older))
    if (HaveSameKey(session, *older)) return false;
  return true;
}

Session* EngineCore::NewestAt(const Endpoint& remote) {
  Session* session = newest_by_place_.Find(remote);
  return session != nullptr && session->state == Session::State::kEstablished ? session : nullptr;
}

Session* EngineCore::FindOwner(const Session& session, Spi outbound) {
  Session* owner = newest_by_identity_.Find(session.sa().remote_identity);
  for (int i = 0; owner != nullptr && i < kMostOfOnePeer; ++i, owner = Find(owner->sa().older)) {
    const auto& children = owner->sa().children;
    if (std::any_of(children.begin(), children.end(),
                    [outbound](const Child& c) { return c.outbound == outbound; }) &&
        HaveSameKey(session, *owner))
      return owner;
  }
  return nullptr;
}

}  // namespace iscsi_ike::ike
