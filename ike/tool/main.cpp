// iscsi-ike: the command-line tool.
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "ike/tool/check.hpp"
#include "ike/tool/connect.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/core_dumps.hpp"
#include "ike/tool/decode.hpp"
#include "ike/tool/demo.hpp"
#include "ike/tool/discover.hpp"
#include "ike/tool/explain.hpp"
#include "ike/tool/file_roles.hpp"
#include "ike/tool/load.hpp"
#include "ike/tool/recorded_keys.hpp"
#include "ike/tool/render.hpp"
#include "ike/tool/replay.hpp"
#include "ike/tool/serve.hpp"
#include "ike/tool/why_key.hpp"

namespace iscsi_ike::ike::tool {
namespace {

ExitCode Dispatch(const Options& options) {
  switch (options.command) {
    case Command::kExplain:
      return RunExplain(options);
    case Command::kDemo:
      return RunDemo(options);
    case Command::kConnect:
      return RunConnect(options);
    case Command::kServe:
      return RunServe(options);
    case Command::kLoad:
      return RunLoad(options);
    case Command::kWhyKey:
      return RunWhyKey(options);
    case Command::kCheck:
      return RunCheck(options);
    case Command::kRender:
      return RunRender(options);
    case Command::kDecode:
      return RunDecode(options);
    case Command::kReplay:
      return RunReplay(options);
    case Command::kDiscover:
      return RunDiscover(options);
  }
  return ExitCode::kUsage;
}

ExitCode Main(int argc, char** argv) {
  auto taken = TakeKeyArgument(argc, argv);
  if (!taken) return Complain(taken.error());
  std::optional<crypto::Secret> key = std::move(taken).value();
  auto lines = std::make_shared<const std::vector<crypto::Secret>>(TakeLineArguments(argc, argv));
  auto line = ParseCommandLine(std::vector<std::string>(argv + 1, argv + argc));
  if (!line) return Complain(line.error());
  if (line->print_and_leave) {
    Print(*line->print_and_leave);
    return ExitCode::kOk;
  }
  if (auto roles = CheckFileRoles(line->options); !roles) return Complain(roles.error());
  if (!crypto::InitializeCrypto())
    return Complain({ExitCode::kUsage, "crypto: the machine gives no randomness"});
  if (key) Warn("--key: every user of this machine may have seen the key; use --key-file");
  line->options.key.argument = std::move(key);
  line->options.policy.inputs.iscsicli_lines = std::move(lines);
  const OutputOptions& output = line->options.output;
  if (output.recording_keys && output.recording.empty())
    return Complain({ExitCode::kUsage, "--record-keys: is for a --record; none is given"});
  // Who reads the config twice reads it here, once: it may be standard input.
  if (!output.recording.empty() || !line->options.publish.isns.empty()) {
    if (auto loaded = LoadSources(line->options); !loaded) return Complain(loaded.error());
  }
  return Dispatch(line->options);
}

}  // namespace
}  // namespace iscsi_ike::ike::tool

int main(int argc, char** argv) {
  namespace tool = iscsi_ike::ike::tool;
  tool::ForbidCoreDumps();
  try {
    return static_cast<int>(tool::Main(argc, argv));
  } catch (const std::exception& error) {  // out of memory, above all
    const std::string line = std::string("tool: ") + error.what();
    return static_cast<int>(tool::Complain({tool::ExitCode::kUsage, line}));
  }
}
