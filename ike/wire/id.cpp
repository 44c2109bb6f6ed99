#include "ike/wire/id.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>

#include "ike/wire/reader.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

using policy::IpAddress;

constexpr std::size_t kFixedSize = 4;
constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::uint16_t kIkePort = 500;
constexpr std::uint16_t kNatPort = 4500;
constexpr std::size_t kShownId = 255;  // the longest name

IdentificationType TypeOf(const IdView& id) { return static_cast<IdentificationType>(id.type); }

Failure<ParseError> Refused(std::string_view rule, std::size_t offset) {
  return Malformed(rule, offset, NotifyType::kInvalidIdInformation, PayloadType::kId);
}

// Octets of data that the type fixes (RFC 2407 section 4.6.2.1); nullopt for the types of free
// length.
std::optional<std::size_t> FixedDataSize(std::uint8_t type) {
  switch (static_cast<IdentificationType>(type)) {
    case IdentificationType::kIpv4Addr:
      return 4;
    case IdentificationType::kIpv4Subnet:
    case IdentificationType::kIpv4Range:
      return 8;
    case IdentificationType::kIpv6Addr:
      return 16;
    case IdentificationType::kIpv6Subnet:
    case IdentificationType::kIpv6Range:
      return 32;
    default:
      return std::nullopt;
  }
}

bool BitAt(Octets octets, std::size_t bit) { return ((octets[bit / 8] >> (7 - bit % 8)) & 1) != 0; }

// PrefixOfMask: length of a mask of ones followed by zeros; nullopt when it has holes.
std::optional<std::size_t> PrefixOfMask(Octets mask) {
  const std::size_t bits = mask.size() * 8;
  std::size_t prefix = 0;
  while (prefix < bits && BitAt(mask, prefix)) ++prefix;
  for (std::size_t bit = prefix; bit < bits; ++bit) {
    if (BitAt(mask, bit)) return std::nullopt;
  }
  return prefix;
}

// PrefixOfRange: length of the prefix that covers exactly low to high; nullopt when none does.
std::optional<std::size_t> PrefixOfRange(Octets low, Octets high) {
  const std::size_t bits = low.size() * 8;
  std::size_t prefix = 0;
  while (prefix < bits && BitAt(low, prefix) == BitAt(high, prefix)) ++prefix;
  for (std::size_t bit = prefix; bit < bits; ++bit) {
    if (BitAt(low, bit) || !BitAt(high, bit)) return std::nullopt;
  }
  return prefix;
}

// MaskOf: `size` octets that start with `prefix` ones.
std::array<std::uint8_t, 16> MaskOf(std::size_t prefix) {
  std::array<std::uint8_t, 16> mask{};
  for (std::size_t bit = 0; bit < prefix; ++bit) {
    mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | (0x80U >> (bit % 8)));
  }
  return mask;
}

// Network: the address with everything past the prefix cleared.
IpAddress Network(Octets address, std::size_t prefix) {
  std::array<std::uint8_t, 16> masked = MaskOf(prefix);
  for (std::size_t i = 0; i < address.size(); ++i) masked[i] &= address[i];
  return IpAddress::FromOctets(Octets(masked).first(address.size())).value_or(IpAddress());
}

// PrefixOf: prefix length that the data of an address, subnet or range mean; nullopt when no prefix
// does.
std::optional<std::size_t> PrefixOf(const IdView& id) {
  const Octets first = id.data.first(id.data.size() / 2);
  const Octets second = id.data.subspan(id.data.size() / 2);
  switch (TypeOf(id)) {
    case IdentificationType::kIpv4Addr:
    case IdentificationType::kIpv6Addr:
      return id.data.size() * 8;
    case IdentificationType::kIpv4Subnet:
    case IdentificationType::kIpv6Subnet:
      return PrefixOfMask(second);
    case IdentificationType::kIpv4Range:
    case IdentificationType::kIpv6Range:
      return PrefixOfRange(first, second);
    default:
      return std::nullopt;
  }
}

bool IsSingle(const IdView& id) {
  return TypeOf(id) == IdentificationType::kIpv4Addr || TypeOf(id) == IdentificationType::kIpv6Addr;
}

std::string AddressText(Octets octets) {
  const auto address = IpAddress::FromOctets(octets);
  return address ? address->ToString() : Hex(octets);
}

