// EngineCore: Diffie-Hellman jobs, from the exchange that wants one to whoever polls it.
#include <algorithm>

#include "ike/core/core.hpp"
#include "ike/core/key_agreement.hpp"

namespace iscsi_ike::ike {

crypto::DhTicket EngineCore::MakeTicket(const Session& session) {
  if (++last_ticket_ == 0) ++last_ticket_;
  return crypto::DhTicket{(static_cast<std::uint64_t>(session.id) << 32U) | last_ticket_};
}

std::uint64_t EngineCore::HashOfAddress(const Endpoint& place) const {
  return crypto::ShortHash(by_first_message_.traits().secret, OctetsOfHost(place));
}

// ExchangeOf: nullptr when nobody waits for this job any more.
Exchange* EngineCore::ExchangeOf(crypto::DhTicket ticket) {
  Session* const session = Find(SessionOf(ticket));
  if (session == nullptr || session->state == Session::State::kClosed) return nullptr;
  const auto it = std::find_if(
      session->exchanges.begin(), session->exchanges.end(),
      [&](const auto& exchange) { return !exchange->finished && exchange->WaitsFor(ticket); });
  return it == session->exchanges.end() ? nullptr : it->get();
}

void EngineCore::QueueDh(const Session& session, crypto::DhTicket ticket) {
  dh_queue_.Push(ticket, HashOfAddress(session.remote),
                 [this](crypto::DhTicket other) { return ExchangeOf(other) != nullptr; });
}

std::optional<crypto::DhJob> EngineCore::NextDh() {
  for (; !dh_queue_.empty(); dh_queue_.Pop()) {
    const Exchange* const exchange = ExchangeOf(dh_queue_.Top());
    if (exchange == nullptr) continue;
    std::optional job(JobOf(*exchange, dh_queue_.Top()));
    dh_queue_.Pop();
    return job;
  }
  return std::nullopt;
}

SessionId EngineCore::SessionOf(crypto::DhTicket ticket) {
  return SessionId{static_cast<std::uint32_t>(static_cast<std::uint64_t>(ticket) >> 32U)};
}

}  // namespace iscsi_ike::ike
