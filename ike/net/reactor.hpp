// Reactor: the event loop that everything of this folder runs on. It hides Asio from those above.
#pragma once

#include <functional>
#include <memory>

#include "ike/time.hpp"

namespace boost::asio {
class io_context;
}

namespace iscsi_ike::ike::net {

// SteadyNow is the machine's monotonic clock on the engine's scale.
[[nodiscard]] Time SteadyNow();

class Reactor {
 public:
  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // Run serves events on the calling thread until Stop or until nothing is left to wait for.
  void Run();
  // Stop makes Run return soon; may be called from any thread and from callbacks.
  void Stop();
  // After calls back once, on the thread of Run. Pending calls die with the reactor.
  void After(Duration delay, std::function<void()> callback);
  // Post calls back soon, on the thread of Run; may be called from any thread.
  void Post(std::function<void()> callback);
  // OnTermination calls back for each SIGINT or SIGTERM from now on; waiting keeps Run alive.
  void OnTermination(std::function<void(int signal)> callback);

  // OnRequest calls back for each SIGUSR1 from now on.
  void OnRequest(std::function<void()> callback);

  [[nodiscard]] boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike::net
