// The world of a run: time, the network, workers, and what is checked after each call.
#include "tests/trust/campaign/run.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace iscsi_ike::trust {
namespace {

// What an engine may hold in octets (its queues and tables keep room for the next time), and for
// each session beside that: see most_octets_of_an_engine and most_octets_per_session.
constexpr std::uint64_t kMostHeld = 192 * 1024;
constexpr std::uint64_t kMostPerSession = 48 * 1024;

// Steps of one run. Who never comes to rest is caught here at the latest.
constexpr std::uint64_t kMostSteps = 2'000'000;
constexpr std::size_t kMostSeen = 64;

// Executor of all runs: real arithmetic. What it keeps for itself belongs to no engine.
crypto::InlineDhExecutor& Executor() {
  static crypto::InlineDhExecutor executor;
  return executor;
}

ike::PeerConfig* Mutable(const std::shared_ptr<const ike::PeerConfig>& peer) {
  return const_cast<ike::PeerConfig*>(peer.get());
}

constexpr const char* kOutside[] = {"198.51.100.1", "198.51.100.2"};

}  // namespace

Run::Run(const Story& story, Tally& tally, bool trace)
    : story_(story),
      odds_(story.odds),
      tally_(tally),
      trace_(trace),
      dice_(story.seed * 2),
      ledger_(story.same_key),
      nats_{{"192.0.2.1", kOutside[0]}, {"192.0.2.2", kOutside[1]}},
      connects_left_(story.connects) {
  const bool hidden[] = {
      story.behind == test::Behind::kHba || story.behind == test::Behind::kBoth,
      story.behind == test::Behind::kPortal || story.behind == test::Behind::kBoth};
  for (const std::uint16_t port : {ike::kIkePort, ike::kIkeNattPort}) nats_[1].Forward(port, port);
  const std::string inside[] = {story.ipv6 ? "2001:db8::1" : "192.0.2.1",
                                story.ipv6 ? "2001:db8::2" : "192.0.2.2"};
  for (const std::size_t end : {0U, 1U}) {
    const std::size_t other = 1 - end;
    const std::string remote = hidden[other] ? kOutside[other] : inside[other];
    const test::EndSettings& settings = story.ends[end];
    logins_[end] = test::MakePeer(settings, policy::Role::kInitiator, inside[end], remote);
    ike::EngineConfig config = story.limits;
    if (end == 1 || story.both_initiate) {
      auto peer = test::MakePeer(settings, policy::Role::kResponder, inside[end], remote);
      Mutable(peer)->target_side = end == 1;
      config.responders.push_back(std::move(peer));
    }
    Mutable(logins_[end])->target_side = end == 1;
    Learn(logins_[end]->key.Expose());
    ends_.push_back(std::make_unique<End>(static_cast<int>(end), std::move(config),
                                          story.seed * 2 + end + 77, ledger_, tally));
    ends_.back()->trace = trace;
  }
}

Run::~Run() = default;

void Run::Trace(std::string_view what) const {
  if (!trace_) return;
  std::printf("%lld ms: %.*s\n", static_cast<long long>(now_.time_since_epoch().count()),
              static_cast<int>(what.size()), what.data());
}

void Run::Arm(End& end) {
  if (odds_.random_failed != 0 && dice_.Chance(odds_.random_failed))
    end.random.FailFrom(dice_.Below(6) + 1, dice_.Pick<std::uint64_t>({1, 1, 1000}));
  if (odds_.memory_failed != 0 && dice_.Chance(odds_.memory_failed)) {
    const std::uint64_t n = dice_.Below(dice_.Pick<std::uint64_t>({4, 30, 100})) + 1;
    FailFrom(n, dice_.Pick<std::uint64_t>({1, 1, 3, 1000}));
  }
}

std::uint64_t Run::Disarm(End& end) {
  tally_.random_failed += end.random.StopFailing();
  const std::uint64_t failed = StopFailing();
  tally_.memory_failed += failed;
  if (failed != 0) {
    Trace("end " + std::to_string(end.number) + ": " + std::to_string(failed) +
          " allocations could not be had");
  }
  return failed;
}

