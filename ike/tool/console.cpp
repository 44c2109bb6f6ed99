#include "ike/tool/console.hpp"

#include <cstdio>
#include <string>

#include "ike/tool/policy_no.hpp"
#include "ike/tool/report.hpp"

namespace iscsi_ike::ike::tool {

namespace {

void Write(std::FILE* stream, std::string_view text) {
  // Whoever closed the stream does not want to hear about it.
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stream));
  static_cast<void>(std::fflush(stream));
}

}  // namespace

void Print(std::string_view text) { Write(stdout, text); }
void PrintError(std::string_view text) { Write(stderr, text); }

ExitCode Complain(const ToolError& error) {
  // One line whatever is quoted in it: a file name may hold a newline.
  std::string line = "iscsi-ike: " + error.line;
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  PrintError(line + "\n");
  return error.code;
}

void Warn(std::string_view text) { PrintError("iscsi-ike: warning: " + std::string(text) + "\n"); }

void WarnOf(const policy::Plan& plan) {
  for (const policy::Reason& reason : plan.reasons)
    if (reason.severity == policy::Severity::kWarning)
      Warn(std::string(reason.code) + ": " + reason.text);
}

ExitCode Refuse(const policy::Plan& plan, bool json) {
  const PolicyNo no = WhyNot(plan);
  if (json) Print(PolicyFailureLine(plan));
  return Complain({ExitCode::kPolicy, "policy: " + no.code + ": " + no.text});
}

}  // namespace iscsi_ike::ike::tool
