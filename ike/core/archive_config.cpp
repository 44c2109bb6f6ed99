#include "ike/core/archive_config.hpp"

#include "ike/core/session_fault.hpp"

namespace iscsi_ike::ike {
namespace {

// A proposal counts its transforms in one octet (RFC 2408 section 3.5).
constexpr std::size_t kMostTransforms = 255;

}  // namespace

template <class A>
void Carry(A& a, Carried<A, RetransmitPolicy>& policy) {
  auto& [first, longest, tries] = policy;
  CarryAll(a, first, longest, tries);
  a.Require(first >= Duration::zero() && longest >= Duration::zero(), "an interval below zero");
  const bool pauses = first > Duration::zero() && longest > Duration::zero();
  a.Require(pauses || tries <= kMostAtOnce, "repetitions without end and without a pause");
}

template <class A>
void Carry(A& a, Carried<A, LivenessPolicy>& policy) {
  auto& [delay, wait, tries] = policy;
  CarryAll(a, delay, wait, tries);
  a.Require(wait > Duration::zero() || tries <= kMostAtOnce,
            "questions without end and without a pause");
}

template <class A>
void Carry(A& a, Carried<A, RenewalPolicy>& policy) {
  auto& [mode, renew_percent, jitter_percent, overlap] = policy;
  CarryAll(a, mode, renew_percent, jitter_percent, overlap);
  a.Require(renew_percent <= 100 && jitter_percent <= 100, "a renewal at more than 100 percent");
}

template <class A>
void Carry(A& a, Carried<A, CookieShard>& shard) {
  auto& [index, count] = shard;
  CarryAll(a, index, count);
}

template <class A>
void CarryIdentity(A& a, Carried<A, std::optional<policy::Identity>>& identity) {
  bool set = identity.has_value();
  Carry(a, set);
  if (!set) return;
  std::uint8_t type = 0;
  std::vector<std::uint8_t> octets;
  if constexpr (!A::kReads) {
    type = ToNumber(identity->type());
    octets = identity->octets();
  }
  CarryAll(a, type, octets);
  if constexpr (A::kReads) {
    auto made = policy::Identity::Make(type, octets, "identity");
    if (!made) return a.Refuse("an identity that is none: " + made.error().rule);
    identity = *std::move(made);
  }
}

// The reasons of a plan are for people, who have had them; the engine never asks for them.
template <class A>
void Carry(A& a, Carried<A, policy::Plan>& plan) {
  auto& [outcome, exchanges, encapsulations, accept_other, pfs, refuse_pfs, pfs_group, phase1,
         phase2, phase1_lifetime, phase2_lifetime, identity, tunnel_outer, reasons] = plan;
  CarryAll(a, outcome, exchanges, encapsulations, accept_other, pfs, refuse_pfs, pfs_group, phase1,
           phase2, phase1_lifetime, phase2_lifetime);
  CarryIdentity(a, identity);
  Carry(a, tunnel_outer);
  if constexpr (A::kReads) reasons.clear();
  a.Require(phase1.size() <= kMostTransforms && encapsulations.size() <= kMostTransforms &&
                phase2.size() * encapsulations.size() <= kMostTransforms,
            "a plan with more transforms than a proposal holds");
}

template <class A>
void Carry(A& a, Carried<A, PeerConfig>& peer) {
  auto& [name, local, remote, plan, key, group_key, peer_identity, child, target_side,
         negotiate_child, hash_in_clear, nat, remote_nat_port, nat_keepalive, fragment_above,
         liveness, renewal, initial_contact, parallel_quick_modes, retransmit,
         negotiation_timeout] = peer;
  CarryAll(a, name, local, remote, plan, key, group_key);
  CarryIdentity(a, peer_identity);
  CarryAll(a, child, target_side, negotiate_child, hash_in_clear, nat, remote_nat_port,
           nat_keepalive);
  CarrySize(a, fragment_above);
  CarryAll(a, liveness, renewal, initial_contact);
  CarrySize(a, parallel_quick_modes);
  CarryAll(a, retransmit, negotiation_timeout);
}

template <class A>
void Carry(A& a, Carried<A, std::shared_ptr<const PeerConfig>>& peer) {
  std::uint32_t number = 0;  // 0: nobody
  bool is_new = false;
  if constexpr (!A::kReads) {
    if (peer) {
      const auto [place, added] =
          a.peers.try_emplace(peer.get(), static_cast<std::uint32_t>(a.peers.size() + 1));
      number = place->second;
      is_new = added;
    }
    Carry(a, number);
    const Archive::Within place(a, "peer", number);
    if (is_new) Carry<A>(a, *peer);
  } else {
    Carry(a, number);
    if (number > a.peers.size() + 1) return a.Refuse("a peer of which nothing has been said");
    if (number == a.peers.size() + 1) {
      const Archive::Within place(a, "peer", number);
      // NOLINTNEXTLINE(modernize-make-shared): that one compares names of types
      std::shared_ptr<PeerConfig> read(new PeerConfig);
      Carry<A>(a, *read);
      a.peers.push_back(std::move(read));
    }
    peer = number == 0 ? nullptr : a.peers[number - 1];
  }
}

template <class A>
void Carry(A& a, Carried<A, EngineConfig>& config) {
  auto& [responders, nat_port, cookie_shard, half_open_octets, max_half_open, aggressive_at_once,
         aggressive_per_second, max_sessions, max_exchanges, max_children, max_message_ids,
         half_open_timeout, linger, clear_notifies, expiry_reports] = config;
  CarryAll(a, responders, nat_port, cookie_shard);
  CarrySize(a, half_open_octets);
  CarrySize(a, max_half_open);
  CarryAll(a, aggressive_at_once, aggressive_per_second);
  CarrySize(a, max_sessions);
  CarrySize(a, max_exchanges);
  CarrySize(a, max_children);
  CarrySize(a, max_message_ids);
  CarryAll(a, half_open_timeout, linger, clear_notifies, expiry_reports);
}

template void Carry<ArchiveWriter>(ArchiveWriter&, const std::shared_ptr<const PeerConfig>&);
template void Carry<ArchiveReader>(ArchiveReader&, std::shared_ptr<const PeerConfig>&);
template void Carry<ArchiveWriter>(ArchiveWriter&, const EngineConfig&);
template void Carry<ArchiveReader>(ArchiveReader&, EngineConfig&);

}  // namespace iscsi_ike::ike
