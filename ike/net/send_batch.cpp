#include "ike/net/send_batch.hpp"

#include <cerrno>

namespace iscsi_ike::ike::net {

void SendBatch::Add(const Datagram& datagram) {
  const std::size_t i = count_++;
  datagrams_[i] = &datagram;
  remotes_[i] = SocketAddress(datagram.remote);
  parts_[i] = {const_cast<std::uint8_t*>(datagram.octets.data()), datagram.octets.size()};
  msghdr& message = messages_[i].msg_hdr;
  message = {};
  message.msg_name = remotes_[i].data();
  message.msg_namelen = remotes_[i].size();
  message.msg_iov = &parts_[i];
  message.msg_iovlen = 1;
  ChooseSource(message, infos_[i], datagram.local.address);
}

std::span<const Datagram* const> SendBatch::Send(int handle, const Refused& refused) {
  for (std::size_t next = 0; next < count_;) {
    const auto left = static_cast<unsigned>(count_ - next);
    const int sent = sendmmsg(handle, &messages_[next], left, MSG_NOSIGNAL | MSG_DONTWAIT);
    const int error = errno;
    if (sent > 0) {
      next += static_cast<std::size_t>(sent);
    } else if (error == EAGAIN) {
      return std::span(datagrams_).subspan(next, left);
    } else if (error != EINTR) {
      // An error is always that of the first; behind it the batch goes on.
      refused(*datagrams_[next++], error);
    }
  }
  return {};
}

}  // namespace iscsi_ike::ike::net
