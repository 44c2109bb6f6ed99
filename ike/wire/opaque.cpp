#include "ike/wire/opaque.hpp"

namespace iscsi_ike::ike {

// RFC 2409 section 5: a public value shorter than the group's prime "MUST be pre-pended" with
// zeros.
Wire<Octets> ParseKeyExchange(Octets body, std::size_t public_size) {
  if (body.size() != public_size) {
    return Malformed("public value does not have the length of its group", 0,
                     NotifyType::kInvalidKeyInformation, PayloadType::kKeyExchange);
  }
  return body;
}

Wire<Octets> ParseHash(Octets body, std::size_t hash_size) {
  if (body.size() != hash_size) {
    return Malformed("length is not that of the negotiated hash", 0,
                     NotifyType::kInvalidHashInformation, PayloadType::kHash);
  }
  return body;
}

// RFC 2409 section 5: "The length of nonce payload MUST be between 8 and 256 bytes inclusive."
Wire<Octets> ParseNonce(Octets body) {
  if (body.size() < kMinNonceSize || body.size() > kMaxNonceSize) {
    return Malformed("nonce is not 8 to 256 octets", 0, NotifyType::kPayloadMalformed,
                     PayloadType::kNonce);
  }
  return body;
}

}  // namespace iscsi_ike::ike
