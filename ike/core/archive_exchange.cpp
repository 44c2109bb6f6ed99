// Carry of exchanges, with all that they wait for.
#include "ike/core/archive_access.hpp"
#include "ike/core/archive_values.hpp"

namespace iscsi_ike::ike {

template <class A>
void Carry(A& a, Carried<A, Parked>& parked) {
  auto& [local, remote, message] = parked;
  CarryAll(a, local, remote, message);
  a.Require(message.size() <= kMostParked, "a waiting message that is too long");
}

template <class A>
void Carry(A& a, Carried<A, KeyAgreement>& dh) {
  auto& [started, own_ready, shared_ready, agree_failed, generate, agree, private_key, own_public,
         peer_public, shared] = dh;
  CarryAll(a, started, own_ready, shared_ready, agree_failed, generate, agree, private_key,
           own_public, peer_public, shared);
}

template <class A>
void Carry(A& a, Carried<A, Transcript>& said) {
  auto& [nonce_i, nonce_r, id_i, id_r] = said;
  CarryAll(a, nonce_i, nonce_r, id_i, id_r);
}

template <class A>
void Carry(A& a, Carried<A, QuickChoice>& quick) {
  auto& [child, renews, offer, spi_i, spi_r, suite, encapsulation, udp_encapsulated, lifetime,
         tell_lifetime, initiator_selector, responder_selector, peer_original, own_as_seen,
         proposal, chosen_transform] = quick;
  CarryAll(a, child, renews, offer, spi_i, spi_r, suite, encapsulation, udp_encapsulated, lifetime,
           tell_lifetime, initiator_selector, responder_selector, peer_original, own_as_seen,
           proposal, chosen_transform);
}

namespace {

// CarryPrf: HMAC is keyed anew, with SKEYID in phase 1 and SKEYID_a in quick mode.
template <class A>
void CarryPrf(A& a, Carried<A, std::optional<crypto::Prf>>& prf, const crypto::Digest& key) {
  std::optional<crypto::HashAlgorithm> hash;
  if (prf) hash = prf->algorithm();
  Carry(a, hash);
  if (!hash) return;
  a.Require(key.size() == crypto::HashSize(*hash), "a prf without its key");
  if constexpr (A::kReads) {
    if (a.ok()) prf.emplace(*hash, key.Expose());
  }
}

template <class A>
void CarryWork(A& a, Carried<A, Work>& work, const crypto::Digest* skeyid_a) {
  auto& [dh, said, skeyid, prf] = work;
  CarryAll(a, dh, said, skeyid);
  CarryPrf(a, prf, skeyid_a == nullptr ? skeyid : *skeyid_a);
}

}  // namespace

template <class A>
void ArchiveAccess::CarryTimer(A& a, Carried<A, RetransmitTimer>& timer) {
  auto& [due, interval, sent] = timer;
  CarryAll(a, due, interval, sent);
  a.Require(interval >= Duration::zero(), "an interval below zero");
}

template <class A>
void ArchiveAccess::CarryVectors(A& a, Carried<A, IvChain>& chain) {
  auto& [current, staged, size] = chain;
  CarryAll(a, current, staged, size);
}

template <class A>
void ArchiveAccess::CarryExchange(A& a, Carried<A, Session>& session,
                                  Carried<A, Exchange>& exchange) {
  [[maybe_unused]] auto& [script, role, id, row, finished, connected, iv, group, sa_offer, quick,
                          last_sent, answered, received, received_count, duplicates_seen,
                          retransmit, give_up_at, forget_at, parked, suspicion, work] = exchange;
  CarryAll(a, row, finished, connected);
  CarryVectors(a, iv);
  CarryAll(a, group, sa_offer);
  CarryOwned(a, quick);
  CarryAll(a, last_sent, answered, received, received_count, duplicates_seen);
  CarryTimer(a, retransmit);
  CarryAll(a, give_up_at, forget_at);
  CarryOwned(a, parked);
  CarryOwned(a, suspicion);
  bool has_work = work != nullptr;
  Carry(a, has_work);
  if (!has_work) return;
  if constexpr (A::kReads) work = std::make_unique<Work>();
  const bool own_key = script->phase1 || !session.has_sa();
  CarryWork<A>(a, *work, own_key ? nullptr : &session.sa().skeyid_a);
}

template void Carry<ArchiveWriter>(ArchiveWriter&, const Parked&);
template void Carry<ArchiveReader>(ArchiveReader&, Parked&);
template void ArchiveAccess::CarryExchange(ArchiveWriter&, const Session&, const Exchange&);
template void ArchiveAccess::CarryExchange(ArchiveReader&, Session&, Exchange&);

}  // namespace iscsi_ike::ike
