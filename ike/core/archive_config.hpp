// Carry of what an engine and its peers were told.
#pragma once

#include "ike/core/archive_values.hpp"

namespace iscsi_ike::ike {

// A peer stands in the archive once, where it is first needed, and is one again afterwards: which
// sessions have the very same one matters. Nobody is one, too.
template <class A>
void Carry(A& a, Carried<A, std::shared_ptr<const PeerConfig>>& peer);

template <class A>
void Carry(A& a, Carried<A, EngineConfig>& config);

}  // namespace iscsi_ike::ike
