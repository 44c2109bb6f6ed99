#include "ike/core/informational.hpp"

#include <algorithm>

#include "ike/core/outcome.hpp"
#include "ike/core/runner.hpp"
#include "ike/wire/delete_payload.hpp"
#include "ike/wire/describe.hpp"
#include "ike/wire/notify.hpp"
#include "ike/wire/opaque.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::string_view kName = "INFO";

void Trace(EngineCore& core, const Session& session, Direction direction, const Header& header,
           Octets payloads, std::size_t size) {
  if (core.observer == nullptr) return;
  MessageTrace trace;
  trace.now = core.now;
  trace.direction = direction;
  trace.session = session.id;
  trace.role = direction == Direction::kSent ? Role::kInitiator : Role::kResponder;
  trace.name = kName;
  trace.local = session.local;
  trace.remote = session.remote;
  trace.header = header;
  trace.payloads = payloads;
  trace.datagram_size = size;
  core.observer->OnMessage(trace);
}

Header HeaderOf(const Session& session, MessageId id) {
  Header header;
  header.initiator = session.initiator_cookie;
  header.responder = session.responder_cookie;
  header.exchange = ExchangeType::kInformational;
  header.id = id;
  return header;
}

// HASH(1) = prf(SKEYID_a, M-ID | N/D) (RFC 2409 section 5.7).
crypto::Digest InformationalHash(const Session& session, MessageId id, Octets rest) {
  return crypto::Prf(session.suite.hash, session.keys.a.Expose())
      .Compute({MessageIdOctets(id), rest});
}

// SendProtected writes HASH(1) and one payload of type `type` under the session's keys.
void SendProtected(EngineCore& core, Session& session, PayloadType type, Octets body) {
  const auto id = core.MakeMessageId(session);
  if (!id) return;  // advisory: nothing depends on it
  session.used_ids.push_back(*id);
  std::vector<std::uint8_t> message;
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
  Trace(core, session, Direction::kSent, header, Octets(message).subspan(kHeaderSize),
        message.size());
  Exchange exchange(QuickModeScript(), Role::kInitiator, *id);
  StartPhase2Iv(session, exchange);
  if (Seal(KeyOf(core, session), exchange.iv, message)) core.Send(session, message);
}

