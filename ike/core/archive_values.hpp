// Carry of the values that sessions, settings and events have in common. Every struct is taken
// apart by a structured binding: when it gets a field more, this no longer compiles, and the new
// field is to be carried too (and the version of checkpoints raised).
#pragma once

#include "ike/core/abilities.hpp"
#include "ike/core/archive_primitives.hpp"
#include "ike/core/lease.hpp"

namespace iscsi_ike::ike {

template <class A>
void Carry(A& a, Carried<A, Cookie>& cookie) {
  auto& [octets] = cookie;
  CarryAll(a, octets);
}

template <class A>
void Carry(A& a, Carried<A, policy::IpAddress>& address) {
  bool v6 = address.is_v6();
  Carry(a, v6);
  if constexpr (A::kReads) {
    const auto read = policy::IpAddress::FromOctets(a.Take(v6 ? 16 : 4));
    if (read) address = *read;
  } else {
    a.Put(address.octets());
  }
}

template <class A>
void Carry(A& a, Carried<A, Endpoint>& endpoint) {
  auto& [address, port] = endpoint;
  CarryAll(a, address, port);
}

template <class A>
void Carry(A& a, Carried<A, policy::Lifetime>& lifetime) {
  auto& [seconds, kilobytes] = lifetime;
  CarryAll(a, seconds, kilobytes);
}

template <class A>
void Carry(A& a, Carried<A, policy::Selector>& selector) {
  auto& [address, prefix_bits, protocol, port] = selector;
  CarryAll(a, address, prefix_bits, protocol, port);
  a.Require(prefix_bits <= address.bits(), "a prefix that is longer than its address");
}

template <class A>
void Carry(A& a, Carried<A, policy::Phase1Suite>& suite) {
  auto& [cipher, key_bits, hash, group] = suite;
  CarryAll(a, cipher, key_bits, hash, group);
  const bool triple_des = cipher == crypto::CipherAlgorithm::kTripleDesCbc;
  a.Require(key_bits == 192 || (!triple_des && (key_bits == 128 || key_bits == 256)),
            "a phase-1 suite whose cipher has no key of that length");
}

template <class A>
void Carry(A& a, Carried<A, policy::EspSuite>& suite) {
  auto& [cipher, key_bits, auth, esn, pfs_group] = suite;
  CarryAll(a, cipher, key_bits, auth, esn, pfs_group);
  a.Require(key_bits <= 256, "an ESP suite with a key of more than 256 bits");
}

template <class A>
void Carry(A& a, Carried<A, ChildOffer>& offer) {
  auto& [local, remote] = offer;
  CarryAll(a, local, remote);
}

template <class A>
void Carry(A& a, Carried<A, Abilities>& abilities) {
  auto& [nat, dead_peer_detection, fragments] = abilities;
  CarryAll(a, nat, dead_peer_detection, fragments);
}

template <class A>
void Carry(A& a, Carried<A, Lease>& lease) {
  auto& [renew_at, expire_at, close_at] = lease;
  CarryAll(a, renew_at, expire_at, close_at);
}

template <class A>
void Carry(A& a, Carried<A, Refusal>& refusal) {
  auto& [proposal, transform, attribute, offered, allowed, rule] = refusal;
  auto proposal_number = static_cast<std::uint32_t>(proposal);
  auto transform_number = static_cast<std::uint32_t>(transform);
  CarryAll(a, proposal_number, transform_number, attribute, offered, allowed, rule);
  if constexpr (A::kReads) {
    proposal = static_cast<int>(proposal_number);
    transform = static_cast<int>(transform_number);
  }
}

template <class A>
void Carry(A& a, Carried<A, NegotiationFailure>& failure) {
  // `unproven` is not carried, so that the format stays as it is: a suspicion has none, and a
  // Failed that nobody had fetched comes back without it.
  auto& [code, text, details, refusals, peer_notify, unproven] = failure;
  if constexpr (A::kReads) unproven = false;
  CarryAll(a, code, text, details, refusals, peer_notify);
}

}  // namespace iscsi_ike::ike
