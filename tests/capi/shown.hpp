// What the tests of shown events share: an event as it is expected, and its comparison as a whole,
// so that no member is forgotten, swapped, or there where it should not be.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "ike/capi/shown_event.hpp"

namespace iscsi_ike::test {

inline ike::Endpoint EngineEndpoint(std::uint8_t last, std::uint16_t port) {
  return {policy::IpAddress::V4({192, 0, 2, last}), port};
}

inline iscsi_ike_endpoint SeenEndpoint(std::uint8_t last, std::uint16_t port) {
  return {4, 0, port, {192, 0, 2, last}, 0};
}

// FirstDifference is where two structs part, octets from their begin; their size: nowhere.
template <class T>
std::size_t FirstDifference(const T& a, const T& b) {
  const auto* left = reinterpret_cast<const std::uint8_t*>(&a);
  const auto* right = reinterpret_cast<const std::uint8_t*>(&b);
  return static_cast<std::size_t>(std::mismatch(left, left + sizeof(T), right).first - left);
}

// Expected is an event that says nothing but its type and its session.
inline iscsi_ike_event Expected(iscsi_ike_event_type type, std::uint32_t session) {
  iscsi_ike_event event{};
  event.type = type;
  event.session = session;
  return event;
}

// ExpectEvent compares all but what is pointed to.
inline void ExpectEvent(const iscsi_ike_event& seen, iscsi_ike_event expected,
                        const char* peer = "") {
  EXPECT_STREQ(seen.peer, peer);
  expected.peer = seen.peer;
  EXPECT_EQ(seen.phase1 != nullptr, seen.type == ISCSI_IKE_EVENT_PHASE1_ESTABLISHED);
  EXPECT_EQ(seen.child_sa != nullptr, seen.type == ISCSI_IKE_EVENT_CHILD_ESTABLISHED);
  EXPECT_EQ(seen.failure != nullptr,
            seen.type == ISCSI_IKE_EVENT_FAILED || seen.type == ISCSI_IKE_EVENT_DIAGNOSED);
  expected.phase1 = seen.phase1;
  expected.child_sa = seen.child_sa;
  expected.failure = seen.failure;
  EXPECT_EQ(FirstDifference(seen, expected), sizeof seen);
}

}  // namespace iscsi_ike::test
