#include "ike/core/fragments.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "ike/wire/payload.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kFragmentHeaders = kHeaderSize + kGenericHeaderSize + 4;

Failure<std::string_view> Against(std::string_view rule) { return Failure(rule); }

}  // namespace

std::optional<std::string_view> Reassembly::ConflictWith(const FragmentView& fragment,
                                                         std::size_t most) const {
  if (last_ != 0 && (fragment.number > last_ || (fragment.last && fragment.number != last_)))
    return "a fragment behind the last";
  if (fragment.last && fragment.number < slices_.size()) return "a last fragment before others";
  if (fragment.number > slices_.size() || slices_[fragment.number - 1U].empty()) {
    if (octets_ + fragment.data.size() > most)
      return most == kMostOctets ? "fragments of more than 16 KiB in all"
                                 : "fragments of more than 4 KiB in all before phase 1 is done";
    return std::nullopt;
  }
  const std::vector<std::uint8_t>& slice = slices_[fragment.number - 1U];
  if (std::equal(slice.begin(), slice.end(), fragment.data.begin(), fragment.data.end()))
    return std::nullopt;
  return "a fragment came twice and differs";
}

void Reassembly::Begin(std::uint16_t id, Time now) {
  *this = Reassembly{};
  id_ = id;
  since_ = now;
}

void Reassembly::Add(const FragmentView& fragment) {
  if (slices_.size() < fragment.number) slices_.resize(fragment.number);
  std::vector<std::uint8_t>& slice = slices_[fragment.number - 1U];
  if (!slice.empty()) return;  // the same again
  slice.assign(fragment.data.begin(), fragment.data.end());
  octets_ += slice.size();
  ++present_;
  if (fragment.last) last_ = fragment.number;
}

Result<FragmentView, std::string_view> ReadFragment(const Received& received) {
  const auto payloads = ParsePayloads(received.header.next, received.message.subspan(kHeaderSize));
  if (!payloads || payloads->size() != 1) return Against("a fragment stands alone in its message");
  const auto fragment = ParseFragment((*payloads)[0].body);
  if (!fragment) return Against(fragment.error().rule);
  if (fragment->number > Reassembly::kMostFragments)
    return Against("a message in more than 64 fragments");
  if (fragment->data.size() > Reassembly::kMostOctets)
    return Against("a fragment of more than 16 KiB");
  return *fragment;
}

Result<bool, std::string_view> Reassembly::Take(const FragmentView& fragment, Time now,
                                                std::size_t most) {
  if (fragment.data.size() > most)
    return Against("a fragment of more than 4 KiB before phase 1 is done");
  if (present_ == 0 || fragment.id != id_ || now - since_ > kPatience) Begin(fragment.id, now);
  const auto conflict = ConflictWith(fragment, most);
  if (conflict) Begin(fragment.id, now);
  Add(fragment);
  if (conflict) return Against(*conflict);
  return IsWhole();
}

Reassembly& ReassemblyOf(std::vector<Reassembly>& all, std::size_t most, std::uint16_t id) {
  for (Reassembly& one : all)
    if (one.id() == id) return one;
  if (all.size() < most) return all.emplace_back();
  return *std::min_element(all.begin(), all.end(), [](const Reassembly& a, const Reassembly& b) {
    return a.since() < b.since();
  });
}

std::vector<std::uint8_t> Reassembly::Release() {
  std::vector<std::uint8_t> whole;
  whole.reserve(octets_);
  for (const auto& slice : slices_) whole.insert(whole.end(), slice.begin(), slice.end());
  *this = Reassembly{};
  return whole;
}

std::uint16_t FragmentIdOf(Octets message) {
  const crypto::Digest digest = crypto::HashOf(crypto::HashAlgorithm::kSha256, {message});
  const auto id = static_cast<std::uint16_t>(digest.Expose()[0] << 8U | digest.Expose()[1]);
  return id == 0 ? std::uint16_t{1} : id;
}

std::vector<std::vector<std::uint8_t>> SliceMessage(Octets message, std::size_t most,
                                                    std::uint16_t id) {
  std::vector<std::vector<std::uint8_t>> slices;
  const auto header = ReadHeader(message);
  if (!header || message.size() <= most || most <= kFragmentHeaders) return slices;
  const std::size_t room = most - kFragmentHeaders;
  const std::size_t count = (message.size() + room - 1) / room;
  if (count > Reassembly::kMostFragments) return slices;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * room;
    std::vector<std::uint8_t>& slice = slices.emplace_back();
    Writer writer(slice);
    Header own = *header;
    own.flags = 0;  // the slice is in clear; the message within it need not be
    WriteHeader(writer, own);
    PayloadChain chain(writer, kHeaderNextAt);
    chain.Begin(PayloadType::kFragment);
    WriteFragment(writer, {id, static_cast<std::uint8_t>(i + 1), i + 1 == count,
                           message.subspan(at, std::min(room, message.size() - at))});
    chain.End();
    PatchHeaderLength(writer);
  }
  return slices;
}

}  // namespace iscsi_ike::ike