std::string DataText(const IdView& id) {
  const Octets first = id.data.first(id.data.size() / 2);
  const Octets second = id.data.subspan(id.data.size() / 2);
  switch (TypeOf(id)) {
    case IdentificationType::kIpv4Addr:
    case IdentificationType::kIpv6Addr:
      return AddressText(id.data);
    case IdentificationType::kIpv4Subnet:
    case IdentificationType::kIpv6Subnet:
      return AddressText(first) + "/" + AddressText(second);
    case IdentificationType::kIpv4Range:
    case IdentificationType::kIpv6Range:
      return AddressText(first) + "-" + AddressText(second);
    case IdentificationType::kFqdn:
    case IdentificationType::kUserFqdn:
      return PrintableStart(id.data, kShownId);
    default:
      return HexStart(id.data, kShownId);
  }
}

void WriteFixed(Writer& writer, IdentificationType type, std::uint8_t protocol,
                std::uint16_t port) {
  writer.U8(ToNumber(type));
  writer.U8(protocol);
  writer.U16(port);
}

}  // namespace

Wire<IdView> ParseId(Octets body) {
  IdView id;
  Reader reader(body);
  if (!reader.ReadU8(id.type) || !reader.ReadU8(id.protocol) || !reader.ReadU16(id.port)) {
    return Malformed("no room for the fixed part", 0, NotifyType::kPayloadMalformed,
                     PayloadType::kId);
  }
  id.data = reader.rest();
  const auto size = FixedDataSize(id.type);
  if (size && *size != id.data.size()) {
    return Refused("data do not have the size of their type", kFixedSize);
  }
  return id;
}

bool HasPhase1Port(const IdView& id) {
  if (id.protocol == 0) return id.port == 0;
  return id.protocol == kProtocolUdp &&
         (id.port == 0 || id.port == kIkePort || id.port == kNatPort);
}

Wire<policy::Identity> ToIdentity(const IdView& id) {
  switch (TypeOf(id)) {
    case IdentificationType::kIpv4Addr:
    case IdentificationType::kFqdn:
    case IdentificationType::kUserFqdn:
    case IdentificationType::kIpv6Addr:
      break;
    default:
      return Refused("type is no phase-1 identity of an iSCSI host", 0);
  }
  auto identity = policy::Identity::Make(id.type, id.data, "identity");
  if (!identity) return Refused("data break the syntax of their type", kFixedSize);
  return std::move(*identity);
}

Wire<policy::Selector> ToSelector(const IdView& id) {
  const auto size = FixedDataSize(id.type);
  if (!size || *size != id.data.size()) return Refused("type is no selector", 0);
  const auto prefix = PrefixOf(id);
  if (!prefix) return Refused("mask or range is not a prefix", kFixedSize);
  policy::Selector selector;
  const Octets address = IsSingle(id) ? id.data : id.data.first(id.data.size() / 2);
  selector.address = Network(address, *prefix);
  selector.prefix_bits = static_cast<std::uint8_t>(*prefix);
  selector.protocol = id.protocol;
  selector.port = id.port;
  return selector;
}

void WriteId(Writer& writer, const policy::Identity& identity) {
  WriteFixed(writer, static_cast<IdentificationType>(identity.type()), 0, 0);
  writer.Put(identity.octets());
}

void WriteId(Writer& writer, const policy::Selector& selector) {
  const bool v6 = selector.address.is_v6();
  assert(selector.prefix_bits <= selector.address.bits());
  const bool single = selector.prefix_bits == selector.address.bits();
  const auto address = v6 ? IdentificationType::kIpv6Addr : IdentificationType::kIpv4Addr;
  const auto subnet = v6 ? IdentificationType::kIpv6Subnet : IdentificationType::kIpv4Subnet;
  WriteFixed(writer, single ? address : subnet, selector.protocol, selector.port);
  writer.Put(selector.address.octets());
  if (!single) {
    writer.Put(Octets(MaskOf(selector.prefix_bits)).first(selector.address.octets().size()));
  }
}

std::string Describe(const IdView& id) {
  std::string text = WithNumber(NameOf(TypeOf(id)), id.type);
  if (!id.data.empty()) text += " " + DataText(id);
  if (id.protocol != 0 || id.port != 0) {
    text += " protocol " + std::to_string(id.protocol) + " port " + std::to_string(id.port);
  }
  return text;
}

}  // namespace iscsi_ike::ike
