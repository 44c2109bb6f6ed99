// The bodies of payloads, field by field. For the sources of this folder only.
#pragma once

#include "ike/trace/dissect.hpp"
#include "ike/trace/field_reader.hpp"
#include "ike/wire/registry.hpp"

namespace iscsi_ike::ike {

// DissectBody reads all of a payload's body.
void DissectBody(PayloadType type, const PayloadContext& context, FieldReader& reader);

// DissectSa reads an SA body with its proposals, transforms and attributes.
void DissectSa(FieldReader& reader);

// DissectAttributes reads an attribute list of phase 1 or 2.
void DissectAttributes(bool phase1, FieldReader& reader);

// ReadDoi reads a domain of interpretation and judges it.
[[nodiscard]] bool ReadDoi(FieldReader& reader);

}  // namespace iscsi_ike::ike
