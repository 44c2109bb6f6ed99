// ParseError: which rule some received octets break, where, and the notification that RFC 2408
// section 5 names for it.
#pragma once

#include <cstddef>
#include <string_view>

#include "crypto/result.hpp"
#include "ike/wire/registry.hpp"

namespace iscsi_ike::ike {

// ParseError costs no allocation. `rule` is static text; `offset` counts from the start of the
// octets that the failing function was given; `payload` is the payload at fault where the function
// knows it.
struct ParseError {
  std::string_view rule;
  std::size_t offset = 0;
  NotifyType notify = NotifyType::kPayloadMalformed;
  PayloadType payload = PayloadType::kNone;
};

template <class T>
using Wire = Result<T, ParseError>;

[[nodiscard]] inline Failure<ParseError> Malformed(
    std::string_view rule, std::size_t offset, NotifyType notify = NotifyType::kPayloadMalformed,
    PayloadType payload = PayloadType::kNone) {
  return Failure<ParseError>(ParseError{rule, offset, notify, payload});
}

}  // namespace iscsi_ike::ike
