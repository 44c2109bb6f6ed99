#include "policy/iscsicli_values.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/iscsi_name.hpp"
#include "policy/preshared_key.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::string_view kAny = "*";
constexpr std::uint64_t kRequireIpsec = 0x1;   // ISCSI_LOGIN_FLAG_REQUIRE_IPSEC
constexpr std::uint64_t kMostMappings = 0xFF;  // bounded by kMostArguments as well
constexpr std::uint64_t kMostOf32Bits = 0xFFFFFFFF;

crypto::Octets OctetsOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// ReadNumber: nullopt for *.
Parsed<std::optional<std::uint64_t>> ReadNumber(std::string_view text, const std::string& place,
                                                std::uint64_t most) {
  if (text == kAny) return std::optional<std::uint64_t>();
  const auto number = ParseUnsigned(text);
  if (!number)
    return Reject(place, "is no number; hexadecimal begins with 0x, decimal has no 0 in front");
  if (*number > most)
    return Reject(place, "is past " + (most > 0xFFFF ? Hex(most) : std::to_string(most)));
  return number;
}

// ReadName takes printable ASCII.
Status<Error> ReadName(std::string_view text, const std::string& place, std::size_t longest,
                       std::string& name) {
  if (text.empty()) return Reject(place, "is empty");
  if (text.size() > longest)
    return Reject(place, "has " + std::to_string(text.size()) + " octets; " +
                             std::to_string(longest) + " is the most");
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return Reject(place, "has an octet that is no printable ASCII");
  name = std::string(text);
  return Done{};
}

Status<Error> ReadAddress(std::string_view text, const std::string& place,
                          std::optional<IpAddress>& address) {
  address = IpAddress::Parse(text);
  if (!address) return Reject(place, "is no IPv4 or IPv6 address; names are not resolved here");
  if (address->IsUnspecified()) return Reject(place, "is the address of no host");
  return Done{};
}

}  // namespace

Status<Error> TakeInitiator(IscsicliValues& values, std::string_view text,
                            const std::string& place) {
  if (text == kAny) return Done{};
  return ReadName(text, place, kLongestInitiatorName, values.initiator.name);
}

Status<Error> TakePort(IscsicliValues& values, std::string_view text, const std::string& place) {
  if (text == "-1") return Done{};
  const auto port = ReadNumber(text, place, kMostOf32Bits);
  if (!port) return Failure(port.error());
  if (*port && **port != kAllPorts) values.initiator.port = static_cast<std::uint32_t>(**port);
  return Done{};
}

Status<Error> TakeTarget(IscsicliValues& values, std::string_view text, const std::string& place) {
  if (text == kAny) return Reject(place, "is *; a login has a target");
  return ReadName(text, place, kLongestIscsiName, values.target);
}

Status<Error> TakeAddress(IscsicliValues& values, std::string_view text, const std::string& place) {
  auto address = ParseHostAddress(text, place);
  if (!address) return Failure(address.error());
  values.address = std::move(address).value();
  return Done{};
}

Status<Error> TakeAnyAddress(IscsicliValues& values, std::string_view text,
                             const std::string& place) {
  return text == kAny ? Done{} : TakeAddress(values, text, place);
}

Status<Error> TakeSocket(IscsicliValues& values, std::string_view text, const std::string& place) {
  const auto socket = ReadNumber(text, place, 0xFFFF);
  if (!socket) return Failure(socket.error());
  if (*socket == 0U) return Reject(place, "is 0; a TCP port is 1 to 65535");
  if (*socket) values.socket = static_cast<std::uint16_t>(**socket);
  return Done{};
}

Status<Error> TakeFlags(IscsicliValues& values, std::string_view text, const std::string& place) {
  const auto word = ReadNumber(text, place, UINT64_MAX);
  if (!word) return Failure(word.error());
  values.passed.word = SecurityFlags(word->value_or(0));
  return Done{};
}

Status<Error> TakeLoginFlags(IscsicliValues& values, std::string_view text,
                             const std::string& place) {
  const auto flags = ReadNumber(text, place, kMostOf32Bits);
  if (!flags) return Failure(flags.error());
  values.passed.require_ipsec = (flags->value_or(0) & kRequireIpsec) != 0;
  return Done{};
}

Status<Error> TakeIdType(IscsicliValues& values, std::string_view text, const std::string& place) {
  const auto type = ReadNumber(text, place, 0xFF);
  if (!type) return Failure(type.error());
  if (!*type) return Reject(place, "is *; an identity has a type");
  values.id_type = static_cast<std::uint32_t>(**type);
  return CheckIdType(values.id_type, place);
}

// The usage text has 1.2.3.4 for IPv4, ComputerName for FQDN, and an address for IPv6.
Status<Error> TakeId(IscsicliValues& values, std::string_view text, const std::string& place) {
  const auto v4 = static_cast<std::uint32_t>(IdType::kIpv4);
  const auto v6 = static_cast<std::uint32_t>(IdType::kIpv6);
  if (values.id_type == v4 || values.id_type == v6) {
    const auto address = IpAddress::Parse(text);
    if (!address || address->is_v6() != (values.id_type == v6))
      return Reject(place, values.id_type == v6 ? "is no IPv6 address, as <Id Type> 5 has it"
                                                : "is no IPv4 address, as <Id Type> 1 has it");
    values.identity = Identity::OfAddress(*address);
    return Done{};
  }
  auto identity = Identity::Make(values.id_type, OctetsOf(text), "");
  if (!identity) return Reject(place, identity.error().rule);
  values.identity = std::move(identity).value();
  return Done{};
}

Status<Error> TakeKey(IscsicliValues& values, std::string_view text, const std::string& place) {
  if (text == kAny) return Reject(place, "is *; a key is needed here");
  auto key = ParseKeyText(OctetsOf(text), place, values.notation);
  if (!key) return Failure(key.error());
  values.key = std::move(key).value();
  return Done{};
}

Status<Error> TakeAnyKey(IscsicliValues& values, std::string_view text, const std::string& place) {
  return text == kAny ? Done{} : TakeKey(values, text, place);
}

Status<Error> TakeDestination(IscsicliValues& values, std::string_view text,
                              const std::string& place) {
  return ReadAddress(text, place, values.destination);
}

Status<Error> TakeOuter(IscsicliValues& values, std::string_view text, const std::string& place) {
  return ReadAddress(text, place, values.outer);
}

Status<Error> TakeMappings(IscsicliValues& values, std::string_view text,
                           const std::string& place) {
  const auto count = ReadNumber(text, place, kMostMappings);
  if (!count) return Failure(count.error());
  values.mappings = static_cast<std::size_t>(count->value_or(0));
  return Done{};
}

Status<Error> PassNumber(IscsicliValues& /*values*/, std::string_view text,
                         const std::string& place) {
  const auto number = ReadNumber(text, place, UINT64_MAX);
  return number ? Status<Error>(Done{}) : Failure(number.error());
}

Status<Error> PassTruth(IscsicliValues& /*values*/, std::string_view text,
                        const std::string& place) {
  static constexpr auto kTruths =
      std::to_array<std::string_view>({"T", "F", "true", "false", "1", "0", kAny});
  const bool known = std::any_of(kTruths.begin(), kTruths.end(),
                                 [&](std::string_view truth) { return SameName(truth, text); });
  return known ? Status<Error>(Done{}) : Reject(place, "is T or F");
}

Status<Error> PassText(IscsicliValues& /*values*/, std::string_view /*text*/,
                       const std::string& /*place*/) {
  return Done{};
}

}  // namespace iscsi_ike::policy
