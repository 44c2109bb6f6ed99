// Result<T, E>: a value or a typed error, without exceptions. Every fallible function of the
// project returns one.
#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace iscsi_ike {

// Failure wraps an error so that `return Failure(e)` is never mistaken for a value.
template <class E>
struct Failure {
  explicit Failure(E e) : error(std::move(e)) {}
  E error;
};

// Result holds T or E. `value()` and `error()` assert that the right one is there: ask `ok()`
// first.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  // `return value;` and `return Failure(error);` both make a Result.
  // NOLINTBEGIN(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure<E> f) : state_(std::in_place_index<1>, std::move(f.error)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & { return Get<0>(state_); }
  [[nodiscard]] const T& value() const& { return Get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::move(Get<0>(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  [[nodiscard]] const E& error() const& { return Get<1>(state_); }
  [[nodiscard]] E&& error() && { return std::move(Get<1>(state_)); }

 private:
  template <std::size_t I, class V>
  static auto& Get(V& v) {
    auto* p = std::get_if<I>(&v);
    assert(p != nullptr);
    return *p;
  }
  std::variant<T, E> state_;
};

// Done is the value of a Result that carries nothing but success.
struct Done {};
template <class E>
using Status = Result<Done, E>;

}  // namespace iscsi_ike
