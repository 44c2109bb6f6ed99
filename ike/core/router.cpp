#include "ike/core/router.hpp"

#include <algorithm>
#include <utility>

#include "crypto/exhaustion.hpp"
#include "ike/core/fold.hpp"
#include "ike/core/fragments.hpp"
#include "ike/core/informational.hpp"
#include "ike/core/outcome.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/quick_mode.hpp"
#include "ike/core/renewal.hpp"
#include "ike/core/room.hpp"
#include "ike/core/runner.hpp"
#include "ike/core/select_peer.hpp"
#include "ike/core/send_informational.hpp"

namespace iscsi_ike::ike {
namespace {

// Nobody has proved anything yet, so this bounds what a half-open session keeps and what a refusal
// has to explain.
constexpr std::size_t kMostFirstMessage = 8192;

const Script& ScriptOf(policy::ExchangeMode mode) {
  return mode == policy::ExchangeMode::kMain ? MainModeScript() : AggressiveModeScript();
}

// Own finds the session by the cookie that this end chose, so that no stranger can collide with it
// on purpose.
Session* Own(EngineCore& core, const Header& header) {
  Session* session = core.FindByOwnCookie(header.responder);
  if (session != nullptr && session->role == Role::kResponder) {
    return session->initiator_cookie == header.initiator ? session : nullptr;
  }
  session = core.FindByOwnCookie(header.initiator);
  if (session == nullptr || session->role != Role::kInitiator) return nullptr;
  const bool unanswered = session->responder_cookie.IsZero();
  return unanswered || session->responder_cookie == header.responder ? session : nullptr;
}

void RefuseFirst(EngineCore& core, const Received& received, policy::ExchangeMode mode,
                 Trouble trouble) {
  if (trouble.notify != kTellNothing) RefuseInClear(core, received, trouble.notify);
  if (!core.report_ration.Spend(core.now))
    return core.Dropped(received.remote, "a first message that is refused");
  const auto session = core.MakeSession(Role::kResponder, received.local, received.remote, nullptr);
  session->mode = mode;
  FailSession(core, *session, std::move(trouble.failure));
}

// Withhold refuses a session for want of room: all that there are have their keys.
void Withhold(EngineCore& core, const Endpoint& remote) {
  ++core.counters.sessions_withheld;
  core.Dropped(remote, "the bound on sessions is reached");
}

// AdmitMain answers MM1, and keeps no more of it than it must.
void AdmitMain(EngineCore& core, std::unique_ptr<Session> session, const Received& received) {
  const std::uint64_t withheld = core.counters.long_answers_withheld;
  ReceiveMessage(core, *session, *session->exchanges.front(), received);
  if (!MayFold(*session)) return;  // refused
  // MM2 is on its way: who cannot be remembered now will not be known when he comes back.
  if (!crypto::Completes([&] { Fold(core, *session); })) return core.GiveUp(std::move(session));
  if (core.counters.long_answers_withheld == withheld) ++core.counters.main_answered;
}

// AdmitAggressive takes on a session that costs an exponentiation, whoever has sent AM1.
Session* AdmitAggressive(EngineCore& core, std::unique_ptr<Session> made,
                         const Received& received) {
  if (!core.aggressive_credit.Take(core.now)) {
    ++core.counters.aggressive_withheld;
    return core.Dropped(received.remote, "the credit of aggressive mode is spent"), nullptr;
  }
  if (!MakeRoom(core, true)) {
    core.aggressive_credit.GiveBack();
    return Withhold(core, received.remote), nullptr;
  }
  Session& session = core.AddSession(std::move(made));
  core.IndexOwnCookie(session);
  core.IndexHalfOpen(session);
  ReceiveMessage(core, session, *session.exchanges.front(), received);
  if (session.state == Session::State::kNegotiating) {
    ++core.counters.aggressive_answered;
  } else {
    core.aggressive_credit.GiveBack();
  }
  return &session;
}

// Admit begins phase 1 for a first message. A session: there is one now.
Session* Admit(EngineCore& core, const Received& received) {
  const Endpoint& remote = received.remote;
  // A peer may renew a session that this end has begun, also when this end serves nobody else.
  const Session* known = core.NewestAt(remote);
  if (core.config.responders.empty() && known == nullptr)
    return core.Dropped(remote, "this end only initiates"), nullptr;
  if (received.message.size() > kMostFirstMessage)
    return core.Dropped(remote, "a first message of more than 8 KiB"), nullptr;
  const bool main = received.header.exchange == ExchangeType::kMain;
  const auto mode = main ? policy::ExchangeMode::kMain : policy::ExchangeMode::kAggressive;
  auto peer = core.config.responders.empty()
                  ? Result<SelectedPeer, Trouble>({known->peer, known->match})
                  : SelectPeerByAddress(core.config, core.responders,
                                        {received.local, remote, mode, std::nullopt});
  if (!peer) return RefuseFirst(core, received, mode, std::move(peer).error()), nullptr;
  const auto cookie = core.MakeCookie();
  if (!cookie) return core.Dropped(remote, "no cookie could be drawn"), nullptr;
  auto session = core.MakeSession(Role::kResponder, received.local, remote, std::move(peer->peer));
  session->match = peer->match;
  session->peer_known = core.config.responders.empty() || main;
  session->mode = mode;
  session->initiator_cookie = received.header.initiator;
  session->responder_cookie = *cookie;
  session->give_up_at = core.now + core.config.half_open_timeout;
  session->exchanges.push_back(
      std::make_unique<Exchange>(ScriptOf(mode), Role::kResponder, MessageId{0}));
  if (!main) return AdmitAggressive(core, std::move(session), received);
  return AdmitMain(core, std::move(session), received), nullptr;
}

// Readmit makes a session of a half-open one again: its initiator is where it says.
Session* Readmit(EngineCore& core, HalfOpen& half, const Received& received) {
  const Endpoint& remote = received.remote;
  if (half.initiator_cookie != received.header.initiator || half.remote != remote ||
      half.local != received.local)
    return core.Dropped(remote, "no session has these cookies"), nullptr;
  if (!MakeRoom(core, true)) return Withhold(core, remote), nullptr;
  // Where there is no memory for the session, the half-open one is there when MM3 comes again; once
  // there is one, Failed speaks for it.
  Session& session = core.AddSession(Unfold(core, half));
  core.half_open.Remove(half);
  core.IndexOwnCookie(session);
  core.IndexHalfOpen(session);
  return &session;
}

Session* RouteFirst(EngineCore& core, const Received& received) {
  const Header& header = received.header;
  const Endpoint& remote = received.remote;
  Session* own = core.FindByOwnCookie(header.initiator);
  if (header.exchange == ExchangeType::kInformational && own != nullptr &&
      own->role == Role::kInitiator && own->remote == remote) {
    core.Touch(*own);
    ReceiveInformational(core, *own, received);
    return own;
  }
  if (header.exchange != ExchangeType::kMain && header.exchange != ExchangeType::kAggressive) {
    core.Dropped(remote, "an exchange without responder cookie that is no phase 1");
    if (!core.config.responders.empty())
      RefuseInClear(core, received, NotifyType::kUnsupportedExchangeType);
    return nullptr;
  }
  if (own != nullptr)
    return core.Dropped(remote, "this end's own cookie came back: a reflection"), nullptr;
  if (header.encrypted() || header.id != MessageId{0}) {
    return core.Dropped(remote, "a first message that is encrypted or has a message ID"), nullptr;
  }
  if (HalfOpen* half = core.half_open.Find(FirstMessage{header.initiator, remote}))
    return AnswerAgain(core, *half, received), nullptr;
  Session* known = core.FindByFirstMessage(header.initiator, remote);
  if (known != nullptr && !known->half_open) {
    if (core.now < known->first_known_until)
      return core.Dropped(remote, "first message of a session whose phase 1 is over"), nullptr;
    known = nullptr;
  }
  if (known == nullptr) return Admit(core, received);
  core.Touch(*known);
  ReceiveMessage(core, *known, *known->phase1(), received);
  return known;
}

void RouteQuick(EngineCore& core, Session& session, const Received& received) {
  const Header& header = received.header;
  if (session.state == Session::State::kNegotiating) return session.Park(received);
  if (!header.encrypted() || header.id == MessageId{0}) {
    return core.Dropped(session.remote, "quick mode is encrypted and has a message ID");
  }
  if (Exchange* exchange = session.Find(header.id))
    return ReceiveMessage(core, session, *exchange, received);
  ReceiveFirstOfQuickMode(core, session, received);
}

void RouteWithin(EngineCore& core, Session& session, const Received& received) {
  switch (received.header.exchange) {
    case ExchangeType::kMain:
    case ExchangeType::kAggressive:
      if (Exchange* phase1 = session.phase1())
        return ReceiveMessage(core, session, *phase1, received);
      return core.Dropped(session.remote, "phase 1 is over");
    case ExchangeType::kQuick:
      return RouteQuick(core, session, received);
    case ExchangeType::kInformational:
      // A Delete must not overtake the end of what it deletes.
      if (received.header.encrypted() && session.IsFinishing()) return session.Park(received);
      return ReceiveInformational(core, session, received);
    default:
      core.Dropped(session.remote, "an exchange type that this end does not speak");
      return RefuseInClear(core, received, NotifyType::kUnsupportedExchangeType);
  }
}

// RouteFragment collects slices of one message; the whole must belong to the session that its
// slices belong to.
void RouteFragment(EngineCore& core, Session& session, const Received& received) {
  if (session.peer->fragment_above == 0)
    return core.Dropped(received.remote, "a fragment, which this end has not asked for");
  const auto fragment = ReadFragment(received);
  if (!fragment) return core.Dropped(received.remote, fragment.error());
  const std::size_t most = session.state == Session::State::kEstablished ? 4 : 2;
  Reassembly& reassembly = ReassemblyOf(session.fragments, most, fragment->id);
  const bool stranger =
      session.role == Role::kResponder && session.state != Session::State::kEstablished;
  const auto taken = reassembly.Take(
      *fragment, core.now, stranger ? Reassembly::kMostOfStranger : Reassembly::kMostOctets);
  if (!taken) return core.Dropped(received.remote, taken.error());
  if (!*taken) return;
  const std::vector<std::uint8_t> whole = reassembly.Release();
  const auto header = ParseHeader(whole);
  if (!header) return core.Dropped(received.remote, header.error().rule);
  const bool same = header->initiator == received.header.initiator &&
                    header->responder == received.header.responder &&
                    header->next != PayloadType::kFragment && header->length == whole.size();
  if (!same) return core.Dropped(received.remote, "fragments of a message of another session");
  RouteWithin(core, session, {received.local, received.remote, *header, whole});
}

// RefuseVersion tells who begins with a higher version, IKEv2 for one, that it is not spoken here
// (RFC 2408 section 5.2).
void RefuseVersion(EngineCore& core, const Endpoint& local, const Endpoint& remote, Octets datagram,
                   NotifyType notify) {
  const auto header = ReadHeader(datagram);
  if (core.config.responders.empty() || !header || header->version < kIsakmpVersion) return;
  if (header->initiator.IsZero() || !header->responder.IsZero()) return;
  if (header->length < kHeaderSize || header->length > datagram.size()) return;
  RefuseInClear(core, {local, remote, *header, datagram}, notify);
}

// LongestAnswer: what whoever may be nowhere is sent is no longer than what came. The shortest MM1
// is as long as its MM2; so that a flood of those, too, draws less than it is, some go without in
// a crowd, and are answered when they ask again. AM2, which comes later, has bounds of its own.
std::size_t LongestAnswer(EngineCore& core, const Received& received) {
  constexpr std::size_t kCrowd = 4096;
  constexpr std::uint64_t kOneIn = 64;
  if (received.header.exchange == ExchangeType::kAggressive &&
      core.FindByFirstMessage(received.header.initiator, received.remote) != nullptr)
    return EngineCore::kNoLimit;
  const bool unlucky =
      core.half_open.size() > kCrowd && core.counters.datagrams_received % kOneIn == 0;
  return received.message.size() - (unlucky ? 1U : 0U);
}

// WithoutMarker removes the non-ESP marker of the NAT traversal port (RFC 3948 section 2.2).
std::optional<Octets> WithoutMarker(EngineCore& core, const Endpoint& remote, Octets datagram) {
  if (datagram.size() == 1 && datagram[0] == kNatKeepaliveOctet)
    return core.Dropped(remote, "a NAT keepalive"), std::nullopt;
  const bool marked = datagram.size() >= kNonEspMarkerSize &&
                      std::all_of(datagram.begin(), datagram.begin() + kNonEspMarkerSize,
                                  [](std::uint8_t octet) { return octet == 0; });
  if (!marked) return core.Dropped(remote, "no non-ESP marker: ESP in UDP"), std::nullopt;
  return datagram.subspan(kNonEspMarkerSize);
}

}  // namespace

Session* Route(EngineCore& core, const Endpoint& local, const Endpoint& remote, Octets datagram) {
  if (local.port == core.config.nat_port) {
    const auto message = WithoutMarker(core, remote, datagram);
    if (!message) return nullptr;
    datagram = *message;
  }
  const auto header = ParseHeader(datagram);
  if (!header) {
    core.Dropped(remote, header.error().rule);
    const EngineCore::AnswerLimit limit(core, datagram.size());
    const NotifyType notify = header.error().notify;
    if (notify == NotifyType::kInvalidMajorVersion || notify == NotifyType::kInvalidMinorVersion)
      RefuseVersion(core, local, remote, datagram, notify);
    return nullptr;
  }
  const Received received{local, remote, *header, datagram.first(header->length)};
  if (header->responder.IsZero()) {
    const EngineCore::AnswerLimit limit(core, LongestAnswer(core, received));
    return RouteFirst(core, received);
  }
  Session* session = Own(core, *header);
  if (HalfOpen* half = core.half_open.Find(header->responder);
      half != nullptr && session == nullptr)
    session = Readmit(core, *half, received);
  if (session == nullptr) return core.Dropped(remote, "no session has these cookies"), nullptr;
  if (session->remote != remote && !IsOnFirstPath(*session, received) &&
      !MayMove(core, *session, received))
    return core.Dropped(remote, "the source is not the session's peer"), nullptr;
  core.Touch(*session);
  NoteReturn(core, *session, received);
  if (header->next == PayloadType::kFragment) {
    RouteFragment(core, *session, received);
  } else {
    RouteWithin(core, *session, received);
  }
  return session;
}

void RouteParked(EngineCore& core, Session& session) {
  for (const Parked& parked : std::exchange(session.parked, {})) {
    const auto header = ParseHeader(parked.message);
    if (header && session.state != Session::State::kClosed)
      RouteWithin(core, session, {parked.local, parked.remote, *header, parked.message});
  }
}

}  // namespace iscsi_ike::ike
