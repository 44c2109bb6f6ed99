// Carry of the half-open: in the order in which they came, with the places that their bound counts.
#include <algorithm>

#include "ike/core/archive_access.hpp"
#include "ike/core/archive_config.hpp"
#include "ike/core/peer_problem.hpp"
#include "ike/core/responder_index.hpp"

namespace iscsi_ike::ike {
namespace {

template <class A>
void CarryFacts(A& a, Carried<A, HalfOpenFacts>& facts) {
  auto& [id, initiator_cookie, responder_cookie, local, remote, peer, match, abilities, suite,
         lifetime, tell_lifetime, duplicates_seen, first, expires_at] = facts;
  CarryAll(a, id, initiator_cookie, responder_cookie, local, remote, peer, match, abilities, suite,
           lifetime, tell_lifetime, duplicates_seen, first, expires_at);
}

void CheckFacts(ArchiveReader& a, EngineCore& core, const HalfOpenFacts& facts) {
  a.Require(facts.peer && !ProblemWith(*facts.peer), "no peer that could be answered");
  if (!a.ok()) return;
  a.Require(facts.match != PeerMatch::kIdentity || facts.peer->peer_identity.has_value(),
            "matched by an identity that the peer need not have");
  a.Require(facts.match != PeerMatch::kAddress || BoundTo(*facts.peer).has_value(),
            "matched by an address that the peer need not have");
  a.Require(!facts.responder_cookie.IsZero() && !facts.initiator_cookie.IsZero(), "no cookie");
  a.Require(core.Find(facts.id) == nullptr, "a number that a session has");
  a.Require(core.FindByOwnCookie(facts.responder_cookie) == nullptr &&
                core.half_open.Find(facts.responder_cookie) == nullptr,
            "a cookie that another session has");
  a.Require(core.half_open.Find(FirstMessage{facts.initiator_cookie, facts.remote}) == nullptr,
            "a first message that another session has");
}

}  // namespace

void ArchiveAccess::WriteHalfOpen(ArchiveWriter& a, const HalfOpenTable& table) {
  Carry(a, table.end_);
  CarryCount(a, table.size());
  table.ForEach([&a](const HalfOpen& half) {
    CarryFacts<ArchiveWriter>(a, half);
    const std::vector<std::uint8_t> offer(half.offer().begin(), half.offer().end());
    const std::vector<std::uint8_t> answer(half.answer().begin(), half.answer().end());
    CarryAll(a, half.position_, offer, answer);
  });
}

void ArchiveAccess::ReadHalfOpen(ArchiveReader& a, EngineCore& core) {
  HalfOpenTable& table = core.half_open;
  Carry(a, table.end_);
  std::uint64_t end = 0;
  Time last{Duration::min()};
  std::vector<SessionId> ids;
  for (std::size_t left = a.Count(); left > 0 && a.ok(); --left) {
    const Archive::Within place(a, "half-open session", ids.size() + 1);
    HalfOpenFacts facts;
    CarryFacts<ArchiveReader>(a, facts);
    std::uint64_t position = 0;
    std::vector<std::uint8_t> offer;
    std::vector<std::uint8_t> answer;
    CarryAll(a, position, offer, answer);
    // Numbers go round; none is half of them old.
    a.Require(facts.id != SessionId{} && core.last_session_ - ToNumber(facts.id) < 1U << 31U,
              "a number that is yet to be drawn");
    if (a.ok()) CheckFacts(a, core, facts);
    a.Require(std::max(offer.size(), answer.size()) <= kMostParked, "octets that no message holds");
    const std::size_t size = HalfOpen::SizeWith(offer, answer);
    a.Require(position >= end && table.end_ >= size && position <= table.end_ - size,
              "a place that another has");
    a.Require(facts.expires_at >= last, "one that ends before an older one");
    if (!a.ok()) return;
    last = facts.expires_at;
    end = position + size;
    ids.push_back(facts.id);
    table.Enter(std::move(facts), position, offer, answer);
  }
  std::sort(ids.begin(), ids.end());
  a.Require(std::adjacent_find(ids.begin(), ids.end()) == ids.end(),
            "two half-open sessions of one number");
}

}  // namespace iscsi_ike::ike
