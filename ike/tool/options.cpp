#include "ike/tool/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "ike/tool/command_line_error.hpp"
#include "ike/tool/commands.hpp"
#include "ike/tool/shared_arguments.hpp"

namespace iscsi_ike::ike::tool {

Checked<CommandLine> ParseCommandLine(std::vector<std::string> arguments) {
  Commands commands;
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them last first
  try {
    commands.app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return CommandLine{{}, commands.app.help()};
  } catch (const CLI::CallForVersion& version) {
    return CommandLine{{}, std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return Failure(OneLine(error, commands.app));
  }
  Options& options = commands.options;
  options.key.notation = options.policy.inputs.key_notation;
  options.policy.inputs.isns.timeout = options.network.timeout;
  const auto chosen = commands.app.get_subcommands();
  if (!chosen.empty()) options.given = GivenOf(*chosen.front());
  return CommandLine{std::move(options), std::nullopt};
}

}  // namespace iscsi_ike::ike::tool
