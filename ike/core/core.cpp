#include "ike/core/core.hpp"

#include <algorithm>
#include <bit>

namespace iscsi_ike::ike {
namespace {

// A source that gives the same useless octets again and again has failed.
constexpr int kMostDraws = 16;

// Sessions of one identity that are looked at: old ones go when the overlap is over.
constexpr int kMostOfOnePeer = 8;

// A source that fails now fails again at the first cookie, where it is reported.
std::uint64_t DrawHashSecret(crypto::RandomSource& random) {
  std::array<std::uint8_t, 8> octets{};
  if (!random.Fill(octets)) return 0;
  return std::bit_cast<std::uint64_t>(octets);
}

std::uint32_t HalfOf(const Cookie& cookie, std::size_t at) {
  std::uint32_t half = 0;
  for (std::size_t i = 0; i < 4; ++i) half = half << 8U | cookie.octets[at + i];
  return half;
}

// FitInto moves the second half to the shard; false: there is no such number near.
bool FitInto(const CookieShard& shard, Cookie& cookie) {
  const std::uint32_t drawn = HalfOf(cookie, 0) ^ HalfOf(cookie, 4);
  const std::uint64_t wanted = std::uint64_t{drawn} - drawn % shard.count + shard.index;
  if (wanted > UINT32_MAX) return false;
  const std::uint32_t half = HalfOf(cookie, 0) ^ static_cast<std::uint32_t>(wanted);
  for (std::size_t i = 0; i < 4; ++i)
    cookie.octets[4 + i] = static_cast<std::uint8_t>(half >> (24 - 8 * i));
  return true;
}

}  // namespace

EngineCore::EngineCore(EngineConfig c, crypto::RandomSource& r, Observer* o)
    : config(std::move(c)),
      random(r),
      observer(o),
      notify_budget(config.clear_notifies_per_second),
      by_first_message_(16, PeerKeyHash{DrawHashSecret(r)}),
      newest_by_place_(16, by_first_message_.hash_function()) {}

bool NotifyBudget::Spend(Time now) {
  if (now - second_start_ >= std::chrono::seconds(1)) {
    second_start_ = now;
    spent_ = 0;
  }
  if (spent_ >= per_second_) return false;
  ++spent_;
  return true;
}

std::optional<Cookie> EngineCore::MakeCookie() {
  Cookie cookie;
  for (int attempt = 0; attempt < kMostDraws; ++attempt) {
    if (!random.Fill(cookie.octets)) return std::nullopt;
    if (!cookie.IsZero() && !by_own_cookie_.contains(cookie)) return cookie;
  }
  return std::nullopt;
}

std::optional<Cookie> EngineCore::MakeInitiatorCookie() {
  const CookieShard& shard = config.cookie_shard;
  for (int attempt = 0; attempt < kMostDraws; ++attempt) {
    auto cookie = MakeCookie();
    if (!cookie) return std::nullopt;
    if (FitInto(shard, *cookie) && !cookie->IsZero() && !by_own_cookie_.contains(*cookie))
      return cookie;
  }
  return std::nullopt;
}

std::optional<MessageId> EngineCore::MakeMessageId(const Session& session) {
  for (int attempt = 0; attempt < kMostDraws; ++attempt) {
    std::array<std::uint8_t, 4> octets{};
    if (!random.Fill(octets)) return std::nullopt;
    const MessageId id{std::bit_cast<std::uint32_t>(octets)};
    // RFC 2408 section 3.1: zero is phase 1; a second use of a value would repeat an initialisation
    // vector.
    if (id != MessageId{0} && !session.IsUsed(id)) return id;
  }
  return std::nullopt;
}

std::optional<Spi> EngineCore::MakeSpi() {
  for (int attempt = 0; attempt < kMostDraws; ++attempt) {
    std::array<std::uint8_t, 4> octets{};
    if (!random.Fill(octets)) return std::nullopt;
    const auto spi = std::bit_cast<std::uint32_t>(octets);
    if (spi >= kFirstUsableSpi && inbound_spis_.insert(Spi{spi}).second) return Spi{spi};
  }
  return std::nullopt;
}

void EngineCore::ReleaseSpi(Spi spi) { inbound_spis_.erase(spi); }

bool EngineCore::FillNonce(std::vector<std::uint8_t>& nonce, std::size_t size) {
  nonce.resize(size);
  return random.Fill(nonce);
}

Session& EngineCore::AddSession(Role role, const Endpoint& local, const Endpoint& remote,
                                std::shared_ptr<const PeerConfig> peer) {
  auto session = std::make_unique<Session>();
  do ++last_session_;
  while (last_session_ == 0 || sessions_.contains(SessionId{last_session_}));
  session->id = SessionId{last_session_};
  session->role = role;
  session->local = local;
  session->remote = remote;
  session->first_remote = remote;
  session->at_nat_port = local.port == config.nat_port;
  session->peer = std::move(peer);
  Session& added = *session;
  sessions_.emplace(added.id, std::move(session));
  return added;
}

void EngineCore::RemoveSession(SessionId id) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return;
  LeaveHalfOpen(*it->second);
  for (const Child& child : it->second->children) ReleaseSpi(child.inbound);
  UnlinkPeer(*it->second);
  const auto first =
      by_first_message_.find({it->second->initiator_cookie, it->second->first_remote});
  if (first != by_first_message_.end() && first->second == it->second.get())
    by_first_message_.erase(first);
  by_own_cookie_.erase(it->second->own_cookie());
  sessions_.erase(it);
}

