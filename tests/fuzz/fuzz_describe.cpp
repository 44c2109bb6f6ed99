// A payload chain as text; the first octet is the type of its first payload. Lines must be fit for
// a terminal.
#include "ike/wire/describe.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

void RequirePrintable(std::string_view line) {
  fuzz::Require(!line.empty());
  for (const char c : line) fuzz::Require(c >= ' ' && c <= '~');
}

void Run(Octets octets) {
  if (octets.empty()) return;
  const auto first = static_cast<PayloadType>(octets[0]);
  if (const Wire<Header> header = ReadHeader(octets)) RequirePrintable(DescribeHeader(*header));
  const Wire<PayloadList> list = ParsePayloads(first, octets.subspan(1));
  if (!list) return RequirePrintable(DescribeError(list.error()));
  std::size_t lines = 0;
  DescribePayloads(*list, [&lines](const Payload&, std::string_view line) {
    RequirePrintable(line);
    ++lines;
  });
  fuzz::Require(lines >= list->size());
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::ike::Run({data, size});
  return 0;
}
