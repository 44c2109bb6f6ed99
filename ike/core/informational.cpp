#include "ike/core/informational.hpp"

#include <algorithm>

#include "ike/core/closing.hpp"
#include "ike/core/liveness.hpp"
#include "ike/core/outcome.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/peer_refusal.hpp"
#include "ike/core/renewal.hpp"
#include "ike/core/runner.hpp"
#include "ike/core/send_informational.hpp"
#include "ike/wire/delete_payload.hpp"
#include "ike/wire/lifetime.hpp"
#include "ike/wire/notify.hpp"

namespace iscsi_ike::ike {
namespace {

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

// TakeInitialContact: the peer has lost whatever came before (RFC 2407 section 4.6.3.3).
void TakeInitialContact(EngineCore& core, Session& session, const NotifyView& notify) {
  if (!notify.SpiIsCookies(session.initiator_cookie, session.responder_cookie))
    return core.Dropped(session.remote, "INITIAL-CONTACT with the cookies of another SA");
  core.Decided(session,
               [] { return "INITIAL-CONTACT: older sessions with this peer are forgotten"; });
  ForgetOthers(core, session);
}

// TakeResponderLifetime of the ISAKMP SA: the responder will end it earlier (RFC 2407
// section 4.6.3.1).
void TakeResponderLifetime(EngineCore& core, Session& session, const NotifyView& notify) {
  const auto lifetime = ParseLifetime(notify.data, kPhase2Lifetime);
  if (!lifetime || session.state != Session::State::kEstablished) return;
  session.lifetime = policy::Shorter(session.lifetime, *lifetime);
  ShortenLease(core, session);
  core.Decided(session, [] { return "phase 1: RESPONDER-LIFETIME shortens the SA"; });
}

void TakeNotify(EngineCore& core, Session& session, const Payload& payload) {
  const auto notify = ParseNotify(payload.body);
  if (!notify) return core.Dropped(session.remote, notify.error().rule);
  if (notify->type == NotifyType::kRUThere || notify->type == NotifyType::kRUThereAck)
    return TakeLivenessNotify(core, session, *notify);
  if (notify->type == NotifyType::kInitialContact)
    return TakeInitialContact(core, session, *notify);
  if (notify->type == NotifyType::kResponderLifetime && notify->protocol == ProtocolId::kIsakmp) {
    return TakeResponderLifetime(core, session, *notify);
  }
  if (!IsError(notify->type)) {
    core.Emit(PeerNotified{session.id, notify->type, TextOf(*notify)});
    return;
  }
  if (Exchange* quick = ConcernedBy(session, *notify)) {
    FailExchange(core, session, *quick, RefusedBy(session, *notify, quick));
  } else if (session.state == Session::State::kNegotiating) {
    FailSession(core, session, RefusedBy(session, *notify, nullptr));
  } else {
    core.Emit(PeerNotified{session.id, notify->type, TextOf(*notify)});
  }
}

NegotiationFailure Deleted(std::string text) {
  NegotiationFailure failure;
  failure.code = FailureCode::kPeerDeleted;
  failure.text = std::move(text);
  return failure;
}

void TakeDeleteOfSession(EngineCore& core, Session& session) {
  if (session.state == Session::State::kNegotiating) {
    return FailSession(core, session, Deleted("the peer deleted the ISAKMP SA"));
  }
  for (const auto& exchange : session.exchanges) {
    if (!exchange->quick || exchange->finished) continue;
    FailExchange(core, session, *exchange,
                 Deleted("the peer deleted the ISAKMP SA during quick mode"));
  }
  FailQueued(core, session, Deleted("the peer deleted the ISAKMP SA"));
  if (Session* newer = core.NewestOf(session)) (void)TakeOver(core, session, *newer);
  core.Emit(SessionClosed{session.id, CloseReason::kByPeer});
  session.state = Session::State::kClosed;
}

// DropChild forgets the child that the peer receives on no more. False: there is none.
bool DropChild(EngineCore& core, Session& session, Spi outbound) {
  const auto child = std::find_if(session.sa().children.begin(), session.sa().children.end(),
                                  [outbound](const Child& c) { return c.outbound == outbound; });
  if (child == session.sa().children.end()) return false;
  core.Emit(ChildDeleted{session.id, child->id, child->outbound});
  core.ReleaseSpi(child->inbound);
  session.sa().children.erase(child);
  return true;
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
    // The child may still belong to the session before, whose place this one takes, or already to
    // the next.
    if (!spi || DropChild(core, session, *spi)) continue;
    if (Session* owner = core.FindOwner(session, *spi)) {
      core.Unsettle(*owner);
      (void)DropChild(core, *owner, *spi);
    }
  }
}

// TakeClear: anybody can write this, so it is a suspicion and no more, and only while something is
// still open.
void TakeClear(EngineCore& core, Session& session, const Header& header, Octets message) {
  const auto payloads = ParsePayloads(header.next, message.subspan(kHeaderSize));
  if (!payloads) return core.Dropped(session.remote, payloads.error().rule);
  TraceInformational(core, session, Direction::kReceived, header, message.subspan(kHeaderSize),
                     message.size());
  const Payload* payload = payloads->Find(PayloadType::kNotify);
  if (payload == nullptr || session.state != Session::State::kNegotiating) {
    return core.Dropped(session.remote, "an unprotected Informational changes nothing");
  }
  const auto notify = ParseNotify(payload->body);
  if (!notify || !IsError(notify->type))
    return core.Dropped(session.remote, "an unprotected Informational changes nothing");
  session.heard_from_peer = true;
  NegotiationFailure suspicion = RefusedBy(session, *notify, nullptr);
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

// HoldsNews: behind its HASH an Informational has notifications and Deletes (RFC 2409 section 5.7).
// No HASH covers the exchange type, and that of QM1 is made like this one: whoever turns the type
// of a QM1 must not use up its message ID.
bool HoldsNews(const PayloadList& payloads) {
  static constexpr PayloadSet kNews{PayloadType::kNotify, PayloadType::kDelete,
                                    PayloadType::kVendorId};
  return payloads.size() > 1 && std::all_of(payloads.begin() + 1, payloads.end(),
                                            [](const Payload& p) { return kNews.Has(p.type); });
}

// OpenProtected decrypts with the vector that grows from `last_block`, and verifies HASH(1).
// nullopt: not under these keys. The payloads borrow from `clear`.
std::optional<PayloadList> OpenProtected(EngineCore& core, const Session& session,
                                         const Received& received, Octets last_block,
                                         std::vector<std::uint8_t>& clear) {
  const Header& header = received.header;
  const std::size_t block = crypto::BlockSize(session.suite.cipher);
  const crypto::Digest iv =
      Phase2Iv(session.suite.hash, last_block.first(std::min(block, last_block.size())), header.id);
  IvChain chain;
  chain.Start(iv.Expose(), block);
  if (!Open(KeyOf(core, session), chain, received.message, clear)) return std::nullopt;
  const auto payloads = ParsePayloads(header.next, clear, ChainRules::kStrict);
  if (!payloads || payloads->empty() || (*payloads)[0].type != PayloadType::kHash ||
      !HoldsNews(*payloads))
    return std::nullopt;
  const crypto::Digest expected = InformationalHash(session, header.id, payloads->AfterFirst());
  if (!crypto::ConstantTimeEqual(expected.Expose(), (*payloads)[0].body)) return std::nullopt;
  return *payloads;
}

// ReceiveUnderUsedId: CONNECTED may bear the message ID of its quick mode (RFC 2408 section 3.1),
// once. Nothing else may, so all else is a replay.
void ReceiveUnderUsedId(EngineCore& core, Session& session, const Received& received) {
  Exchange* quick = session.Find(received.header.id);
  std::vector<std::uint8_t> clear;
  const auto payloads = quick != nullptr && !quick->connected
                            ? OpenProtected(core, session, received, session.sa().last_block, clear)
                            : std::nullopt;
  const Payload* payload = payloads ? payloads->Find(PayloadType::kNotify) : nullptr;
  const auto notify = ParseNotify(payload == nullptr ? Octets{} : payload->body);
  if (!notify || notify->type != NotifyType::kConnected)
    return core.Dropped(session.remote, "message ID already used: a replay");
  quick->connected = true;
  NotePath(core, session, received);
  NoteAlive(core, session);
  TraceInformational(core, session, Direction::kReceived, received.header, clear,
                     received.message.size());
  core.Emit(PeerNotified{session.id, notify->type, TextOf(*notify)});
}

}  // namespace

void ReceiveInformational(EngineCore& core, Session& session, const Received& received) {
  const Header& header = received.header;
  const Octets message = received.message;
  if (!header.encrypted()) return TakeClear(core, session, header, message);
  if (!session.keys_ready)
    return core.Dropped(session.remote, "an encrypted Informational before there are keys");
  // Nothing could remember that it came: each copy of it would count anew.
  if (header.id == MessageId{0})
    return core.Dropped(session.remote, "an encrypted Informational without a message ID");
  if (session.IsUsed(header.id)) return ReceiveUnderUsedId(core, session, received);
  EngineCore::Scratch scratch(core);
  std::vector<std::uint8_t>& clear = *scratch;
  auto payloads = OpenProtected(core, session, received, session.sa().last_block, clear);
  // libreswan, while its phase 1 is not done, has no last block of it to begin with.
  if (!payloads) payloads = OpenProtected(core, session, received, {}, clear);
  if (!payloads) return SuspectNoise(core, session);
  if (session.sa().used_ids.size() >= core.config.max_message_ids) {
    return core.Dropped(session.remote, "this session has used up its message IDs");
  }
  session.sa().used_ids.Put(header.id);
  RenewBeforeIdsRunOut(core, session);
  session.heard_from_peer = true;
  NotePath(core, session, received);
  NoteAlive(core, session);
  TraceInformational(core, session, Direction::kReceived, header, clear, message.size());
  for (const Payload& payload : *payloads) {
    if (session.state == Session::State::kClosed) return;
    if (payload.type == PayloadType::kNotify) TakeNotify(core, session, payload);
    if (payload.type == PayloadType::kDelete) TakeDelete(core, session, payload);
  }
}

}  // namespace iscsi_ike::ike
