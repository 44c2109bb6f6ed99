#include "ike/capi/hba.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/random.hpp"
#include "crypto/sealed_box.hpp"
#include "ike/capi/buffer.hpp"
#include "ike/capi/guard.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"

namespace crypto = iscsi_ike::crypto;
namespace policy = iscsi_ike::policy;
using iscsi_ike::capi::Clear;
using iscsi_ike::capi::Explain;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::IsReadable;
using iscsi_ike::capi::ReadSized;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::ToEndpoint;
using iscsi_ike::capi::ToOctets;
using iscsi_ike::capi::WriteOctets;

namespace {

using policy::HbaStatus;

static_assert(static_cast<std::uint32_t>(HbaStatus::kPresharedKeyUnavailable) ==
              ISCSI_IKE_HBA_PRESHAREDKEY_UNAVAILABLE);
static_assert(static_cast<std::uint32_t>(HbaStatus::kCacheFull) ==
              ISCSI_IKE_HBA_SECURITY_CACHE_FULL);
static_assert(static_cast<std::uint32_t>(HbaStatus::kInvalidPortNumber) ==
              ISCSI_IKE_HBA_INVALID_PORT_NUMBER);
static_assert(static_cast<std::uint32_t>(HbaStatus::kCacheNotSupported) ==
              ISCSI_IKE_HBA_SECURITY_CACHE_NOT_SUPPORTED);
static_assert(static_cast<std::uint32_t>(HbaStatus::kIdTypeNotSupported) ==
              ISCSI_IKE_HBA_ID_TYPE_NOT_SUPPORTED);
static_assert(static_cast<std::uint32_t>(HbaStatus::kIdIncorrectSize) ==
              ISCSI_IKE_HBA_ID_INCORRECT_SIZE);
static_assert(static_cast<std::uint32_t>(HbaStatus::kNoTunnelOuterAddress) ==
              ISCSI_IKE_HBA_NO_TUNNEL_OUTER_ADDRESS);
static_assert(static_cast<std::uint32_t>(HbaStatus::kCacheCorrupted) ==
              ISCSI_IKE_HBA_CACHE_CORRUPTED);
static_assert(static_cast<std::uint32_t>(HbaStatus::kRequestNotSupported) ==
              ISCSI_IKE_HBA_REQUEST_NOT_SUPPORTED);
static_assert(static_cast<std::uint32_t>(HbaStatus::kInvalidParameter) ==
              ISCSI_IKE_HBA_INVALID_PARAMETER);

constexpr std::uint32_t kMostEncryptions = 64;

// CapabilitiesOf: nullopt for options that break a rule.
std::optional<policy::HbaCapabilities> CapabilitiesOf(const iscsi_ike_hba_options& options) {
  if (!IsReadable(options.encryption, options.encryption_count) ||
      options.encryption_count > kMostEncryptions)
    return std::nullopt;
  policy::HbaCapabilities made;
  if (options.has_functionality != 0) made.functionality = options.functionality;
  if (options.port_count != 0) made.port_count = options.port_count;
  if (options.max_entries != 0) made.max_entries = options.max_entries;
  made.security.protect_iscsi = options.no_iscsi == 0;
  made.security.protect_isns = options.protects_isns != 0;
  made.security.certificates = options.certificates != 0;
  made.security.encryption.clear();
  for (std::uint32_t i = 0; i < options.encryption_count; ++i) {
    if (options.encryption[i] > static_cast<std::uint32_t>(policy::EncryptionType::kAesCtr))
      return std::nullopt;
    made.security.encryption.push_back(static_cast<policy::EncryptionType>(options.encryption[i]));
  }
  return made;
}

policy::WmiOptions WmiOptionsOf(const iscsi_ike_hba_options& options) {
  policy::WmiOptions wmi;
  if (options.ipv4_as_number != 0) wmi.ipv4_order = policy::Ipv4Order::kNumber;
  wmi.any_trailing = options.any_trailing != 0;
  return wmi;
}

// Run runs a method that gives a Result, and tells its status and its error.
template <class Method>
iscsi_ike_status Run(uint32_t* status, iscsi_ike_error* error, Method method) {
  if (status == nullptr || !Clear(error)) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    const auto result = method();
    *status =
        result.ok() ? ISCSI_IKE_HBA_SUCCESS : static_cast<std::uint32_t>(result.error().status);
    if (!result.ok()) Explain(result.error().error, error);
    return ISCSI_IKE_OK;
  });
}

