#include "ike/core/half_open.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace iscsi_ike::ike {
namespace {

// Slabs grow with what there is to keep. From the larger ones on, allocators give each back to the
// system.
constexpr std::size_t kFirstSlab = 1024;
constexpr std::size_t kLargestSlab = 256U << 10U;
constexpr std::size_t kMostKept = 8192;  // of an empty table

}  // namespace

// Slab holds neighbours, each behind the other.
struct HalfOpen::Slab {
  explicit Slab(std::size_t octets) : room(new std::byte[octets]), size(octets) {}
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() { Clear(); }

  [[nodiscard]] HalfOpen& At(std::size_t offset) const {
    return *std::launder(reinterpret_cast<HalfOpen*>(room.get() + offset));
  }
  void Clear() {
    for (std::size_t at = 0; at < used;) {
      HalfOpen& one = At(at);
      at += one.size();
      std::destroy_at(&one);
    }
    used = first = 0;
  }
  // SkipGaps: `first` is the first that is live, or the end.
  void SkipGaps() {
    while (first < used && !At(first).live_) first += At(first).size();
  }

  std::unique_ptr<std::byte[]> room;
  std::size_t size;
  std::size_t used = 0;
  std::size_t first = 0;
  std::size_t live = 0;
};

HalfOpen::HalfOpen(HalfOpenFacts facts, Slab& slab, std::uint64_t position, Octets offer,
                   Octets answer)
    : HalfOpenFacts(std::move(facts)),
      slab_(&slab),
      position_(position),
      offer_size_(static_cast<std::uint32_t>(offer.size())),
      answer_size_(static_cast<std::uint32_t>(answer.size())) {
  static_assert(sizeof(HalfOpen) <= kOwnOctets);
  auto* const octets = reinterpret_cast<std::uint8_t*>(this) + kOwnOctets;
  std::copy(answer.begin(), answer.end(), std::copy(offer.begin(), offer.end(), octets));
}

std::size_t HalfOpen::SizeWith(Octets offer, Octets answer) {
  constexpr std::size_t kAlign = alignof(std::max_align_t);
  return (kOwnOctets + offer.size() + answer.size() + kAlign - 1) / kAlign * kAlign;
}

HalfOpenTable::HalfOpenTable(const crypto::ShortHashKey& secret, std::size_t most_octets)
    : most_octets_(most_octets), by_first_(FirstTraits{secret}) {}

HalfOpenTable::~HalfOpenTable() = default;

HalfOpenTable::Slab& HalfOpenTable::SlabFor(std::size_t octets) {
  const std::size_t last = slabs_.empty() ? 0 : slabs_.back()->size;
  if (last != 0 && last - slabs_.back()->used >= octets) return *slabs_.back();
  if (last != 0 && slabs_.back()->live == 0) slabs_.pop_back();
  const std::size_t next = std::clamp(2 * last, kFirstSlab, kLargestSlab);
  slabs_.push_back(std::make_unique<Slab>(std::max(next, octets)));
  return *slabs_.back();
}

void HalfOpenTable::Enter(HalfOpenFacts facts, std::uint64_t position, Octets offer,
                          Octets answer) {
  const std::size_t octets = HalfOpen::SizeWith(offer, answer);
  Slab& slab = SlabFor(octets);
  auto* const one =
      new (slab.room.get() + slab.used) HalfOpen(std::move(facts), slab, position, offer, answer);
  slab.used += octets;
  ++slab.live;
  // What an index has no memory for is as if it had never come.
  const auto remove = [this](HalfOpen* half) { Remove(*half); };
  std::unique_ptr<HalfOpen, decltype(remove)> entered(one, remove);
  by_cookie_.Put(one);
  by_first_.Put(one);
  static_cast<void>(entered.release());
}

std::size_t HalfOpenTable::Add(HalfOpenFacts facts, Octets offer, Octets answer) {
  const std::size_t octets = HalfOpen::SizeWith(offer, answer);
  std::size_t gone = 0;
  for (HalfOpen* oldest = Oldest();
       oldest != nullptr && end_ + octets - oldest->position_ > most_octets_; oldest = Oldest()) {
    Remove(*oldest);
    ++gone;
  }
  Enter(std::move(facts), end_, offer, answer);
  end_ += octets;
  return gone;
}

void HalfOpenTable::Remove(HalfOpen& one) {
  by_cookie_.Erase(&one);
  by_first_.Erase(&one);
  one.peer.reset();
  one.live_ = false;
  Slab& slab = *one.slab_;
  slab.SkipGaps();
  if (--slab.live > 0) return;
  const bool last = &slab == slabs_.back().get();
  if (last && slab.size <= kMostKept) return slab.Clear();
  std::erase_if(slabs_, [&slab](const auto& s) { return s.get() == &slab; });
}

HalfOpen* HalfOpenTable::Oldest() const {
  if (size() == 0) return nullptr;
  const Slab& slab = *slabs_.front();
  return &slab.At(slab.first);
}

void HalfOpenTable::ForEach(const std::function<void(const HalfOpen&)>& action) const {
  for (const auto& slab : slabs_) {
    for (std::size_t at = slab->first; at < slab->used; at += slab->At(at).size())
      if (slab->At(at).live_) action(slab->At(at));
  }
}

}  // namespace iscsi_ike::ike
