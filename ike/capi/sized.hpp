// Sized structs: those of the C interface begin with their size, so that callers and libraries of
// different releases understand each other. The rule stands in iscsi_ike.h, under Structs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "ike/capi/iscsi_ike.h"

namespace iscsi_ike::capi {

inline constexpr std::size_t kLongestStruct = 65536;  // nobody's is longer

// SaysReserved: a caller of a later release says something where this one has nothing to say.
template <class Struct>
[[nodiscard]] bool SaysReserved(const Struct& s) {
  if constexpr (requires { s.reserved; }) return s.reserved != 0;
  return false;
}

// ReadSized copies the caller's struct into ours; what the caller's lacks is zero.
template <class Struct>
[[nodiscard]] iscsi_ike_status ReadSized(const Struct* from, Struct& to) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  to = Struct{};
  if (from == nullptr) return ISCSI_IKE_E_INVALID;
  const std::size_t size = from->size;
  if (size < sizeof(from->size) || size > kLongestStruct) return ISCSI_IKE_E_INVALID;
  // No release has a struct that ends within a member: half a pointer would lead anywhere.
  if (size < sizeof(Struct) && size % alignof(Struct) != 0) return ISCSI_IKE_E_INVALID;
  const auto* octets = reinterpret_cast<const std::uint8_t*>(from);
  if (size > sizeof(Struct) &&
      std::any_of(octets + sizeof(Struct), octets + size, [](std::uint8_t o) { return o != 0; }))
    return ISCSI_IKE_E_VERSION;
  std::memcpy(&to, from, std::min(size, sizeof(Struct)));
  to.size = sizeof(Struct);
  return SaysReserved(to) ? ISCSI_IKE_E_VERSION : ISCSI_IKE_OK;
}

// CanWrite: the caller's struct can take something.
template <class Struct>
[[nodiscard]] bool CanWrite(const Struct* to) {
  return to != nullptr && to->size >= sizeof(to->size) && to->size <= kLongestStruct;
}

// WriteSized fills as much of the caller's struct as both know; what only the caller's has is zero.
template <class Struct>
void WriteSized(Struct value, Struct* to) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  const std::uint32_t size = to->size;
  value.size = size;
  std::memcpy(to, &value, std::min<std::size_t>(size, sizeof(Struct)));
  if (size > sizeof(Struct))
    std::memset(reinterpret_cast<std::uint8_t*>(to) + sizeof(Struct), 0, size - sizeof(Struct));
}

}  // namespace iscsi_ike::capi
