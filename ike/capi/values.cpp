#include "ike/capi/values.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "ike/capi/sized.hpp"

namespace iscsi_ike::capi {
namespace {

// CopyText cuts what is too long, between characters.
template <std::size_t N>
void CopyText(std::string_view text, char (&out)[N]) {
  std::size_t size = std::min(text.size(), N - 1);
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (size < text.size() && size > 0 && continues(size)) --size;
  std::copy_n(text.begin(), size, std::begin(out));
  out[size] = '\0';
}

}  // namespace

std::optional<ike::Endpoint> ToEndpoint(const iscsi_ike_endpoint& endpoint) {
  if (endpoint.reserved != 0 || endpoint.reserved_zone != 0) return std::nullopt;
  ike::Endpoint made;
  if (endpoint.port != 0) made.port = endpoint.port;
  if (endpoint.family == 0) return made;
  if (endpoint.family != 4 && endpoint.family != 6) return std::nullopt;
  const std::size_t size = endpoint.family == 4 ? 4 : 16;
  made.address = *policy::IpAddress::FromOctets({std::data(endpoint.address), size});
  return made;
}

iscsi_ike_endpoint ToC(const ike::Endpoint& endpoint) {
  iscsi_ike_endpoint made{};
  made.port = endpoint.port;
  if (endpoint.address.IsUnspecified()) return made;
  made.family = endpoint.address.is_v6() ? 6 : 4;
  const crypto::Octets octets = endpoint.address.octets();
  std::copy(octets.begin(), octets.end(), std::begin(made.address));
  return made;
}

iscsi_ike_status Explain(const policy::Error& problem, iscsi_ike_error* error) {
  if (error == nullptr) return ISCSI_IKE_E_SYNTAX;
  iscsi_ike_error made{};
  CopyText(problem.place, made.place);
  CopyText(problem.rule, made.rule);
  WriteSized(made, error);
  return ISCSI_IKE_E_SYNTAX;
}

bool Clear(iscsi_ike_error* error) {
  if (error == nullptr) return true;
  if (!CanWrite(error)) return false;
  WriteSized(iscsi_ike_error{}, error);
  return true;
}

}  // namespace iscsi_ike::capi
