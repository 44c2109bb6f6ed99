// The numbers that name things on the wire, as types of their own.
//
// Cookie names one half of an ISAKMP SA (RFC 2408 section 2.5.3), MessageId one phase-2 exchange
// (section 3.1), Spi one direction of an AH or ESP SA.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "crypto/secret.hpp"

namespace iscsi_ike::ike {

using crypto::Octets;

// Cookie is 8 octets; all zero means "none yet" (the responder's, in a first message).
struct Cookie {
  std::array<std::uint8_t, 8> octets{};
  [[nodiscard]] bool IsZero() const {
    return std::all_of(octets.begin(), octets.end(), [](std::uint8_t o) { return o == 0; });
  }
  friend bool operator==(const Cookie&, const Cookie&) = default;
  friend auto operator<=>(const Cookie&, const Cookie&) = default;
};

// MessageId is zero in phase 1, random and non-zero in every later exchange.
enum class MessageId : std::uint32_t {};

// Spi of AH or ESP; 0 to 255 are reserved (RFC 2407 section 4.6.1 refers to RFC 2402/2406).
enum class Spi : std::uint32_t {};
inline constexpr std::uint32_t kFirstUsableSpi = 256;

// ToNumber is the number that an enumerator stands for.
template <class Enum>
[[nodiscard]] constexpr std::underlying_type_t<Enum> ToNumber(Enum e) {
  return static_cast<std::underlying_type_t<Enum>>(e);
}

}  // namespace iscsi_ike::ike
