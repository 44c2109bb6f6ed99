// NegativeCacheFile: the portals that failed authentication, from one run to the next (RFC 3723
// section 2.6). A line each:
//   192.0.2.1:3260 1767225600 HASH_MISMATCH
// the endpoint, until when it is left alone (seconds since 1970) and the code of the failure. The
// tool often runs as root, and the folder may be anybody's: links are not followed, and what is no
// regular file of this user is neither read nor replaced.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ike/tool/exit_codes.hpp"
#include "policy/isns/negative_cache.hpp"

namespace iscsi_ike::ike::tool {

class NegativeCacheFile {
 public:
  // Open reads the file, if there is one, and makes sure that it can be written. An empty path: no
  // file, and nothing is remembered.
  [[nodiscard]] static Checked<NegativeCacheFile> Open(const std::string& path);

  // WhyNot: "it failed authentication (HASH_MISMATCH), and is left alone for 540 s more"; unset: it
  // may be tried.
  [[nodiscard]] std::optional<std::string> WhyNot(const policy::isns::PortalKey& endpoint) const;
  void Remember(const policy::isns::PortalKey& endpoint, std::string code);
  void Forget(const policy::isns::PortalKey& endpoint);
  // Save puts a new file, which only its owner can read, in the place of the old one; when that
  // fails, nothing of it is left.
  Status<ToolError> Save() const;

 private:
  explicit NegativeCacheFile(std::string path) : path_(std::move(path)) {}
  Status<ToolError> Read();
  Status<ToolError> ReadFrom(int descriptor);
  Status<ToolError> Take(std::string_view text);
  Status<ToolError> TakeLine(std::string_view line, std::size_t number);
  [[nodiscard]] Failure<ToolError> Reject(const std::string& rule) const;

  std::string path_;
  policy::isns::NegativeCache cache_;
};

}  // namespace iscsi_ike::ike::tool
