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

// KindOf: jobs of one kind go side by side in lanes. Others gain nothing by company.
static auto KindOf(const crypto::DhJob& job) { return std::pair(job.group, job.operation); }

struct InlineDhRunner::Impl : std::enable_shared_from_this<InlineDhRunner::Impl> {
  Impl(asio::io_context& c, crypto::DhLanes l)
      : context(c),
        lanes(l != crypto::DhLanes::kNever && crypto::HasLanes() ? crypto::kLanes : 1),
        executor(l) {}

  // What one turn computes at most, so that the peer gets its answers meanwhile.
  static constexpr std::size_t kMostAtOnce = 2 * crypto::kLanes;
  // Turns that a job waits for others of its kind while others keep coming.
  static constexpr int kMostWaits = 3;

  asio::io_context& context;
  std::size_t lanes;
  crypto::BatchDhExecutor executor;
  Finished finished;
  Jobs waiting;
  Jobs running;
  std::size_t seen = 0;  // of those waiting, in the turn before
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
    if (!TakeFullLanes()) {
      // More may follow what has just come. A job that came alone goes at once.
      const bool growing = waiting.size() > std::exchange(seen, waiting.size());
      if (growing && waiting.size() > 1 && ++waits < kMostWaits) return Schedule();
      Take(waiting.size());
    }
    waits = 0;
    seen = 0;
    executor.Run(running);
    if (finished) finished(running);
    running.clear();
    if (!waiting.empty()) Schedule();
  }

  // TakeFullLanes takes the jobs that fill all lanes; false: there are none.
  bool TakeFullLanes() {
    if (waiting.size() < lanes) return false;
    std::ranges::stable_sort(waiting, {}, KindOf);
    for (std::size_t from = 0; from + lanes <= waiting.size();) {
      const auto kind = KindOf(waiting[from]);
      std::size_t end = from + 1;
      while (end < waiting.size() && KindOf(waiting[end]) == kind) ++end;
      const std::size_t full = std::min((end - from) / lanes * lanes, kMostAtOnce);
      if (full > 0) return TakeRange(from, full), true;
      from = end;
    }
    return false;
  }

  void Take(std::size_t count) { TakeRange(0, std::min(count, kMostAtOnce)); }

  void TakeRange(std::size_t from, std::size_t count) {
    const auto begin = waiting.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    running.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
    waiting.erase(begin, end);
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

struct ThreadedDhRunner::Impl {
  Impl(asio::io_context& c, unsigned threads, crypto::DhLanes l)
      : context(c),
        lanes(l),
        batch(l != crypto::DhLanes::kNever && crypto::HasLanes() ? 2 * crypto::kLanes : 1),
        pool(threads) {}

  asio::io_context& context;
  crypto::DhLanes lanes;
  // What one thread takes at a time, so that the rest is for others: two kinds of jobs in full
  // lanes, or one job, which gains nothing by company where there are none.
  std::size_t batch;
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
                 if (self && self->finished) self->finished(done);
               });
             });
}

}  // namespace iscsi_ike::ike::net
