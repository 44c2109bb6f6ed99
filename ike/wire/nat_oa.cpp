#include "ike/wire/nat_oa.hpp"

#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {

Wire<policy::IpAddress> ParseNatOa(Octets body) {
  const auto malformed = [](std::string_view rule, std::size_t offset) {
    return Malformed(rule, offset, NotifyType::kPayloadMalformed, PayloadType::kNatOa);
  };
  Reader reader(body);
  std::uint8_t type = 0;
  if (!reader.ReadU8(type) || !reader.Skip(3)) return malformed("no room for the fixed part", 0);
  const bool v4 = type == ToNumber(IdentificationType::kIpv4Addr);
  if (!v4 && type != ToNumber(IdentificationType::kIpv6Addr)) {
    return malformed("ID type is neither IPv4 nor IPv6 address", 0);
  }
  const auto address = policy::IpAddress::FromOctets(reader.rest());
  if (!address || address->is_v6() == v4) return malformed("address does not have its size", 4);
  return *address;
}

void WriteNatOa(Writer& writer, const policy::IpAddress& address) {
  writer.U8(
      ToNumber(address.is_v6() ? IdentificationType::kIpv6Addr : IdentificationType::kIpv4Addr));
  writer.Zero(3);
  writer.Put(address.octets());
}

}  // namespace iscsi_ike::ike
