#include "policy/iscsicli.hpp"

#include <algorithm>
#include <utility>

#include "policy/command_line.hpp"
#include "policy/iscsicli_command.hpp"
#include "policy/text.hpp"
#include "policy/text_encoding.hpp"

namespace iscsi_ike::policy {
namespace {

bool IsTool(std::string_view argument) {
  return SameName(argument, "iscsicli") || SameName(argument, "iscsicli.exe");
}

bool IsComment(std::string_view line) {
  if (line.empty() || line.front() == '#' || line.starts_with("::")) return true;
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  return SameName(word, "rem");
}

}  // namespace

Status<Error> IscsicliReader::Add(std::span<const std::string_view> arguments,
                                  const std::string& place) {
  if (!arguments.empty() && IsTool(arguments.front())) arguments = arguments.subspan(1);
  if (arguments.empty()) return Reject(place, "has no command");
  const std::string_view name = arguments.front();
  if (SaysNothing(name)) return Done{};
  const IscsicliCommand* const command = IscsicliCommand::Find(name);
  if (command == nullptr)
    return Reject(place,
                  "begins with no command of iscsicli; read are PSKey, GroupKey, TunnelAddr, "
                  "AddTargetPortal, LoginTarget and its like");
  IscsicliValues values;
  values.notation = notation_;
  const std::string at = place + ": " + std::string(command->name);
  if (auto read = command->Read(arguments.subspan(1), at, values); !read) return read;
  return (this->*command->add)(values, place);
}

Status<Error> IscsicliReader::AddRecord(IscsicliValues& values, const std::string& place) {
  PresharedKey record;
  record.flags = values.passed.word;
  record.identity = values.identity;
  record.key = std::move(values.key);
  record.initiator = values.initiator;
  record.name = LabelOf(record);
  const std::string text = ToString(values.initiator) + "\n" + values.identity->ToString();
  const auto [known, is_new] = records_.emplace(text, Entry{config_.records.size(), place});
  if (is_new) {
    config_.records.push_back(std::move(record));
  } else {
    config_.records[known->second.index] = std::move(record);
  }
  return Done{};
}

Status<Error> IscsicliReader::AddGroupKey(IscsicliValues& values, const std::string& /*place*/) {
  config_.defaults.group_key = std::move(values.key);
  return Done{};
}

Status<Error> IscsicliReader::AddTunnel(IscsicliValues& values, const std::string& place) {
  const std::string text = ToString(values.initiator) + "\n" + values.destination->ToString();
  const auto [known, is_new] = tunnels_.emplace(text, Entry{config_.tunnels.size(), place});
  if (is_new) {
    config_.tunnels.push_back({values.initiator, *values.destination, *values.outer});
  } else {
    config_.tunnels[known->second.index].outer = *values.outer;
  }
  return Done{};
}

// AddPortal: a portal that is added again stays as it is; another word then is no policy that
// anybody can tell, and an error.
Status<Error> IscsicliReader::AddPortal(IscsicliValues& values, const std::string& place) {
  const HostAddress& address = values.address;
  const std::string text = (address.address ? address.address->ToString() : Lower(address.host)) +
                           "\n" + std::to_string(values.socket.value_or(kIscsiPort));
  const auto [known, is_new] = portals_.emplace(text, Entry{config_.portals.size(), place});
  if (!is_new) {
    PassedFlags& passed = config_.portals[known->second.index].passed;
    if (passed.word.IsValid() && values.passed.word.IsValid() && passed.word != values.passed.word)
      return Reject(place + ": AddTargetPortal: <Security Flags>",
                    "is " + values.passed.word.ToHex() + ", and " + passed.word.ToHex() +
                        " for the same portal at " + known->second.place);
    if (!passed.word.IsValid()) passed.word = values.passed.word;
    passed.require_ipsec |= values.passed.require_ipsec;
    return Done{};
  }
  TargetPortal portal;
  portal.address = address.address;
  portal.host = address.host;
  portal.socket = values.socket.value_or(kIscsiPort);
  portal.passed = values.passed;
  config_.portals.push_back(std::move(portal));
  return Done{};
}

Status<Error> IscsicliReader::AddLogin(IscsicliValues& values, const std::string& /*place*/) {
  Login login;
  login.target = std::move(values.target);
  login.address = values.address.address;
  login.host = std::move(values.address.host);
  login.socket = values.socket;
  login.initiator = std::move(values.initiator);
  login.passed = values.passed;
  login.key = std::move(values.key);
  config_.logins.push_back(std::move(login));
  return Done{};
}

Parsed<Config> ParseIscsicli(crypto::Secret octets, std::string_view place, KeyNotation notation) {
  const auto decoded = DecodeText(std::move(octets), place);
  if (!decoded) return Failure(decoded.error());
  const crypto::Octets all = decoded->Expose();
  std::string_view rest(reinterpret_cast<const char*>(all.data()), all.size());
  CommandLine command_line(rest.size());
  IscsicliReader reader(notation);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = Trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with('@')) line = Trim(line.substr(1));
    if (IsComment(line)) continue;
    const std::string at = std::string(place) + ": line " + std::to_string(number);
    const auto arguments = command_line.Split(line, at);
    if (!arguments) return Failure(arguments.error());
    if (auto added = reader.Add(*arguments, at); !added) return Failure(added.error());
  }
  return reader.Take();
}

}  // namespace iscsi_ike::policy
