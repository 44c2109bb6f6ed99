// Endpoints as text.
#include <string>

#include "ike/capi/buffer.hpp"
#include "ike/capi/guard.hpp"
#include "ike/capi/values.hpp"
#include "policy/address_text.hpp"

namespace ike = iscsi_ike::ike;
namespace policy = iscsi_ike::policy;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::ToEndpoint;
using iscsi_ike::capi::WriteOctets;

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
