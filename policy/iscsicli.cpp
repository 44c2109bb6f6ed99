#include "policy/iscsicli.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "policy/command_line.hpp"
#include "policy/iscsicli_values.hpp"
#include "policy/text.hpp"
#include "policy/text_encoding.hpp"

namespace iscsi_ike::policy {
namespace {

struct Argument {
  std::string_view name;
  IscsicliReaderOf read;
};

constexpr auto kPsKey = std::to_array<Argument>({{"<Initiator Name>", TakeInitiator},
                                                 {"<initiator Port>", TakePort},
                                                 {"<Security Flags>", TakeFlags},
                                                 {"<Id Type>", TakeIdType},
                                                 {"<Id>", TakeId},
                                                 {"<Key>", TakeKey},
                                                 {"<persist>", PassTruth}});

constexpr auto kGroupKey = std::to_array<Argument>({{"<Key>", TakeKey}, {"<Persist>", PassTruth}});

constexpr auto kTunnelAddr = std::to_array<Argument>({{"<Initiator Name>", TakeInitiator},
                                                      {"<InitiatorPort>", TakePort},
                                                      {"<Destination Address>", TakeDestination},
                                                      {"<Tunnel Address>", TakeOuter},
                                                      {"<Persist>", PassTruth}});

constexpr auto kAddTargetPortal = std::to_array<Argument>({{"<TargetPortalAddress>", TakeAddress},
                                                           {"<TargetPortalSocket>", TakeSocket},
                                                           {"[HBA Name]", PassText},
                                                           {"[Port Number]", TakePort},
                                                           {"<Security Flags>", TakeFlags},
                                                           {"<Login Flags>", TakeLoginFlags},
                                                           {"<Header Digest>", PassNumber},
                                                           {"<Data Digest>", PassNumber},
                                                           {"<Max Connections>", PassNumber},
                                                           {"<DefaultTime2Wait>", PassNumber},
                                                           {"<DefaultTime2Retain>", PassNumber},
                                                           {"<Username>", PassText},
                                                           {"<Password>", PassText},
                                                           {"<AuthType>", PassNumber}});

constexpr auto kQAddTargetPortal = std::to_array<Argument>({{"<TargetPortalAddress>", TakeAddress},
                                                            {"[CHAP Username]", PassText},
                                                            {"[CHAP Password]", PassText}});

constexpr auto kLoginTarget = std::to_array<Argument>({{"<TargetName>", TakeTarget},
                                                       {"<ReportToPNP>", PassTruth},
                                                       {"<TargetPortalAddress>", TakeAnyAddress},
                                                       {"<TargetPortalSocket>", TakeSocket},
                                                       {"<InitiatorInstance>", TakeInitiator},
                                                       {"<Port number>", TakePort},
                                                       {"<Security Flags>", TakeFlags},
                                                       {"<Login Flags>", TakeLoginFlags},
                                                       {"<Header Digest>", PassNumber},
                                                       {"<Data Digest>", PassNumber},
                                                       {"<Max Connections>", PassNumber},
                                                       {"<DefaultTime2Wait>", PassNumber},
                                                       {"<DefaultTime2Retain>", PassNumber},
                                                       {"<Username>", PassText},
                                                       {"<Password>", PassText},
                                                       {"<AuthType>", PassNumber},
                                                       {"<Key>", TakeAnyKey},
                                                       {"<Mapping Count>", TakeMappings}});

constexpr auto kMapping = std::to_array<Argument>({{"<Target Lun>", PassNumber},
                                                   {"<OS Bus>", PassNumber},
                                                   {"<Os Target>", PassNumber},
                                                   {"<OS Lun>", PassNumber}});

constexpr auto kAddConnection =
    std::to_array<Argument>({{"<SessionId>", PassText},
                             {"<Initiator Instance>", TakeInitiator},
                             {"<Port Number>", TakePort},
                             {"<Target Portal Address>", TakeAnyAddress},
                             {"<Target Portal Socket>", TakeSocket},
                             {"<Security Flags>", TakeFlags},
                             {"<Login Flags>", TakeLoginFlags},
                             {"<Header Digest>", PassNumber},
                             {"<Data Digest>", PassNumber},
                             {"<Max Connections>", PassNumber},
                             {"<DefaultTime2Wait>", PassNumber},
                             {"<DefaultTime2Retain>", PassNumber},
                             {"<Username>", PassText},
                             {"<Password>", PassText},
                             {"<AuthType>", PassNumber},
                             {"<Key>", TakeAnyKey}});

// Commands without a word about IPsec.
constexpr auto kOthers = std::to_array<std::string_view>({"AddTarget",
                                                          "RemoveTarget",
                                                          "RemoveTargetPortal",
                                                          "RefreshTargetPortal",
                                                          "ListTargets",
                                                          "ListTargetPortals",
                                                          "TargetInfo",
                                                          "LogoutTarget",
                                                          "ListPersistentTargets",
                                                          "RemovePersistentTarget",
                                                          "RemoveConnection",
                                                          "ScsiInquiry",
                                                          "ReadCapacity",
                                                          "ReportLUNs",
                                                          "ReportTargetMappings",
                                                          "ListInitiators",
                                                          "AddiSNSServer",
                                                          "RemoveiSNSServer",
                                                          "RefreshiSNSServer",
                                                          "ListiSNSServers",
                                                          "FirewallExemptiSNSServer",
                                                          "NodeName",
                                                          "SessionList",
                                                          "CHAPSecret",
                                                          "BindPersistentVolumes",
                                                          "BindPersistentDevices",
                                                          "ReportPersistentDevices",
                                                          "AddPersistentDevice",
                                                          "RemovePersistentDevice",
                                                          "ClearPersistentDevices",
                                                          "Ping",
                                                          "GetPSKey",
                                                          "QLoginTarget",
                                                          "QAddTarget",
                                                          "QAddConnection"});

bool IsTool(std::string_view argument) {
  return SameName(argument, "iscsicli") || SameName(argument, "iscsicli.exe");
}

bool IsComment(std::string_view line) {
  if (line.empty() || line.front() == '#' || line.starts_with("::")) return true;
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  return SameName(word, "rem");
}

}  // namespace

// IscsicliCommand is one command: its arguments, of which the first `least` must be there.
struct IscsicliCommand {
  using Add = Status<Error> (IscsicliReader::*)(IscsicliValues&, const std::string&);
  std::string_view name;
  std::span<const Argument> arguments;
  std::size_t least;
  std::span<const Argument> repeated;  // behind the others, as often as <Mapping Count> says
  Add add;

