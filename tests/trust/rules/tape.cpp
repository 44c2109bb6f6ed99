#include "tests/trust/rules/tape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace iscsi_ike::test {

const std::vector<TapeKind>& AllTapeKinds() {
  static const std::vector<TapeKind> kAll{
      {"main", kMainWord},
      {"main_pfs", kMainPfsWord},
      {"main_further", kMainWord, false, true},
      {"aggressive", kAggressiveWord},
      {"aggressive_pfs", kAggressivePfsWord},
      {"aggressive_clear", kAggressiveWord, true},
      {"aggressive_further", kAggressivePfsWord, false, true},
  };
  return kAll;
}

EndSettings EndOf(const TapeKind& kind) {
  EndSettings end = QuickEnd(kind.word);
  const bool in_clear = kind.hash_in_clear;
  end.adjust_peer = [in_clear](ike::PeerConfig& peer) { peer.aggressive_hash_in_clear = in_clear; };
  return end;
}

std::vector<const ike::Script*> AllScripts() {
  return {&ike::MainModeScript(), &ike::AggressiveModeScript(), &ike::QuickModeScript()};
}

void NegotiateFurther(Pair& pair, const TapeKind& kind) {
  if (!kind.further) return;
  const auto session = pair.initiator->EventsOf<ike::Phase1Established>().at(0)->session;
  EXPECT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), session, {}).ok());
  pair.net.Drain();
}

Tape::Tape(const TapeKind& kind, std::uint64_t seed) : kind_(kind), seed_(seed) {
  Pair pair(EndOf(kind), EndOf(kind), seed);
  EXPECT_TRUE(pair.Login());
  NegotiateFurther(pair, kind);
  pair.net.RunFor(std::chrono::seconds(1));
  pair.net.Run();
  EXPECT_EQ(pair.AgreedChildren(), kind.further ? 2U : 1U);
  log_ = pair.net.log;
  insider_.emplace(pair.initiator->recorder);
  Name(pair);
}

void Tape::Name(const Pair& pair) {
  std::map<const Node*, std::size_t> said;
  std::map<std::string, unsigned> runs;
  for (const Sent& sent : log_) {
    const bool up = sent.datagram.local == pair.initiator->endpoint();
    const Node* node = up ? pair.initiator : pair.responder;
    const std::string& name = node->recorder.sent.at(said[node]++);
    Message message;
    message.run = runs[name]++;
    message.datagram = sent.datagram;
    for (const ike::Script* script : AllScripts()) {
      for (std::size_t row = 0; row < script->rows.size(); ++row) {
        if (script->rows[row].name != name) continue;
        message.script = script;
        message.row = row;
      }
    }
    if (message.script == nullptr) throw std::logic_error(name + " is a row of no script");
    messages_.push_back(std::move(message));
  }
}

std::size_t Tape::FirstPlace() const {
  if (!kind_.further) return 0;
  const auto it = std::find_if(messages_.begin(), messages_.end(),
                               [](const Message& message) { return message.run == 1; });
  return static_cast<std::size_t>(it - messages_.begin());
}

std::optional<std::size_t> Tape::Next(std::size_t index) const {
  for (std::size_t next = index + 1; next < messages_.size(); ++next)
    if (at(next).IsOfRun(at(index)) && at(next).row == at(index).row + 1) return next;
  return std::nullopt;
}

Bytes Tape::IvOf(std::size_t index) const {
  const Message& message = at(index);
  for (std::size_t before = index; before-- > 0;) {
    if (at(before).IsOfRun(message) && IsSealed(before))
      return insider_->LastBlock(MessageOf(at(before).datagram));
  }
  if (message.script->phase1) return insider_->Phase1Iv();
  return insider_->Phase2Iv(log_, HeaderOf(message.datagram.octets).id);
}

PayloadsOctets Tape::PayloadsOf(std::size_t index) const {
  const ike::Octets octets = MessageOf(at(index).datagram);
  Bytes clear(octets.begin() + ike::kHeaderSize, octets.end());
  if (IsSealed(index)) clear = insider_->Open(octets, IvOf(index));
  const auto parsed = ike::ParsePayloads(HeaderOf(octets).next, clear);
  if (!parsed) throw std::logic_error("a tape's own message does not open");
  PayloadsOctets payloads;
  for (const ike::Payload& payload : *parsed)
    payloads.push_back({payload.type, {payload.body.begin(), payload.body.end()}});
  return payloads;
}

Bytes ChainOf(const PayloadsOctets& payloads) {
  Bytes out;
  ike::Writer writer(out);
  ike::PayloadChain chain(writer);
  for (const PayloadOctets& payload : payloads) chain.Add(payload.type, payload.body);
  return out;
}

// RFC 2409 section 5.5: HASH(1) and HASH(2) cover all that follows them, HASH(3) nothing.
bool Tape::HashCovers(std::size_t index, const PayloadsOctets& payloads) const {
  const Message& message = at(index);
  return !message.script->phase1 && message.row < 2 && !payloads.empty() &&
         payloads.front().type == ike::PayloadType::kHash;
}

Bytes Tape::Compose(std::size_t index, const PayloadsOctets& payloads, bool sealed) const {
  if (!HashCovers(index, payloads)) return ComposeRaw(index, payloads, sealed);
  PayloadsOctets hashed(payloads.begin() + 1, payloads.end());
  const ike::Header header = HeaderOf(at(index).datagram.octets);
  Bytes nonce;
  if (at(index).row == 1) {
    std::size_t first = index;
    while (!at(first).IsOfRun(at(index)) || at(first).row != 0) --first;
    for (const PayloadOctets& payload : PayloadsOf(first))
      if (payload.type == ike::PayloadType::kNonce) nonce = payload.body;
  }
  const auto next = hashed.empty() ? ike::PayloadType::kNone : hashed.front().type;
  const Bytes with_hash =
      insider_->WithHash(next, {ike::MessageIdOctets(header.id), nonce}, ChainOf(hashed));
  const std::size_t size = ike::kGenericHeaderSize + payloads.front().body.size();
  PayloadsOctets all(payloads);
  all.front().body.assign(with_hash.begin() + ike::kGenericHeaderSize,
                          with_hash.begin() + static_cast<std::ptrdiff_t>(size));
  return ComposeRaw(index, all, sealed);
}

Bytes Tape::ComposeRaw(std::size_t index, const PayloadsOctets& payloads, bool sealed) const {
  ike::Header header = HeaderOf(at(index).datagram.octets);
  header.next = payloads.empty() ? ike::PayloadType::kNone : payloads.front().type;
  header.flags = 0;
  const Bytes chain = ChainOf(payloads);
  if (sealed) return insider_->Seal(header, chain, IvOf(index));
  return InClear(header, chain);
}

}  // namespace iscsi_ike::test
