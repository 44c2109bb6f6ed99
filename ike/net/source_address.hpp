// SourceAddressFor: the local address that this machine's routes choose for a remote one.
#pragma once

#include "ike/net/net_error.hpp"

namespace iscsi_ike::ike::net {

// SourceAddressFor sends nothing: it connects a UDP socket and reads its name.
[[nodiscard]] Result<policy::IpAddress, NetError> SourceAddressFor(const Endpoint& remote);

}  // namespace iscsi_ike::ike::net
