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

#include "crypto/sealed_box.hpp"
#include "policy/security_cache.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr crypto::SealKind kKind{"HBACACHE", 1};

struct Meter {
  std::size_t size = 0;
  void Put(crypto::Octets octets) { size += octets.size(); }
};

struct Filler {
  crypto::MutableOctets rest;
  void Put(crypto::Octets octets) {
    std::copy(octets.begin(), octets.end(), rest.begin());
    rest = rest.subspan(octets.size());
  }
};

template <class Sink>
void PutNumber(Sink& sink, std::uint64_t number, std::size_t size) {
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < size; ++i) {
    octets[i] = static_cast<std::uint8_t>(number >> 8 * (size - 1 - i));
  }
  sink.Put({octets.data(), size});
}

template <class Sink>
void PutSized(Sink& sink, crypto::Octets octets, std::size_t size_of_size) {
  PutNumber(sink, octets.size(), size_of_size);
  sink.Put(octets);
}

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

template <class Sink>
void SecurityCache::Pack(Sink& sink) const {
  sink.Put(guid_);
  PutSized(sink, group_key_.Expose(), 2);
  PutNumber(sink, keys_.size(), 2);
  for (const KeyEntry& entry : keys_) {
    PutNumber(sink, entry.port, 4);
    PutNumber(sink, entry.flags.word(), 8);
    PutNumber(sink, static_cast<std::uint8_t>(entry.identity.type()), 1);
    PutSized(sink, entry.identity.octets(), 1);
    PutSized(sink, entry.key.Expose(), 2);
  }
  PutNumber(sink, tunnels_.size(), 2);
  for (const TunnelEntry& entry : tunnels_) {
    PutNumber(sink, entry.port, 4);
    PutSized(sink, entry.destination.octets(), 1);
    PutSized(sink, entry.outer.octets(), 1);
  }
}

crypto::Secret SecurityCache::Packed() const {
  Meter meter;
  Pack(meter);
  crypto::Secret packed(meter.size);
  Filler filler{packed.ExposeMutable()};
  Pack(filler);
  return packed;
}

// Unpacker reads the contents of a box into an empty cache. Past the end it reads nothing and
// remembers.
class SecurityCache::Unpacker {
 public:
  Unpacker(SecurityCache& cache, crypto::Octets contents) : cache_(cache), rest_(contents) {}

  Status<HbaError> Unpack() {
    const crypto::Octets guid = Take(cache_.guid_.size());
    std::copy(guid.begin(), guid.end(), cache_.guid_.begin());
    if (Status<HbaError> group = UnpackGroupKey(); !group) return group;
    if (Status<HbaError> keys = UnpackKeys(); !keys) return keys;
    return UnpackTunnels();
  }

 private:
  crypto::Octets Take(std::size_t size) {
    if (size > rest_.size()) short_ = true;
    if (short_) return {};
    const crypto::Octets taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::uint64_t Number(std::size_t size) {
    std::uint64_t number = 0;
    for (const std::uint8_t octet : Take(size)) number = number << 8U | octet;
    return number;
  }
  std::uint32_t Port() { return static_cast<std::uint32_t>(Number(4)); }
  // Sized: sizes are of 1 or 2 octets.
  crypto::Octets Sized(std::size_t size_of_size) {
    return Take(static_cast<std::size_t>(Number(size_of_size)));
  }

  Status<HbaError> UnpackGroupKey() {
    const crypto::Octets key = Sized(2);
    if (short_) return EndsIn("group key");
    if (key.empty()) return Done{};
    Parsed<crypto::Secret> checked = CheckKey(crypto::Secret::CopyOf(key), "group key");
    if (!checked) return Failure<HbaError>({HbaStatus::kCacheCorrupted, checked.error()});
    if (Status<HbaError> ipsec = cache_.CheckIpsec("group key"); !ipsec) return ipsec;
    cache_.group_key_ = *std::move(checked);
    return Done{};
  }

  Status<HbaError> UnpackKeys() {
    const std::uint64_t count = Number(2);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string place = "keys[" + std::to_string(i) + "]";
      KeyValues values;
      values.port = Port();
      values.flags = SecurityFlags(Number(8));
      values.id_type = static_cast<std::uint8_t>(Number(1));
      values.id = Sized(1);
      values.key = Sized(2);
      if (short_) return EndsIn(place);
      if (Status<HbaError> added = cache_.AddKey(values, place); !added) return added;
    }
    return Done{};
  }

  Status<HbaError> UnpackTunnels() {
    const std::uint64_t count = Number(2);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string place = "tunnel addresses[" + std::to_string(i) + "]";
      const std::uint32_t port = Port();
      const std::optional<IpAddress> destination = IpAddress::FromOctets(Sized(1));
      const std::optional<IpAddress> outer = IpAddress::FromOctets(Sized(1));
      if (short_) return EndsIn(place);
      if (!destination || !outer) return Corrupted(place, "an address has 4 or 16 octets");
      Status<HbaError> added = cache_.AddTunnel({port, *destination, *outer}, place);
      if (!added) return added;
    }
    if (short_) return EndsIn("tunnel addresses");
    return Done{};
  }

  static Failure<HbaError> EndsIn(std::string place) {
    return Corrupted(std::move(place), "the contents end in the middle of it");
  }

  SecurityCache& cache_;
  crypto::Octets rest_;
  bool short_ = false;
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
