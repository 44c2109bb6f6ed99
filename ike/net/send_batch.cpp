#include "ike/net/send_batch.hpp"

#include <cerrno>

namespace iscsi_ike::ike::net {

namespace {

constexpr std::size_t kMostOctets = 60000;  // of one group: less than a datagram may have

}  // namespace

void SendBatch::Add(const Datagram& datagram) {
  const std::size_t size = datagram.octets.size();
  parts_[count_] = {const_cast<std::uint8_t*>(datagram.octets.data()), size};
  datagrams_[count_] = &datagram;
  if (!Fits(datagram)) Begin(datagram);
  ++count_;
  Group& group = group_[groups_ - 1];
  ++group.count;
  group.octets += size;
  messages_[groups_ - 1].msg_hdr.msg_iovlen = group.count;
}

bool SendBatch::Fits(const Datagram& datagram) const {
  if (!segmenting_ || groups_ == 0) return false;
  const Group& group = group_[groups_ - 1];
  const Datagram& first = *datagrams_[group.first];
  const std::size_t size = datagram.octets.size();
  const bool last_was_whole = group.octets == group.count * group.size;
  return last_was_whole && size <= group.size && size > 0 && group.octets + size <= kMostOctets &&
         datagram.remote == first.remote && datagram.local.address == first.local.address;
}

void SendBatch::Begin(const Datagram& datagram) {
  const std::size_t i = groups_++;
  group_[i] = {count_, 0, datagram.octets.size(), 0};
  remotes_[i] = SocketAddress(datagram.remote);
  msghdr& message = messages_[i].msg_hdr;
  message = {};
  message.msg_name = remotes_[i].data();
  message.msg_namelen = remotes_[i].size();
  message.msg_iov = &parts_[count_];
  ChooseSource(message, infos_[i], datagram.local.address);
}

std::span<const Datagram* const> SendBatch::Send(int handle, const Refused& refused) {
  for (std::size_t i = 0; i < groups_; ++i) {
    if (group_[i].count > 1)
      ChooseSegments(messages_[i].msg_hdr, infos_[i], static_cast<std::uint16_t>(group_[i].size));
  }
  const auto left_from = [this](std::size_t i) {
    return std::span(datagrams_).subspan(i, count_ - i);
  };
  for (std::size_t next = 0; next < groups_;) {
    const auto left = static_cast<unsigned>(groups_ - next);
    const int sent = sendmmsg(handle, &messages_[next], left, MSG_NOSIGNAL | MSG_DONTWAIT);
    const int error = errno;
    if (sent > 0) {
      next += static_cast<std::size_t>(sent);
    } else if (error == EAGAIN) {
      return left_from(group_[next].first);
    } else if (error != EINTR) {
      // An error is always that of the first; behind it the batch goes on.
      const Group& group = group_[next++];
      if (group.count == 1) {
        refused(*datagrams_[group.first], error);
        continue;
      }
      const std::size_t apart = SendApart(handle, group, refused);
      if (apart < group.first + group.count) return left_from(apart);
    }
  }
  return {};
}

// The system does not cut where the path's MTU or the interface forbids it.
std::size_t SendBatch::SendApart(int handle, const Group& group, const Refused& refused) {
  const std::size_t end = group.first + group.count;
  for (std::size_t i = group.first; i < end; ++i) {
    SocketAddress remote(datagrams_[i]->remote);
    PacketInfo info;
    msghdr message{};
    message.msg_name = remote.data();
    message.msg_namelen = remote.size();
    message.msg_iov = &parts_[i];
    message.msg_iovlen = 1;
    ChooseSource(message, info, datagrams_[i]->local.address);
    ssize_t sent = -1;
    do sent = sendmsg(handle, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) continue;
    if (errno == EAGAIN) return i;
    refused(*datagrams_[i], errno);
  }
  return end;
}

}  // namespace iscsi_ike::ike::net
