// DhRunner: where Diffie-Hellman jobs of an EngineLoop are computed. The loop submits a job on its
// own thread and is called back there, at once or later.
#pragma once

#include <functional>
#include <memory>

#include "crypto/dh.hpp"

namespace iscsi_ike::ike::net {

class Reactor;

class DhRunner {
 public:
  using Finished = std::function<void(crypto::DhJob)>;
  virtual ~DhRunner() = default;
  // Submit takes a pending job; `finished` is called exactly once, on the thread of Reactor::Run,
  // or never if the runner dies first.
  virtual void Submit(crypto::DhJob job, const Finished& finished) = 0;
};

// InlineDhRunner computes during Submit.
class InlineDhRunner final : public DhRunner {
 public:
  void Submit(crypto::DhJob job, const Finished& finished) override;

 private:
  crypto::InlineDhExecutor executor_;
};

// ThreadedDhRunner computes in its own threads and posts results to the reactor. Destroy it before
// whatever `finished` refers to.
class ThreadedDhRunner final : public DhRunner {
 public:
  ThreadedDhRunner(Reactor& reactor, unsigned threads);
  ~ThreadedDhRunner() override;
  void Submit(crypto::DhJob job, const Finished& finished) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike::net