void SendClear(EngineCore& core, const Endpoint& local, const Endpoint& remote, Header header,
               Octets body) {
  if (!core.notify_budget.Spend(core.now))
    return core.Dropped(remote, "the ration of clear notifications is spent");
  std::vector<std::uint8_t> message;
  Writer writer(message);
  WriteHeader(writer, header);
  PayloadChain chain(writer, kHeaderNextAt);
  chain.Add(PayloadType::kNotify, body);
  PatchHeaderLength(writer);
  if (core.observer != nullptr)
    core.observer->OnDatagram(core.now, Direction::kSent, local, remote, message);
  core.datagrams.push_back({local, remote, std::move(message)});
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

std::string TextOf(const NotifyView& notify) {
  std::string text = Describe(notify.type);
  if (!notify.data.empty()) text += ", data " + HexStart(notify.data, 32);
  return text;
}

// ConcernedBy finds the running quick mode that an error is about: by SPI, or the only one that
// this end started.
Exchange* ConcernedBy(const Session& session, const NotifyView& notify) {
  Exchange* only = nullptr;
  std::size_t running = 0;
  for (const auto& exchange : session.exchanges) {
    if (!exchange->quick || exchange->finished) continue;
    if (const auto spi = SpiOfOffer(*exchange);
        !spi.empty() && std::equal(spi.begin(), spi.end(), notify.spi.begin(), notify.spi.end())) {
      return exchange.get();
    }
    if (exchange->role == Role::kInitiator) {
      only = exchange.get();
      ++running;
    }
  }
  return running == 1 ? only : nullptr;
}

NegotiationFailure RefusedBy(const NotifyView& notify, const Exchange* quick) {
  NegotiationFailure failure;
  failure.code = FailureCode::kPeerRefused;
  failure.peer_notify = ToNumber(notify.type);
  failure.text =
      "the peer refused with " + TextOf(notify) + (quick != nullptr ? "; phase 1 is fine" : "");
  if (quick == nullptr) return failure;
  if (notify.type == NotifyType::kNoProposalChosen) {
    failure.details.emplace_back(
        "the peer takes none of the ESP transforms that were offered: look at cipher, integrity, "
        "encapsulation, extended sequence numbers and the PFS group");
  }
  if (notify.type == NotifyType::kInvalidIdInformation) {
    failure.details.push_back(
        "offered selectors: " + policy::ToString(quick->quick->initiator_selector) + " and " +
        policy::ToString(quick->quick->responder_selector) +
        "; some peers also say this when the encapsulation mode differs");
  }
  return failure;
}

void TakeNotify(EngineCore& core, Session& session, const Payload& payload) {
  const auto notify = ParseNotify(payload.body);
  if (!notify) return core.Dropped(session.remote, notify.error().rule);
  if (!IsError(notify->type)) {
    core.Emit(PeerNotified{session.id, notify->type, TextOf(*notify)});
    return;
  }
  if (Exchange* quick = ConcernedBy(session, *notify)) {
    FailExchange(core, session, *quick, RefusedBy(*notify, quick));
  } else if (session.state == Session::State::kNegotiating) {
    FailSession(core, session, RefusedBy(*notify, nullptr));
  } else {
    core.Emit(PeerNotified{session.id, notify->type, TextOf(*notify)});
  }
}

void TakeDeleteOfSession(EngineCore& core, Session& session) {
  if (session.state == Session::State::kNegotiating) {
    NegotiationFailure failure;
    failure.code = FailureCode::kPeerDeleted;
    failure.text = "the peer deleted the ISAKMP SA";
    return FailSession(core, session, std::move(failure));
  }
  for (const auto& exchange : session.exchanges) {
    if (!exchange->quick || exchange->finished) continue;
    NegotiationFailure failure;
    failure.code = FailureCode::kPeerDeleted;
    failure.text = "the peer deleted the ISAKMP SA during quick mode";
    FailExchange(core, session, *exchange, std::move(failure));
  }
  session.state = Session::State::kClosed;
  core.Emit(SessionClosed{session.id, CloseReason::kByPeer});
}

// TakeDelete: repeated or unknown SPIs are harmless, and nothing here is a disconnect (RFC 3723
// section 2.3.3).
void TakeDelete(EngineCore& core, Session& session, const Payload& payload) {
  const auto deleted = ParseDelete(payload.body);
  if (!deleted) return core.Dropped(session.remote, deleted.error().rule);
  if (deleted->protocol == ProtocolId::kIsakmp) {
    if (deleted->NamesCookies(session.initiator_cookie, session.responder_cookie))
      TakeDeleteOfSession(core, session);
    return;
  }
  for (std::size_t i = 0; deleted->protocol == ProtocolId::kEsp && i < deleted->count(); ++i) {
    const auto spi = deleted->SpiAt(i);
    const auto child = std::find_if(session.children.begin(), session.children.end(),
                                    [&](const Child& c) { return spi && c.outbound == *spi; });
    if (child == session.children.end()) continue;
    core.Emit(ChildDeleted{session.id, child->id, child->outbound});
    core.ReleaseSpi(child->inbound);
    session.children.erase(child);
  }
}

// TakeClear: anybody can write this, so it is a suspicion and no more, and only while something is
// still open.
void TakeClear(EngineCore& core, Session& session, const Header& header, Octets message) {
  const auto payloads = ParsePayloads(header.next, message.subspan(kHeaderSize));
  if (!payloads) return core.Dropped(session.remote, payloads.error().rule);
  Trace(core, session, Direction::kReceived, header, message.subspan(kHeaderSize), message.size());
  const Payload* payload = payloads->Find(PayloadType::kNotify);
  if (payload == nullptr || session.state != Session::State::kNegotiating) {
    return core.Dropped(session.remote, "an unprotected Informational changes nothing");
  }
  const auto notify = ParseNotify(payload->body);
  if (!notify || !IsError(notify->type))
    return core.Dropped(session.remote, "an unprotected Informational changes nothing");
  session.heard_from_peer = true;
  NegotiationFailure suspicion = RefusedBy(*notify, nullptr);
  suspicion.text += " (not authenticated)";
  suspicion.details.push_back(std::string(policy::Name(session.mode)) + " mode was at " +
                              std::string(session.phase1() == nullptr || session.phase1()->done()
                                              ? "its end"
                                              : session.phase1()->current().name));
  if (Exchange* phase1 = session.phase1()) Suspect(core, session, *phase1, std::move(suspicion));
}

void SuspectNoise(EngineCore& core, Session& session) {
  core.Dropped(session.remote, "a protected Informational does not verify");
  if (session.state != Session::State::kNegotiating) return;
  session.heard_from_peer = true;
  NegotiationFailure suspicion;
  suspicion.code = FailureCode::kKeysDiffer;
  suspicion.text =
      "the peer answers with an encrypted Informational that does not decrypt under this end's "
      "keys";
  if (Exchange* phase1 = session.phase1()) Suspect(core, session, *phase1, std::move(suspicion));
}

}  // namespace

