// Status codes of an HBA's WMI methods (ISCSI_STATUS_QUALIFIERS, the ISDSC_ codes of iscsierr.h):
// those that the security interface gives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "policy/error.hpp"

namespace iscsi_ike::policy {

enum class HbaStatus : std::uint32_t {
  kSuccess = 0,
  kPresharedKeyUnavailable = 0xEFFF0027,  // no key for this identity
  kCacheFull = 0xEFFF002C,
  kInvalidPortNumber = 0xEFFF002D,
  kCacheNotSupported = 0xEFFF002F,     // the adapter keeps nothing over a restart
  kIdTypeNotSupported = 0xEFFF0030,    // IdType is none of 1, 2, 3 and 5
  kIdIncorrectSize = 0xEFFF0031,       // IdSize does not go with IdType
  kNoTunnelOuterAddress = 0xEFFF0035,  // the outer address is EMPTY
  kCacheCorrupted = 0xEFFF0036,        // what was saved is not what comes back
  kRequestNotSupported = 0xEFFF0037,   // not with this adapter's capabilities
  kInvalidParameter = 0xEFFF0056,      // anything else about the input
};
// Name gives the constant: "ISDSC_INVALID_PORT_NUMBER", "success"; "?" for any other number.
[[nodiscard]] std::string_view Name(HbaStatus status);

// HbaError is the code that the method returns, never kSuccess, and the sentence for people.
struct HbaError {
  HbaStatus status = HbaStatus::kInvalidParameter;
  Error error;
};

[[nodiscard]] inline Failure<HbaError> Refuse(HbaStatus status, std::string place,
                                              std::string rule) {
  return Failure<HbaError>(HbaError{status, {std::move(place), std::move(rule)}});
}

}  // namespace iscsi_ike::policy
