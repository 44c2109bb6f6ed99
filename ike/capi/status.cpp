// Names and versions, and endpoints as text.
#include <string>

#include "ike/capi/guard.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"
#include "policy/address_text.hpp"

namespace ike = iscsi_ike::ike;
namespace policy = iscsi_ike::policy;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::ToEndpoint;
using iscsi_ike::capi::WriteOctets;

const char* iscsi_ike_version(void) { return ISCSI_IKE_VERSION; }

uint32_t iscsi_ike_abi(void) { return ISCSI_IKE_ABI; }

const char* iscsi_ike_status_name(iscsi_ike_status status) {
  switch (status) {
    case ISCSI_IKE_OK:
      return "OK";
    case ISCSI_IKE_OK_NONE:
      return "OK_NONE";
    case ISCSI_IKE_E_INVALID:
      return "E_INVALID";
    case ISCSI_IKE_E_VERSION:
      return "E_VERSION";
    case ISCSI_IKE_E_TOO_SMALL:
      return "E_TOO_SMALL";
    case ISCSI_IKE_E_NO_MEMORY:
      return "E_NO_MEMORY";
    case ISCSI_IKE_E_BROKEN:
      return "E_BROKEN";
    case ISCSI_IKE_E_BUSY:
      return "E_BUSY";
    case ISCSI_IKE_E_RANDOM:
      return "E_RANDOM";
    case ISCSI_IKE_E_SYNTAX:
      return "E_SYNTAX";
    case ISCSI_IKE_E_POLICY:
      return "E_POLICY";
    case ISCSI_IKE_E_UNKNOWN:
      return "E_UNKNOWN";
    case ISCSI_IKE_E_LIMIT:
      return "E_LIMIT";
    case ISCSI_IKE_E_DAMAGED:
      return "E_DAMAGED";
    case ISCSI_IKE_E_CRYPTO:
      return "E_CRYPTO";
    case ISCSI_IKE_E_INTERNAL:
      return "E_INTERNAL";
  }
  return "unknown";
}

iscsi_ike_status iscsi_ike_endpoint_parse(const char* text, iscsi_ike_endpoint* endpoint) {
  if (text == nullptr || endpoint == nullptr) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    const auto parsed = policy::ParseAddressAndPort(text, "text", false);
    if (!parsed) return ISCSI_IKE_E_SYNTAX;
    *endpoint = ToC(ike::Endpoint{parsed->address, parsed->port.value_or(ike::kIkePort)});
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_endpoint_text(const iscsi_ike_endpoint* endpoint, char* text,
                                         size_t* size) {
  if (endpoint == nullptr) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    const auto made = ToEndpoint(*endpoint);
    if (!made) return ISCSI_IKE_E_INVALID;
    const std::string written = made->ToString();
    return WriteOctets(written.c_str(), written.size() + 1, text, size);
  });
}
