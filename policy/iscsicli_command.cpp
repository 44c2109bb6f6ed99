#include "policy/iscsicli_command.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr auto kPsKey = std::to_array<IscsicliArgument>({{"<Initiator Name>", TakeInitiator},
                                                         {"<initiator Port>", TakePort},
                                                         {"<Security Flags>", TakeFlags},
                                                         {"<Id Type>", TakeIdType},
                                                         {"<Id>", TakeId},
                                                         {"<Key>", TakeKey},
                                                         {"<persist>", PassTruth}});

constexpr auto kGroupKey =
    std::to_array<IscsicliArgument>({{"<Key>", TakeKey}, {"<Persist>", PassTruth}});

constexpr auto kTunnelAddr =
    std::to_array<IscsicliArgument>({{"<Initiator Name>", TakeInitiator},
                                     {"<InitiatorPort>", TakePort},
                                     {"<Destination Address>", TakeDestination},
                                     {"<Tunnel Address>", TakeOuter},
                                     {"<Persist>", PassTruth}});

constexpr auto kAddTargetPortal =
    std::to_array<IscsicliArgument>({{"<TargetPortalAddress>", TakeAddress},
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

constexpr auto kQAddTargetPortal =
    std::to_array<IscsicliArgument>({{"<TargetPortalAddress>", TakeAddress},
                                     {"[CHAP Username]", PassText},
                                     {"[CHAP Password]", PassText}});

constexpr auto kLoginTarget =
    std::to_array<IscsicliArgument>({{"<TargetName>", TakeTarget},
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

constexpr auto kMapping = std::to_array<IscsicliArgument>({{"<Target Lun>", PassNumber},
                                                           {"<OS Bus>", PassNumber},
                                                           {"<Os Target>", PassNumber},
                                                           {"<OS Lun>", PassNumber}});

constexpr auto kAddConnection =
    std::to_array<IscsicliArgument>({{"<SessionId>", PassText},
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
constexpr std::string_view kOthers[] = {"AddTarget",
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
                                        "QAddConnection"};

// CountRule: what comes next is a better hint than a number.
std::string CountRule(std::size_t given, std::string_view next) {
  return "has " + std::to_string(given) + (given == 1 ? " argument; " : " arguments; ") +
         std::string(next) + " comes next (* where nothing is to be said)";
}

Status<Error> ReadAll(std::span<const IscsicliArgument> arguments,
                      std::span<const std::string_view> given, const std::string& place,
                      IscsicliValues& values) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const IscsicliArgument& argument = arguments[i % arguments.size()];
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

bool SaysNothing(std::string_view name) {
  return std::any_of(std::begin(kOthers), std::end(kOthers),
                     [&](std::string_view other) { return SameName(other, name); });
}

}  // namespace iscsi_ike::policy
