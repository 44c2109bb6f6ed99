#include "ike/net/reactor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <utility>

namespace iscsi_ike::ike::net {

namespace asio = boost::asio;

Time SteadyNow() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return Time(std::chrono::floor<Duration>(since));
}

struct Reactor::Impl {
  asio::io_context context{1};
  asio::signal_set signals{context};
  asio::signal_set requests{context};

  static void Wait(asio::signal_set& set, std::function<void(int)> callback) {
    set.async_wait([&set, call = std::move(callback)](const boost::system::error_code& error,
                                                      int signal) mutable {
      if (error) return;
      call(signal);
      Wait(set, std::move(call));
    });
  }
};

Reactor::Reactor() : impl_(std::make_unique<Impl>()) {}
Reactor::~Reactor() = default;

void Reactor::Run() {
  impl_->context.restart();
  impl_->context.run();
}

void Reactor::Stop() { impl_->context.stop(); }

void Reactor::After(Duration delay, std::function<void()> callback) {
  auto timer = std::make_shared<asio::steady_timer>(impl_->context, delay);
  timer->async_wait([timer, call = std::move(callback)](const boost::system::error_code& error) {
    if (!error) call();
  });
}

void Reactor::Post(std::function<void()> callback) {
  asio::post(impl_->context, std::move(callback));
}

void Reactor::OnTermination(std::function<void(int)> callback) {
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGTERM);
  Impl::Wait(impl_->signals, std::move(callback));
}

void Reactor::OnRequest(std::function<void()> callback) {
  impl_->requests.add(SIGUSR1);
  Impl::Wait(impl_->requests, [call = std::move(callback)](int) { call(); });
}

asio::io_context& Reactor::context() { return impl_->context; }

}  // namespace iscsi_ike::ike::net
