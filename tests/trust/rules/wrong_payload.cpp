// Wrong sets of payloads, in clear and under the session's own keys, with a HASH that fits.
#include <algorithm>

#include "tests/trust/rules/wrong_message.hpp"

namespace iscsi_ike::test {
namespace {

using ike::PayloadType;

constexpr ike::PayloadSet kAnywhere{PayloadType::kVendorId, PayloadType::kNotify,
                                    PayloadType::kNatD, PayloadType::kNatDDraft};

// BodyFor is a body that the parser of that type takes, where there is one.
Bytes BodyFor(PayloadType type, const PayloadsOctets& like) {
  for (const PayloadOctets& payload : like)
    if (payload.type == type) return payload.body;
  if (type == PayloadType::kNotify) return NotifyBody(ike::NotifyType::kInitialContact);
  if (type == PayloadType::kId || type == PayloadType::kNatOa || type == PayloadType::kNatOaDraft)
    return {1, 0, 0, 0, 192, 0, 2, 77};
  return Bytes(32, 0x37);
}

class Maker {
 public:
  Maker(const Tape& tape, std::size_t index, WrongMessages& all)
      : tape_(tape), index_(index), payloads_(tape.PayloadsOf(index)), all_(all) {}

  [[nodiscard]] const ike::Row& row() const { return tape_.at(index_).Row(); }
  [[nodiscard]] bool quick() const { return !tape_.at(index_).script->phase1; }
  [[nodiscard]] const PayloadsOctets& payloads() const { return payloads_; }
  [[nodiscard]] bool Has(PayloadType type) const {
    return std::any_of(payloads_.begin(), payloads_.end(),
                       [type](const PayloadOctets& p) { return p.type == type; });
  }
  void Add(Rule rule, const std::string& what, const PayloadsOctets& payloads) {
    all_.push_back({rule, what, tape_.Compose(index_, payloads)});
  }
  void AddRaw(Rule rule, const std::string& what, const PayloadsOctets& payloads, bool sealed) {
    all_.push_back({rule, what, tape_.ComposeRaw(index_, payloads, sealed)});
  }
  [[nodiscard]] PayloadsOctets Without(PayloadType type) const {
    PayloadsOctets left = payloads_;
    std::erase_if(left, [type](const PayloadOctets& p) { return p.type == type; });
    return left;
  }
  [[nodiscard]] PayloadsOctets With(PayloadType type) const {
    PayloadsOctets more = payloads_;
    more.push_back({type, BodyFor(type, payloads_)});
    return more;
  }

 private:
  const Tape& tape_;
  std::size_t index_;
  PayloadsOctets payloads_;
  WrongMessages& all_;
};

Rule RuleOfAdded(const Maker& maker, PayloadType type) {
  if (kAnywhere.Has(type)) return Rule::kAnywhereAdded;
  const bool repeatable =
      maker.quick() && (type == PayloadType::kSa || type == PayloadType::kId ||
                        type == PayloadType::kNatOa || type == PayloadType::kNatOaDraft);
  if (maker.Has(type)) {
    if (!repeatable) return Rule::kRequiredTwice;
    if (type == PayloadType::kSa) return Rule::kOfferTwice;
  }
  return maker.row().optional.Has(type) ? Rule::kOptionalAdded : Rule::kForeignAdded;
}

void AddMissing(Maker& maker) {
  for (unsigned number = 1; number < 256; ++number) {
    const auto type = static_cast<PayloadType>(number);
    if (!maker.Has(type)) continue;
    const std::string what = "no payload of type " + std::to_string(number);
    if (maker.row().required.Has(type))
      maker.Add(Rule::kRequiredMissing, what, maker.Without(type));
    if (maker.row().optional.Has(type))
      maker.Add(Rule::kOptionalMissing, what, maker.Without(type));
  }
}

void AddAdded(Maker& maker) {
  for (unsigned number = 1; number < 256; ++number) {
    const auto type = static_cast<PayloadType>(number);
    maker.Add(RuleOfAdded(maker, type), "one more payload of type " + std::to_string(number),
              maker.With(type));
  }
  PayloadsOctets many = maker.payloads();
  for (int i = 0; i < 40; ++i) many.push_back({PayloadType::kVendorId, Bytes(4, 1)});
  maker.Add(Rule::kTooManyPayloads, "", many);
}

// AddOrders: SA comes first in phase 1, HASH in quick mode; the rest has no order.
void AddOrders(Maker& maker) {
  const bool fixed = maker.quick() || maker.row().required.Has(PayloadType::kSa);
  PayloadsOctets displaced = maker.payloads();
  if (fixed) {
    displaced.insert(displaced.begin(), {PayloadType::kVendorId, Bytes(8, 3)});
    return maker.Add(Rule::kFirstDisplaced, "", displaced);
  }
  std::reverse(displaced.begin(), displaced.end());
  if (displaced.size() > 1) maker.Add(Rule::kOrderReversed, "", displaced);
}

void AddHashes(Maker& maker, bool sealed) {
  if (!maker.Has(PayloadType::kHash)) return;
  const auto with_hash = [&](const auto& alter) {
    PayloadsOctets altered = maker.payloads();
    for (PayloadOctets& payload : altered)
      if (payload.type == PayloadType::kHash) alter(payload.body);
    return altered;
  };
  for (const std::size_t at : {0U, 15U, 31U})
    maker.AddRaw(Rule::kHashOfOtherContent, "octet " + std::to_string(at),
                 with_hash([at](Bytes& hash) { hash[at] ^= 0x10; }), sealed);
  for (const std::size_t size : {0U, 1U, 16U, 31U, 33U, 64U})
    maker.AddRaw(Rule::kHashOfOtherLength, std::to_string(size) + " octets",
                 with_hash([size](Bytes& hash) { hash.resize(size); }), sealed);
}

void AddProtections(const Tape& tape, std::size_t index, Maker& maker, WrongMessages& all) {
  const ike::Protection due = maker.row().protection;
  if (due == ike::Protection::kClear && index != 0)
    maker.AddRaw(Rule::kSealedWhereClearIsDue, "", maker.payloads(), true);
  if (due == ike::Protection::kEncrypted)
    maker.AddRaw(Rule::kClearWhereSealedIsDue, "", maker.payloads(), false);
  if (!tape.IsSealed(index)) return;
  for (const std::size_t cut : {1U, 8U, 15U}) {
    Bytes message = tape.at(index).datagram.octets;
    message.resize(message.size() - cut);
    all.push_back(
        {Rule::kNoWholeBlocks, std::to_string(cut) + " octets cut off",
         WithU32(message, ike::kHeaderLengthAt, static_cast<std::uint32_t>(message.size()))});
  }
}

}  // namespace

WrongMessages WrongPayloads(const Tapes& tapes, const Place& place) {
  WrongMessages all;
  if (!place.at_receiver) return all;  // what is due there is the next place's affair
  Maker maker(tapes.tape, place.index, all);
  AddMissing(maker);
  AddAdded(maker);
  AddOrders(maker);
  AddHashes(maker, tapes.tape.IsSealed(place.index));
  AddProtections(tapes.tape, place.index, maker, all);
  return all;
}

}  // namespace iscsi_ike::test
