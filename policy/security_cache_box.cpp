// The cache in a sealed box. What is sealed, numbers with the most significant octet first:
//
//   16  marker (GenerationalGuid)
//    2  octets of the group key, 0 for none; the group key
//    2  keys; each: port 4, word 8, IdType 1, octets of the Id 1, Id, octets of the key 2, key
//    2  tunnel addresses; each: port 4, destination, outer; an address: 4 or 16, its octets
//
// Both lists ascend, so that one cache has one form. It is measured first and then written, so no
// copy of a key stays behind in memory that grew.
#include <algorithm>
#include <string>
#include <utility>

#include "crypto/box_contents.hpp"
#include "crypto/sealed_box.hpp"
#include "policy/security_cache.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr crypto::SealKind kKind{"HBACACHE", 1};

Failure<HbaError> Corrupted(std::string place, std::string rule) {
  return Refuse(HbaStatus::kCacheCorrupted, std::move(place), std::move(rule));
}

// An entry that was once taken is refused now. The adapter may have changed in the meantime; all
// else was never written by Save.
HbaError AtRestore(HbaError refused) {
  switch (refused.status) {
    case HbaStatus::kInvalidPortNumber:
    case HbaStatus::kCacheFull:
    case HbaStatus::kRequestNotSupported:
      break;
    default:
      refused.status = HbaStatus::kCacheCorrupted;
  }
  return refused;
}

}  // namespace

crypto::Secret SecurityCache::Packed() const {
  return crypto::PackBox([this](crypto::BoxWriter& out) {
    out.Put(guid_);
    out.PutSized(group_key_.Expose(), 2);
    out.Number(keys_.size(), 2);
    for (const KeyEntry& entry : keys_) {
      out.Number(entry.port, 4);
      out.Number(entry.flags.word(), 8);
      out.Number(static_cast<std::uint8_t>(entry.identity.type()), 1);
      out.PutSized(entry.identity.octets(), 1);
      out.PutSized(entry.key.Expose(), 2);
    }
    out.Number(tunnels_.size(), 2);
    for (const TunnelEntry& entry : tunnels_) {
      out.Number(entry.port, 4);
      out.PutSized(entry.destination.octets(), 1);
      out.PutSized(entry.outer.octets(), 1);
    }
  });
}

// Unpacker reads the contents of a box into an empty cache.
class SecurityCache::Unpacker {
 public:
  Unpacker(SecurityCache& cache, crypto::Octets contents) : cache_(cache), in_(contents) {}

  Status<HbaError> Unpack() {
    const crypto::Octets guid = in_.Take(cache_.guid_.size());
    std::copy(guid.begin(), guid.end(), cache_.guid_.begin());
    if (Status<HbaError> group = UnpackGroupKey(); !group) return group;
    if (Status<HbaError> keys = UnpackKeys(); !keys) return keys;
    return UnpackTunnels();
  }

 private:
  std::uint32_t Port() { return static_cast<std::uint32_t>(in_.Number(4)); }

  Status<HbaError> UnpackGroupKey() {
    const crypto::Octets key = in_.TakeSized(2);
    if (!in_.ok()) return EndsIn("group key");
    if (key.empty()) return Done{};
    Parsed<crypto::Secret> checked = CheckKey(crypto::Secret::CopyOf(key), "group key");
    if (!checked) return Failure<HbaError>({HbaStatus::kCacheCorrupted, checked.error()});
    if (Status<HbaError> ipsec = cache_.CheckIpsec("group key"); !ipsec) return ipsec;
    cache_.group_key_ = *std::move(checked);
    return Done{};
  }

  Status<HbaError> UnpackKeys() {
    const std::uint64_t count = in_.Number(2);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string place = "keys[" + std::to_string(i) + "]";
      KeyValues values;
      values.port = Port();
      values.flags = SecurityFlags(in_.Number(8));
      values.id_type = static_cast<std::uint8_t>(in_.Number(1));
      values.id = in_.TakeSized(1);
      values.key = in_.TakeSized(2);
      if (!in_.ok()) return EndsIn(place);
      if (Status<HbaError> added = cache_.AddKey(values, place); !added) return added;
    }
    return Done{};
  }

  Status<HbaError> UnpackTunnels() {
    const std::uint64_t count = in_.Number(2);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string place = "tunnel addresses[" + std::to_string(i) + "]";
      const std::uint32_t port = Port();
      const std::optional<IpAddress> destination = IpAddress::FromOctets(in_.TakeSized(1));
      const std::optional<IpAddress> outer = IpAddress::FromOctets(in_.TakeSized(1));
      if (!in_.ok()) return EndsIn(place);
      if (!destination || !outer) return Corrupted(place, "an address has 4 or 16 octets");
      Status<HbaError> added = cache_.AddTunnel({port, *destination, *outer}, place);
      if (!added) return added;
    }
    if (!in_.ok()) return EndsIn("tunnel addresses");
    return Done{};
  }

  static Failure<HbaError> EndsIn(std::string place) {
    return Corrupted(std::move(place), "the contents end in the middle of it");
  }

  SecurityCache& cache_;
  crypto::BoxReader in_;
};

Result<std::vector<std::uint8_t>, HbaError> SecurityCache::Save(crypto::Octets seal_key) const {
  if (Status<HbaError> cache = CheckCache("Save"); !cache) return Failure(std::move(cache).error());
  auto box = crypto::Seal(kKind, seal_key, Packed().Expose());
  if (box) return *std::move(box);
  return Refuse(HbaStatus::kInvalidParameter, "Save", std::string(Name(box.error())));
}

Result<SecurityCache, HbaError> SecurityCache::Restore(crypto::Octets seal_key, crypto::Octets box,
                                                       HbaCapabilities capabilities) {
  SecurityCache cache(std::move(capabilities));
  if (Status<HbaError> has = cache.CheckCache("Restore"); !has) {
    return Failure(std::move(has).error());
  }
  const auto contents = crypto::Unseal(kKind, seal_key, box);
  if (!contents) {
    const bool key = contents.error() == crypto::SealError::kBadKey;
    return Refuse(key ? HbaStatus::kInvalidParameter : HbaStatus::kCacheCorrupted,
                  key ? "seal key" : "box", std::string(Name(contents.error())));
  }
  Status<HbaError> unpacked = Unpacker(cache, contents->Expose()).Unpack();
  if (!unpacked) return Failure(AtRestore(std::move(unpacked).error()));
  if (!crypto::ConstantTimeEqual(cache.Packed().Expose(), contents->Expose())) {
    return Corrupted("box", "its lists do not ascend, or octets follow them");
  }
  return cache;
}

}  // namespace iscsi_ike::policy
