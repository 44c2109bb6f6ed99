// The one error of this folder: where the bad input stands and which rule it breaks.
#pragma once

#include <string>
#include <utility>

#include "crypto/result.hpp"

namespace iscsi_ike::policy {

// Error reads as one line, "place: rule". Neither part ever quotes key octets.
struct Error {
  std::string place;  // "records[2].IdType", "--esp", "word"
  std::string rule;   // "is 4; IdType is 1 (IPv4), 2 (FQDN), 3 (user FQDN) or 5 (IPv6)"
  [[nodiscard]] std::string Text() const { return place + ": " + rule; }
};

template <class T>
using Parsed = Result<T, Error>;

[[nodiscard]] inline Failure<Error> Reject(std::string place, std::string rule) {
  return Failure<Error>(Error{std::move(place), std::move(rule)});
}

}  // namespace iscsi_ike::policy
