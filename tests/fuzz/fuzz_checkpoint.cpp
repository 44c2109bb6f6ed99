// Authentic checkpoints with altered contents. Input: octet 0 selects the state; then edits, two
// octets of offset (modulo the size) and one that is XORed there. What comes out is refused, or an
// engine that does whatever it is asked to without falling.
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/checkpoint_states.hpp"

namespace iscsi_ike::test {
namespace {

void Run(ike::Octets input) {
  static const std::vector<SavedState> kStates = SavedStates();
  if (input.empty()) return;
  const SavedState& state = kStates[input[0] % kStates.size()];
  Bytes contents = Contents(state.box);
  for (input = input.subspan(1); input.size() >= 3; input = input.subspan(3))
    contents[static_cast<std::size_t>(input[0] << 8U | input[1]) % contents.size()] ^= input[2];
  (void)TryOut(state, contents);
}

}  // namespace
}  // namespace iscsi_ike::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = iscsi_ike::crypto::InitializeCrypto();
  iscsi_ike::fuzz::Require(ready);
  iscsi_ike::test::Run({data, size});
  return 0;
}
