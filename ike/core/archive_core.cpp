// Carry of the whole engine. Tables are made anew, sessions in the order of their numbers; so are
// the timers, which always come up in the same order, however they were queued.
#include <algorithm>

#include "ike/core/archive_access.hpp"
#include "ike/core/archive_config.hpp"
#include "ike/core/archive_events.hpp"
#include "ike/core/key_agreement.hpp"
#include "ike/core/patience.hpp"

namespace iscsi_ike::ike {
namespace {

template <class A, class T>
void CarryQueue(A& a, T& queue, std::string_view noun) {
  const std::size_t count = CarryCount(a, queue.size());
  for (std::size_t i = 0; i < count && a.ok(); ++i) {
    const Archive::Within place(a, noun, i + 1);
    if constexpr (A::kReads) {
      typename T::Value value{};
      Carry(a, value);
      queue.Push(std::move(value));
    } else {
      Carry(a, queue.At(i));
    }
  }
}

std::vector<const Session*> Sorted(const FlatTable<IdTraits>& sessions) {
  std::vector<const Session*> sorted;
  sorted.reserve(sessions.size());
  sessions.ForEach([&](const Session* session) { sorted.push_back(session); });
  std::sort(sorted.begin(), sorted.end(),
            [](const Session* a, const Session* b) { return a->id < b->id; });
  return sorted;
}

template <class A>
void CarryPlaces(A& a, ArchiveAccess::Places& places) {
  auto& [first_message, newest_at_place] = places;
  CarryAll(a, first_message, newest_at_place);
}

// What is there at present is told from the tables.
template <class A>
void CarryCounters(A& a, Carried<A, Counters>& counters) {
  [[maybe_unused]] auto& [received, sent, dropped, main_answered, aggressive_answered,
                          aggressive_withheld, expired, gave_way, verified, sessions_gave_way,
                          sessions_withheld, refusals_withheld, long_answers, established, children,
                          failures, half_open, sessions] = counters;
  CarryAll(a, received, sent, dropped, main_answered, aggressive_answered, aggressive_withheld,
           expired, gave_way, verified, sessions_gave_way, sessions_withheld, refusals_withheld,
           long_answers, established, children, failures);
}

void WriteSessions(ArchiveWriter& a, const EngineCore& core, const FlatTable<IdTraits>& by_id) {
  CarryCount(a, by_id.size());
  for (const Session* session : Sorted(by_id)) {
    SessionId id = session->id;
    const Archive::Within place(a, "session", ToNumber(id));
    Carry(a, id);
    ArchiveAccess::Places places = ArchiveAccess::PlacesOf(core, *session);
    CarryPlaces(a, places);
    ArchiveAccess::CarrySession(a, *session);
  }
}

void ReadSessions(ArchiveReader& a, EngineCore& core) {
  SessionId last{};
  for (std::size_t left = a.Count(); left > 0 && a.ok(); --left) {
    auto session = std::make_unique<Session>();
    Carry(a, session->id);
    const Archive::Within place(a, "session", ToNumber(session->id));
    a.Require(session->id > last, "session numbers that do not rise");
    last = session->id;
    ArchiveAccess::Places places;
    CarryPlaces(a, places);
    ArchiveAccess::CarrySession(a, *session);
    if (a.ok()) ArchiveAccess::Enter(a, core, std::move(session), places);
  }
}

// Job is one that an exchange awaits. `age`: how many tickets were made after its own.
struct Job {
  std::uint32_t age;
  const Session* session;
  crypto::DhTicket ticket;
};

void CollectJobs(const Session& session, std::uint32_t last_ticket, std::vector<Job>& jobs) {
  for (const auto& exchange : session.exchanges) {
    for (const auto operation : {crypto::DhOperation::kGenerate, crypto::DhOperation::kAgree}) {
      if (exchange->finished || !Awaits(*exchange, operation)) continue;
      const KeyAgreement& dh = exchange->dh();
      const auto ticket = operation == crypto::DhOperation::kAgree ? dh.agree : dh.generate;
      jobs.push_back(
          {last_ticket - static_cast<std::uint32_t>(ToNumber(ticket)), &session, ticket});
    }
  }
}

}  // namespace

template <class A>
void ArchiveAccess::CarryRation(A& a, Carried<A, Ration>& ration) {
  [[maybe_unused]] auto& [per_second, spent, second_start] = ration;  // the first is a setting
  CarryAll(a, spent, second_start);
}

template <class A>
void ArchiveAccess::CarryCredit(A& a, Carried<A, Credit>& credit) {
  [[maybe_unused]] auto& [most, per_second, left, since] = credit;  // the first two are settings
  CarryAll(a, left, since);
  a.Require(left <= most, "more credit than there is");
}

template <class A>
void ArchiveAccess::CarryHalfOpenOrder(A& a, Carried<A, EngineCore>& core) {
  std::vector<SessionId> order;
  if constexpr (!A::kReads) {
    const Fifo<SessionId>& all = core.half_open_order_;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Session* session = core.by_id_.Find(all.At(i));
      if (session != nullptr && session->half_open) order.push_back(session->id);
    }
  }
  Carry(a, order);
  if constexpr (A::kReads) {
    for (const SessionId id : order) {
      const Session* session = core.Find(id);
      a.Require(session != nullptr && session->half_open,
                "in the order of those half open, and none");
      if (a.ok()) core.half_open_order_.Push(id);
    }
    std::sort(order.begin(), order.end());
    a.Require(order.size() == core.half_open_count_ &&
                  std::adjacent_find(order.begin(), order.end()) == order.end(),
              "sessions half open that stand in no order");
  }
}

