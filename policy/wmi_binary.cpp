#include "policy/wmi_binary.hpp"

#include <array>
#include <utility>

#include "policy/octet_numbers.hpp"
#include "policy/preshared_key.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

struct KindName {
  WmiBinary kind;
  std::string_view name;
};
constexpr auto kKindNames = std::to_array<KindName>({
    {WmiBinary::kIkeInfo, "ike-info"},
    {WmiBinary::kIkeInfoX86, "ike-info-x86"},
    {WmiBinary::kSetKey, "set-key"},
    {WmiBinary::kSetGroupKey, "set-group-key"},
    {WmiBinary::kSetTunnel, "set-tunnel"},
});

// Layout of IKE_AUTHENTICATION_INFORMATION: offsets of what differs, the size of a pointer and of
// the whole.
struct Layout {
  std::size_t key_length;
  std::size_t key;
  std::size_t pointer;
  std::size_t size;
};
constexpr Layout kLayout64{32, 40, 8, 48};
constexpr Layout kLayout32{28, 32, 4, 40};
constexpr std::size_t kAuthMethod = 0;
constexpr std::size_t kSecurityFlags = 8;
constexpr std::size_t kIdType = 16;
constexpr std::size_t kIdLength = 20;
constexpr std::size_t kId = 24;

// IkeInfo is one structure in its file.
struct IkeInfo {
  crypto::Octets octets;
  const Layout& layout;
  const std::string& place;
  std::optional<std::uint64_t> address;

  [[nodiscard]] std::string At(std::string_view member) const {
    return place + ": " + std::string(member);
  }
  [[nodiscard]] std::uint32_t Number32(std::size_t offset) const {
    return static_cast<std::uint32_t>(LittleEndianAt(octets, offset, 4));
  }

  // Pointed gives the octets that a pointer and a length name.
  [[nodiscard]] Parsed<crypto::Octets> Pointed(std::size_t pointer_at, std::size_t length_at,
                                               std::string_view name, std::size_t longest) const {
    const std::uint32_t length = Number32(length_at);
    if (length > longest)
      return Reject(
          At(std::string(name) + "LengthInBytes"),
          "is " + std::to_string(length) + "; " + std::to_string(longest) + " is the most");
    const std::uint64_t pointer = LittleEndianAt(octets, pointer_at, layout.pointer);
    if (address && pointer < *address)
      return Reject(At(name), "points before the structure at " + Hex(*address));
    const std::uint64_t offset = pointer - address.value_or(0);
    if (offset < layout.size)
      return Reject(At(name), "points into the structure itself, which has " +
                                  std::to_string(layout.size) + " octets");
    if (offset > octets.size() || length > octets.size() - offset)
      return Reject(At(name), "points past the " + std::to_string(octets.size()) +
                                  " octets of the file" + PointerHint());
    return octets.subspan(static_cast<std::size_t>(offset), length);
  }

 private:
  [[nodiscard]] std::string PointerHint() const {
    return address ? "" : "; it is read as an offset, unless the address of the structure is given";
  }
};

Parsed<Config> ReadIkeInfo(const IkeInfo& info) {
  if (info.octets.size() < info.layout.size)
    return Reject(info.place, "has " + std::to_string(info.octets.size()) +
                                  " octets; the structure alone has " +
                                  std::to_string(info.layout.size));
  if (auto method = CheckMethod(info.Number32(kAuthMethod), info.At("AuthMethod")); !method)
    return Failure(method.error());
  const auto id = info.Pointed(kId, kIdLength, "Id", kLongestId);
  if (!id) return Failure(id.error());
  const auto key = info.Pointed(info.layout.key, info.layout.key_length, "Key", kLongestKey);
  if (!key) return Failure(key.error());
  auto record = PresharedKey::Make(kPresharedKeyMethod,
                                   SecurityFlags(LittleEndianAt(info.octets, kSecurityFlags, 8)),
                                   info.octets[kIdType], *id, crypto::Secret::CopyOf(*key), "");
  if (!record) return Reject(info.At(record.error().place), record.error().rule);
  record->name = LabelOf(*record);
  Config config;
  config.records.push_back(std::move(record).value());
  return config;
}

