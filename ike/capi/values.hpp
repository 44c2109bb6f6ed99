// Values: what the C interface and the engine write differently: octets, endpoints, errors, names.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/secret.hpp"
#include "ike/capi/iscsi_ike.h"
#include "ike/endpoint.hpp"
#include "policy/error.hpp"
#include "policy/ip_address.hpp"

namespace iscsi_ike::capi {

[[nodiscard]] inline crypto::Octets ToOctets(const std::uint8_t* data, std::size_t size) {
  return {data, size};
}
[[nodiscard]] inline iscsi_ike_octets ToC(crypto::Octets octets) {
  return {octets.empty() ? nullptr : octets.data(), octets.size()};
}
// IsReadable: a pointer to octets may be null only where there are none.
[[nodiscard]] inline bool IsReadable(const void* data, std::size_t size) {
  return data != nullptr || size == 0;
}
// TextOf: null reads as no text.
[[nodiscard]] inline std::string_view TextOf(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// ToEndpoint: nullopt for an endpoint that breaks a rule. Family 0 is 0.0.0.0.
[[nodiscard]] std::optional<ike::Endpoint> ToEndpoint(const iscsi_ike_endpoint& endpoint);
[[nodiscard]] iscsi_ike_endpoint ToC(const ike::Endpoint& endpoint);

// Explain fills the caller's error, if there is one, and returns E_SYNTAX.
iscsi_ike_status Explain(const policy::Error& problem, iscsi_ike_error* error);
// Clear empties the caller's error. False: it is no such struct.
[[nodiscard]] bool Clear(iscsi_ike_error* error);

}  // namespace iscsi_ike::capi
