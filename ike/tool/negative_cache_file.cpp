#include "ike/tool/negative_cache_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>

#include "crypto/random.hpp"
#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/input_text.hpp"
#include "ike/tool/secret_file.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr const char* kOption = "--negative-cache";
constexpr const char* kNoFile = "is no regular file; nothing else is read, or replaced";
constexpr std::size_t kLargestFile = std::size_t{1} << 20;  // octets

std::uint64_t Now() {
  using std::chrono::system_clock;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch())
          .count());
}

// IsCode: what a failure is called ("HASH_MISMATCH"); whatever else is in a file is not repeated.
bool IsCode(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  constexpr std::size_t kLongestCode = 64;
  return !text.empty() && text.size() <= kLongestCode &&
         text.find_first_not_of(kLetters) == std::string_view::npos;
}

std::string Because(const char* rule, int error) {
  return std::string(rule) + ": " + std::generic_category().message(error);
}

// Unforeseen makes a name beside `path` that no other run has, and that nobody can put there first.
std::string Unforeseen(const std::string& path) {
  std::array<std::uint8_t, 8> octets{};
  crypto::SystemRandom random;
  if (!random.Fill(octets)) return {};
  std::string name = path + ".";
  for (const std::uint8_t octet : octets) {
    name += "0123456789abcdef"[octet >> 4U];
    name += "0123456789abcdef"[octet & 15U];
  }
  return name;
}

// Passing removes a file, unless that has got another name.
class Passing {
 public:
  explicit Passing(const std::string& path) : path_(path) {}
  ~Passing() {
    if (!renamed_) ::unlink(path_.c_str());
  }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;
  // RenameTo tells whether it went well; errno says why not.
  [[nodiscard]] bool RenameTo(const std::string& path) {
    renamed_ = std::rename(path_.c_str(), path.c_str()) == 0;
    return renamed_;
  }

 private:
  const std::string& path_;
  bool renamed_ = false;
};

}  // namespace

Checked<NegativeCacheFile> NegativeCacheFile::Open(const std::string& path) {
  NegativeCacheFile file(path);
  if (path.empty()) return file;
  if (path == "-") return Usage(kOption, "is read and written: it needs a file");
  if (auto read = file.Read(); !read) return Failure(read.error());
  if (auto saved = file.Save(); !saved) return Failure(saved.error());
  return file;
}

Failure<ToolError> NegativeCacheFile::Reject(const std::string& rule) const {
  return Usage(kOption, path_ + ": " + rule);
}

Status<ToolError> NegativeCacheFile::Read() {
  // O_NONBLOCK: a pipe must not block here.
  const int descriptor =
      ::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    if (errno == ENOENT) return Done{};
    if (errno == ELOOP) return Reject("is a symbolic link; the file is never reached through one");
    if (errno == ENXIO) return Reject(kNoFile);
    return Reject(Because("cannot be opened", errno));
  }
  auto taken = ReadFrom(descriptor);
  ::close(descriptor);
  return taken;
}

Status<ToolError> NegativeCacheFile::ReadFrom(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return Reject(Because("cannot be read", errno));
  if (!S_ISREG(status.st_mode)) return Reject(kNoFile);
  if (status.st_uid != ::geteuid())
    return Reject("is another user's; what it says is not believed");
  const auto octets = ReadDescriptor(descriptor, std::string(kOption) + ": " + path_, kLargestFile);
  if (!octets) return Failure(octets.error());
  const auto text = octets->Expose();
  return Take({reinterpret_cast<const char*>(text.data()), text.size()});
}

Status<ToolError> NegativeCacheFile::Take(std::string_view text) {
  std::size_t number = 0;
  for (const std::string_view line : policy::Split(text, "\n")) {
    ++number;
    if (policy::Trim(line).empty() || line.starts_with('#')) continue;
    if (auto taken = TakeLine(line, number); !taken) return taken;
  }
  return Done{};
}

Status<ToolError> NegativeCacheFile::TakeLine(std::string_view line, std::size_t number) {
  const auto words = policy::Split(policy::Trim(line), " ");
  const std::string place = "line " + std::to_string(number) + ": ";
  if (words.size() != 3 || !IsCode(words[2]))
    return Reject(place + "is not ADDR:PORT, seconds since 1970 and a code");
  const auto endpoint = ParseEndpoint(std::string(words[0]), place + "endpoint", 0, false);
  if (!endpoint) return Reject(endpoint.error().line);
  const auto until = policy::ParseUnsigned(words[1]);
  if (!until || endpoint->port == 0) return Reject(place + "has no port, or no time");
  cache_.Restore({endpoint->address, {endpoint->port, false}}, {std::string(words[2]), *until},
                 Now());
  return Done{};
}

std::optional<std::string> NegativeCacheFile::WhyNot(
    const policy::isns::PortalKey& endpoint) const {
  const std::uint64_t now = Now();
  const auto* entry = cache_.Find(endpoint, now);
  if (entry == nullptr) return std::nullopt;
  return "it failed authentication (" + entry->why + "), and is left alone for " +
         std::to_string(entry->until - now) + " s more";
}

void NegativeCacheFile::Remember(const policy::isns::PortalKey& endpoint, std::string code) {
  if (!path_.empty()) cache_.Remember(endpoint, std::move(code), Now());
}

void NegativeCacheFile::Forget(const policy::isns::PortalKey& endpoint) { cache_.Forget(endpoint); }

Status<ToolError> NegativeCacheFile::Save() const {
  if (path_.empty()) return Done{};
  const std::string name = Unforeseen(path_);
  if (name.empty()) return Reject("cannot be written: there is no randomness for a name");
  auto next = SecretFile::Create(name, ExistingFile::kRefuse);
  if (!next) return Reject("cannot be written: " + next.error().Text());
  Passing passing(name);
  for (const auto& [endpoint, entry] : cache_.entries())
    next->Write(endpoint.ToString() + ' ' + std::to_string(entry.until) + ' ' + entry.why + '\n');
  if (auto closed = next->Close(); !closed)
    return Reject("cannot be written: " + closed.error().Text());
  if (!passing.RenameTo(path_)) return Reject(Because("cannot be written", errno));
  return Done{};
}

}  // namespace iscsi_ike::ike::tool
