// Carry of what the caller has not yet taken out of an engine.
#pragma once

#include "ike/core/archive_values.hpp"

namespace iscsi_ike::ike {

template <class A>
void Carry(A& a, Carried<A, Datagram>& datagram);

template <class A>
void Carry(A& a, Carried<A, Event>& event);

}  // namespace iscsi_ike::ike
