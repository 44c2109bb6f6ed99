#include "ike/core/send_informational.hpp"

#include <algorithm>

#include "ike/core/runner.hpp"
#include "ike/wire/delete_payload.hpp"
#include "ike/wire/notify.hpp"

namespace iscsi_ike::ike {
namespace {

Header HeaderOf(const Session& session, MessageId id) {
  Header header;
  header.initiator = session.initiator_cookie;
  header.responder = session.responder_cookie;
  header.exchange = ExchangeType::kInformational;
  header.id = id;
  return header;
}

// SendProtected writes HASH(1) and one payload of type `type` under the session's keys, and gives
// the message as it was sent; empty when it was not.
std::vector<std::uint8_t> SendProtected(EngineCore& core, Session& session, PayloadType type,
                                        Octets body) {
  const auto id = core.MakeMessageId(session);
  if (!id) return {};  // advisory: nothing depends on it
  session.sa().used_ids.Put(*id);
  EngineCore::Scratch scratch(core);
  std::vector<std::uint8_t>& message = *scratch;
  Writer writer(message);
  Header header = HeaderOf(session, *id);
  WriteHeader(writer, header);
  PayloadChain chain(writer, kHeaderNextAt);
  chain.Begin(PayloadType::kHash);
  const std::size_t hash_at = chain.body_at();
  writer.Zero(crypto::HashSize(session.suite.hash));
  chain.End();
  const std::size_t rest_at = writer.Mark();
  chain.Add(type, body);
  writer.Patch(hash_at, InformationalHash(session, *id, writer.Since(rest_at)).Expose());
  PatchHeaderLength(writer);
  header.next = PayloadType::kHash;
  header.flags = kFlagEncryption;
  TraceInformational(core, session, Direction::kSent, header, Octets(message).subspan(kHeaderSize),
                     message.size());
  Exchange exchange(QuickModeScript(), Role::kInitiator, *id);
  StartPhase2Iv(session, exchange);
  if (!Seal(KeyOf(core, session), exchange.iv, message)) return {};
  core.Send(session, message);
  return {message.begin(), message.end()};
}

std::vector<std::uint8_t> NotifyBody(NotifyType type, Octets spi) {
  std::vector<std::uint8_t> body;
  Writer writer(body);
  NotifyView notify;
  notify.type = type;
  notify.protocol = spi.size() == 4 ? ProtocolId::kEsp : ProtocolId::kIsakmp;
  notify.spi = spi;
  WriteNotify(writer, notify);
  return body;
}

// What stands in a notification before its SPI (RFC 2408 section 3.14).
constexpr std::size_t kNotifyHead = 8;

// SendClear says it while the ration lasts, and makes no words before it has asked.
void SendClear(EngineCore& core, const Endpoint& local, const Endpoint& remote,
               const Header& header, NotifyType type, Octets spi) {
  // What is too long to be sent spends nothing.
  if (!core.MaySend(remote, kHeaderSize + kGenericHeaderSize + kNotifyHead + spi.size())) return;
  if (!core.notify_ration.Spend(core.now)) {
    ++core.counters.refusals_withheld;
    return core.Withheld(remote, "the ration of clear notifications is spent");
  }
  const std::vector<std::uint8_t> body = NotifyBody(type, spi);
  std::vector<std::uint8_t> message;
  Writer writer(message);
  WriteHeader(writer, header);
  PayloadChain chain(writer, kHeaderNextAt);
  chain.Add(PayloadType::kNotify, body);
  PatchHeaderLength(writer);
  core.Transmit(local, remote, message);
}

}  // namespace

void TraceInformational(EngineCore& core, const Session& session, Direction direction,
                        const Header& header, Octets payloads, std::size_t size) {
  if (core.observer == nullptr) return;
  MessageTrace trace;
  trace.now = core.now;
  trace.direction = direction;
  trace.session = session.id;
  trace.role = direction == Direction::kSent ? Role::kInitiator : Role::kResponder;
  trace.name = "INFO";
  trace.local = session.local;
  trace.remote = session.remote;
  trace.header = header;
  trace.payloads = payloads;
  trace.datagram_size = size;
  core.observer->OnMessage(trace);
}

crypto::Digest InformationalHash(const Session& session, MessageId id, Octets rest) {
  return crypto::Prf(session.suite.hash, session.sa().skeyid_a.Expose())
      .Compute({MessageIdOctets(id), rest});
}

std::vector<std::uint8_t> SpiOfOffer(const Exchange& exchange) {
  if (!exchange.quick || exchange.quick->spi_i == Spi{}) return {};
  std::vector<std::uint8_t> spi;
  Writer(spi).U32(ToNumber(exchange.quick->spi_i));
  return spi;
}

std::vector<std::uint8_t> SendNotify(EngineCore& core, Session& session, NotifyType type,
                                     Octets spi) {
  if (session.keys_ready)
    return SendProtected(core, session, PayloadType::kNotify, NotifyBody(type, spi));
  SendClear(core, session.local, session.remote, HeaderOf(session, MessageId{0}), type, spi);
  return {};
}

void SendStatus(EngineCore& core, Session& session, NotifyType type, Octets data) {
  if (!session.keys_ready) return;
  std::vector<std::uint8_t> body;
  Writer writer(body);
  WriteNotify(writer, type, session.initiator_cookie, session.responder_cookie, data);
  SendProtected(core, session, PayloadType::kNotify, body);
}

void SendDelete(EngineCore& core, Session& session, std::span<const Spi> spis) {
  // One datagram stays well below the path MTU.
  constexpr std::size_t kMostSpis = 64;
  while (session.keys_ready && !spis.empty()) {
    const auto some = spis.first(std::min(spis.size(), kMostSpis));
    std::vector<std::uint8_t> body;
    Writer writer(body);
    WriteDelete(writer, ProtocolId::kEsp, some);
    SendProtected(core, session, PayloadType::kDelete, body);
    spis = spis.subspan(some.size());
  }
}

void SendDeleteOfSession(EngineCore& core, Session& session) {
  if (!session.keys_ready) return;
  std::vector<std::uint8_t> body;
  Writer writer(body);
  WriteDelete(writer, session.initiator_cookie, session.responder_cookie);
  SendProtected(core, session, PayloadType::kDelete, body);
}

void RefuseInClear(EngineCore& core, const Received& received, NotifyType type) {
  const Header& header = received.header;
  if (header.exchange == ExchangeType::kInformational) return;
  Header answer;
  answer.initiator = header.initiator;
  answer.responder = header.responder;
  answer.exchange = ExchangeType::kInformational;
  SendClear(core, received.local, received.remote, answer, type, {});
}

}  // namespace iscsi_ike::ike