std::vector<std::uint8_t> SpiOfOffer(const Exchange& exchange) {
  if (!exchange.quick || exchange.quick->spi_i == Spi{}) return {};
  std::vector<std::uint8_t> spi;
  Writer(spi).U32(ToNumber(exchange.quick->spi_i));
  return spi;
}

void SendNotify(EngineCore& core, Session& session, NotifyType type, Octets spi) {
  const std::vector<std::uint8_t> body = NotifyBody(type, spi);
  if (session.keys_ready) return SendProtected(core, session, PayloadType::kNotify, body);
  SendClear(core, session.local, session.remote, HeaderOf(session, MessageId{0}), body);
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

void RefuseInClear(EngineCore& core, const Endpoint& local, const Endpoint& remote,
                   const Header& header, NotifyType type) {
  if (header.exchange == ExchangeType::kInformational) return;
  Header answer;
  answer.initiator = header.initiator;
  answer.responder = header.responder;
  answer.exchange = ExchangeType::kInformational;
  SendClear(core, local, remote, answer, NotifyBody(type, {}));
}

void ReceiveInformational(EngineCore& core, Session& session, const Header& header,
                          Octets datagram) {
  const Octets message = datagram.first(header.length);
  if (!header.encrypted()) return TakeClear(core, session, header, message);
  if (!session.keys_ready)
    return core.Dropped(session.remote, "an encrypted Informational before there are keys");
  if (session.IsUsed(header.id))
    return core.Dropped(session.remote, "message ID already used: a replay");
  Exchange exchange(QuickModeScript(), Role::kResponder, header.id);
  StartPhase2Iv(session, exchange);
  std::vector<std::uint8_t> clear;
  if (!Open(KeyOf(core, session), exchange.iv, message, clear)) return SuspectNoise(core, session);
  const auto payloads = ParsePayloads(header.next, clear, ChainRules::kStrict);
  if (!payloads || payloads->empty() || (*payloads)[0].type != PayloadType::kHash)
    return SuspectNoise(core, session);
  const crypto::Digest expected = InformationalHash(session, header.id, payloads->AfterFirst());
  if (!crypto::ConstantTimeEqual(expected.Expose(), (*payloads)[0].body))
    return SuspectNoise(core, session);
  if (session.used_ids.size() >= core.config.max_message_ids) {
    return core.Dropped(session.remote, "this session has used up its message IDs");
  }
  session.used_ids.push_back(header.id);
  session.heard_from_peer = true;
  Trace(core, session, Direction::kReceived, header, clear, message.size());
  for (const Payload& payload : *payloads) {
    if (session.state == Session::State::kClosed) return;
    if (payload.type == PayloadType::kNotify) TakeNotify(core, session, payload);
    if (payload.type == PayloadType::kDelete) TakeDelete(core, session, payload);
  }
}

}  // namespace iscsi_ike::ike