Failure<Error> At(const std::string& place, const HbaError& error) {
  return Reject(place + ": " + error.error.place, error.error.rule);
}

Initiator PortOf(std::uint32_t port) {
  return port == kAllPorts ? Initiator() : Initiator{{}, port};
}

Parsed<Config> ReadSetKey(crypto::Octets octets, const std::string& place,
                          const WmiOptions& options) {
  const auto set = ReadSetPresharedKeyForId(octets, options);
  if (!set) return At(place, set.error());
  auto record = PresharedKey::Make(kPresharedKeyMethod, set->flags, set->id_type, set->id,
                                   crypto::Secret::CopyOf(set->key), "SetPresharedKeyForId_IN");
  if (!record) return Reject(place + ": " + record.error().place, record.error().rule);
  record->initiator = PortOf(set->port);
  record->name = LabelOf(*record);
  Config config;
  config.records.push_back(std::move(record).value());
  return config;
}

Parsed<Config> ReadSetGroupKey(crypto::Octets octets, const std::string& place,
                               const WmiOptions& options) {
  const auto set = ReadSetGroupPresharedKey(octets, options);
  if (!set) return At(place, set.error());
  auto key = CheckKey(crypto::Secret::CopyOf(*set), place + ": SetGroupPresharedKey_IN.Key");
  if (!key) return Failure(key.error());
  Config config;
  config.defaults.group_key = std::move(key).value();
  return config;
}

Parsed<Config> ReadSetTunnel(crypto::Octets octets, const std::string& place,
                             const WmiOptions& options) {
  const auto set = ReadSetTunnelModeOuterAddress(octets, options);
  if (!set) return At(place, set.error());
  if (set->destination.IsUnspecified())
    return Reject(place + ": SetTunnelModeOuterAddress_IN.DestinationAddress",
                  "is the address of no host");
  if (set->outer.IsUnspecified())
    return Reject(place + ": SetTunnelModeOuterAddress_IN.TunnelModeOuterAddress",
                  "is the address of no host");
  Config config;
  config.tunnels.push_back({PortOf(set->port), set->destination, set->outer});
  return config;
}

}  // namespace

std::string_view Name(WmiBinary kind) {
  for (const KindName& one : kKindNames)
    if (one.kind == kind) return one.name;
  return "?";
}

std::string WmiBinaryNames() {
  std::string names;
  for (const KindName& one : kKindNames)
    names += (names.empty() ? "" : ", ") + std::string(one.name);
  return names;
}

std::optional<WmiBinary> WmiBinaryByName(std::string_view name) {
  for (const KindName& one : kKindNames)
    if (SameName(one.name, name)) return one.kind;
  return std::nullopt;
}

// cppcheck-suppress passedByValue // it ends here, wiped
Parsed<Config> ParseWmiBinary(crypto::Secret octets, WmiBinary kind, const std::string& place,
                              const WmiBinaryOptions& options) {
  const crypto::Octets in = octets.Expose();
  if (in.size() > kLargestWmiBinary)
    return Reject(place, "has " + std::to_string(in.size()) + " octets; 64 KiB is the most");
  switch (kind) {
    case WmiBinary::kIkeInfo:
      return ReadIkeInfo({in, kLayout64, place, options.address});
    case WmiBinary::kIkeInfoX86:
      return ReadIkeInfo({in, kLayout32, place, options.address});
    case WmiBinary::kSetKey:
      return ReadSetKey(in, place, options.wmi);
    case WmiBinary::kSetGroupKey:
      return ReadSetGroupKey(in, place, options.wmi);
    case WmiBinary::kSetTunnel:
      break;
  }
  return ReadSetTunnel(in, place, options.wmi);
}

}  // namespace iscsi_ike::policy
