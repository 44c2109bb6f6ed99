// PaintedStack: a stack of its own for one call at a time, painted before, so that it shows
// afterwards how deep the call got, with all that it called: OpenSSL, libsodium, the C library.
#pragma once

#include <ucontext.h>

#include <cstdint>
#include <vector>

namespace iscsi_ike::bench {

class PaintedStack {
 public:
  PaintedStack() : octets_(kSize) {}

  // DepthOf: octets of stack that `call` has used. It must not throw.
  template <class Call>
  std::size_t DepthOf(Call call) {
    return Run([](void* what) { (*static_cast<Call*>(what))(); }, &call) - empty_;
  }

 private:
  static constexpr std::size_t kSize = std::size_t{1} << 18U;
  static constexpr std::uint8_t kPaint = 0xC5;
  using Function = void (*)(void*);

  std::size_t Run(Function function, void* what);
  static void Enter();

  std::vector<std::uint8_t> octets_;
  ucontext_t outside_{};
  ucontext_t inside_{};
  // What a call of nothing uses.
  std::size_t empty_ = Run([](void*) {}, nullptr);
};

}  // namespace iscsi_ike::bench
