/* xfrm_shim: preloaded into an IKE daemon under test on a kernel that has XFRM but no ESP (or lacks
 * a cipher), so that the daemon can finish quick mode.
 *
 * Such a kernel takes policies and SPIs but answers XFRM_MSG_NEWSA and XFRM_MSG_UPDSA with
 * EPROTONOSUPPORT or ENOSYS. The shim turns exactly these answers into acknowledgements, and the
 * ESRCH that later comes for deleting or updating the SA that was never there. What remains of such
 * an SA in the kernel, the reservation of its SPI, soon expires there: that is kept from the
 * daemon, too. Nothing else that it sends or receives is touched: every octet of the key exchange
 * is its own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

static int IsXfrmSocket(int fd) {
  const int saved = errno;
  int domain = 0;
  int protocol = 0;
  socklen_t size = sizeof domain;
  int yes = getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_NETLINK;
  size = sizeof protocol;
  yes = yes && getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
        protocol == NETLINK_XFRM;
  errno = saved;
  return yes;
}

static int IsForgivable(const struct nlmsgerr* answer) {
  switch (answer->msg.nlmsg_type) {
    case XFRM_MSG_NEWSA:
    case XFRM_MSG_UPDSA:
      return answer->error == -EPROTONOSUPPORT || answer->error == -ENOSYS ||
             answer->error == -ESRCH;
    case XFRM_MSG_DELSA:
      return answer->error == -ESRCH;
    default:
      return 0;
  }
}

/* Whether an SA is missing in the kernel that the daemon believes to be there. */
static atomic_int forgiven = 0;

/* Forgive edits what a read of `size` octets put into `buffer`; it returns `size`. */
static ssize_t Forgive(int fd, void* buffer, ssize_t size) {
  if (size < (ssize_t)sizeof(struct nlmsghdr) || !IsXfrmSocket(fd)) return size;
  size_t left = (size_t)size;
  for (struct nlmsghdr* h = buffer; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
    if (h->nlmsg_type == XFRM_MSG_EXPIRE && forgiven) h->nlmsg_type = NLMSG_NOOP;
    if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
      continue;
    }
    struct nlmsgerr* answer = NLMSG_DATA(h);
    if (!IsForgivable(answer)) continue;
    answer->error = 0;
    forgiven = 1;
  }
  return size;
}

/* Every way in which libc lets a daemon read from a socket; the _chk forms are what _FORTIFY_SOURCE
 * makes of the calls. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  return Forgive(fd, buffer, NEXT(recv)(fd, buffer, size, flags));
}

ssize_t recvfrom(int fd, void* buffer, size_t size, int flags, struct sockaddr* from,
                 socklen_t* from_size) {
  return Forgive(fd, buffer, NEXT(recvfrom)(fd, buffer, size, flags, from, from_size));
}

ssize_t recvmsg(int fd, struct msghdr* message, int flags) {
  const ssize_t size = NEXT(recvmsg)(fd, message, flags);
  if (message->msg_iovlen != 1) return size;
  return Forgive(fd, message->msg_iov[0].iov_base, size);
}

ssize_t read(int fd, void* buffer, size_t size) {
  return Forgive(fd, buffer, NEXT(read)(fd, buffer, size));
}

ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t space, int flags);
ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t space, int flags) {
  (void)space;
  return recv(fd, buffer, size, flags);
}

ssize_t __recvfrom_chk(int fd, void* buffer, size_t size, size_t space, int flags,
                       struct sockaddr* from, socklen_t* from_size);
ssize_t __recvfrom_chk(int fd, void* buffer, size_t size, size_t space, int flags,
                       struct sockaddr* from, socklen_t* from_size) {
  (void)space;
  return recvfrom(fd, buffer, size, flags, from, from_size);
}

ssize_t __read_chk(int fd, void* buffer, size_t size, size_t space);
ssize_t __read_chk(int fd, void* buffer, size_t size, size_t space) {
  (void)space;
  return read(fd, buffer, size);
}