bool Run::Do(End& end, const Action& action) {
  if (odds_.restored != 0 && dice_.Chance(odds_.restored) && end.Resume()) ++tally_.restored;
  ike::Time now = end.Now(now_);
  if (odds_.back_in_time != 0 && dice_.Chance(odds_.back_in_time))
    now -= ike::Duration(dice_.Between(1, 100000));
  end.latest = std::max(end.latest, now);
  Arm(end);
  const bool done = end.Call([&](ike::Engine& engine) { action(engine, now); });
  if (Disarm(end) == 0 && !done) throw Violation("std::bad_alloc without cause");
  Drain(end);
  Check(end);
  return done;
}

void Run::Drain(End& end) {
  ike::Engine& engine = end.engine();
  while (auto event = engine.PollEvent()) end.Taken(*event);
  while (auto datagram = engine.PollDatagram()) Launch(*datagram);
  while (auto job = engine.PollDh()) {
    Learn(job->private_key.Expose());
    ++tally_.dh_jobs;
    if (odds_.dh_dropped != 0 && dice_.Chance(odds_.dh_dropped)) {
      ++tally_.dh_failed;
      continue;
    }
    Flight flight;
    flight.at = now_;
    if (!peace_ && story_.dh_takes.count() != 0)
      flight.at += ike::Duration(dice_.Between(0, story_.dh_takes.count()));
    flight.to = end.number;
    flight.incarnation = incarnation_[static_cast<std::size_t>(end.number)];
    flight.job = std::make_shared<crypto::DhJob>(std::move(*job));
    Push(std::move(flight));
  }
}

void Run::Check(End& end) {
  Found found;
  if (!Sweep(found)) {
    throw Violation("a secret in freed memory: at octet " + std::to_string(found.at) + " of " +
                    std::to_string(found.size));
  }
  const std::size_t sessions = end.engine().session_count();
  const ike::Counters counters = end.engine().counters();
  if (counters.sessions > story_.limits.max_sessions)
    throw Violation("more sessions than the bound");
  // Each is of more octets than this.
  if (counters.half_open > story_.limits.half_open_octets / 200 + 1)
    throw Violation("more half-open sessions than the bound");
  if (sessions > story_.limits.max_half_open + story_.connects + 64)
    throw Violation("more sessions than anybody began");
  const std::uint64_t held = end.account.held;
  tally_.most_held = std::max(tally_.most_held, held);
  if (sessions != 0)
    tally_.most_per_session = std::max<std::uint64_t>(tally_.most_per_session, held / sessions);
  if (held > kMostHeld + kMostPerSession * sessions)
    throw Violation("an engine holds " + std::to_string(held) + " octets");
}

void Run::Push(Flight flight) {
  flight.order = order_++;
  flights_.push_back(std::move(flight));
  std::push_heap(flights_.begin(), flights_.end(), std::greater<>());
}

// Spoil changes up to four bits, or cuts something off, as the odds say.
void Run::Spoil(std::vector<std::uint8_t>& octets) {
  if (octets.empty()) return;
  if (odds_.corrupted != 0 && dice_.Chance(odds_.corrupted)) {
    ++tally_.changed;
    for (std::uint64_t left = dice_.Below(4) + 1; left != 0; --left)
      octets[dice_.Below(octets.size())] ^= static_cast<std::uint8_t>(1U << dice_.Below(8));
  }
  if (odds_.truncated != 0 && dice_.Chance(odds_.truncated)) {
    ++tally_.changed;
    octets.resize(dice_.Below(octets.size()));
  }
}

