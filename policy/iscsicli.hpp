// Lines of iscsicli, the command-line tool of the Microsoft iSCSI initiator, in the order of
// arguments that its usage text has (Windows 10, build 17763):
//
//   PSKey <Initiator Name> <initiator Port> <Security Flags> <Id Type> <Id> <Key> <persist>
//   GroupKey <Key> <Persist>
//   TunnelAddr <Initiator Name> <InitiatorPort> <Destination Address> <Tunnel Address> <Persist>
//   AddTargetPortal <TargetPortalAddress> <TargetPortalSocket> [HBA Name] [Port Number]
//                   <Security Flags> <Login Flags> <Header Digest> <Data Digest>
//                   <Max Connections> <DefaultTime2Wait> <DefaultTime2Retain> <Username>
//                   <Password> <AuthType>
//   QAddTargetPortal <TargetPortalAddress> [CHAP Username] [CHAP Password]
//   LoginTarget, PersistentLoginTarget
//                   <TargetName> <ReportToPNP> <TargetPortalAddress> <TargetPortalSocket>
//                   <InitiatorInstance> <Port number> <Security Flags> ... <AuthType> <Key>
//                   <Mapping Count> [<Target Lun> <OS Bus> <Os Target> <OS Lun>]...
//   AddConnection   <SessionId> <Initiator Instance> <Port Number> <Target Portal Address>
//                   <Target Portal Socket> <Security Flags> ... <AuthType> <Key>
//
// A line may begin with `iscsicli`, `iscsicli.exe` and `@`. Names of commands have no case. Behind
// the socket of AddTargetPortal everything may be left out, as people do. The other commands of
// iscsicli say nothing about IPsec and are passed over. What the lines say:
//
//   PSKey            a record, for this identity; again for the same initiator, port and identity:
//                    instead of the earlier one, as the adapter has it
//   GroupKey         the group key; the last one counts
//   TunnelAddr       an outer address; again for the same destination: instead of the earlier one
//   AddTargetPortal  a portal, and the flags that were passed when it was added
//   LoginTarget      a login, with the flags and the key that it passes
//   AddConnection    a login without target
//
// Numbers are decimal, or hexadecimal behind 0x; `*` is any, or the default; T and F (true, false,
// 1, 0) say whether to persist, which is the same to us. `*` and T are from the documentation of
// the tool and not in its usage text. Keys: key_notation.hpp. Identity type 3, user FQDN, which the
// usage text does not offer, is in the headers and is taken.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/config.hpp"
#include "policy/error.hpp"
#include "policy/key_notation.hpp"

namespace iscsi_ike::policy {

struct IscsicliValues;

// IscsicliReader collects what calls of iscsicli say. Move-only.
class IscsicliReader {
 public:
  explicit IscsicliReader(KeyNotation notation = KeyNotation::kIscsicli) : notation_(notation) {}

  // Add takes the arguments of one call, with or without the name of the tool, and copies what it
  // keeps. Errors stand at "`place`: command: argument" and quote none of the arguments, any of
  // which may be a key when one of them is missing; those that are numbers may be told.
  Status<Error> Add(std::span<const std::string_view> arguments, const std::string& place);

  [[nodiscard]] Config Take() { return std::move(config_); }

 private:
  friend struct IscsicliCommand;
  // Entry is where the list has it, and which line said so.
  struct Entry {
    std::size_t index = 0;
    std::string place;
  };
  using Entries = std::map<std::string, Entry>;

  Status<Error> AddRecord(IscsicliValues& values, const std::string& place);
  Status<Error> AddGroupKey(IscsicliValues& values, const std::string& place);
  Status<Error> AddTunnel(IscsicliValues& values, const std::string& place);
  Status<Error> AddPortal(IscsicliValues& values, const std::string& place);
  Status<Error> AddLogin(IscsicliValues& values, const std::string& place);

  KeyNotation notation_;
  Config config_;
  Entries records_;
  Entries tunnels_;
  Entries portals_;
};

// ParseIscsicli reads a script: one call a line; blank lines, and lines that begin with #, `rem` or
// ::, say nothing; arguments as a Windows program sees them (command_line.hpp). It consumes the
// octets of a file (DecodeText) and wipes them. Errors stand at "`place`: line 3: PSKey: <Id
// Type>".
[[nodiscard]] Parsed<Config> ParseIscsicli(crypto::Secret octets, std::string_view place,
                                           KeyNotation notation = KeyNotation::kIscsicli);

}  // namespace iscsi_ike::policy
