#include "ike/tool/input_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kFirstRoom = 4096;

// Grow moves the octets to a larger Secret; the old one is wiped.
// cppcheck-suppress passedByValue // it ends here
crypto::Secret Grow(crypto::Secret old, std::size_t room) {
  crypto::Secret grown(room);
  std::copy(old.Expose().begin(), old.Expose().end(), grown.ExposeMutable().begin());
  return grown;
}

}  // namespace

Checked<crypto::Secret> ReadDescriptor(int descriptor, const std::string& place,
                                       std::size_t limit) {
  crypto::Secret text(std::min(kFirstRoom, limit + 1));
  std::size_t size = 0;
  for (;;) {
    if (size == text.size()) text = Grow(std::move(text), std::min(2 * size, limit + 1));
    const ssize_t got = read(descriptor, text.ExposeMutable().data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return Usage(place, std::string("cannot be read: ") + std::generic_category().message(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > limit) return Usage(place, "is longer than " + std::to_string(limit) + " octets");
  }
  text.Shrink(size);
  return text;
}

Checked<crypto::Secret> ReadInput(const std::string& path, const std::string& place,
                                  std::size_t limit) {
  if (path == "-") return ReadDescriptor(STDIN_FILENO, place, limit);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return Usage(place, path + ": cannot be opened: " + std::generic_category().message(errno));
  auto text = ReadDescriptor(file, place + ": " + path, limit);
  close(file);
  return text;
}

bool IsReadableByOthers(const std::string& path) {
  struct stat info {};
  return path != "-" && stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

}  // namespace iscsi_ike::ike::tool
