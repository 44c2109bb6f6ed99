#include "ike/tool/negative_cache_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/input_text.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr const char* kOption = "--negative-cache";
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
  constexpr std::size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace

Checked<NegativeCacheFile> NegativeCacheFile::Open(const std::string& path) {
  NegativeCacheFile file(path);
  if (path.empty()) return file;
  if (path == "-") return Usage(kOption, "is read and written: it needs a file");
  if (access(path.c_str(), F_OK) == 0) {
    const auto octets = ReadInput(path, kOption, kLargestFile);
    if (!octets) return Failure(octets.error());
    const auto text = octets->Expose();
    if (auto taken = file.Take({reinterpret_cast<const char*>(text.data()), text.size()}); !taken)
      return Failure(taken.error());
  }
  if (auto saved = file.Save(); !saved) return Failure(saved.error());
  return file;
}

Failure<ToolError> NegativeCacheFile::Reject(const std::string& rule) const {
  return Usage(kOption, path_ + ": " + rule);
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
  const std::string next = path_ + ".new";
  std::ofstream out(next, std::ios::trunc);
  for (const auto& [endpoint, entry] : cache_.entries())
    out << endpoint.ToString() << ' ' << entry.until << ' ' << entry.why << '\n';
  out.close();
  if (!out) return Reject("cannot be written: " + std::generic_category().message(errno));
  if (std::rename(next.c_str(), path_.c_str()) == 0) return Done{};
  return Reject("cannot be written: " + std::generic_category().message(errno));
}

}  // namespace iscsi_ike::ike::tool
