#include "ike/core/begin_phase1.hpp"

#include "ike/core/room.hpp"
#include "ike/core/runner.hpp"

namespace iscsi_ike::ike {

Result<SessionId, NegotiationFailure> BeginPhase1(EngineCore& core, const Phase1Start& start) {
  if (!MakeRoom(core, false)) {
    return Failure(Refuse(FailureCode::kLimit, "the bound on sessions is reached").error.failure);
  }
  const auto cookie = core.MakeInitiatorCookie();
  if (!cookie)
    return Failure(Refuse(FailureCode::kRandom, "no cookie could be drawn").error.failure);
  Session& session =
      core.AddSession(core.MakeSession(Role::kInitiator, start.local, start.remote, start.peer));
  session.mode = start.mode;
  session.match = start.match;
  session.renews = start.renews;
  session.first_child_begun = start.renews != SessionId{};
  session.initiator_cookie = *cookie;
  session.give_up_at = core.now + start.peer->negotiation_timeout;
  core.IndexOwnCookie(session);
  const bool main = start.mode == policy::ExchangeMode::kMain;
  session.exchanges.push_back(std::make_unique<Exchange>(
      main ? MainModeScript() : AggressiveModeScript(), Role::kInitiator, MessageId{0}));
  Exchange& exchange = *session.exchanges.front();
  if (!main) exchange.group = start.peer->plan.phase1.front().group;
  StartExchange(core, session, exchange);
  core.Unsettle(session);
  return session.id;
}

}  // namespace iscsi_ike::ike
