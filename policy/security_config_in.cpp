#include "policy/security_config_in.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/octet_numbers.hpp"
#include "policy/preshared_key.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::size_t kTextAddressUnits = 257;
constexpr std::size_t kLongestTextAddress = (kTextAddressUnits - 1) * 2;  // octets
constexpr std::size_t kTextAddressSize = kTextAddressUnits * 2;           // octets

// CountedText is what the count in front says.
Result<crypto::Octets, HbaError> CountedText(crypto::Octets field, const std::string& place) {
  const std::uint64_t size = LittleEndianAt(field, 0, 2);
  if (size > kLongestTextAddress || size % 2 != 0) {
    return Refuse(HbaStatus::kInvalidParameter, place,
                  "begins with " + std::to_string(size) +
                      "; that counts the octets of the text, is even and at most " +
                      std::to_string(kLongestTextAddress));
  }
  return field.subspan(2, static_cast<std::size_t>(size));
}

// TextOf reads ASCII up to U+0000 or the end.
Result<std::string, HbaError> TextOf(crypto::Octets units, const std::string& place) {
  std::string text;
  for (std::size_t at = 0; at + 1 < units.size(); at += 2) {
    const std::uint64_t unit = LittleEndianAt(units, at, 2);
    if (unit == 0) break;
    if (unit <= ' ' || unit > '~') {
      return Refuse(HbaStatus::kInvalidParameter, place,
                    "has " + Hex(unit) + " in it; addresses are printable ASCII");
    }
    text += static_cast<char>(unit);
  }
  if (text.empty()) return Refuse(HbaStatus::kInvalidParameter, place, "is empty");
  return text;
}

Result<IpAddress, HbaError> LiteralOf(crypto::Octets field, const std::string& place,
                                      bool counted) {
  const auto units = counted ? CountedText(field, place) : Result<crypto::Octets, HbaError>(field);
  if (!units) return Failure(units.error());
  const Result<std::string, HbaError> text = TextOf(*units, place);
  if (!text) return Failure(text.error());
  if (const std::optional<IpAddress> address = IpAddress::Parse(*text)) return *address;
  return Refuse(HbaStatus::kRequestNotSupported, place,
                Quote(*text) + " is no address, and names are not resolved here");
}

}  // namespace

std::uint32_t WmiInput::Number32(std::size_t offset) const {
  return static_cast<std::uint32_t>(LittleEndianAt(octets, offset, 4));
}

Status<HbaError> WmiInput::CheckStart(std::size_t size) const {
  if (octets.size() >= size) return Done{};
  return Refuse(HbaStatus::kInvalidParameter, std::string(name),
                "has " + std::to_string(octets.size()) + " octets; " + std::to_string(size) +
                    " come before what varies");
}

Status<HbaError> WmiInput::CheckEnd(std::size_t size) const {
  const bool cut = octets.size() < size;
  const bool padded = !cut && (options.any_trailing || octets.size() - size <= kMostPadding);
  if (padded) return Done{};
  return Refuse(HbaStatus::kInvalidParameter, std::string(name),
                "has " + std::to_string(octets.size()) + " octets; by its sizes it has " +
                    std::to_string(size) +
                    (cut ? "" : " and at most " + std::to_string(kMostPadding) + " to fill up"));
}

Status<HbaError> WmiInput::CheckIdSize(std::uint32_t size) const {
  if (size <= kLongestId) return Done{};
  return Refuse(HbaStatus::kIdIncorrectSize, At("IdSize"),
                "is " + std::to_string(size) + "; " + std::to_string(kLongestId) + " is the most");
}

Status<HbaError> WmiInput::CheckKeySize(std::uint32_t size) const {
  if (size <= kLongestKey) return Done{};
  return Refuse(HbaStatus::kInvalidParameter, At("KeySize"),
                "is " + std::to_string(size) + "; " + std::to_string(kLongestKey) + " is the most");
}