// CheckTunnelEnds: family 0 is Type EMPTY of ISCSI_IP_Address, refused as method 4 refuses that.
iscsi_ike::Status<policy::HbaError> CheckTunnelEnds(const iscsi_ike_endpoint& destination,
                                                    const iscsi_ike_endpoint& outer) {
  if (destination.family == 0)
    return Refuse(HbaStatus::kInvalidParameter, "SetTunnelModeOuterAddress.DestinationAddress",
                  "is of family 0, none; the address is for one destination");
  if (outer.family == 0)
    return Refuse(HbaStatus::kNoTunnelOuterAddress,
                  "SetTunnelModeOuterAddress.TunnelModeOuterAddress",
                  "is of family 0, none; only ClearCache takes an address away");
  return iscsi_ike::Done{};
}

std::size_t OutSize(std::uint32_t method) {
  return method == static_cast<std::uint32_t>(policy::SecurityMethod::kGetPresharedKeyForId) ? 16
                                                                                             : 4;
}

iscsi_ike_status StatusOf(HbaStatus status) {
  switch (status) {
    case HbaStatus::kCacheCorrupted:
      return ISCSI_IKE_E_DAMAGED;
    case HbaStatus::kInvalidParameter:
      return ISCSI_IKE_E_INVALID;
    default:
      return ISCSI_IKE_E_POLICY;
  }
}

}  // namespace

iscsi_ike_status iscsi_ike_hba_new(const iscsi_ike_hba_options* options, iscsi_ike_hba** hba) {
  iscsi_ike_hba_options ours;
  if (hba == nullptr) return ISCSI_IKE_E_INVALID;
  *hba = nullptr;
  if (const auto status = ReadSized(options, ours); status != ISCSI_IKE_OK) return status;
  return Guarded([&] {
    auto capabilities = CapabilitiesOf(ours);
    if (!capabilities) return ISCSI_IKE_E_INVALID;
    *hba = new iscsi_ike_hba{policy::SecurityCache(std::move(*capabilities)), WmiOptionsOf(ours)};
    return ISCSI_IKE_OK;
  });
}

void iscsi_ike_hba_free(iscsi_ike_hba* hba) { delete hba; }

iscsi_ike_status iscsi_ike_hba_invoke(iscsi_ike_hba* hba, uint32_t method, const uint8_t* in,
                                      size_t in_size, uint8_t* out, size_t* out_size,
                                      uint32_t* status, iscsi_ike_error* error) {
  if (hba == nullptr || !IsReadable(in, in_size) || out_size == nullptr || status == nullptr ||
      !Clear(error))
    return ISCSI_IKE_E_INVALID;
  if (out == nullptr && *out_size != 0) return ISCSI_IKE_E_INVALID;
  if (*out_size < OutSize(method)) {  // before anything is done
    *out_size = OutSize(method);
    return ISCSI_IKE_E_TOO_SMALL;
  }
  return Guarded([&] {
    const policy::WmiAnswer answer = Invoke(hba->cache, method, ToOctets(in, in_size), hba->wmi);
    *status = static_cast<std::uint32_t>(answer.status);
    if (answer.error) Explain(*answer.error, error);
    return WriteOctets(answer.out.data(), answer.out.size(), out, out_size);
  });
}

iscsi_ike_status iscsi_ike_hba_set_key(iscsi_ike_hba* hba, uint32_t port,
                                       const iscsi_ike_preshared_key* key, uint32_t* status,
                                       iscsi_ike_error* error) {
  if (hba == nullptr || key == nullptr || !IsReadable(key->id, key->id_length_in_bytes) ||
      !IsReadable(key->key, key->key_length_in_bytes))
    return ISCSI_IKE_E_INVALID;
  return Run(status, error, [&] {
    return hba->cache.SetPresharedKeyForId(port, policy::SecurityFlags(key->security_flags),
                                           key->id_type, ToOctets(key->id, key->id_length_in_bytes),
                                           ToOctets(key->key, key->key_length_in_bytes));
  });
}

iscsi_ike_status iscsi_ike_hba_get_key(const iscsi_ike_hba* hba, uint32_t port, uint8_t id_type,
                                       const uint8_t* id, size_t id_size, uint64_t* security_flags,
                                       uint32_t* status, iscsi_ike_error* error) {
  if (hba == nullptr || !IsReadable(id, id_size) || security_flags == nullptr)
    return ISCSI_IKE_E_INVALID;
  *security_flags = 0;
  return Run(status, error, [&] {
    auto flags = hba->cache.GetPresharedKeyForId(port, id_type, ToOctets(id, id_size));
    if (flags.ok()) *security_flags = flags->word();
    return flags;
  });
}

iscsi_ike_status iscsi_ike_hba_set_group_key(iscsi_ike_hba* hba, const uint8_t* key, size_t size,
                                             uint32_t* status, iscsi_ike_error* error) {
  if (hba == nullptr || !IsReadable(key, size)) return ISCSI_IKE_E_INVALID;
  return Run(status, error, [&] { return hba->cache.SetGroupPresharedKey(ToOctets(key, size)); });
}

