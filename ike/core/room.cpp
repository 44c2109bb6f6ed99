#include "ike/core/room.hpp"

#include <string>

#include "ike/core/outcome.hpp"
#include "ike/core/renewal.hpp"
#include "ike/core/script.hpp"

namespace iscsi_ike::ike {
namespace {

bool IsCrowded(const EngineCore& core) {
  return core.half_open_count() >= core.config.max_half_open;
}

// GiveWay ends a session that has proved nothing; no more is told of such than a ration.
void GiveWay(EngineCore& core, Session& session) {
  ++core.counters.sessions_gave_way;
  core.Touch(session);
  if (core.report_ration.Spend(core.now)) {
    std::string text = "the bound on ";
    text += IsCrowded(core) ? "half-open sessions" : "sessions";
    text += " is reached, and this was the oldest ";
    text += core.IsOverShare(session) ? "half-open one of an address that holds more than its share"
                                      : "half-open one";
    FailSession(core, session, Refuse(FailureCode::kLimit, std::move(text)).error.failure);
  } else {
    NoteRenewalFailed(core, session);
  }
  core.RemoveSession(session.id);
}

}  // namespace

bool MakeRoom(EngineCore& core, bool half_open) {
  while (core.session_count() >= core.config.max_sessions || (half_open && IsCrowded(core))) {
    Session* const next = core.NextToGiveWay();
    if (next == nullptr) return false;
    GiveWay(core, *next);
  }
  return true;
}

}  // namespace iscsi_ike::ike
