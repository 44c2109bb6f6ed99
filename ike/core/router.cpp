#include "ike/core/router.hpp"

#include "ike/core/informational.hpp"
#include "ike/core/outcome.hpp"
#include "ike/core/quick_mode.hpp"
#include "ike/core/runner.hpp"
#include "ike/core/select_peer.hpp"

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

void RefuseFirst(EngineCore& core, const Endpoint& local, const Endpoint& remote,
                 const Header& header, policy::ExchangeMode mode, Trouble trouble) {
  if (!core.notify_budget.Spend(core.now))
    return core.Dropped(remote, "the ration of refusals is spent");
  Session& session = core.AddSession(Role::kResponder, local, remote, nullptr);
  session.mode = mode;
  if (trouble.notify != kTellNothing) RefuseInClear(core, local, remote, header, trouble.notify);
  FailSession(core, session, std::move(trouble.failure));
  core.RemoveSession(session.id);
}

// Admit opens a responder session for a first message.
Session* Admit(EngineCore& core, const Endpoint& local, const Endpoint& remote,
               const Header& header, Octets datagram) {
  if (core.config.responders.empty())
    return core.Dropped(remote, "this end only initiates"), nullptr;
  if (datagram.size() > kMostFirstMessage) {
    return core.Dropped(remote, "a first message of more than 8 KiB"), nullptr;
  }
  if (core.half_open_count() >= core.config.max_half_open ||
      core.session_count() >= core.config.max_sessions) {
    return core.Dropped(remote, "the bound on half-open sessions is reached"), nullptr;
  }
  const auto mode = header.exchange == ExchangeType::kMain ? policy::ExchangeMode::kMain
                                                           : policy::ExchangeMode::kAggressive;
  auto peer = SelectPeerByAddress(core.config, remote, mode);
  if (!peer)
    return RefuseFirst(core, local, remote, header, mode, std::move(peer).error()), nullptr;
  const auto cookie = core.MakeCookie();
  if (!cookie) return core.Dropped(remote, "no cookie could be drawn"), nullptr;
  Session& session = core.AddSession(Role::kResponder, local, remote, std::move(*peer));
  session.mode = mode;
  session.initiator_cookie = header.initiator;
  session.responder_cookie = *cookie;
  session.give_up_at = core.now + core.config.half_open_timeout;
  core.IndexOwnCookie(session);
  core.IndexHalfOpen(session);
  session.exchanges.push_back(
      std::make_unique<Exchange>(ScriptOf(mode), Role::kResponder, MessageId{0}));
  ReceiveMessage(core, session, *session.exchanges.front(), header, datagram);
  return &session;
}

Session* RouteFirst(EngineCore& core, const Endpoint& local, const Endpoint& remote,
                    const Header& header, Octets datagram) {
  Session* own = core.FindByOwnCookie(header.initiator);
  if (header.exchange == ExchangeType::kInformational && own != nullptr &&
      own->role == Role::kInitiator && own->remote == remote) {
    ReceiveInformational(core, *own, header, datagram);
    return own;
  }
  if (header.exchange != ExchangeType::kMain && header.exchange != ExchangeType::kAggressive) {
    core.Dropped(remote, "an exchange without responder cookie that is no phase 1");
    RefuseInClear(core, local, remote, header, NotifyType::kUnsupportedExchangeType);
    return nullptr;
  }
  if (own != nullptr)
    return core.Dropped(remote, "this end's own cookie came back: a reflection"), nullptr;
  if (header.encrypted() || header.id != MessageId{0}) {
    return core.Dropped(remote, "a first message that is encrypted or has a message ID"), nullptr;
  }
  Session* known = core.FindByFirstMessage(header.initiator, remote);
  if (known != nullptr && !known->half_open) {
    if (core.now < known->first_known_until)
      return core.Dropped(remote, "first message of a session whose phase 1 is over"), nullptr;
    known = nullptr;
  }
  if (known == nullptr) return Admit(core, local, remote, header, datagram);
  ReceiveMessage(core, *known, *known->phase1(), header, datagram);
  return known;
}

void RouteQuick(EngineCore& core, Session& session, const Header& header, Octets datagram) {
  if (session.state == Session::State::kNegotiating) {
    if (session.parked.empty() && datagram.size() <= kMostParked)
      session.parked.assign(datagram.begin(), datagram.end());
    return;
  }
  if (!header.encrypted() || header.id == MessageId{0}) {
    return core.Dropped(session.remote, "quick mode is encrypted and has a message ID");
  }
  if (Exchange* exchange = session.Find(header.id)) {
    return ReceiveMessage(core, session, *exchange, header, datagram);
  }
  ReceiveFirstOfQuickMode(core, session, header, datagram);
}

void RouteWithin(EngineCore& core, Session& session, const Header& header, Octets datagram) {
  switch (header.exchange) {
    case ExchangeType::kMain:
    case ExchangeType::kAggressive:
      if (Exchange* phase1 = session.phase1())
        return ReceiveMessage(core, session, *phase1, header, datagram);
      return core.Dropped(session.remote, "phase 1 is over");
    case ExchangeType::kQuick:
      return RouteQuick(core, session, header, datagram);
    case ExchangeType::kInformational:
      return ReceiveInformational(core, session, header, datagram);
    default:
      return core.Dropped(session.remote, "an exchange type that this end does not speak");
  }
}

}  // namespace

Session* Route(EngineCore& core, const Endpoint& local, const Endpoint& remote, Octets datagram) {
  const auto header = ParseHeader(datagram);
  if (!header) return core.Dropped(remote, header.error().rule), nullptr;
  if (header->responder.IsZero()) return RouteFirst(core, local, remote, *header, datagram);
  Session* session = Own(core, *header);
  if (session == nullptr) return core.Dropped(remote, "no session has these cookies"), nullptr;
  if (session->remote != remote)
    return core.Dropped(remote, "the source is not the session's peer"), nullptr;
  RouteWithin(core, *session, *header, datagram);
  return session;
}

void RouteParked(EngineCore& core, Session& session) {
  const std::vector<std::uint8_t> datagram = std::move(session.parked);
  session.parked.clear();
  if (const auto header = ParseHeader(datagram)) RouteWithin(core, session, *header, datagram);
}

}  // namespace iscsi_ike::ike
