#include "policy/security_config_wire.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "policy/preshared_key.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::size_t kTextAddressUnits = 257;
constexpr std::size_t kAddressSize = kIpAddressSize;
constexpr std::size_t kLongestTextAddress = (kTextAddressUnits - 1) * 2;  // octets

std::uint64_t Number(crypto::Octets in, std::size_t offset, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i-- > 0;) number = number << 8U | in[offset + i];
  return number;
}

std::uint32_t Number32(crypto::Octets in, std::size_t offset) {
  return static_cast<std::uint32_t>(Number(in, offset, 4));
}

void PutNumber(std::vector<std::uint8_t>& out, std::size_t offset, std::uint64_t number,
               std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    out[offset + i] = static_cast<std::uint8_t>(number >> 8 * i);
}

// In is one IN structure with what its errors say.
struct In {
  crypto::Octets octets;
  std::string_view name;  // "SetGroupPresharedKey_IN"
  const WmiOptions& options;

  [[nodiscard]] std::string At(std::string_view member) const {
    return std::string(name) + "." + std::string(member);
  }

  // CheckStart wants the members of fixed size.
  [[nodiscard]] Status<HbaError> CheckStart(std::size_t size) const {
    if (octets.size() >= size) return Done{};
    return Refuse(HbaStatus::kInvalidParameter, std::string(name),
                  "has " + std::to_string(octets.size()) + " octets; " + std::to_string(size) +
                      " come before what varies");
  }

  // CheckEnd wants a whole structure of `size` octets; each part of the sum was checked.
  [[nodiscard]] Status<HbaError> CheckEnd(std::size_t size) const {
    const bool cut = octets.size() < size;
    const bool padded = !cut && (options.any_trailing || octets.size() - size <= kMostPadding);
    if (padded) return Done{};
    return Refuse(HbaStatus::kInvalidParameter, std::string(name),
                  "has " + std::to_string(octets.size()) + " octets; by its sizes it has " +
                      std::to_string(size) +
                      (cut ? "" : " and at most " + std::to_string(kMostPadding) + " to fill up"));
  }

  [[nodiscard]] Status<HbaError> CheckIdSize(std::uint32_t size) const {
    if (size <= kLongestId) return Done{};
    return Refuse(
        HbaStatus::kIdIncorrectSize, At("IdSize"),
        "is " + std::to_string(size) + "; " + std::to_string(kLongestId) + " is the most");
  }

  [[nodiscard]] Status<HbaError> CheckKeySize(std::uint32_t size) const {
    if (size <= kLongestKey) return Done{};
    return Refuse(
        HbaStatus::kInvalidParameter, At("KeySize"),
        "is " + std::to_string(size) + "; " + std::to_string(kLongestKey) + " is the most");
  }
};

