// Dissection: an ISAKMP message as a tree of fields, every number with its name and every rule that
// is broken as a sentence; what can be said of one message by itself. Broken messages are walked as
// far as they go. RFC 2408 section 3, RFC 2407 section 4, RFC 2409 Appendix A.
#pragma once

#include <vector>

#include "ike/trace/field.hpp"
#include "ike/wire/header.hpp"
#include "ike/wire/payload.hpp"

namespace iscsi_ike::ike {

// DissectHeader appends the fields of a header, all that are there, and the faults of it:
// `message` is a whole datagram without a non-ESP marker. nullopt: shorter than a header.
[[nodiscard]] std::optional<Header> DissectHeader(Octets message, std::vector<Field>& fields,
                                                  std::vector<Fault>& faults);

// PayloadContext: what decides how a body is read.
struct PayloadContext {
  bool phase1 = true;      // of main, aggressive and base mode
  bool encrypted = false;  // octets behind the chain are padding
};

// PayloadSpan is one payload of the outer chain.
struct PayloadSpan {
  PayloadType type = PayloadType::kNone;
  std::size_t offset = 0;  // of the generic header, as Field::offset
  Octets body;
};

// DissectPayloads walks the chain that starts with `first`. `octets` is what stands behind the
// header. Returns the payloads up to the first whose length is impossible.
std::vector<PayloadSpan> DissectPayloads(PayloadType first, Octets octets,
                                         const PayloadContext& context, std::vector<Field>& fields,
                                         std::vector<Fault>& faults);

}  // namespace iscsi_ike::ike