// What is not carried is what was carried first, what the host gives anew, or what Enter, LinkAll
// and QueueJobs tell from the sessions.
template <class A>
void ArchiveAccess::CarryCore(A& a, Carried<A, EngineCore>& core) {
  [[maybe_unused]] auto& [config, responders, random, observer, cipher, now, datagrams, events,
                          notify_ration, report_ration, aggressive_credit, counters, half_open,
                          unsettled, given_up, by_id, by_own_cookie, by_first_message,
                          newest_by_identity, newest_by_place, inbound_spis, half_open_count, crowd,
                          dh_queue, half_open_order, longest_answer, timers, spare, last_session,
                          last_child, last_ticket] = core;
  assert(unsettled.empty() && given_up.empty());
  CarryAll(a, now);
  CarryQueue(a, datagrams, "datagram");
  CarryQueue(a, events, "event");
  CarryRation(a, notify_ration);
  CarryRation(a, report_ration);
  CarryCredit(a, aggressive_credit);
  CarryCounters<A>(a, counters);
  CarryAll(a, last_session, last_child, last_ticket);
  if constexpr (A::kReads) {
    ReadSessions(a, core);
    if (a.ok()) ReadHalfOpen(a, core);
    if (a.ok()) CarryHalfOpenOrder(a, core);
    if (a.ok()) LinkAll(a, core);
    if (a.ok()) QueueJobs(a, core);
    a.RequireEnd();
  } else {
    WriteSessions(a, core, by_id);
    WriteHalfOpen(a, half_open);
    CarryHalfOpenOrder(a, core);
  }
}

const crypto::ShortHashKey& ArchiveAccess::SecretOf(const EngineCore& core) {
  return core.by_first_message_.traits().secret;
}

std::unique_ptr<EngineCore> ArchiveAccess::MakeCore(EngineConfig config,
                                                    crypto::RandomSource& random,
                                                    Observer* observer,
                                                    const crypto::ShortHashKey& secret) {
  return std::unique_ptr<EngineCore>(new EngineCore(std::move(config), random, observer, secret));
}

ArchiveAccess::Places ArchiveAccess::PlacesOf(const EngineCore& core, const Session& session) {
  Places places;
  places.first_message =
      core.by_first_message_.Find(FirstMessageTraits::KeyOf(&session)) == &session;
  places.newest_at_place =
      session.has_sa() && core.newest_by_place_.Find(session.sa().place) == &session;
  return places;
}

void ArchiveAccess::EnterSpi(ArchiveReader& a, EngineCore& core, Spi spi) {
  a.Require(ToNumber(spi) >= kFirstUsableSpi, "an SPI below 256");
  a.Require(core.inbound_spis_.Find(spi) == Spi{}, "an SPI that another SA has");
  if (a.ok()) core.inbound_spis_.Put(spi);
}

