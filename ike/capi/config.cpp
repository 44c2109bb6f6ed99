#include "ike/capi/config.hpp"

#include "ike/capi/guard.hpp"
#include "ike/capi/values.hpp"

namespace crypto = iscsi_ike::crypto;
namespace policy = iscsi_ike::policy;
using iscsi_ike::capi::Clear;
using iscsi_ike::capi::Explain;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::IsReadable;
using iscsi_ike::capi::ToOctets;

iscsi_ike_status iscsi_ike_config_new(const char* json, size_t size, iscsi_ike_config** config,
                                      iscsi_ike_error* error) {
  if (config == nullptr || !IsReadable(json, size) || !Clear(error)) return ISCSI_IKE_E_INVALID;
  *config = nullptr;
  return Guarded([&] {
    const auto* octets = reinterpret_cast<const std::uint8_t*>(json);
    auto parsed = policy::ParseConfig(crypto::Secret::CopyOf(ToOctets(octets, size)), "json",
                                      policy::ConfigOptions{.key_elsewhere = true});
    if (!parsed) return Explain(parsed.error(), error);
    *config = new iscsi_ike_config{std::move(*parsed)};
    return ISCSI_IKE_OK;
  });
}

void iscsi_ike_config_free(iscsi_ike_config* config) { delete config; }

size_t iscsi_ike_config_records(const iscsi_ike_config* config) {
  return config == nullptr ? 0 : config->config.records.size();
}

size_t iscsi_ike_config_portals(const iscsi_ike_config* config) {
  return config == nullptr ? 0 : config->config.portals.size();
}
