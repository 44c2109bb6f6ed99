#include "ike/wire/fragment.hpp"

#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::uint8_t kLastFragment = 0x01;

}  // namespace

Wire<FragmentView> ParseFragment(Octets body) {
  const auto malformed = [](std::string_view rule, std::size_t offset) {
    return Malformed(rule, offset, NotifyType::kPayloadMalformed, PayloadType::kFragment);
  };
  FragmentView fragment;
  Reader reader(body);
  std::uint8_t flags = 0;
  if (!reader.ReadU16(fragment.id) || !reader.ReadU8(fragment.number) || !reader.ReadU8(flags)) {
    return malformed("no room for the fixed part", 0);
  }
  if (fragment.number == 0) return malformed("fragment number is zero", 2);
  if (reader.empty()) return malformed("fragment without data", 4);
  fragment.last = (flags & kLastFragment) != 0;
  fragment.data = reader.rest();
  return fragment;
}

void WriteFragment(Writer& writer, const FragmentView& fragment) {
  writer.U16(fragment.id);
  writer.U8(fragment.number);
  writer.U8(fragment.last ? kLastFragment : 0);
  writer.Put(fragment.data);
}

}  // namespace iscsi_ike::ike
