// The arguments of iscsicli commands, one by one: what each may be and what it says. Only for
// iscsicli.cpp.
//
// No reader quotes an argument in an error, but for numbers it could read: on a line that is one
// argument short, any of them may be the key or the password.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/address_text.hpp"
#include "policy/identity.hpp"
#include "policy/initiator.hpp"
#include "policy/key_notation.hpp"
#include "policy/proposal.hpp"
#include "policy/security_flags.hpp"
#include "policy/target_portal.hpp"

namespace iscsi_ike::policy {

// IscsicliValues is what the arguments of one line say. Move-only.
struct IscsicliValues {
  KeyNotation notation = KeyNotation::kIscsicli;
  Initiator initiator;
  std::string target;
  HostAddress address;                  // neither of the two: any
  std::optional<std::uint16_t> socket;  // unset: any
  PassedFlags passed;
  std::uint32_t id_type = 0;
  std::optional<Identity> identity;
  crypto::Secret key;
  std::optional<IpAddress> destination;
  std::optional<IpAddress> outer;
  std::size_t mappings = 0;
};

// Numbers are decimal, or hexadecimal behind 0x. `*` is the default, or any, wherever the comment
// does not say otherwise. Errors stand at `place`.
using IscsicliReaderOf = Status<Error> (*)(IscsicliValues&, std::string_view text,
                                           const std::string& place);
Status<Error> TakeInitiator(IscsicliValues& values, std::string_view text,
                            const std::string& place);
Status<Error> TakePort(IscsicliValues& values, std::string_view text,
                       const std::string& place);  // -1 and 0xffffffff: all
Status<Error> TakeTarget(IscsicliValues& values, std::string_view text,
                         const std::string& place);  // not *
Status<Error> TakeAddress(IscsicliValues& values, std::string_view text,
                          const std::string& place);  // a host name, too; not *
Status<Error> TakeAnyAddress(IscsicliValues& values, std::string_view text,
                             const std::string& place);
Status<Error> TakeSocket(IscsicliValues& values, std::string_view text, const std::string& place);
Status<Error> TakeFlags(IscsicliValues& values, std::string_view text, const std::string& place);
Status<Error> TakeLoginFlags(IscsicliValues& values, std::string_view text,
                             const std::string& place);
Status<Error> TakeIdType(IscsicliValues& values, std::string_view text,
                         const std::string& place);  // not *
Status<Error> TakeId(IscsicliValues& values, std::string_view text,
                     const std::string& place);  // not *; behind the type
Status<Error> TakeKey(IscsicliValues& values, std::string_view text,
                      const std::string& place);  // not *
Status<Error> TakeAnyKey(IscsicliValues& values, std::string_view text, const std::string& place);
Status<Error> TakeDestination(IscsicliValues& values, std::string_view text,
                              const std::string& place);  // not *
Status<Error> TakeOuter(IscsicliValues& values, std::string_view text,
                        const std::string& place);  // not *
Status<Error> TakeMappings(IscsicliValues& values, std::string_view text, const std::string& place);

// What says nothing about security is looked at no further than its kind.
Status<Error> PassNumber(IscsicliValues& values, std::string_view text, const std::string& place);
Status<Error> PassTruth(IscsicliValues& values, std::string_view text,
                        const std::string& place);  // T, F, true, false, 1, 0
Status<Error> PassText(IscsicliValues& values, std::string_view text, const std::string& place);

}  // namespace iscsi_ike::policy
