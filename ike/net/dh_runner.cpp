#include "ike/net/dh_runner.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/lanes.hpp"
#include "ike/net/reactor.hpp"

namespace iscsi_ike::ike::net {

namespace asio = boost::asio;

using Jobs = std::vector<crypto::DhJob>;

// Jobs of one kind go side by side in lanes. Others gain nothing by company.
using Kind = std::pair<crypto::DhGroup, crypto::DhOperation>;
static Kind KindOf(const crypto::DhJob& job) { return {job.group, job.operation}; }

struct InlineDhRunner::Impl : std::enable_shared_from_this<InlineDhRunner::Impl> {
  Impl(asio::io_context& c, crypto::DhLanes l)
      : context(c),
        lanes(l != crypto::DhLanes::kNever && crypto::HasLanes() ? crypto::kLanes : 1),
        executor(l) {}

  // What one turn computes at most, so that the peer gets its answers meanwhile.
  static constexpr std::size_t kMostAtOnce = 2 * crypto::kLanes;
  // Turns that the oldest job waits for others of its kind, or for a kind that is complete.
  static constexpr int kMostWaits = 3;
  // Enough that each kind can fill its lanes.
  static constexpr std::size_t kMostWaiting = 4 * kMostAtOnce;

  asio::io_context& context;
  std::size_t lanes;
  crypto::BatchDhExecutor executor;
  Finished finished;
  Jobs waiting;  // in the order in which they came
  Jobs running;
  std::vector<std::pair<Kind, std::size_t>> kinds;  // of those waiting, with their number
  std::size_t seen = 0;                             // of those waiting, in the turn before
  int waits = 0;
  bool scheduled = false;

  // Behind all handlers that are ready now, other receivers among them: the second post comes
  // behind what the reactor finds after the first.
  void Schedule() {
    if (std::exchange(scheduled, true)) return;
    asio::post(context, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      asio::post(self->context, [weak] {
        if (const auto again = weak.lock()) again->Run();
      });
    });
  }

  void Run() {
    scheduled = false;
    const auto kind = Choose();
    if (!kind) return Schedule();
    if (*kind == KindOf(waiting.front())) waits = 0;
    seen = 0;
    Take(*kind);
    executor.Run(running);
    if (finished) finished(running);
    running.clear();
    if (!waiting.empty()) Schedule();
  }

  // Choose: the kind of the oldest job, but that it lets pass, a few times, a kind that fills its
  // lanes when its own does not; nullopt: more may follow what has just come. A job that is alone
  // goes at once.
  std::optional<Kind> Choose() {
    CountKinds();
    const auto [oldest, number] = kinds.front();
    if (waiting.size() == 1 || number >= LanesFor(oldest) || waits >= kMostWaits) return oldest;
    ++waits;
    for (const auto& [kind, count] : kinds)
      if (count >= LanesFor(kind)) return kind;
    const bool growing = waiting.size() > std::exchange(seen, waiting.size());
    return growing ? std::nullopt : std::optional(oldest);
  }

  void CountKinds() {
    kinds.clear();
    for (const crypto::DhJob& job : waiting) {
      const Kind kind = KindOf(job);
      const auto known =
          std::ranges::find(kinds, kind, [](const auto& counted) { return counted.first; });
      if (known == kinds.end()) {
        kinds.emplace_back(kind, 1);
      } else {
        ++known->second;
      }
    }
  }

  // LanesFor: jobs on the NIST curves are computed one by one.
  [[nodiscard]] std::size_t LanesFor(const Kind& kind) const {
    return crypto::Info(kind.first).kind == crypto::DhKind::kEcp ? 1 : lanes;
  }

  // Take moves the oldest of a kind to those that run; whole lanes of them, if there are any.
  void Take(const Kind& kind) {
    const auto counted =
        std::ranges::find(kinds, kind, [](const auto& each) { return each.first; });
    const std::size_t full = counted->second / LanesFor(kind) * LanesFor(kind);
    std::size_t left = std::min(full > 0 ? full : counted->second, kMostAtOnce);
    Jobs later;
    for (crypto::DhJob& job : waiting) {
      const bool now = left > 0 && KindOf(job) == kind;
      if (now) --left;
      (now ? running : later).push_back(std::move(job));
    }
    waiting.swap(later);
  }
};

InlineDhRunner::InlineDhRunner(Reactor& reactor, crypto::DhLanes lanes)
    : impl_(std::make_shared<Impl>(reactor.context(), lanes)) {}
InlineDhRunner::~InlineDhRunner() = default;

void InlineDhRunner::OnFinished(Finished finished) { impl_->finished = std::move(finished); }

void InlineDhRunner::Submit(crypto::DhJob job) {
  impl_->waiting.push_back(std::move(job));
  impl_->Schedule();
}

bool InlineDhRunner::HasRoom() const { return impl_->waiting.size() < Impl::kMostWaiting; }

struct ThreadedDhRunner::Impl {
  Impl(asio::io_context& c, unsigned threads, crypto::DhLanes l)
      : context(c),
        lanes(l),
        batch(l != crypto::DhLanes::kNever && crypto::HasLanes() ? 2 * crypto::kLanes : 1),
        room(4 * batch * threads),
        pool(threads) {}

  asio::io_context& context;
  crypto::DhLanes lanes;
  // What one thread takes at a time, so that the rest is for others: two kinds of jobs in full
  // lanes, or one job, which gains nothing by company where there are none.
  std::size_t batch;
  std::size_t room;
  std::size_t here = 0;  // jobs that have not come back; of the reactor's thread
  Finished finished;
  std::mutex mutex;
  Jobs waiting;  // guarded by the mutex
  asio::thread_pool pool;

  Jobs Take() {
    const std::lock_guard lock(mutex);
    const auto count = static_cast<std::ptrdiff_t>(std::min(waiting.size(), batch));
    Jobs taken(std::make_move_iterator(waiting.begin()),
               std::make_move_iterator(waiting.begin() + count));
    waiting.erase(waiting.begin(), waiting.begin() + count);
    return taken;
  }
};

ThreadedDhRunner::ThreadedDhRunner(Reactor& reactor, unsigned threads, crypto::DhLanes lanes)
    : impl_(std::make_shared<Impl>(reactor.context(), threads, lanes)) {}

ThreadedDhRunner::~ThreadedDhRunner() {
  impl_->pool.stop();
  impl_->pool.join();
}

void ThreadedDhRunner::OnFinished(Finished finished) { impl_->finished = std::move(finished); }

// Each job asks for one turn of a thread; a turn may find that another has taken its job along.
void ThreadedDhRunner::Submit(crypto::DhJob job) {
  ++impl_->here;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->waiting.push_back(std::move(job));
  }
  // A job under way keeps the reactor running. The pool never outlives what its threads use.
  auto guard = asio::make_work_guard(impl_->context);
  asio::post(impl_->pool,
             [impl = impl_.get(), weak = std::weak_ptr(impl_), held = std::move(guard)] {
               Jobs jobs = impl->Take();
               if (jobs.empty()) return;
               thread_local crypto::BatchDhExecutor executor(impl->lanes);
               executor.Run(jobs);
               asio::post(impl->context, [weak, done = std::move(jobs)]() mutable {
                 const auto self = weak.lock();
                 if (!self) return;
                 self->here -= done.size();
                 if (self->finished) self->finished(done);
               });
             });
}

bool ThreadedDhRunner::HasRoom() const { return impl_->here < impl_->room; }

}  // namespace iscsi_ike::ike::net
