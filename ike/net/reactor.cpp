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
  std::function<void(int)> on_termination;

  void WaitForSignal() {
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      on_termination(signal);
      WaitForSignal();
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
  impl_->on_termination = std::move(callback);
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGTERM);
  impl_->WaitForSignal();
}

asio::io_context& Reactor::context() { return impl_->context; }

}  // namespace iscsi_ike::ike::net
