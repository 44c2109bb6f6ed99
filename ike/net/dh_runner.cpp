#include "ike/net/dh_runner.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <span>
#include <utility>

#include "ike/net/reactor.hpp"

namespace iscsi_ike::ike::net {

namespace asio = boost::asio;

void InlineDhRunner::Submit(crypto::DhJob job, const Finished& finished) {
  executor_.Run(std::span(&job, 1));
  finished(std::move(job));
}

struct ThreadedDhRunner::Impl {
  Impl(asio::io_context& c, unsigned threads) : context(c), pool(threads) {}
  asio::io_context& context;
  asio::thread_pool pool;
};

ThreadedDhRunner::ThreadedDhRunner(Reactor& reactor, unsigned threads)
    : impl_(std::make_unique<Impl>(reactor.context(), threads)) {}

ThreadedDhRunner::~ThreadedDhRunner() {
  impl_->pool.stop();
  impl_->pool.join();
}

void ThreadedDhRunner::Submit(crypto::DhJob job, const Finished& finished) {
  // A job under way keeps the reactor running.
  auto guard = asio::make_work_guard(impl_->context);
  asio::post(impl_->pool, [this, call = finished, held = std::move(guard),
                           work = std::move(job)]() mutable {
    thread_local crypto::InlineDhExecutor executor;
    executor.Run(std::span(&work, 1));
    asio::post(impl_->context, [call = std::move(call), done = std::move(work)]() mutable {
      call(std::move(done));
    });
  });
}

}  // namespace iscsi_ike::ike::net