void Run::Launch(const ike::Datagram& datagram) {
  ++tally_.datagrams;
  // The octets are copied: what the engine made is given back at once.
  test::Sent sent{0, now_, datagram};
  for (test::SimNat& nat : nats_) {
    if (odds_.rebound != 0 && dice_.Chance(odds_.rebound)) nat.Rebind();
    const bool there = &nat == &nats_[0] ? story_.behind == test::Behind::kHba
                                         : story_.behind == test::Behind::kPortal;
    if (!there && story_.behind != test::Behind::kBoth) continue;
    if (!nat.Pass(sent)) return;
  }
  if (odds_.replayed != 0 && dice_.Chance(odds_.replayed) && !seen_.empty()) {
    ++tally_.replayed;
    Deliver(seen_[dice_.Below(seen_.size())], ike::Duration(dice_.Between(0, 1000)));
  }
  if (odds_.replayed != 0) {
    if (seen_.size() < kMostSeen)
      seen_.push_back(sent.datagram);
    else
      seen_[dice_.Below(kMostSeen)] = sent.datagram;
  }
  if (odds_.lost != 0 && dice_.Chance(odds_.lost)) {
    ++tally_.lost;
    return;
  }
  const bool twice = odds_.doubled != 0 && dice_.Chance(odds_.doubled);
  if (twice) {
    ++tally_.doubled;
    Deliver(sent.datagram, ike::Duration(dice_.Between(1, 3000)));
  }
  ike::Duration delay{1};
  if (!peace_) delay += ike::Duration(dice_.Between(0, story_.jitter.count()));
  if (odds_.late != 0 && dice_.Chance(odds_.late))
    delay += ike::Duration(dice_.Between(0, story_.latest.count()));
  Spoil(sent.datagram.octets);
  Deliver(std::move(sent.datagram), delay);
}

void Run::Deliver(ike::Datagram datagram, ike::Duration delay) {
  const std::uint16_t port = datagram.remote.port;
  if (port != ike::kIkePort && port != ike::kIkeNattPort) return;  // nobody listens there
  Flight flight;
  flight.at = now_ + delay;
  flight.to = datagram.remote.address == logins_[0]->local.address   ? 0
              : datagram.remote.address == logins_[1]->local.address ? 1
                                                                     : -1;
  if (flight.to < 0) return;
  flight.datagram = std::move(datagram);
  Push(std::move(flight));
}

void Run::Land(Flight flight) {
  End& end = *ends_[static_cast<std::size_t>(flight.to)];
  if (!flight.job) {
    if (end.down_until) return;
    const ike::Datagram& d = flight.datagram;
    Do(end, [&](ike::Engine& engine, ike::Time now) {
      engine.HandleDatagram(now, d.remote, d.local, d.octets);
    });
    return;
  }
  if (end.down_until) return;
  crypto::DhJob job = std::move(*flight.job);
  if (odds_.dh_failed != 0 && dice_.Chance(odds_.dh_failed)) {
    ++tally_.dh_failed;
    job.outcome = crypto::DhOutcome::kFailed;
  } else {
    static MemoryAccount workers;
    Arm(end);
    {
      const Within within(&workers);
      Executor().Run(std::span(&job, 1));
    }
    Disarm(end);
    Learn(job.shared.Expose());
  }
  Do(end, [&](ike::Engine& engine, ike::Time now) { engine.HandleDh(now, std::move(job)); });
}

void Run::RunTimers(End& end) {
  const bool done = Do(end, [](ike::Engine& engine, ike::Time now) { engine.HandleTimeout(now); });
  const auto next = end.engine().NextTimeout();
  if (done && next && *next <= end.latest)
    throw Violation("HandleTimeout has left something that is due");
}

bool Run::Step(ike::Time until) {
  ike::Time next = flights_.empty() ? ike::Time::max() : flights_.front().at;
  for (const auto& end : ends_) {
    if (end->down_until) {
      next = std::min(next, *end->down_until);
    } else if (const auto due = end->engine().NextTimeout()) {
      next = std::min(next, *due - end->clock_ahead);
    }
  }
  if (next > until) return false;
  if (++steps_ > kMostSteps) throw Violation("the run does not come to an end");
  now_ = std::max(now_, next);
  for (const auto& end : ends_) RiseIfDue(*end);
  if (!flights_.empty() && flights_.front().at <= now_) {
    std::pop_heap(flights_.begin(), flights_.end(), std::greater<>());
    Flight flight = std::move(flights_.back());
    flights_.pop_back();
    Land(std::move(flight));
    return true;
  }
  for (const auto& end : ends_) {
    if (end->down_until) continue;
    const auto due = end->engine().NextTimeout();
    if (due && *due <= end->Now(now_)) RunTimers(*end);
  }
  return true;
}

void Run::Advance(ike::Time until) {
  while (Step(until)) {
  }
  now_ = until;
}

}  // namespace iscsi_ike::trust
