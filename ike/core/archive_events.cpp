#include "ike/core/archive_events.hpp"

#include <memory>
#include <type_traits>
#include <utility>

namespace iscsi_ike::ike {

template <class A>
void Carry(A& a, Carried<A, Phase1Established>& event) {
  auto& [session, peer_name, match, role, mode, initiator_cookie, responder_cookie, local, remote,
         suite, lifetime, local_identity, remote_identity, nat_local, nat_remote] = event;
  CarryAll(a, session, peer_name, match, role, mode, initiator_cookie, responder_cookie, local,
           remote, suite, lifetime, local_identity, remote_identity, nat_local, nat_remote);
}

template <class A>
void Carry(A& a, Carried<A, DirectionKeys>& keys) {
  auto& [spi, encryption, integrity] = keys;
  CarryAll(a, spi, encryption, integrity);
}

template <class A>
void Carry(A& a, Carried<A, ChildSa>& sa) {
  auto& [session, child, replaces, role, message_id, encapsulation, suite, pfs_group, lifetime,
         local, remote, local_endpoint, remote_endpoint, udp_encapsulated, remote_original,
         local_seen_as, inbound, outbound] = sa;
  CarryAll(a, session, child, replaces, role, message_id, encapsulation, suite, pfs_group, lifetime,
           local, remote, local_endpoint, remote_endpoint, udp_encapsulated, remote_original,
           local_seen_as, inbound, outbound);
}

template <class A>
void Carry(A& a, Carried<A, ChildEstablished>& event) {
  auto& [sa] = event;
  CarryAll(a, sa);
}

template <class A>
void Carry(A& a, Carried<A, ChildDeleted>& event) {
  auto& [session, child, outbound_spi] = event;
  CarryAll(a, session, child, outbound_spi);
}

template <class A>
void Carry(A& a, Carried<A, SessionClosed>& event) {
  auto& [session, reason] = event;
  CarryAll(a, session, reason);
}

template <class A>
void Carry(A& a, Carried<A, Failed>& event) {
  auto& [session, child, peer_name, role, remote, failure] = event;
  CarryAll(a, session, child, peer_name, role, remote, failure);
}

template <class A>
void Carry(A& a, Carried<A, Diagnosed>& event) {
  auto& [session, peer_name, remote, suspicion] = event;
  CarryAll(a, session, peer_name, remote, suspicion);
}

template <class A>
void Carry(A& a, Carried<A, PeerNotified>& event) {
  auto& [session, type, text] = event;
  CarryAll(a, session, type, text);
}

template <class A>
void Carry(A& a, Carried<A, ChildClosed>& event) {
  auto& [session, child, inbound_spi, outbound_spi, reason] = event;
  CarryAll(a, session, child, inbound_spi, outbound_spi, reason);
}

template <class A>
void Carry(A& a, Carried<A, SessionReplaced>& event) {
  auto& [session, replaced] = event;
  CarryAll(a, session, replaced);
}

template <class A>
void Carry(A& a, Carried<A, PeerMoved>& event) {
  auto& [session, local, remote] = event;
  CarryAll(a, session, local, remote);
}

template <class A>
void Carry(A& a, Carried<A, PeerUnresponsive>& event) {
  auto& [session, remote, silent_for, asked] = event;
  CarryAll(a, session, remote, silent_for, asked);
}

template <class A>
void Carry(A& a, Carried<A, PeerAlive>& event) {
  auto& [session] = event;
  CarryAll(a, session);
}

namespace {

// CarryAs carries the alternative of that number. A variant is given another one by making it anew:
// its own ways have a throw in them.
template <class A, std::size_t kIndex>
void CarryAs(A& a, Carried<A, Event>& event, std::size_t index) {
  if (index != kIndex) return;
  if constexpr (A::kReads) {
    std::destroy_at(&event);
    std::construct_at(&event, std::in_place_index<kIndex>);
  }
  Carry(a, *std::get_if<kIndex>(&event));
}

template <class A, std::size_t... kIndices>
void CarryOneOf(A& a, Carried<A, Event>& event, std::size_t index,
                std::index_sequence<kIndices...> /*all*/) {
  (CarryAs<A, kIndices>(a, event, index), ...);
}

}  // namespace

template <class A>
void Carry(A& a, Carried<A, Event>& event) {
  constexpr std::size_t kKinds = std::variant_size_v<Event>;
  auto index = static_cast<std::uint8_t>(event.index());
  Carry(a, index);
  a.Require(index < kKinds, "an event of no kind");
  CarryOneOf(a, event, index, std::make_index_sequence<kKinds>{});
}

template <class A>
void Carry(A& a, Carried<A, Datagram>& datagram) {
  auto& [local, remote, octets] = datagram;
  CarryAll(a, local, remote, octets);
}

template void Carry<ArchiveWriter>(ArchiveWriter&, const Datagram&);
template void Carry<ArchiveReader>(ArchiveReader&, Datagram&);
template void Carry<ArchiveWriter>(ArchiveWriter&, const Event&);
template void Carry<ArchiveReader>(ArchiveReader&, Event&);

}  // namespace iscsi_ike::ike
