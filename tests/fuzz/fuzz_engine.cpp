// A whole engine in a named state, and datagrams of the fuzzer's.
//
// Input: octet 0 selects the exchange (main, aggressive; with PFS or not), octet 1 the state (how
// many datagrams of a clean negotiation have gone by), octet 2 whom it is for and how it comes:
// in clear as it is, behind a good header, or sealed under the session's keys with a HASH that
// fits, so that mutations get past encryption and HASH; bit 3 sends them to port 4500, bit 4 with
// the non-ESP marker, bit 5 from another port than the peer's, and with bit 6 the ends have forced
// NAT traversal and cut what is longer than 200 octets. Then datagrams: two octets of length,
// octets. Afterwards the negotiation goes on without losses. Whatever the fuzzer sends, nothing
// crashes, both ends come to rest, children agree in their keys, and no end fails twice.
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using fuzz::Input;
using fuzz::Require;

enum class Form : std::uint8_t { kRaw, kBehindHeader, kSealed, kSealedInformational };

// Sealed makes a phase-2 message under the session's keys out of payloads; the first octet is the
// type of the first of them.
Bytes Sealed(const Pair& pair, const ike::Header& model, Bytes payloads, bool informational) {
  const Recorder& keys = pair.initiator->recorder;
  if (!keys.phase1 || payloads.empty()) return payloads;
  const Insider insider(keys);
  ike::Header header = model;
  header.next = ike::PayloadType::kHash;
  if (informational || header.id == ike::MessageId{0}) {
    header.exchange = informational ? ike::ExchangeType::kInformational : ike::ExchangeType::kQuick;
    header.id = ike::MessageId{0x00010000U + static_cast<std::uint32_t>(payloads.size())};
  }
  const auto type = static_cast<ike::PayloadType>(payloads[0]);
  payloads.erase(payloads.begin());
  Bytes iv = insider.Phase2Iv(pair.net.log, header.id);
  for (const Sent& sent : pair.net.log) {
    if (HeaderOf(MessageOf(sent.datagram)).id == header.id)
      iv = insider.LastBlock(MessageOf(sent.datagram));
  }
  return insider.Seal(header, insider.WithHash(type, {ike::MessageIdOctets(header.id)}, payloads),
                      iv);
}

Bytes Shape(const Pair& pair, Form form, Bytes octets) {
  if (form == Form::kRaw || pair.net.log.empty()) return octets;
  const ike::Octets model = MessageOf(pair.net.log.back().datagram);
  if (model.size() < ike::kHeaderSize) return octets;
  if (form == Form::kBehindHeader) {
    Bytes message(model.begin(), model.begin() + ike::kHeaderSize);
    if (!octets.empty()) message[ike::kHeaderNextAt] = octets[0];
    message.insert(message.end(), octets.begin() + (octets.empty() ? 0 : 1), octets.end());
    ike::Writer writer(message);
    ike::PatchHeaderLength(writer);
    return message;
  }
  return Sealed(pair, HeaderOf(model), std::move(octets), form == Form::kSealedInformational);
}

void CheckEnd(const Pair& pair) {
  for (const Node* node : {pair.initiator, pair.responder}) {
    for (const auto* failed : node->EventsOf<ike::Failed>()) {
      Require(!failed->failure.text.empty() || !failed->failure.details.empty());
    }
  }
  Require(pair.initiator->EventsOf<ike::Failed>().size() <= 2);
}

void Run(Input input) {
  constexpr std::uint64_t kWords[] = {kMainWord, kMainPfsWord, kAggressiveWord, kAggressivePfsWord};
  const std::uint64_t word = kWords[input.Octet() % 4];
  const std::size_t state = input.Octet() % 10;
  const std::uint8_t how = input.Octet();
  EndSettings end = QuickEnd(word);
  if ((how & 0x40U) != 0) {
    end.adjust_peer = [](ike::PeerConfig& peer) {
      peer.nat = ike::NatTraversal::kForce;
      peer.fragment_above = 200;
    };
  }
  Pair pair(end, end);
  pair.Connect();
  pair.net.RunUntil([&] { return pair.net.log.size() >= state; }, std::chrono::seconds(1));
  Node& victim = (how & 1U) != 0 ? *pair.initiator : *pair.responder;
  const Node& other = (how & 1U) != 0 ? *pair.responder : *pair.initiator;
  const auto form = static_cast<Form>((how >> 1U) % 4);
  for (int i = 0; i < 4 && !input.empty(); ++i) {
    const std::uint16_t port = (how & 0x08U) != 0 ? ike::kIkeNattPort : ike::kIkePort;
    ike::Endpoint from{other.endpoint().address, port};
    if ((how & 0x20U) != 0) from.port = 40000;
    Bytes octets = Shape(pair, form, input.Long());
    if ((how & 0x10U) != 0) octets.insert(octets.begin(), ike::kNonEspMarkerSize, 0);
    pair.net.Inject(victim, from, std::move(octets), port);
  }
  pair.net.Run();
  // A datagram may stand for a first message of its own, but nothing waits for ever.
  Require(pair.net.IsIdle());
  CheckEnd(pair);
}

}  // namespace
}  // namespace iscsi_ike::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = iscsi_ike::crypto::InitializeCrypto();
  iscsi_ike::fuzz::Require(ready);
  iscsi_ike::test::Run(iscsi_ike::fuzz::Input({data, size}));
  return 0;
}
