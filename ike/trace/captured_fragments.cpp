#include "ike/trace/captured_fragments.hpp"

namespace iscsi_ike::ike {

CapturedFragments::Added CapturedFragments::Add(const Key& key, const FragmentView& fragment) {
  constexpr std::size_t kLongest = 65536;
  Parts& parts = open_[key];
  const std::vector<std::uint8_t> slice(fragment.data.begin(), fragment.data.end());
  const auto [place, added] = parts.slices.emplace(fragment.number, slice);
  if (!added) {
    return {{}, place->second == slice ? "" : "The fragment was there before, with other octets."};
  }
  parts.size += slice.size();
  const std::uint8_t highest = parts.slices.rbegin()->first;
  Added result;
  if (fragment.last && parts.last != 0) {
    result.fault = "Another fragment is marked as the last one.";
  } else if (fragment.last) {
    parts.last = fragment.number;
  }
  if (parts.last != 0 && highest > parts.last) {
    result.fault = "A fragment has a higher number than the last one.";
  }
  if (parts.size > kLongest) result.fault = "The fragments are more than a message can be.";
  if (!result.fault.empty()) {
    open_.erase(key);
    return result;
  }
  if (parts.last == 0 || parts.slices.size() != parts.last) return result;
  for (const auto& [number, octets] : parts.slices) {
    result.whole.insert(result.whole.end(), octets.begin(), octets.end());
  }
  open_.erase(key);
  return result;
}

}  // namespace iscsi_ike::ike
