// Sample events that the tests of this folder share; every key octet in them is 0xaa or above, so
// that a leak shows.
#pragma once

#include "ike/events.hpp"
#include "ike/observer.hpp"

namespace iscsi_ike::ike {

[[nodiscard]] Endpoint EndpointOf(const char* address, std::uint16_t port = kIkePort);
[[nodiscard]] Phase1Established SamplePhase1();
[[nodiscard]] ChildSa SampleChild();
[[nodiscard]] NegotiationFailure SampleFailure();

// SampleKeys owns what a Phase1Keys borrows.
struct SampleKeys {
  std::vector<std::uint8_t> skeyid = std::vector<std::uint8_t>(20, 0xaa);
  std::vector<std::uint8_t> skeyid_d = std::vector<std::uint8_t>(20, 0xab);
  std::vector<std::uint8_t> skeyid_a = std::vector<std::uint8_t>(20, 0xac);
  std::vector<std::uint8_t> skeyid_e = std::vector<std::uint8_t>(20, 0xad);
  std::vector<std::uint8_t> cipher_key = std::vector<std::uint8_t>(16, 0xae);
  std::vector<std::uint8_t> initial_iv = std::vector<std::uint8_t>(16, 0xaf);
  [[nodiscard]] Phase1Keys Keys() const;
};

}  // namespace iscsi_ike::ike
