// DhRunner: where the Diffie-Hellman jobs of an EngineLoop are computed. The loop submits jobs on
// its own thread and is called back there later, with many at a time when there are many: jobs that
// come together are computed together.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "crypto/dh_batch.hpp"

namespace iscsi_ike::ike::net {

class Reactor;

class DhRunner {
 public:
  // Finished takes the jobs over. It is called on the thread of Reactor::Run and never from Submit;
  // each job submitted comes back exactly once, or never if the runner dies first.
  using Finished = std::function<void(std::span<crypto::DhJob> jobs)>;

  virtual ~DhRunner() = default;
  // OnFinished tells who hears of finished jobs; before the first Submit.
  virtual void OnFinished(Finished finished) = 0;
  virtual void Submit(crypto::DhJob job) = 0;
  // HasRoom: fewer jobs are here than can be computed soon. What else there is to do is better left
  // in the engine, which lets addresses take turns, and forgets what nobody waits for any more.
  [[nodiscard]] virtual bool HasRoom() const = 0;
};

// InlineDhRunner computes on the reactor's thread, when what is ready to be received has been.
// The oldest job's kind goes first. Where there are lanes that it does not fill, it waits a few
// turns of the reactor for others of its kind, as long as more jobs keep coming, or while another
// kind fills its own. A lone job does not wait.
class InlineDhRunner final : public DhRunner {
 public:
  explicit InlineDhRunner(Reactor& reactor,
                          crypto::DhLanes lanes = crypto::DhLanes::kWhereThereAre);
  ~InlineDhRunner() override;
  void OnFinished(Finished finished) override;
  void Submit(crypto::DhJob job) override;
  [[nodiscard]] bool HasRoom() const override;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// ThreadedDhRunner computes in its own threads; what comes while they are busy waits, and goes
// together then.
class ThreadedDhRunner final : public DhRunner {
 public:
  ThreadedDhRunner(Reactor& reactor, unsigned threads,
                   crypto::DhLanes lanes = crypto::DhLanes::kWhereThereAre);
  ~ThreadedDhRunner() override;
  void OnFinished(Finished finished) override;
  void Submit(crypto::DhJob job) override;
  [[nodiscard]] bool HasRoom() const override;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike::net
