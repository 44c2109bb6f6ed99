// End: one engine of a run with its owner's side: its clock, its randomness, its memory, and what
// it has said.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/random.hpp"
#include "ike/engine.hpp"
#include "tests/trust/campaign/ledger.hpp"
#include "tests/trust/campaign/memory_watch.hpp"
#include "tests/trust/campaign/tally.hpp"

namespace iscsi_ike::trust {

// FailingRandom is seeded randomness that fails when it is told to.
class FailingRandom final : public crypto::RandomSource {
 public:
  explicit FailingRandom(std::uint64_t seed) : source_(seed) {}
  // FailFrom: the n-th draw from now, from 1, and `times - 1` after it.
  void FailFrom(std::uint64_t n, std::uint64_t times) { until_ = n, left_ = times; }
  // StopFailing gives how many failed.
  std::uint64_t StopFailing() {
    left_ = 0;
    return std::exchange(failures_, 0);
  }
  [[nodiscard]] bool Fill(crypto::MutableOctets out) override;

 private:
  crypto::SeededRandom source_;
  std::uint64_t until_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t failures_ = 0;
};

class End final : public ike::Observer {
 public:
  End(int number, ike::EngineConfig config, std::uint64_t seed, Ledger& ledger, Tally& tally);
  ~End() override;
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  // Call makes one call of the engine. False: it ended with std::bad_alloc, as it may where
  // allocations fail.
  template <class Do>
  bool Call(Do action) {
    ++tally_.calls;
    const Within within(&account);
    try {
      action(*engine_);
    } catch (const std::bad_alloc&) {
      ++tally_.starved;
      starved = true;
      return false;
    }
    return true;
  }
  [[nodiscard]] ike::Engine& engine() { return *engine_; }
  // Begin: the end has a new engine that knows nothing. Resume: one from its own checkpoint; false:
  // there was no memory for that, and it is the old one.
  void Begin();
  bool Resume();
  // Destroy: the engine goes, for good.
  void Destroy() { engine_.reset(); }
  // Now: the time that this end's clock shows.
  [[nodiscard]] ike::Time Now(ike::Time world) const { return world + clock_ahead; }

  // Taken: an event has been polled. What it means for the negotiations and sessions is noted here.
  void Taken(const ike::Event& event);
  // Connected: a login of this end begins.
  void Connected(ike::SessionId session) { connecting.insert(session); }

  void OnPhase1Keys(const ike::Phase1Keys& keys) override;
  void OnChildKeys(const ike::ChildSa& sa) override;
  void OnMessage(const ike::MessageTrace& message) override;
  void OnDropped(ike::Time now, const ike::Endpoint& remote, std::string_view rule) override;
  void OnDecision(ike::Time now, ike::SessionId session, std::string_view text) override;
  [[nodiscard]] bool WantsSecrets() const override { return true; }

  const int number;
  MemoryAccount account;
  FailingRandom random;
  ike::Duration clock_ahead{0};
  ike::Time latest;                     // that the engine was told
  std::optional<ike::Time> down_until;  // it does not run till then
  bool starved = false;                 // a call has ended with std::bad_alloc
  bool trace = false;

  std::set<ike::SessionId> open;        // established, not over
  std::set<ike::SessionId> connecting;  // logins of which the outcome is still due
  std::set<ike::SessionId> over;        // failed: that is said once
  std::set<std::pair<ike::SessionId, ike::ChildId>> asked;  // Negotiate, the outcome is still due
  std::vector<std::pair<ike::SessionId, ike::ChildId>> children;  // ever established
  std::uint64_t children_established = 0;

 private:
  void Take(const ike::Phase1Established& e);
  void Take(const ike::ChildEstablished& e);
  void Take(const ike::Failed& e);
  void Take(const ike::SessionClosed& e);
  void Take(const ike::SessionReplaced& e);
  template <class Other>
  void Take(const Other& /*e*/) {}
  void Finish(ike::SessionId session, std::uint64_t& outcome);
  void Say(std::string_view what) const;

  ike::EngineConfig config_;
  Ledger& ledger_;
  Tally& tally_;
  std::unique_ptr<ike::Engine> engine_;
};

}  // namespace iscsi_ike::trust
