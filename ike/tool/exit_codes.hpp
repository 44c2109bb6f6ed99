// ExitCode: what the tool tells the shell. Documented in --help; scripts rely on it.
#pragma once

#include <string>
#include <utility>

#include "crypto/result.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::ike::tool {

enum class ExitCode : int {
  kOk = 0,
  kUsage = 2,   // the command line, a file or the configuration cannot be used
  kPolicy = 3,  // the security word, identity or key allow no negotiation; why-key: no key is used;
                // check: the two would not agree
  // For any reason but time; decode --try-psk: the key is another; replay: it parted; discover: no
  // target is shown, or the server refused.
  kNegotiationFailed = 4,
  kTimeout = 5,
};

// ToolError ends the tool: one line on stderr, "iscsi-ike: place: rule", and an exit code. Never
// holds key octets.
struct ToolError {
  ExitCode code = ExitCode::kUsage;
  std::string line;  // "place: rule"
};

template <class T>
using Checked = Result<T, ToolError>;

[[nodiscard]] inline Failure<ToolError> Usage(std::string place, const std::string& rule) {
  return Failure(ToolError{ExitCode::kUsage, std::move(place) + ": " + rule});
}
[[nodiscard]] inline Failure<ToolError> Usage(const policy::Error& error) {
  return Failure(ToolError{ExitCode::kUsage, error.Text()});
}

}  // namespace iscsi_ike::ike::tool
