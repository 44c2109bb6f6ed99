// What happens in a run: troubles first, then peace, in which everything must come to rest.
#include <algorithm>

#include "tests/trust/campaign/run.hpp"

namespace iscsi_ike::trust {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

void Run::Tell() {
  while (connects_left_ != 0) {
    Act();
    Advance(now_ + ike::Duration(dice_.Between(0, story_.pause.count())));
  }
  Advance(now_ + ike::Duration(dice_.Between(0, 30000)));
  Trace("peace");
  peace_ = true;
  odds_ = {};
  for (const auto& end : ends_)
    if (end->down_until) Advance(*end->down_until);
  ExpectRest("after the troubles");
  const bool crowded = ends_[0]->engine().session_count() + 4 > story_.limits.max_sessions ||
                       ends_[1]->engine().session_count() + 4 > story_.limits.max_sessions;
  const bool login_first = !crowded && dice_.Chance(5000);
  if (login_first) ExpectLogin(*ends_[0]);
  CloseAll();
  ExpectNothingLeft();
  if (!login_first || story_.both_initiate) {
    ExpectLogin(*ends_[login_first ? 1 : 0]);
    CloseAll();
    ExpectNothingLeft();
  }
  ExpectNothingHeld();
}

void Run::Prime() {
  Connect(*ends_[0]);
  Advance(now_ + minutes(1));
}

void Run::Act() {
  End& end = *ends_[story_.both_initiate ? dice_.Below(2) : 0];
  End& any = *ends_[dice_.Below(2)];
  if (story_.restarts && dice_.Chance(500) && !any.down_until) return StopEnd(any);
  if (story_.clock_jump.count() != 0 && dice_.Chance(1500)) return JumpClock(any);
  if (story_.meddles && dice_.Chance(6000) && !any.down_until) return Meddle(any);
  if (!end.down_until) Connect(end);
}

void Run::Connect(End& end) {
  Trace("end " + std::to_string(end.number) + " connects");
  --connects_left_;
  bool begun = false;
  Do(end, [&](ike::Engine& engine, ike::Time now) {
    const auto session = engine.Connect(now, logins_[end.number]);
    const Within outside(nullptr);
    begun = session.ok();
    if (begun) end.Connected(*session);
  });
  if (!begun) ++tally_.refused;
}

void Run::Meddle(End& end) {
  if (end.open.empty()) return;
  auto at = end.open.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(dice_.Below(end.open.size())));
  const ike::SessionId session = *at;
  const auto child = end.children.empty() ? std::pair(session, ike::ChildId{1})
                                          : end.children[dice_.Below(end.children.size())];
  const std::uint64_t what = dice_.Below(10);
  Trace("end " + std::to_string(end.number) + " meddles: " + std::to_string(what));
  Do(end, [&](ike::Engine& engine, ike::Time now) {
    if (what < 4) {
      const auto asked = engine.Negotiate(now, session, {});
      const Within outside(nullptr);
      if (asked) end.asked.insert({session, *asked});
    } else if (what == 4) {
      engine.Close(now, session);
    } else if (what == 5) {
      engine.CloseChild(now, child.first, child.second);
    } else if (what == 6) {
      engine.Renew(now, session);
    } else if (what == 7) {
      engine.ReportUse(now, child.first, child.second, dice_.Below(1U << 30U));
    } else {
      engine.RenewChild(now, child.first, child.second);
    }
  });
}

void Run::StopEnd(End& end) {
  end.down_until = now_ + ike::Duration(dice_.Between(0, 20000));
  Trace("end " + std::to_string(end.number) + " stops");
}

void Run::RiseIfDue(End& end) {
  if (!end.down_until || *end.down_until > now_) return;
  end.down_until.reset();
  ++tally_.restarts;
  const bool keeps = dice_.Chance(3000);
  Trace("end " + std::to_string(end.number) +
        (keeps ? " goes on from its checkpoint" : " begins anew"));
  if (keeps) {
    if (end.Resume()) ++tally_.restored;
  } else {
    ++incarnation_[static_cast<std::size_t>(end.number)];
    end.Begin();
  }
  Drain(end);
  Check(end);
}

void Run::JumpClock(End& end) {
  ++tally_.clock_jumps;
  end.clock_ahead += ike::Duration(dice_.Between(0, story_.clock_jump.count()));
  Trace("the clock of end " + std::to_string(end.number) + " jumps");
}

std::string Run::Unrest() const {
  for (const auto& end : ends_) {
    const std::string place = "end " + std::to_string(end->number) + ": ";
    const std::size_t sessions = end->engine().session_count();
    if (!end->connecting.empty()) return place + "a login without outcome";
    if (!end->asked.empty()) return place + "a child without outcome";
    if (sessions != end->open.size())
      return place + std::to_string(sessions) + " sessions, of which " +
             std::to_string(end->open.size()) + " are established";
    const ike::PeerConfig& peer = *logins_[end->number];
    const bool waits =
        peer.renewal.mode != ike::Renewal::kNever || peer.liveness.delay.count() != 0;
    if (!waits && end->engine().NextTimeout()) return place + "something is still due";
  }
  return ledger_.Missing();
}

void Run::ExpectRest(std::string_view when) {
  ike::Time last = now_;
  for (const Flight& flight : flights_) last = std::max(last, flight.at);
  Advance(last + minutes(4));
  // SAs that are renewed are under way now and then; what is stuck is so each time.
  for (int again = 0; again < 20 && !Unrest().empty(); ++again) Advance(now_ + seconds(37));
  if (const std::string unrest = Unrest(); !unrest.empty())
    throw Violation(std::string(when) + ", " + unrest);
}

void Run::ExpectLogin(End& end) {
  Trace("a login in peace");
  const std::uint64_t before[] = {ends_[0]->children_established, ends_[1]->children_established};
  const std::uint64_t refused = tally_.refused;
  ++connects_left_;
  Connect(end);
  if (tally_.refused != refused) throw Violation("a login in peace is refused by its own end");
  Advance(now_ + seconds(20));
  const bool up =
      ends_[0]->children_established > before[0] && ends_[1]->children_established > before[1];
  if (!up && story_.same_key && story_.compatible)
    throw Violation("a login in peace does not come up");
  ExpectRest("after a login in peace");
}

void Run::CloseAll() {
  Trace("everything is closed");
  for (const auto& end : ends_) {
    const std::set<ike::SessionId> open = end->open;
    for (const ike::SessionId session : open) {
      Do(*end, [&](ike::Engine& engine, ike::Time now) { engine.Close(now, session); });
    }
  }
  Advance(now_ + minutes(4));
}

void Run::ExpectNothingLeft() {
  for (const auto& end : ends_) {
    const std::string place = "end " + std::to_string(end->number) + ": ";
    if (end->engine().session_count() != 0)
      throw Violation(place + "a session is left when all are closed");
    if (end->engine().NextTimeout()) throw Violation(place + "a timer is left when all are closed");
    if (!end->open.empty()) throw Violation(place + "a session went without a word");
  }
}

void Run::ExpectNothingHeld() {
  constexpr std::uint64_t kMostKept = 128 * 1024;  // octets, room for the next time
  flights_.clear();
  for (const auto& end : ends_) {
    const std::string place = "end " + std::to_string(end->number) + ": ";
    const std::uint64_t kept = end->account.held;
    if (kept > kMostKept)
      throw Violation(place + "an engine without sessions holds " + std::to_string(kept));
    end->Destroy();
    if (end->account.held != 0)
      throw Violation(place + std::to_string(end->account.held) + " octets are left for ever");
  }
}

}  // namespace iscsi_ike::trust