Session* EngineCore::Find(SessionId id) {
  const auto it = sessions_.find(id);
  return it == sessions_.end() ? nullptr : it->second.get();
}

Session* EngineCore::FindByOwnCookie(const Cookie& cookie) {
  const auto it = by_own_cookie_.find(cookie);
  return it == by_own_cookie_.end() ? nullptr : it->second;
}

Session* EngineCore::FindByFirstMessage(const Cookie& initiator, const Endpoint& remote) {
  const auto it = by_first_message_.find({initiator, remote});
  return it == by_first_message_.end() ? nullptr : it->second;
}

void EngineCore::IndexOwnCookie(const Session& session) {
  by_own_cookie_[session.own_cookie()] = Find(session.id);
}

void EngineCore::IndexHalfOpen(Session& session) {
  session.half_open = true;
  ++half_open_count_;
  by_first_message_[{session.initiator_cookie, session.first_remote}] = &session;
}

void EngineCore::LeaveHalfOpen(Session& session) {
  if (!session.half_open) return;
  session.half_open = false;
  session.first_known_until = now + config.linger;
  --half_open_count_;
}

void EngineCore::LinkPeer(Session& session) {
  SessionId& newest = newest_by_identity_[session.remote_identity];
  session.older = newest;
  if (Session* older = Find(newest)) older->newer = session.id;
  newest = session.id;
  session.place = session.remote;
  newest_by_place_[{Cookie{}, session.place}] = session.id;
}

void EngineCore::UnlinkPeer(const Session& session) {
  const auto place = newest_by_place_.find({Cookie{}, session.place});
  if (place != newest_by_place_.end() && place->second == session.id) newest_by_place_.erase(place);
  const auto entry = newest_by_identity_.find(session.remote_identity);
  if (entry == newest_by_identity_.end()) return;
  Session* older = Find(session.older);
  Session* newer = Find(session.newer);
  if (older != nullptr) older->newer = session.newer;
  if (newer != nullptr) newer->older = session.older;
  if (entry->second != session.id) return;
  if (older != nullptr) {
    entry->second = older->id;
  } else {
    newest_by_identity_.erase(entry);
  }
}

Session* EngineCore::NewestOf(const Session& session) {
  const auto entry = newest_by_identity_.find(session.remote_identity);
  Session* newest = entry == newest_by_identity_.end() ? nullptr : Find(entry->second);
  for (int i = 0; newest != nullptr && newest != &session && i < kMostOfOnePeer; ++i) {
    if (newest->state == Session::State::kEstablished && newest->remote == session.remote &&
        HaveSameKey(session, *newest))
      return newest;
    newest = Find(newest->older);
  }
  return nullptr;
}