Result<SetKeyInput, HbaError> ReadSetPresharedKeyForId(crypto::Octets octets,
                                                       const WmiOptions& options) {
  constexpr std::size_t kStart = 28;
  const WmiInput in{octets, "SetPresharedKeyForId_IN", options};
  if (auto start = in.CheckStart(kStart); !start) return Failure(start.error());
  const std::uint32_t id_size = in.Number32(20);
  const std::uint32_t key_size = in.Number32(24);
  if (auto id = in.CheckIdSize(id_size); !id) return Failure(id.error());
  if (auto key = in.CheckKeySize(key_size); !key) return Failure(key.error());
  if (auto end = in.CheckEnd(kStart + id_size + key_size); !end) return Failure(end.error());
  return SetKeyInput{in.Number32(0), SecurityFlags(LittleEndianAt(octets, 8, 8)), octets[16],
                     octets.subspan(kStart, id_size), octets.subspan(kStart + id_size, key_size)};
}

Result<crypto::Octets, HbaError> ReadSetGroupPresharedKey(crypto::Octets octets,
                                                          const WmiOptions& options) {
  constexpr std::size_t kStart = 4;
  const WmiInput in{octets, "SetGroupPresharedKey_IN", options};
  if (auto start = in.CheckStart(kStart); !start) return Failure(start.error());
  const std::uint32_t key_size = in.Number32(0);
  if (auto key = in.CheckKeySize(key_size); !key) return Failure(key.error());
  if (auto end = in.CheckEnd(kStart + key_size); !end) return Failure(end.error());
  return octets.subspan(kStart, key_size);
}

Result<SetTunnelInput, HbaError> ReadSetTunnelModeOuterAddress(crypto::Octets octets,
                                                               const WmiOptions& options) {
  constexpr std::size_t kDestination = 4;
  constexpr std::size_t kOuter = kDestination + kIpAddressSize;
  const WmiInput in{octets, "SetTunnelModeOuterAddress_IN", options};
  if (auto end = in.CheckEnd(kOuter + kIpAddressSize); !end) return Failure(end.error());
  const auto address = [&](std::size_t offset, std::string_view member) {
    return ReadIpAddress(octets.subspan(offset, kIpAddressSize), in.At(member), options.ipv4_order,
                         options.counted_text);
  };
  const auto destination = address(kDestination, "DestinationAddress");
  if (!destination) return Failure(destination.error());
  const auto outer = address(kOuter, "TunnelModeOuterAddress");
  if (!outer) return Failure(outer.error());
  if (!*destination) {
    return Refuse(HbaStatus::kInvalidParameter, in.At("DestinationAddress.Type"),
                  "is EMPTY; the address is for one destination");
  }
  if (!*outer) {
    return Refuse(HbaStatus::kNoTunnelOuterAddress, in.At("TunnelModeOuterAddress.Type"),
                  "is EMPTY; only ClearCache takes an address away");
  }
  return SetTunnelInput{in.Number32(0), **destination, **outer};
}

Result<std::optional<IpAddress>, HbaError> ReadIpAddress(crypto::Octets field,
                                                         const std::string& place, Ipv4Order order,
                                                         bool counted_text) {
  using Found = std::optional<IpAddress>;
  const auto number = [&](std::size_t at) {
    return static_cast<std::uint32_t>(LittleEndianAt(field, at, 4));
  };
  switch (const std::uint32_t type = number(0)) {
    case 0: {
      Result<IpAddress, HbaError> literal =
          LiteralOf(field.subspan(32, kTextAddressSize), place + ".TextAddress", counted_text);
      if (!literal) return Failure(std::move(literal).error());
      return Found(*literal);
    }
    case 1: {
      std::array<std::uint8_t, 4> octets{};
      std::copy_n(field.begin() + 4, octets.size(), octets.begin());
      if (order == Ipv4Order::kNumber) std::reverse(octets.begin(), octets.end());
      return Found(IpAddress::V4(octets));
    }
    case 2:
      if (number(28) != 0) {
        return Refuse(HbaStatus::kRequestNotSupported, place + ".IpV6ScopeId",
                      "is not 0; a selector has no place for a scope");
      }
      return IpAddress::FromOctets(field.subspan(8, 16));
    case 3:
      return Found();
    default:
      return Refuse(
          HbaStatus::kInvalidParameter, place + ".Type",
          "is " + std::to_string(type) + "; it is 0 (text), 1 (IPv4), 2 (IPv6) or 3 (empty)");
  }
}

}  // namespace iscsi_ike::policy
