#include "ike/core/liveness.hpp"

#include <array>
#include <bit>

#include "ike/core/send_informational.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::uint32_t kTopBit = 0x80000000U;

// DrawSequence: "the initial sequence number is random, with its top bit clear" (RFC 3706
// section 6.2). A source that fails gives a worse number and no failure: the messages are
// authenticated.
std::uint32_t DrawSequence(EngineCore& core) {
  std::array<std::uint8_t, 4> octets{};
  if (!core.random.Fill(octets)) return 1;
  return std::bit_cast<std::uint32_t>(octets) & ~kTopBit;
}

void Ask(EngineCore& core, Session& session) {
  Liveness& liveness = session.sa().liveness;
  std::vector<std::uint8_t> sequence;
  Writer(sequence).U32(++liveness.sequence);
  SendStatus(core, session, NotifyType::kRUThere, sequence);
  ++liveness.unanswered;
  liveness.due = core.now + session.peer->liveness.wait;
}

void Answer(EngineCore& core, Session& session, const NotifyView& question) {
  SendStatus(core, session, NotifyType::kRUThereAck, question.data);
}

}  // namespace

void StartLiveness(EngineCore& core, Session& session) {
  const LivenessPolicy& policy = session.peer->liveness;
  if (policy.delay <= Duration::zero() || !session.abilities.dead_peer_detection) return;
  session.sa().liveness = {core.now + policy.delay, core.now, DrawSequence(core), 0, false};
}

void NoteAlive(EngineCore& core, Session& session) {
  Liveness& liveness = session.sa().liveness;
  if (!liveness.due) return;
  if (liveness.reported) core.Emit(PeerAlive{session.id});
  liveness.reported = false;
  liveness.unanswered = 0;
  liveness.heard = core.now;
  liveness.due = core.now + session.peer->liveness.delay;
}

void RunLiveness(EngineCore& core, Session& session) {
  Liveness& liveness = session.sa().liveness;
  if (!liveness.due.IsDue(core.now)) return;
  if (liveness.unanswered < session.peer->liveness.tries) return Ask(core, session);
  if (!liveness.reported) {
    liveness.reported = true;
    core.Emit(PeerUnresponsive{session.id, session.remote, core.now - liveness.heard,
                               liveness.unanswered});
  }
  // Whoever keeps the session wants to know when the peer is back.
  liveness.unanswered = 0;
  liveness.due = core.now + session.peer->liveness.delay;
}

void TakeLivenessNotify(EngineCore& core, Session& session, const NotifyView& notify) {
  if (!notify.SpiIsCookies(session.initiator_cookie, session.responder_cookie))
    return core.Dropped(session.remote, "R-U-THERE with the cookies of another SA");
  if (!notify.DataAsU32())
    return core.Dropped(session.remote, "R-U-THERE without a sequence number");
  if (notify.type == NotifyType::kRUThere) return Answer(core, session, notify);
  const Liveness& liveness = session.sa().liveness;
  if (!liveness.due || *notify.DataAsU32() != liveness.sequence)
    core.Dropped(session.remote, "R-U-THERE-ACK with another sequence number than was asked with");
}

}  // namespace iscsi_ike::ike