void ArchiveAccess::Enter(ArchiveReader& a, EngineCore& core, std::unique_ptr<Session> session,
                          const Places& places) {
  const bool established = session->state == Session::State::kEstablished;
  a.Require(core.by_own_cookie_.Find(session->own_cookie()) == nullptr,
            "a cookie that another session has");
  a.Require(places.first_message ? session->role == Role::kResponder : !session->half_open,
            "found by its first message, and yet no responder, or the other way round");
  a.Require(!places.newest_at_place || established, "newest at its place before phase 1 is done");
  if (session->has_sa())
    for (const Child& child : session->sa().children) EnterSpi(a, core, child.inbound);
  for (const auto& exchange : session->exchanges) {
    if (exchange->finished || !exchange->quick) continue;
    const QuickChoice& quick = *exchange->quick;
    EnterSpi(a, core, exchange->role == Role::kInitiator ? quick.spi_i : quick.spi_r);
  }
  if (places.first_message)
    a.Require(core.by_first_message_.Find(FirstMessageTraits::KeyOf(session.get())) == nullptr,
              "a first message that another session has");
  if (places.newest_at_place)
    a.Require(core.newest_by_place_.Find(session->sa().place) == nullptr,
              "newest at a place where another session is");
  if (!a.ok()) return;
  core.MakeRoomForTimer();
  core.by_id_.Put(session.get());  // which owns it from now on
  Session& entered = *session.release();
  core.by_own_cookie_.Put(&entered);
  if (places.first_message) core.by_first_message_.Put(&entered);
  if (places.newest_at_place) core.newest_by_place_.Put(&entered);
  if (entered.half_open) core.CountHalfOpen(entered);
  core.Schedule(entered, NextDeadline(entered));
}

// LinkAll: the established sessions of each identity are one chain, from the newest, which is found
// by the identity, to the oldest.
void ArchiveAccess::LinkAll(ArchiveReader& a, EngineCore& core) {
  std::size_t established = 0;
  std::size_t linked = 0;
  for (const Session* session : Sorted(core.by_id_)) {
    const Archive::Within place(a, "session", ToNumber(session->id));
    if (session->state != Session::State::kEstablished) {
      a.Require(!session->has_sa() ||
                    (session->sa().older == SessionId{} && session->sa().newer == SessionId{}),
                "neighbours before phase 1 is done");
      continue;
    }
    ++established;
    if (session->sa().newer != SessionId{}) continue;
    const std::string& identity = session->sa().remote_identity;
    a.Require(core.newest_by_identity_.Find(identity) == nullptr,
              "two newest sessions of one identity");
    if (!a.ok()) return;
    core.newest_by_identity_.Put(core.Find(session->id));
    for (const Session* one = session; one != nullptr && linked <= core.session_count(); ++linked) {
      const SessionId next = one->sa().older;
      const Session* older = core.Find(next);
      const bool fits = next == SessionId{} ||
                        (older != nullptr && older->state == Session::State::kEstablished &&
                         older->sa().newer == one->id && older->sa().remote_identity == identity);
      a.Require(fits, "an older neighbour that is none");
      if (!a.ok()) return;
      one = older;
    }
  }
  a.Require(linked == established, "sessions whose neighbours go round in a circle");
}

void ArchiveAccess::QueueJobs(ArchiveReader& a, EngineCore& core) {
  std::vector<Job> jobs;
  core.by_id_.ForEach([&](const Session* s) { CollectJobs(*s, core.last_ticket_, jobs); });
  std::sort(jobs.begin(), jobs.end(), [](const Job& x, const Job& y) { return x.age > y.age; });
  const auto twice = std::adjacent_find(jobs.begin(), jobs.end(),
                                        [](const Job& x, const Job& y) { return x.age == y.age; });
  a.Require(twice == jobs.end(), "two jobs of one ticket");
  if (!a.ok()) return;
  for (const Job& job : jobs) core.QueueDh(*job.session, job.ticket);
}

template void ArchiveAccess::CarryCore(ArchiveWriter&, const EngineCore&);
template void ArchiveAccess::CarryCore(ArchiveReader&, EngineCore&);

}  // namespace iscsi_ike::ike