bool EngineCore::IsFirstOf(const Session& session) {
  const Session* older = Find(session.older);
  for (int i = 0; older != nullptr && i < kMostOfOnePeer; ++i, older = Find(older->older))
    if (HaveSameKey(session, *older)) return false;
  return true;
}

Session* EngineCore::NewestAt(const Endpoint& remote) {
  const auto place = newest_by_place_.find({Cookie{}, remote});
  Session* session = place == newest_by_place_.end() ? nullptr : Find(place->second);
  return session != nullptr && session->state == Session::State::kEstablished ? session : nullptr;
}

Session* EngineCore::FindOwner(const Session& session, Spi outbound) {
  const auto entry = newest_by_identity_.find(session.remote_identity);
  Session* owner = entry == newest_by_identity_.end() ? nullptr : Find(entry->second);
  for (int i = 0; owner != nullptr && i < kMostOfOnePeer; ++i, owner = Find(owner->older)) {
    const auto& children = owner->children;
    if (std::any_of(children.begin(), children.end(),
                    [outbound](const Child& c) { return c.outbound == outbound; }) &&
        HaveSameKey(session, *owner))
      return owner;
  }
  return nullptr;
}

std::size_t EngineCore::PeerKeyHash::operator()(const PeerKey& key) const {
  std::uint64_t h = secret ^ 0x9e3779b97f4a7c15ULL;
  const auto mix = [&h](std::uint64_t v) {
    h ^= v;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 32U;
  };
  mix(std::bit_cast<std::uint64_t>(key.initiator.octets));
  mix(key.remote.port);
  for (const std::uint8_t octet : key.remote.address.octets()) mix(octet);
  return h;
}

void EngineCore::Schedule(Session& session, std::optional<Time> due) {
  if (due == session.scheduled) return;
  session.scheduled = due;
  if (due) timers_.Push(*due, session.id);
}

std::optional<TimerQueue::Entry> EngineCore::NextTimer() {
  return timers_.Top([this](const TimerQueue::Entry& entry) {
    const Session* session = Find(entry.session);
    return session != nullptr && session->scheduled == entry.due;
  });
}

crypto::DhTicket EngineCore::MakeTicket(const Session& session) {
  if (++last_ticket_ == 0) ++last_ticket_;
  return crypto::DhTicket{(static_cast<std::uint64_t>(session.id) << 32U) | last_ticket_};
}

SessionId EngineCore::SessionOf(crypto::DhTicket ticket) {
  return SessionId{static_cast<std::uint32_t>(static_cast<std::uint64_t>(ticket) >> 32U)};
}

void EngineCore::Send(Session& session, const std::vector<std::uint8_t>& message) {
  SendTo(session, session.remote, message);
}

void EngineCore::SendTo(Session& session, const Endpoint& remote,
                        const std::vector<std::uint8_t>& message) {
  const std::size_t marker = session.local.port == config.nat_port ? kNonEspMarkerSize : 0;
  const std::size_t most =
      session.peer->fragment_above - std::min(session.peer->fragment_above, marker);
  if (session.abilities.fragments && message.size() > most) {
    auto slices = SliceMessage(message, most, FragmentIdOf(message));
    for (auto& slice : slices) Transmit(session.local, remote, std::move(slice));
    if (!slices.empty()) return;
  }
  Transmit(session.local, remote, message);
}

void EngineCore::Transmit(const Endpoint& local, const Endpoint& remote,
                          std::vector<std::uint8_t> message) {
  if (local.port == config.nat_port) message.insert(message.begin(), kNonEspMarkerSize, 0);
  TransmitUnmarked(local, remote, std::move(message));
}

void EngineCore::TransmitUnmarked(const Endpoint& local, const Endpoint& remote,
                                  std::vector<std::uint8_t> octets) {
  if (observer != nullptr) observer->OnDatagram(now, Direction::kSent, local, remote, octets);
  datagrams.push_back({local, remote, std::move(octets)});
}

void EngineCore::Dropped(const Endpoint& remote, std::string_view rule) {
  if (observer != nullptr) observer->OnDropped(now, remote, rule);
}

void EngineCore::Decided(const Session& session, std::string_view text) {
  if (observer != nullptr) observer->OnDecision(now, session.id, text);
}

}  // namespace iscsi_ike::ike