  static const IscsicliCommand* Find(std::string_view name);
  [[nodiscard]] Status<Error> CheckCount(std::size_t given, const std::string& place) const;
  [[nodiscard]] Status<Error> Read(std::span<const std::string_view> given,
                                   const std::string& place, IscsicliValues& values) const;
};

namespace {

// CountRule: what comes next is a better hint than a number.
std::string CountRule(std::size_t given, std::string_view next) {
  return "has " + std::to_string(given) + (given == 1 ? " argument; " : " arguments; ") +
         std::string(next) + " comes next (* where nothing is to be said)";
}

Status<Error> ReadAll(std::span<const Argument> arguments, std::span<const std::string_view> given,
                      const std::string& place, IscsicliValues& values) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const Argument& argument = arguments[i % arguments.size()];
    auto read = argument.read(values, given[i], place + ": " + std::string(argument.name));
    if (!read) return read;
  }
  return Done{};
}

}  // namespace

const IscsicliCommand* IscsicliCommand::Find(std::string_view name) {
  using Reader = IscsicliReader;
  static constexpr auto kCommands = std::to_array<IscsicliCommand>({
      {"PSKey", kPsKey, kPsKey.size(), {}, &Reader::AddRecord},
      {"GroupKey", kGroupKey, kGroupKey.size(), {}, &Reader::AddGroupKey},
      {"TunnelAddr", kTunnelAddr, kTunnelAddr.size(), {}, &Reader::AddTunnel},
      {"AddTargetPortal", kAddTargetPortal, 2, {}, &Reader::AddPortal},
      {"QAddTargetPortal", kQAddTargetPortal, 1, {}, &Reader::AddPortal},
      {"LoginTarget", kLoginTarget, kLoginTarget.size(), kMapping, &Reader::AddLogin},
      {"PersistentLoginTarget", kLoginTarget, kLoginTarget.size(), kMapping, &Reader::AddLogin},
      {"AddConnection", kAddConnection, kAddConnection.size(), {}, &Reader::AddLogin},
  });
  for (const IscsicliCommand& command : kCommands)
    if (SameName(command.name, name)) return &command;
  return nullptr;
}

Status<Error> IscsicliCommand::CheckCount(std::size_t given, const std::string& place) const {
  if (given < least) return Reject(place, CountRule(given, arguments[given].name));
  if (given <= arguments.size() || !repeated.empty()) return Done{};
  return Reject(place, "has " + std::to_string(given) + " arguments; " +
                           std::to_string(arguments.size()) +
                           " is the most (blanks in one need double quotes)");
}

Status<Error> IscsicliCommand::Read(std::span<const std::string_view> given,
                                    const std::string& place, IscsicliValues& values) const {
  if (auto count = CheckCount(given.size(), place); !count) return count;
  const std::size_t fixed = std::min(given.size(), arguments.size());
  if (auto read = ReadAll(arguments, given.first(fixed), place, values); !read) return read;
  const auto more = given.subspan(fixed);
  const std::size_t wanted = values.mappings * repeated.size();
  if (more.size() == wanted) return ReadAll(repeated, more, place, values);
  return Reject(place + ": <Mapping Count>",
                "is " + std::to_string(values.mappings) + ", and " + std::to_string(more.size()) +
                    " arguments follow; each mapping has " + std::to_string(repeated.size()));
}

Status<Error> IscsicliReader::Add(std::span<const std::string_view> arguments,
                                  const std::string& place) {
  if (!arguments.empty() && IsTool(arguments.front())) arguments = arguments.subspan(1);
  if (arguments.empty()) return Reject(place, "has no command");
  const std::string_view name = arguments.front();
  const auto is_it = [&](std::string_view other) { return SameName(other, name); };
  if (std::any_of(kOthers.begin(), kOthers.end(), is_it)) return Done{};
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
                           "\n" + std::to_string(values.socket);
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
  portal.socket = values.socket;
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
