#include "ike/core/core.hpp"

#include <algorithm>
#include <bit>

#include "crypto/exhaustion.hpp"

namespace iscsi_ike::ike {
namespace {

// A source that gives the same useless octets again and again has failed.
constexpr int kMostDraws = 16;

// Entries of the timer queue that are never too many.
constexpr std::size_t kFewTimers = 64;

constexpr std::size_t kFewHalfOpen = 64;

// A source that fails now fails again at the first cookie, where it is reported.
crypto::ShortHashKey DrawHashSecret(crypto::RandomSource& random) {
  crypto::ShortHashKey key{};
  if (!random.Fill(key)) return {};
  return key;
}

// FirstTicket: engines count from different numbers, so that a result that is given to the wrong
// one is known for a stranger.
std::uint32_t FirstTicket(const crypto::ShortHashKey& hash_secret) {
  constexpr std::array<std::uint8_t, 6> kLabel{'t', 'i', 'c', 'k', 'e', 't'};
  return static_cast<std::uint32_t>(crypto::ShortHash(hash_secret, kLabel));
}

std::uint32_t HalfOf(const Cookie& cookie, std::size_t at) {
  std::uint32_t half = 0;
  for (std::size_t i = 0; i < 4; ++i) half = half << 8U | cookie.octets[at + i];
  return half;
}

// FitInto moves the second half to the shard; false: there is no such number near.
bool FitInto(const CookieShard& shard, Cookie& cookie) {
  if (shard.count <= 1) return true;
  if (shard.index >= shard.count) return false;
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
    : EngineCore(std::move(c), r, o, DrawHashSecret(r)) {}

EngineCore::EngineCore(EngineConfig c, crypto::RandomSource& r, Observer* o,
                       const crypto::ShortHashKey& hash_secret)
    : config(std::move(c)),
      responders(config.responders),
      random(r),
      observer(o),
      notify_ration(config.clear_notifies_per_second),
      report_ration(config.expiry_reports_per_second),
      aggressive_credit(config.aggressive_at_once, config.aggressive_per_second),
      half_open(hash_secret, config.half_open_octets),
      by_first_message_(FirstMessageTraits{hash_secret}),
      newest_by_identity_(IdentityTraits{hash_secret}),
      newest_by_place_(PlaceTraits{hash_secret}),
      crowd_(std::min(config.max_half_open, config.max_sessions)),
      last_ticket_(FirstTicket(hash_secret)) {}

EngineCore::~EngineCore() {
  by_id_.ForEach([](Session* session) { delete session; });
  while (TakeGivenUp()) {
  }
}

bool EngineCore::IsFree(const Cookie& cookie) const {
  return !cookie.IsZero() && by_own_cookie_.Find(cookie) == nullptr &&
         half_open.Find(cookie) == nullptr;
}

std::optional<Cookie> EngineCore::MakeCookie() {
  Cookie cookie;
  for (int attempt = 0; attempt < kMostDraws; ++attempt) {
    if (!random.Fill(cookie.octets)) return std::nullopt;
    if (IsFree(cookie)) return cookie;
  }
  return std::nullopt;
}

std::optional<Cookie> EngineCore::MakeInitiatorCookie() {
  const CookieShard& shard = config.cookie_shard;
  for (int attempt = 0; attempt < kMostDraws; ++attempt) {
    auto cookie = MakeCookie();
    if (!cookie) return std::nullopt;
    if (FitInto(shard, *cookie) && IsFree(*cookie)) return cookie;
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
    if (spi < kFirstUsableSpi || inbound_spis_.Find(Spi{spi}) != Spi{}) continue;
    inbound_spis_.Put(Spi{spi});
    return Spi{spi};
  }
  return std::nullopt;
}

bool EngineCore::FillNonce(std::vector<std::uint8_t>& nonce, std::size_t size) {
  nonce.resize(size);
  return random.Fill(nonce);
}

std::unique_ptr<Session> EngineCore::MakeSession(Role role, const Endpoint& local,
                                                 const Endpoint& remote,
                                                 std::shared_ptr<const PeerConfig> peer) {
  auto session = std::make_unique<Session>();
  do ++last_session_;
  while (last_session_ == 0 || Find(SessionId{last_session_}) != nullptr);
  session->id = SessionId{last_session_};
  session->role = role;
  session->local = local;
  session->remote = remote;
  session->first_remote = remote;
  session->at_nat_port = local.port == config.nat_port;
  session->peer = std::move(peer);
  return session;
}

Session& EngineCore::AddSession(std::unique_ptr<Session> session) {
  MakeRoomForTimer();
  by_id_.Put(session.get());
  Touch(*session);
  return *session.release();
}

void EngineCore::RemoveSession(SessionId id) {
  if (Session* const session = Find(id)) Detach(*session).reset();
}

// Detach takes it out of all tables and lists, for which it needs no memory.
std::unique_ptr<Session> EngineCore::Detach(Session& session) {
  unsettled.Forget(session);
  LeaveHalfOpen(session);
  if (session.has_sa()) {
    for (const Child& child : session.sa().children) ReleaseSpi(child.inbound);
    UnlinkPeer(session);
  }
  for (const auto& exchange : session.exchanges)
    if (!exchange->finished && exchange->quick) ReleaseSpi(exchange->OwnSpi());
  by_first_message_.Erase(&session);
  by_own_cookie_.Erase(&session);
  by_id_.Erase(&session);
  return std::unique_ptr<Session>(&session);
}

Session* EngineCore::Find(SessionId id) { return by_id_.Find(id); }

Session* EngineCore::FindByOwnCookie(const Cookie& cookie) { return by_own_cookie_.Find(cookie); }

Session* EngineCore::FindByFirstMessage(const Cookie& initiator, const Endpoint& remote) {
  return by_first_message_.Find({initiator, remote});
}

void EngineCore::IndexHalfOpen(Session& session) {
  by_first_message_.Put(&session);
  if (half_open_order_.size() > 2 * half_open_count_ + kFewHalfOpen) RenewHalfOpenOrder();
  half_open_order_.Push(session.id);
  CountHalfOpen(session);
  session.half_open = true;
}

void EngineCore::CountHalfOpen(const Session& session) {
  crowd_.Enter(HashOfAddress(session.first_remote));
  ++half_open_count_;
}

// RenewHalfOpenOrder forgets those whose phase 1 is over.
void EngineCore::RenewHalfOpenOrder() {
  Fifo<SessionId> live;
  for (std::size_t i = 0; i < half_open_order_.size(); ++i) {
    const SessionId id = half_open_order_.At(i);
    const Session* session = Find(id);
    if (session != nullptr && session->half_open) live.Push(id);
  }
  half_open_order_ = std::move(live);
}

Session* EngineCore::NextToGiveWay() {
  for (std::size_t left = half_open_order_.size(); left > 0; --left) {
    Session* session = Find(half_open_order_.At(0));
    const bool live = session != nullptr && session->half_open;
    if (live && (!crowd_.HasAny() || IsOverShare(*session))) return session;
    // Who is one of few from an address counts as new again.
    half_open_order_.MakeRoom(1);
    (void)half_open_order_.Pop();
    if (live) half_open_order_.Push(session->id);
  }
  return nullptr;
}

void EngineCore::LeaveHalfOpen(Session& session) {
  if (!session.half_open) return;
  session.half_open = false;
  session.first_known_until = now + config.linger;
  crowd_.Leave(HashOfAddress(session.first_remote));
  --half_open_count_;
}

void EngineCore::Schedule(Session& session, Deadline due) {
  session.scheduled = due;
  if (!due || (session.queued_until && *session.queued_until <= *due)) return;
  // There is room for one entry of each session, if not for more.
  if (!crypto::Completes([&] { timers_.Push(*due, session.id); })) return RenewTimers();
  session.queued_until = due;
  if (timers_.size() > 2 * by_id_.size() + kFewTimers) RenewTimers();
}

void EngineCore::MakeRoomForTimer() { timers_.Reserve(by_id_.size() + 1); }

void EngineCore::GiveUp(Session& session) { GiveUp(Detach(session)); }

void EngineCore::GiveUp(std::unique_ptr<Session> gone) {
  if (gone->state == Session::State::kClosed) return;  // that has been said
  gone->Empty();
  ++counters.failures;
  given_up_.Add(*gone.release());
}

std::optional<Event> EngineCore::TakeGivenUp() {
  if (given_up_.empty()) return std::nullopt;
  const std::unique_ptr<Session> session(given_up_.first());
  given_up_.Remove(*session);
  NegotiationFailure failure;
  failure.code = FailureCode::kMemory;
  Failed failed{session->id, std::nullopt, {}, session->role, session->remote, std::move(failure)};
  const PeerConfig* const peer = session->peer_known ? session->peer.get() : nullptr;
  (void)crypto::Completes([&] {
    if (peer != nullptr) failed.peer_name = peer->name;
    failed.failure.text = Summary(FailureCode::kMemory);
  });
  return failed;
}

void EngineCore::QueueGivenUp() {
  while (!given_up_.empty()) {
    events.MakeRoom(1);
    events.Push(*TakeGivenUp());
  }
}

// RenewTimers forgets the entries that no session stands by any more.
void EngineCore::RenewTimers() {
  timers_.Clear();
  by_id_.ForEach([this](Session* session) {
    session->queued_until = session->scheduled;
    if (session->scheduled) timers_.Push(*session->scheduled, session->id);
  });
}

Session* EngineCore::NextTimer() {
  while (const auto* entry = timers_.Top()) {
    Session* session = Find(entry->session);
    const bool live = session != nullptr && session->queued_until == Deadline(entry->due);
    if (live && session->scheduled == session->queued_until) return session;
    timers_.Pop();
    if (!live) continue;
    session->queued_until.reset();
    Schedule(*session, session->scheduled);
  }
  return nullptr;
}

void EngineCore::TakeTimer(Session& session) {
  timers_.Pop();
  session.queued_until.reset();
  session.scheduled.reset();
}

}  // namespace iscsi_ike::ike
