#include "tests/support/insider.hpp"

#include <stdexcept>

#include "ike/wire/payload.hpp"

namespace iscsi_ike::test {

using ike::ExchangeType;
using ike::Header;
using ike::Octets;
using ike::PayloadType;

Insider::Insider(const Recorder& recorder)
    : skeyid_a_(recorder.KeyOf("SKEYID_a")), phase1_iv_(recorder.KeyOf("IV")) {
  if (!recorder.phase1) throw std::logic_error("no keys were recorded");
  suite_ = recorder.phase1->suite;
  initiator_ = recorder.phase1->initiator;
  responder_ = recorder.phase1->responder;
  key_.Assign(recorder.KeyOf("Ka"));
}

std::size_t Insider::block_size() const { return crypto::BlockSize(suite_.cipher); }

Bytes Insider::LastBlock(Octets datagram) const {
  const Octets block = datagram.last(block_size());
  return {block.begin(), block.end()};
}

Bytes Insider::Phase2Iv(const std::vector<Sent>& log, ike::MessageId id) const {
  Bytes last = phase1_iv_;
  for (const Sent& sent : log) {
    const Header header = HeaderOf(MessageOf(sent.datagram));
    const bool phase1 =
        header.exchange == ExchangeType::kMain || header.exchange == ExchangeType::kAggressive;
    if (phase1 && header.encrypted()) last = LastBlock(MessageOf(sent.datagram));
  }
  const crypto::Digest iv = ike::Phase2Iv(suite_.hash, last, id);
  const Octets octets = iv.Expose().first(block_size());
  return {octets.begin(), octets.end()};
}

Bytes Insider::Open(Octets datagram, const Bytes& iv) const {
  crypto::CbcCipher cipher;
  ike::IvChain chain;
  chain.Start(iv, block_size());
  Bytes clear;
  if (!ike::Open({cipher, suite_.cipher, key_}, chain, datagram, clear)) return {};
  return clear;
}

Bytes Insider::Seal(const Header& header, const Bytes& payloads, const Bytes& iv) const {
  crypto::CbcCipher cipher;
  ike::IvChain chain;
  chain.Start(iv, block_size());
  Bytes message;
  ike::Writer writer(message);
  ike::WriteHeader(writer, header);
  writer.Put(payloads);
  if (!ike::Seal({cipher, suite_.cipher, key_}, chain, message)) return {};
  return message;
}

Bytes Insider::WithHash(PayloadType first, std::initializer_list<Octets> before,
                        const Bytes& rest) const {
  Bytes hashed = Concat(before);
  hashed.insert(hashed.end(), rest.begin(), rest.end());
  const crypto::Digest hash = crypto::Prf(suite_.hash, skeyid_a_).Compute({hashed});
  Bytes chain;
  ike::Writer writer(chain);
  writer.U8(ike::ToNumber(first));
  writer.U8(0);
  writer.U16(static_cast<std::uint16_t>(ike::kGenericHeaderSize + hash.size()));
  writer.Put(hash.Expose());
  writer.Put(rest);
  return chain;
}

Bytes Insider::Informational(const std::vector<Sent>& log, ike::MessageId id, PayloadType type,
                             const Bytes& body) const {
  Header header;
  header.initiator = initiator_;
  header.responder = responder_;
  header.exchange = ExchangeType::kInformational;
  header.next = PayloadType::kHash;
  header.id = id;
  const Bytes chain = WithHash(type, {ike::MessageIdOctets(id)}, ChainOf({{type, body}}));
  return Seal(header, chain, Phase2Iv(log, id));
}

namespace {

// ExchangeOf: the datagrams of the exchange that the last one of `log` belongs to.
std::vector<const Sent*> ExchangeOf(const std::vector<Sent>& log) {
  const ike::MessageId id = HeaderOf(MessageOf(log.back().datagram)).id;
  std::vector<const Sent*> found;
  for (const Sent& sent : log) {
    if (HeaderOf(MessageOf(sent.datagram)).id == id) found.push_back(&sent);
  }
  return found;
}

}  // namespace

Bytes Insider::QuickIv(const std::vector<Sent>& log) const {
  const auto exchange = ExchangeOf(log);
  if (exchange.size() == 1) return Phase2Iv(log, HeaderOf(MessageOf(log.back().datagram)).id);
  return LastBlock(MessageOf(exchange[exchange.size() - 2]->datagram));
}

Bytes Insider::OpenQuick(const std::vector<Sent>& log) const {
  const Octets octets = MessageOf(log.back().datagram);
  const Bytes clear = Open(octets, QuickIv(log));
  const auto payloads = ike::ParsePayloads(HeaderOf(octets).next, clear);
  if (!payloads) throw std::logic_error("this is not a message of the exchange");
  return {payloads->chain().begin(), payloads->chain().end()};
}

Bytes Insider::RewriteQuick(const std::vector<Sent>& log,
                            const std::function<void(Bytes& rest)>& alter) const {
  const Octets octets = MessageOf(log.back().datagram);
  const Header header = HeaderOf(octets);
  const Bytes clear = OpenQuick(log);
  const auto after_hash =
      static_cast<std::ptrdiff_t>(ike::kGenericHeaderSize + crypto::HashSize(suite_.hash));
  Bytes rest(clear.begin() + after_hash, clear.end());
  alter(rest);
  Bytes nonce;
  const auto exchange = ExchangeOf(log);
  if (exchange.size() == 2) {
    const Bytes first = Open(MessageOf(exchange[0]->datagram), Phase2Iv(log, header.id));
    const auto payloads = ike::ParsePayloads(PayloadType::kHash, first);
    const Octets body = payloads.value().Find(PayloadType::kNonce)->body;
    nonce.assign(body.begin(), body.end());
  }
  const auto first_type = static_cast<PayloadType>(clear[0]);
  return Seal(header, WithHash(first_type, {ike::MessageIdOctets(header.id), nonce}, rest),
              QuickIv(log));
}

Bytes ChainOf(std::initializer_list<PayloadOctets> payloads) {
  Bytes out;
  ike::Writer writer(out);
  ike::PayloadChain chain(writer);
  for (const PayloadOctets& payload : payloads) chain.Add(payload.type, payload.body);
  return out;
}

void RewriteClear(ike::Datagram& datagram,
                  const std::function<void(std::vector<PayloadOctets>&)>& alter) {
  const Octets message = MessageOf(datagram);
  const Header header = HeaderOf(message);
  const auto parsed = ike::ParsePayloads(header.next, message.subspan(ike::kHeaderSize));
  if (!parsed) throw std::logic_error("this is no message in clear");
  std::vector<PayloadOctets> payloads;
  for (const ike::Payload& payload : *parsed)
    payloads.push_back({payload.type, {payload.body.begin(), payload.body.end()}});
  alter(payloads);
  Bytes out(datagram.octets.size() - message.size());  // the marker
  const std::size_t header_at = out.size();
  ike::Writer writer(out);
  ike::WriteHeader(writer, header);
  ike::PayloadChain chain(writer, header_at + ike::kHeaderNextAt);
  for (const PayloadOctets& payload : payloads) chain.Add(payload.type, payload.body);
  ike::PatchHeaderLength(writer, header_at);
  datagram.octets = std::move(out);
}

Bytes InClear(const ike::Header& header, const Bytes& chain) {
  Bytes message;
  ike::Writer writer(message);
  ike::WriteHeader(writer, header);
  writer.Put(chain);
  ike::PatchHeaderLength(writer);
  return message;
}

Bytes NotifyBody(ike::NotifyType type, const Bytes& spi) {
  Bytes body;
  ike::Writer writer(body);
  ike::NotifyView notify;
  notify.type = type;
  notify.protocol = spi.empty() ? ike::ProtocolId::kIsakmp : ike::ProtocolId::kEsp;
  notify.spi = spi;
  ike::WriteNotify(writer, notify);
  return body;
}

Header HeaderOf(Octets datagram) {
  const auto header = ike::ReadHeader(datagram);
  return header ? *header : Header{};
}

}  // namespace iscsi_ike::test
