// A message in clear as lines for people: every number with its name. Broken payloads are described
// as far as they go.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ike/wire/header.hpp"
#include "ike/wire/payload.hpp"
#include "ike/wire/sa.hpp"

namespace iscsi_ike::ike {

// LineVisitor is called once a line, an SA payload giving one for each transform. `line` starts
// with the payload's name: "SA proposal 1 ISAKMP(1): transform 1 KEY_IKE(1) enc=AES-CBC(7)
// keylen=128 hash=SHA2-256(4) group=modp2048(14) auth=PSK(1) life=28800s". It lives for the call
// only.
using LineVisitor = std::function<void(const Payload& payload, std::string_view line)>;

// DescribeHeader: "main mode(2) I=0011223344556677 R=8899aabbccddeeff id=00000000 flags=encrypted
// length=92".
[[nodiscard]] std::string DescribeHeader(const Header& header);
// DescribePayloads visits the payloads in order. Key exchange, hash and nonce values are shown by
// their start only.
void DescribePayloads(const PayloadList& payloads, const LineVisitor& visitor);
// DescribeTransform: one transform of a proposal for `protocol`, as in the line above from
// "transform" on.
[[nodiscard]] std::string DescribeTransform(ProtocolId protocol, const TransformView& transform);
// DescribeAttributes: an attribute list of phase 1 (kIsakmp) or phase 2: "life=3600s
// life=100000kB".
[[nodiscard]] std::string DescribeAttributes(ProtocolId protocol, Octets attributes);
// DescribeError: "PAYLOAD-MALFORMED (16): length runs past the end, SA (1) at offset 12".
[[nodiscard]] std::string DescribeError(const ParseError& error);

}  // namespace iscsi_ike::ike