// TextOf reads a counted string of ASCII.
Result<std::string, HbaError> TextOf(crypto::Octets field, const std::string& place) {
  const std::uint64_t size = Number(field, 0, 2);
  if (size > kLongestTextAddress || size % 2 != 0) {
    return Refuse(HbaStatus::kInvalidParameter, place,
                  "begins with " + std::to_string(size) +
                      "; that counts the octets of the text, is even and at most " +
                      std::to_string(kLongestTextAddress));
  }
  std::string text;
  for (std::size_t at = 2; at < size + 2; at += 2) {
    const std::uint64_t unit = Number(field, at, 2);
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

Result<IpAddress, HbaError> LiteralOf(crypto::Octets field, const std::string& place) {
  const Result<std::string, HbaError> text = TextOf(field, place);
  if (!text) return Failure(text.error());
  if (const std::optional<IpAddress> address = IpAddress::Parse(*text)) return *address;
  return Refuse(HbaStatus::kRequestNotSupported, place,
                Quote(*text) + " is no address, and names are not resolved here");
}

Status<HbaError> SetPresharedKeyForId(SecurityCache& cache, const In& in) {
  constexpr std::size_t kStart = 28;
  if (Status<HbaError> start = in.CheckStart(kStart); !start) return start;
  const std::uint32_t id_size = Number32(in.octets, 20);
  const std::uint32_t key_size = Number32(in.octets, 24);
  if (Status<HbaError> id = in.CheckIdSize(id_size); !id) return id;
  if (Status<HbaError> key = in.CheckKeySize(key_size); !key) return key;
  if (Status<HbaError> end = in.CheckEnd(kStart + id_size + key_size); !end) return end;
  return cache.SetPresharedKeyForId(Number32(in.octets, 0), SecurityFlags(Number(in.octets, 8, 8)),
                                    in.octets[16], in.octets.subspan(kStart, id_size),
                                    in.octets.subspan(kStart + id_size, key_size));
}

Result<SecurityFlags, HbaError> GetPresharedKeyForId(const SecurityCache& cache, const In& in) {
  constexpr std::size_t kStart = 12;
  if (Status<HbaError> start = in.CheckStart(kStart); !start) return Failure(start.error());
  const std::uint32_t id_size = Number32(in.octets, 8);
  if (Status<HbaError> id = in.CheckIdSize(id_size); !id) return Failure(id.error());
  if (Status<HbaError> end = in.CheckEnd(kStart + id_size); !end) return Failure(end.error());
  return cache.GetPresharedKeyForId(Number32(in.octets, 0), in.octets[4],
                                    in.octets.subspan(kStart, id_size));
}

Status<HbaError> SetGroupPresharedKey(SecurityCache& cache, const In& in) {
  constexpr std::size_t kStart = 4;
  if (Status<HbaError> start = in.CheckStart(kStart); !start) return start;
  const std::uint32_t key_size = Number32(in.octets, 0);
  if (Status<HbaError> key = in.CheckKeySize(key_size); !key) return key;
  if (Status<HbaError> end = in.CheckEnd(kStart + key_size); !end) return end;
  return cache.SetGroupPresharedKey(in.octets.subspan(kStart, key_size));
}

Status<HbaError> SetTunnelModeOuterAddress(SecurityCache& cache, const In& in) {
  constexpr std::size_t kDestination = 4;
  constexpr std::size_t kOuter = kDestination + kAddressSize;
  if (Status<HbaError> end = in.CheckEnd(kOuter + kAddressSize); !end) return end;
  const auto address = [&](std::size_t offset, std::string_view member) {
    return ReadIpAddress(in.octets.subspan(offset, kAddressSize), in.At(member),
                         in.options.ipv4_order);
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
  return cache.SetTunnelModeOuterAddress(Number32(in.octets, 0), **destination, **outer);
}

Status<HbaError> SetGenerationalGuid(SecurityCache& cache, const In& in) {
  GenerationalGuid guid{};
  if (Status<HbaError> end = in.CheckEnd(guid.size()); !end) return end;
  std::copy_n(in.octets.begin(), guid.size(), guid.begin());
  return cache.SetGenerationalGuid(guid);
}

Status<HbaError> ClearCache(SecurityCache& cache, const In& in) {
  if (Status<HbaError> end = in.CheckEnd(0); !end) return end;
  return cache.ClearCache();
}

// Answer writes the OUT structure that every method but the second has.
template <class Value>
WmiAnswer Answer(std::vector<std::uint8_t> out, const Result<Value, HbaError>& result,
                 std::size_t out_size = 4) {
  WmiAnswer answer;
  answer.out = std::move(out);
  answer.out.resize(out_size);
  if (!result) {
    answer.status = result.error().status;
    answer.error = result.error().error;
  }
  PutNumber(answer.out, 0, static_cast<std::uint32_t>(answer.status), 4);
  return answer;
}

}  // namespace

Result<std::optional<IpAddress>, HbaError> ReadIpAddress(crypto::Octets field,
                                                         const std::string& place,
                                                         Ipv4Order order) {
  using Found = std::optional<IpAddress>;
  switch (const std::uint32_t type = Number32(field, 0)) {
    case 0: {
      Result<IpAddress, HbaError> literal =
          LiteralOf(field.subspan(32, kTextAddressUnits * 2), place + ".TextAddress");
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
      if (Number32(field, 28) != 0) {
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

WmiAnswer Invoke(SecurityCache& cache, std::uint32_t method_id, crypto::Octets in,
                 const WmiOptions& options) {
  std::vector<std::uint8_t> out(16);  // before anything changes: nothing may fail behind that
  switch (static_cast<SecurityMethod>(method_id)) {
    case SecurityMethod::kSetPresharedKeyForId:
      return Answer(std::move(out),
                    SetPresharedKeyForId(cache, {in, "SetPresharedKeyForId_IN", options}));
    case SecurityMethod::kGetPresharedKeyForId: {
      const auto flags = GetPresharedKeyForId(cache, {in, "GetPresharedKeyForId_IN", options});
      WmiAnswer answer = Answer(std::move(out), flags, 16);
      if (flags) PutNumber(answer.out, 8, flags->word(), 8);
      return answer;
    }
    case SecurityMethod::kSetGroupPresharedKey:
      return Answer(std::move(out),
                    SetGroupPresharedKey(cache, {in, "SetGroupPresharedKey_IN", options}));
    case SecurityMethod::kSetTunnelModeOuterAddress:
      return Answer(std::move(out), SetTunnelModeOuterAddress(
                                        cache, {in, "SetTunnelModeOuterAddress_IN", options}));
    case SecurityMethod::kClearCache:
      return Answer(std::move(out), ClearCache(cache, {in, "ClearCache", options}));
    case SecurityMethod::kSetGenerationalGuid:
      return Answer(std::move(out),
                    SetGenerationalGuid(cache, {in, "SetGenerationalGuid_IN", options}));
  }
  return {HbaStatus::kRequestNotSupported,
          {},
          Error{"method", "is " + std::to_string(method_id) + "; the class has 1 to 6"}};
}

std::vector<std::uint8_t> WriteSecurityCapabilities(const SecurityCapabilities& security) {
  std::vector<std::uint8_t> out(8 + 4 * security.encryption.size());
  out[0] = security.protect_iscsi ? 1 : 0;
  out[1] = security.protect_isns ? 1 : 0;
  out[2] = security.certificates ? 1 : 0;
  PutNumber(out, 4, security.encryption.size(), 4);
  for (std::size_t i = 0; i < security.encryption.size(); ++i) {
    PutNumber(out, 8 + 4 * i, static_cast<std::uint32_t>(security.encryption[i]), 4);
  }
  return out;
}

}  // namespace iscsi_ike::policy