iscsi_ike_status iscsi_ike_hba_set_tunnel(iscsi_ike_hba* hba, uint32_t port,
                                          const iscsi_ike_endpoint* destination,
                                          const iscsi_ike_endpoint* outer, uint32_t* status,
                                          iscsi_ike_error* error) {
  if (hba == nullptr || destination == nullptr || outer == nullptr) return ISCSI_IKE_E_INVALID;
  const auto to = ToEndpoint(*destination);
  const auto through = ToEndpoint(*outer);
  if (!to || !through) return ISCSI_IKE_E_INVALID;
  return Run(status, error, [&] {
    if (auto ends = CheckTunnelEnds(*destination, *outer); !ends) return ends;
    return hba->cache.SetTunnelModeOuterAddress(port, to->address, through->address);
  });
}

iscsi_ike_status iscsi_ike_hba_get_tunnel(const iscsi_ike_hba* hba, uint32_t port,
                                          const iscsi_ike_endpoint* destination,
                                          iscsi_ike_endpoint* outer) {
  if (hba == nullptr || destination == nullptr || outer == nullptr) return ISCSI_IKE_E_INVALID;
  const auto to = ToEndpoint(*destination);
  if (!to) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    const auto found = hba->cache.TunnelOuter(port, to->address);
    if (!found) return ISCSI_IKE_E_UNKNOWN;
    *outer = ToC(iscsi_ike::ike::Endpoint{*found});
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_hba_get_capabilities(const iscsi_ike_hba* hba, uint8_t* out,
                                                size_t* size) {
  if (hba == nullptr || size == nullptr) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    const auto octets = WriteSecurityCapabilities(hba->cache.capabilities().security);
    return WriteOctets(octets.data(), octets.size(), out, size);
  });
}

iscsi_ike_status iscsi_ike_hba_clear(iscsi_ike_hba* hba, uint32_t* status, iscsi_ike_error* error) {
  if (hba == nullptr) return ISCSI_IKE_E_INVALID;
  return Run(status, error, [&] { return hba->cache.ClearCache(); });
}

iscsi_ike_status iscsi_ike_hba_set_guid(iscsi_ike_hba* hba, const uint8_t* guid, uint32_t* status,
                                        iscsi_ike_error* error) {
  if (hba == nullptr || guid == nullptr) return ISCSI_IKE_E_INVALID;
  policy::GenerationalGuid marker{};
  std::copy_n(guid, marker.size(), marker.begin());
  return Run(status, error, [&] { return hba->cache.SetGenerationalGuid(marker); });
}

iscsi_ike_status iscsi_ike_hba_get_guid(const iscsi_ike_hba* hba, uint8_t* guid) {
  if (hba == nullptr || guid == nullptr) return ISCSI_IKE_E_INVALID;
  const policy::GenerationalGuid& marker = hba->cache.generational_guid();
  std::copy(marker.begin(), marker.end(), guid);
  return ISCSI_IKE_OK;
}

iscsi_ike_status iscsi_ike_hba_save(const iscsi_ike_hba* hba, const uint8_t* seal_key, uint8_t* box,
                                    size_t* size) {
  if (hba == nullptr || seal_key == nullptr || size == nullptr) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    if (!crypto::InitializeCrypto()) return ISCSI_IKE_E_RANDOM;
    const auto saved = hba->cache.Save({seal_key, crypto::kSealKeySize});
    if (!saved) return StatusOf(saved.error().status);
    return WriteOctets(saved->data(), saved->size(), box, size);
  });
}

iscsi_ike_status iscsi_ike_hba_restore(const iscsi_ike_hba_options* options,
                                       const uint8_t* seal_key, const uint8_t* box, size_t size,
                                       iscsi_ike_hba** hba, iscsi_ike_error* error) {
  iscsi_ike_hba_options ours;
  if (hba == nullptr || seal_key == nullptr || !IsReadable(box, size) || !Clear(error))
    return ISCSI_IKE_E_INVALID;
  *hba = nullptr;
  if (const auto status = ReadSized(options, ours); status != ISCSI_IKE_OK) return status;
  return Guarded([&] {
    auto capabilities = CapabilitiesOf(ours);
    if (!capabilities) return ISCSI_IKE_E_INVALID;
    if (!crypto::InitializeCrypto()) return ISCSI_IKE_E_RANDOM;
    auto restored = policy::SecurityCache::Restore({seal_key, crypto::kSealKeySize},
                                                   ToOctets(box, size), std::move(*capabilities));
    if (!restored) {
      Explain(restored.error().error, error);
      return StatusOf(restored.error().status);
    }
    *hba = new iscsi_ike_hba{std::move(*restored), WmiOptionsOf(ours)};
    return ISCSI_IKE_OK;
  });
}
