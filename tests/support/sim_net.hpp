// A simulated network in virtual time: engines as nodes, datagrams that are lost, doubled or late
// as a test says, and Diffie-Hellman that takes as long as a test says. Nothing here sleeps, and
// the same seed gives the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <vector>

#include "crypto/dh.hpp"
#include "crypto/random.hpp"
#include "ike/engine.hpp"

namespace iscsi_ike::test {

// Recorder keeps what an engine shows its observer.
class Recorder final : public ike::Observer {
 public:
  struct Keys {
    std::string name;
    std::vector<std::uint8_t> octets;
    friend bool operator==(const Keys&, const Keys&) = default;
  };
  // Phase1 is what else belongs to the keys of the latest phase 1.
  struct Phase1 {
    ike::Cookie initiator, responder;
    policy::Phase1Suite suite;
  };
  void OnInput(ike::Time now, const ike::Input& input) override;
  void OnDatagram(ike::Time now, ike::Direction direction, const ike::Endpoint& local,
                  const ike::Endpoint& remote, crypto::Octets octets) override;
  void OnMessage(const ike::MessageTrace& message) override;
  void OnDropped(ike::Time now, const ike::Endpoint& remote, std::string_view rule) override;
  void OnDecision(ike::Time now, ike::SessionId session, std::string_view text) override;
  [[nodiscard]] bool WantsSecrets() const override { return true; }
  void OnPhase1Keys(const ike::Phase1Keys& keys) override;
  void OnChildKeys(const ike::ChildSa& sa) override;
  // KeyOf is the latest phase-1 key of that name; empty when there is none.
  [[nodiscard]] std::vector<std::uint8_t> KeyOf(std::string_view name) const;

  ike::Observer* also = nullptr;  // hears of inputs and datagrams, too

  // Shown is one message with its payloads in clear; a repetition has none.
  struct Shown {
    std::string name;
    ike::Direction direction = ike::Direction::kSent;
    ike::Header header;
    std::vector<std::uint8_t> payloads;
  };
  // MessageOf is the latest message of that name that has payloads; nullptr: none.
  [[nodiscard]] const Shown* MessageOf(std::string_view name) const;

  std::vector<Shown> messages;
  std::vector<std::string> sent;      // names of the messages sent, repetitions as "MM1*"
  std::vector<std::string> received;  // names of the messages that were opened
  std::vector<std::string> dropped;
  std::vector<std::string> decisions;
  std::vector<Keys> keys;        // of phase 1
  std::vector<Keys> child_keys;  // parts of KEYMAT
  std::optional<Phase1> phase1;
};

// Node is one engine with everything that it is owed.
class Node {
 public:
  Node(ike::EngineConfig config, std::unique_ptr<crypto::RandomSource> random, ike::Endpoint where);

  // engine: as it is, or, with `checkpoint_every`, an engine restored from its checkpoint at each
  // so many-th time that somebody asks for it, which is before every call.
  ike::Engine& engine();
  [[nodiscard]] const ike::Endpoint& endpoint() const { return endpoint_; }
  Recorder recorder;
  std::vector<ike::Event> events;
  std::size_t checkpoint_every = 0;  // 0: never. The environment may say otherwise: sim_net.cpp
  std::size_t checkpoints = 0;       // taken so far
  // Jobs under way, by ticket: a restored engine hands them out once more, and the later one is
  // then computed in the place of the earlier one. Null: its result is there.
  std::map<crypto::DhTicket, std::shared_ptr<crypto::DhJob>> jobs;
  std::function<void(const ike::Event&)> on_event;  // of each, as it is taken

  template <class E>
  [[nodiscard]] std::vector<const E*> EventsOf() const {
    std::vector<const E*> found;
    for (const ike::Event& event : events) {
      if (const E* e = std::get_if<E>(&event)) found.push_back(e);
    }
    return found;
  }

 private:
  void Restore();

  std::unique_ptr<crypto::RandomSource> random_;
  std::unique_ptr<ike::Engine> engine_;
  ike::Endpoint endpoint_;
  std::size_t asked_ = 0;
};

// Sent is one datagram as the network sees it; `number` counts from 0 over all nodes.
struct Sent {
  std::size_t number;
  ike::Time now;
  ike::Datagram datagram;
};
// Fate gives the delay of each copy that arrives: none lost, one normal, more doubled. It may
// change the octets, and the ends as a translator would.
using Fate = std::function<std::vector<ike::Duration>(Sent&)>;

// MessageOf is the ISAKMP message of a datagram as it was sent, without the non-ESP marker of port
// 4500; empty when there is none.
[[nodiscard]] std::span<const std::uint8_t> MessageOf(const ike::Datagram& datagram);

class SimNet {
 public:
  SimNet();
  ~SimNet();
  Node& Add(ike::EngineConfig config, std::uint64_t seed, const std::string& address);
  Node& Add(ike::EngineConfig config, std::unique_ptr<crypto::RandomSource> random,
            const std::string& address);

  Fate fate;  // unset: every datagram arrives after `latency`
  ike::Duration latency{5};
  std::function<ike::Duration()> dh_latency;       // unset: at once
  bool drop_dh = false;                            // no exponentiation ever ends
  std::vector<Sent> log;                           // every datagram ever sent
  std::vector<std::optional<ike::Time>> timeouts;  // of each node, after each step

  [[nodiscard]] ike::Time now() const { return now_; }
  // Drain takes everything out of the engines; call it after any direct call of an engine.
  void Drain();
  // Run goes on until nothing is under way and nobody waits, or until `limit` of virtual time has
  // passed.
  void Run(ike::Duration limit = std::chrono::minutes(10));
  // RunUntil goes on until `done`; false when it never was.
  bool RunUntil(const std::function<bool()>& done, ike::Duration limit = std::chrono::minutes(10));
  // RunFor lets exactly this much time pass.
  void RunFor(ike::Duration time);
  // Deliver hands a datagram to its receiver after `delay`; no fate befalls it, and the log does
  // not know it.
  void Deliver(ike::Datagram datagram, ike::Duration delay);
  // IsIdle: nothing is under way, and no node waits for anything.
  [[nodiscard]] bool IsIdle() const;
  // Inject delivers octets to a node, at `port`, as if they came from `from`.
  void Inject(Node& to, const ike::Endpoint& from, std::vector<std::uint8_t> octets,
              std::uint16_t port = ike::kIkePort);

 private:
  struct Flight {
    ike::Time at;
    std::uint64_t order;
    std::function<void()> land;
    friend bool operator>(const Flight& a, const Flight& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };
  void DrainNode(Node& node);
  void Launch(ike::Datagram datagram);
  void Later(ike::Duration delay, std::function<void()> land);
  bool Step(ike::Time end);

  std::vector<std::unique_ptr<Node>> nodes_;
  std::priority_queue<Flight, std::vector<Flight>, std::greater<>> flights_;
  crypto::InlineDhExecutor dh_;
  ike::Time now_{std::chrono::seconds(1000)};
  std::uint64_t order_ = 0;
};

}  // namespace iscsi_ike::test
