// The C interface as a sequence of calls: each octet chooses one, what follows its arguments. Two
// engines, four plans, two configs, adapters and runners, any number of jobs. Everything that the
// rules of iscsi_ike.h leave to chance is left to the fuzzer: null pointers, sizes of structs of
// other releases and of no release, buffers of any size, texts cut anywhere, time that jumps, calls
// from callbacks, jobs of one engine for the other, boxes with edits. Handles that were freed are
// not used again: nobody can survive that. Whatever comes, a call answers with a status that is no
// fault of the library's.
#include "tests/fuzz/capi_objects.hpp"

namespace iscsi_ike::fuzz {
namespace {

void Run(Input input) {
  CapiObjects objects;
  for (int calls = 0; calls < 64 && !input.empty(); ++calls) {
    CapiValues values(input);
    switch (input.Octet() % 16) {
      case 0:
        Login(objects, values);
        break;
      case 1:
      case 2:
        CallPlan(objects, values);
        break;
      case 3:
      case 4:
        CallHba(objects, values);
        break;
      case 5:
      case 6:
        CallEngine(objects, values);
        break;
      case 7:
      case 8:
        CallDh(objects, values);
        break;
      case 9:
      case 10:
      case 11:
        CallSession(objects, values);
        break;
      default:
        CallPoll(objects, values);
        break;
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::fuzz::Run(iscsi_ike::fuzz::Input({data, size}));
  return 0;
}
