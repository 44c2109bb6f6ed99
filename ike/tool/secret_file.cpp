#include "ike/tool/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace iscsi_ike::ike::tool {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

Failure<SecretFileError> Refuse(SecretFileFault fault, std::string path, int os_error = 0) {
  return Failure(SecretFileError{fault, std::move(path), os_error});
}

// Descriptor closes what Create gives up.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace

std::string SecretFileError::Text() const {
  std::string text = path + ": ";
  switch (fault) {
    case SecretFileFault::kOpen:
      text += "cannot be opened for writing";
      break;
    case SecretFileFault::kExists:
      text += "is there already";
      break;
    case SecretFileFault::kSymlink:
      text += "is a symbolic link; key files are never written through one";
      break;
    case SecretFileFault::kNotRegular:
      text += "is no regular file; keys are written to nothing else";
      break;
    case SecretFileFault::kNotAlone:
      text += "has another owner or a second name; key files have neither";
      break;
    case SecretFileFault::kMode:
      text += "mode cannot be set to 0600";
      break;
    case SecretFileFault::kWrite:
      text += "cannot be written";
      break;
  }
  if (os_error != 0) text += ": " + std::generic_category().message(os_error);
  return text;
}

Result<SecretFile, SecretFileError> SecretFile::Create(std::string path, ExistingFile existing) {
  const int only_new = existing == ExistingFile::kRefuse ? O_EXCL : 0;
  // Not truncated yet: a file that turns out to be somebody else's keeps its content. O_NONBLOCK: a
  // pipe must not block here.
  Descriptor file(::open(path.c_str(),
                         O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | only_new,
                         kOwnerOnly));
  if (file.get() < 0) {
    const int error = errno;
    if (error == EEXIST) return Refuse(SecretFileFault::kExists, std::move(path));
    if (error == ELOOP) return Refuse(SecretFileFault::kSymlink, std::move(path));
    if (error == EISDIR || error == ENXIO) {
      return Refuse(SecretFileFault::kNotRegular, std::move(path));
    }
    return Refuse(SecretFileFault::kOpen, std::move(path), error);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    return Refuse(SecretFileFault::kOpen, std::move(path), errno);
  if (!S_ISREG(status.st_mode)) return Refuse(SecretFileFault::kNotRegular, std::move(path));
  if (status.st_uid != ::geteuid() || status.st_nlink != 1) {
    return Refuse(SecretFileFault::kNotAlone, std::move(path));
  }
  if (::fchmod(file.get(), kOwnerOnly) != 0)
    return Refuse(SecretFileFault::kMode, std::move(path), errno);
  if (::ftruncate(file.get(), 0) != 0)
    return Refuse(SecretFileFault::kWrite, std::move(path), errno);
  return SecretFile(std::move(path), file.Release());
}

SecretFile::SecretFile(SecretFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      first_error_(other.first_error_) {}

SecretFile& SecretFile::operator=(SecretFile&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) ::close(descriptor_);
    path_ = std::move(other.path_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    first_error_ = other.first_error_;
  }
  return *this;
}

SecretFile::~SecretFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool SecretFile::Write(crypto::Octets octets) {
  while (first_error_ == 0 && !octets.empty()) {
    const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
    if (written < 0) {
      if (errno != EINTR) first_error_ = errno;
      continue;
    }
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
  return first_error_ == 0;
}

bool SecretFile::Write(std::string_view text) {
  return Write(crypto::Octets(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

Status<SecretFileError> SecretFile::Close() {
  if (descriptor_ >= 0 && ::close(std::exchange(descriptor_, -1)) != 0 && first_error_ == 0) {
    first_error_ = errno;
  }
  if (first_error_ != 0) return Refuse(SecretFileFault::kWrite, path_, first_error_);
  return Done{};
}

}  // namespace iscsi_ike::ike::tool
