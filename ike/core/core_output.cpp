// EngineCore: what goes out, datagrams and events.
#include <algorithm>

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

void EngineCore::Send(Session& session, Octets message) {
  SendTo(session, session.remote, message);
}

void EngineCore::SendTo(Session& session, const Endpoint& remote, Octets message) {
  const std::size_t marker = session.local.port == config.nat_port ? kNonEspMarkerSize : 0;
  const std::size_t most =
      session.peer->fragment_above - std::min(session.peer->fragment_above, marker);
  if (session.abilities.fragments && message.size() > most) {
    auto slices = SliceMessage(message, most, FragmentIdOf(message));
    for (const auto& slice : slices) Transmit(session.local, remote, slice);
    if (!slices.empty()) return;
  }
  Transmit(session.local, remote, message);
}

bool EngineCore::MaySend(const Endpoint& remote, std::size_t size) {
  if (size <= longest_answer_) return true;
  ++counters.long_answers_withheld;
  Withheld(remote, "the answer is longer than the message of whom nobody knows");
  return false;
}

void EngineCore::Transmit(const Endpoint& local, const Endpoint& remote, Octets message) {
  if (!MaySend(remote, message.size())) return;
  const std::size_t marker = local.port == config.nat_port ? kNonEspMarkerSize : 0;
  std::vector<std::uint8_t> octets;
  octets.reserve(marker + message.size());
  octets.assign(marker, 0);
  octets.insert(octets.end(), message.begin(), message.end());
  TransmitUnmarked(local, remote, std::move(octets));
}

void EngineCore::TransmitUnmarked(const Endpoint& local, const Endpoint& remote,
                                  std::vector<std::uint8_t> octets) {
  if (observer != nullptr) observer->OnDatagram(now, Direction::kSent, local, remote, octets);
  ++counters.datagrams_sent;
  datagrams.Push({local, remote, std::move(octets)});
}

void EngineCore::Emit(Event event) {
  events.MakeRoom(1);
  counters.failures += std::holds_alternative<Failed>(event) ? 1U : 0U;
  counters.sessions_established += std::holds_alternative<Phase1Established>(event) ? 1U : 0U;
  counters.children_established += std::holds_alternative<ChildEstablished>(event) ? 1U : 0U;
  events.Push(std::move(event));
}

void EngineCore::Dropped(const Endpoint& remote, std::string_view rule) {
  ++counters.datagrams_dropped;
  Withheld(remote, rule);
}

void EngineCore::Withheld(const Endpoint& remote, std::string_view rule) {
  if (observer != nullptr) observer->OnDropped(now, remote, rule);
}

}  // namespace iscsi_ike::ike
