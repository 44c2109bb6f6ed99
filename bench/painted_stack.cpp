#include "bench/painted_stack.hpp"

#include <algorithm>

namespace iscsi_ike::bench {
namespace {

// makecontext hands over nothing but int.
void (*g_function)(void*) = nullptr;
void* g_what = nullptr;

}  // namespace

void PaintedStack::Enter() { g_function(g_what); }

std::size_t PaintedStack::Run(Function function, void* what) {
  std::fill(octets_.begin(), octets_.end(), kPaint);
  g_function = function;
  g_what = what;
  getcontext(&inside_);
  inside_.uc_stack.ss_sp = octets_.data();
  inside_.uc_stack.ss_size = octets_.size();
  inside_.uc_link = &outside_;
  makecontext(&inside_, &PaintedStack::Enter, 0);
  swapcontext(&outside_, &inside_);
  const auto lowest =
      std::find_if(octets_.begin(), octets_.end(), [](std::uint8_t o) { return o != kPaint; });
  return static_cast<std::size_t>(octets_.end() - lowest);
}

}  // namespace iscsi_ike::bench
