#include "ike/trace/captured_fragments.hpp"

namespace iscsi_ike::ike {

std::string CapturedFragments::FaultOf(const Parts& parts, const FragmentView& fragment,
                                       std::uint8_t highest) {
  constexpr std::size_t kLongest = 65536;
  if (fragment.last && parts.last != 0) return "Another fragment is marked as the last one.";
  const std::uint8_t last = fragment.last ? fragment.number : parts.last;
  if (last != 0 && highest > last) return "A fragment has a higher number than the last one.";
  return parts.size > kLongest ? "The fragments are more than a message can be." : "";
}

CapturedFragments::Added CapturedFragments::Add(const Key& key, const FragmentView& fragment) {
  Parts& parts = open_[key];
  const std::vector<std::uint8_t> slice(fragment.data.begin(), fragment.data.end());
  Added result;
  const auto before = parts.slices.find(fragment.number);
  if (before != parts.slices.end() && before->second == slice) return result;
  if (before != parts.slices.end()) {
    // Some number all their messages 1: this is the next one.
    parts = Parts();
    result.fault = "The fragment was there before, with other octets: those before are given up.";
  }
  parts.slices.emplace(fragment.number, slice);
  parts.size += slice.size();
  const std::uint8_t highest = parts.slices.rbegin()->first;
  const std::string fault = FaultOf(parts, fragment, highest);
  if (!fault.empty()) {
    open_.erase(key);
    return {{}, fault};
  }
  if (fragment.last) parts.last = fragment.number;
  if (parts.last == 0 || parts.slices.size() != parts.last) return result;
  for (const auto& [number, octets] : parts.slices) {
    result.whole.insert(result.whole.end(), octets.begin(), octets.end());
  }
  open_.erase(key);
  return result;
}

}  // namespace iscsi_ike::ike
