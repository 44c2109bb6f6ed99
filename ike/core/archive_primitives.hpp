// Carry of what all structs are made of: numbers, enumerations, texts, octets, times, and runs of
// them. A number of which any value means something is carried as it is; an enumeration must be
// one of its enumerators.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "ike/core/archive.hpp"
#include "ike/core/archive_enums.hpp"
#include "ike/core/deadline.hpp"

namespace iscsi_ike::ike {

template <class V>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class V>
concept AnyVector = kIsVector<std::remove_const_t<V>>;
template <class V>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class V>
concept AnyOptional = kIsOptional<std::remove_const_t<V>>;
template <class V>
inline constexpr bool kIsArray = false;
template <class T, std::size_t N>
inline constexpr bool kIsArray<std::array<T, N>> = true;
template <class V>
concept AnyArray = kIsArray<std::remove_const_t<V>>;
template <class V>
inline constexpr bool kIsInlineSecret = false;
template <std::size_t N>
inline constexpr bool kIsInlineSecret<crypto::InlineSecret<N>> = true;
template <class V>
concept AnyInlineSecret = kIsInlineSecret<std::remove_const_t<V>>;
template <class V>
concept AnyEnum = std::is_enum_v<V>;

template <class A, std::unsigned_integral Number>
void Carry(A& a, Number& number) {
  if constexpr (std::same_as<std::remove_const_t<Number>, bool>) {
    std::uint8_t octet = number ? 1 : 0;
    Carry(a, octet);
    a.Require(octet <= 1, "a truth value that is neither 0 nor 1");
    if constexpr (A::kReads) number = octet == 1;
  } else if constexpr (A::kReads) {
    number = static_cast<Number>(a.Number(sizeof number));
  } else {
    a.Number(number, sizeof number);
  }
}

// CarrySize: a size is as wide as the machine's pointers, and eight octets here.
template <class A>
void CarrySize(A& a, std::conditional_t<A::kReads, std::size_t, const std::size_t>& size) {
  std::uint64_t number = size;
  Carry(a, number);
  if constexpr (A::kReads) {
    a.Require(number <= SIZE_MAX, "a size that this machine does not have");
    size = static_cast<std::size_t>(number);
  }
}

template <class A, AnyEnum E>
void Carry(A& a, E& e) {
  auto number = ToNumber(e);
  Carry(a, number);
  const auto value = static_cast<std::remove_const_t<E>>(number);
  if (!Known<std::remove_const_t<E>>::Has(value)) return a.Refuse("a value of no enumerator");
  if constexpr (A::kReads) e = value;
}

// Times stay away from the ends of their scale, so that sums of a few cannot overflow.
inline constexpr std::int64_t kFarthest = std::int64_t{1} << 60;  // ms

template <class A>
void Carry(A& a, Carried<A, Duration>& duration) {
  auto number = static_cast<std::uint64_t>(duration.count());
  Carry(a, number);
  const auto count = static_cast<std::int64_t>(number);
  if (count > kFarthest || count < -kFarthest) return a.Refuse("a time that is too far away");
  if constexpr (A::kReads) duration = Duration(count);
}
template <class A>
void Carry(A& a, Carried<A, Time>& time) {
  Duration since = time.time_since_epoch();
  Carry(a, since);
  if constexpr (A::kReads) time = Time(since);
}
template <class A>
void Carry(A& a, Carried<A, Deadline>& deadline) {
  bool set{deadline};
  Carry(a, set);
  Time at = set && !A::kReads ? *deadline : Time{};
  if (set) Carry(a, at);
  if constexpr (A::kReads) deadline = set ? Deadline(at) : Deadline();
}

// Octets: the caller makes room for as many.
template <class A>
void CarryOctets(A& a,
                 std::conditional_t<A::kReads, crypto::MutableOctets, crypto::Octets> octets) {
  if constexpr (A::kReads) {
    const crypto::Octets taken = a.Take(octets.size());
    std::copy(taken.begin(), taken.end(), octets.begin());
  } else {
    a.Put(octets);
  }
}
template <class A>
std::size_t CarryCount(A& a, std::size_t count) {
  if constexpr (A::kReads) {
    return a.Count();
  } else {
    a.Require(count <= UINT32_MAX, "a run of more than 2^32 elements");
    a.Number(count, 4);
    return count;
  }
}

template <class A>
void Carry(A& a, Carried<A, crypto::Secret>& secret) {
  const std::size_t size = CarryCount(a, secret.size());
  if constexpr (A::kReads) {
    secret = crypto::Secret::CopyOf(a.Take(size));
  } else {
    a.Put(secret.Expose());
  }
}
template <class A, AnyInlineSecret S>
void Carry(A& a, S& secret) {
  auto size = static_cast<std::uint8_t>(secret.size());
  Carry(a, size);
  if constexpr (A::kReads) {
    if (size > sizeof(S) - 1) return a.Refuse("a key that is too long");
    secret.Assign(a.Take(size));
  } else {
    a.Put(secret.Expose());
  }
}
template <class A>
void Carry(A& a, Carried<A, std::string>& text) {
  const std::size_t size = CarryCount(a, text.size());
  if constexpr (A::kReads) {
    const crypto::Octets octets = a.Take(size);
    text.assign(octets.begin(), octets.end());
  } else {
    a.Put({reinterpret_cast<const std::uint8_t*>(text.data()), size});
  }
}

// Runs. Elements come by their own Carry, which is found where they are declared.
template <class A, AnyVector V>
void Carry(A& a, V& elements) {
  const std::size_t count = CarryCount(a, elements.size());
  if constexpr (std::same_as<typename V::value_type, std::uint8_t>) {
    if constexpr (A::kReads) elements.resize(count);
    CarryOctets(a, elements);
  } else if constexpr (A::kReads) {
    for (elements.clear(); elements.size() < count && a.ok();) Carry(a, elements.emplace_back());
  } else {
    for (const auto& element : elements) Carry(a, element);
  }
}
template <class A, AnyArray V>
void Carry(A& a, V& elements) {
  if constexpr (std::same_as<typename V::value_type, std::uint8_t>) {
    CarryOctets(a, elements);
  } else {
    for (auto& element : elements) Carry(a, element);
  }
}
template <class A, AnyOptional V>
void Carry(A& a, V& value) {
  bool set = value.has_value();
  Carry(a, set);
  if constexpr (A::kReads) {
    value.reset();
    if (set) value.emplace();
  }
  if (set) Carry(a, *value);
}
// CarryOwned: nothing, or something on the heap that can be made of nothing.
template <class A, class T>
void CarryOwned(A& a, T& owner) {
  bool set = owner != nullptr;
  Carry(a, set);
  if constexpr (A::kReads) owner = set ? std::make_unique<typename T::element_type>() : nullptr;
  if (set) Carry(a, *owner);
}

template <class A, class... T>
void CarryAll(A& a, T&... fields) {
  (Carry(a, fields), ...);
}

}  // namespace iscsi_ike::ike
