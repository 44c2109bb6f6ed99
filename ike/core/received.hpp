// Received: a message on its way through the engine, with where it came from and arrived. Parked:
// one that must wait, with octets of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "ike/endpoint.hpp"
#include "ike/wire/header.hpp"

namespace iscsi_ike::ike {

struct Received {
  Endpoint local;
  Endpoint remote;
  Header header;
  Octets message;  // borrowed: from the header on, without marker, exactly header.length octets
};

// A message that must wait is kept up to this size: none of a pre-shared-key exchange needs more.
inline constexpr std::size_t kMostParked = 8192;

// Parked takes a copy, of a message that MayPark.
struct Parked {
  Parked() = default;
  explicit Parked(const Received& received)
      : local(received.local),
        remote(received.remote),
        message(received.message.begin(), received.message.end()) {}

  Endpoint local;
  Endpoint remote;
  std::vector<std::uint8_t> message;
};
[[nodiscard]] inline bool MayPark(const Received& received) {
  return received.message.size() <= kMostParked;
}

}  // namespace iscsi_ike::ike
