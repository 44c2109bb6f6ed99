#include "ike/net/source_address.hpp"

#include <unistd.h>

#include <cerrno>

#include "ike/net/socket_address.hpp"

namespace iscsi_ike::ike::net {

Result<policy::IpAddress, NetError> SourceAddressFor(const Endpoint& remote) {
  SocketAddress to(remote);
  const int handle = socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return Failure(NetError::OfErrno(remote, errno));
  SocketAddress from;
  const bool found = connect(handle, to.data(), to.size()) == 0 &&
                     getsockname(handle, from.data(), from.size_ptr()) == 0;
  const int error = errno;
  close(handle);
  const auto local = from.ToEndpoint();
  if (!found || !local) {
    NetError failure = NetError::OfErrno(remote, error);
    if (error == EADDRNOTAVAIL) failure.rule = "no route to this address";
    if (error == EINVAL)
      failure.rule = "an IPv6 link-local address needs an interface; use another";
    return Failure(failure);
  }
  return local->address;
}

}  // namespace iscsi_ike::ike::net
