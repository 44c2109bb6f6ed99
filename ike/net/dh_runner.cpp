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

struct InlineDhRunner::Impl : std::enable_shared_from_this<InlineDhRunner::Impl> {
  Impl(asio::io_context& c, crypto::DhLanes lanes) : context(c), executor(lanes) {}

  asio::io_context& context;
  crypto::BatchDhExecutor executor;
  Finished finished;
  Jobs waiting;
  Jobs running;

  // Behind all handlers that are ready now, other receivers among them.
  void Schedule() {
    asio::post(context, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Run();
    });
  }

  void Run() {
    running.swap(waiting);
    executor.Run(running);
    if (finished) finished(running);
    running.clear();
  }
};

InlineDhRunner::InlineDhRunner(Reactor& reactor, crypto::DhLanes lanes)
    : impl_(std::make_shared<Impl>(reactor.context(), lanes)) {}
InlineDhRunner::~InlineDhRunner() = default;

void InlineDhRunner::OnFinished(Finished finished) { impl_->finished = std::move(finished); }

void InlineDhRunner::Submit(crypto::DhJob job) {
  impl_->waiting.push_back(std::move(job));
  if (impl_->waiting.size() == 1) impl_->Schedule();
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
