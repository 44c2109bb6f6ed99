#include "ike/tool/command_line_error.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace iscsi_ike::ike::tool {

namespace {

ToolError Line(std::string place, const std::string& rule) {
  return {ExitCode::kUsage, std::move(place) + ": " + rule};
}

// CommandName is the chosen sub-command, or the tool itself.
std::string CommandName(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app.get_name() : chosen.front()->get_name();
}

std::string HelpHint(const CLI::App& app) {
  const std::string command = CommandName(app);
  return command == app.get_name() ? "see 'iscsi-ike --help'"
                                   : "see 'iscsi-ike " + command + " --help'";
}

ToolError Unexpected(const CLI::App& app) {
  const auto left = app.remaining(true);
  const std::string first = left.empty() ? "" : left.front();
  if (first.starts_with('-'))
    return Line(first.substr(0, first.find('=')),
                "is no option of " + CommandName(app) + "; " + HelpHint(app));
  return Line(CommandName(app),
              "has an argument too many, one that belongs to no option; " + HelpHint(app));
}

// CommandNames: "explain, demo or connect".
std::string CommandNames(const CLI::App& app) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  std::string names;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (i > 0) names += i + 1 == commands.size() ? " or " : ", ";
    names += commands[i]->get_name();
  }
  return names;
}

ToolError NoCommand(const CLI::App& app) {
  const auto left = app.remaining(true);
  const std::string commands = CommandNames(app);
  if (left.empty()) return Line("command line", "a sub-command is wanted: " + commands);
  return Line(left.front(), "is no sub-command: " + commands + "; " + HelpHint(app));
}

// CLI11 says "--name: 1 required TEXT missing" and "--name: At Most 1 required but received 2".
ToolError WrongCount(std::string_view message, const CLI::App& app) {
  const std::string place(message.substr(0, message.find(':')));
  const bool missing = message.find("missing") != std::string_view::npos;
  return Line(place, (missing ? "needs a value; " : "may be given once only; ") + HelpHint(app));
}

}  // namespace

ToolError OneLine(const CLI::ParseError& error, const CLI::App& app) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return Unexpected(app);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return NoCommand(app);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return WrongCount(error.what(), app);
  const std::string_view what(error.what());
  // Already "place: rule".
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr)
    return {ExitCode::kUsage, std::string(what)};
  return Line("command line", std::string(what.substr(0, what.find('\n'))));
}

}  // namespace iscsi_ike::ike::tool
