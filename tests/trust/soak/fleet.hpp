// Fleet: one portal and its HBAs in virtual time: logins that are kept up by renewals and dead peer
// detection over days, a network that loses some of everything and fails now and then, and owners
// that log in again when they have to.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/dh.hpp"
#include "ike/engine.hpp"
#include "tests/trust/campaign/memory_watch.hpp"
#include "tests/trust/dice.hpp"

namespace iscsi_ike::trust {

struct FleetFigures {
  std::uint64_t logins = 0;  // Connect calls
  std::uint64_t logins_failed = 0;
  std::uint64_t children = 0;  // established, at HBAs
  std::uint64_t child_renewals = 0;
  std::uint64_t session_renewals = 0;
  std::uint64_t questions = 0;     // R-U-THERE
  std::uint64_t unresponsive = 0;  // peers found dead
  std::uint64_t datagrams = 0;
  std::uint64_t lost = 0;
  std::uint64_t outages = 0;        // of one HBA's network
  std::uint64_t restarts = 0;       // of HBAs
  std::uint64_t looks = 0;          // at one HBA's children
  std::uint64_t gaps = 0;           // of these: there was no child
  std::uint64_t looks_at_two = 0;   // of these: there was more than one child
  std::uint64_t most_children = 0;  // of one HBA
  std::uint64_t failures = 0;
};

class Fleet {
 public:
  Fleet(std::size_t hbas, std::uint64_t seed);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // RunDay lets a day pass, with its outages and restarts.
  void RunDay();
  [[nodiscard]] const FleetFigures& figures() const { return figures_; }
  // Held: octets of the portal, and of all HBAs, on average over the last day: from one moment to
  // the next it changes with the renewals that are under way.
  [[nodiscard]] std::uint64_t portal_held() const { return portal_held_; }
  [[nodiscard]] std::uint64_t hbas_held() const { return hbas_held_; }

 private:
  struct Spis {
    ike::Spi in, out;
    std::uint64_t keys = 0;  // a short hash of both directions
    ike::Time since;
    ike::SessionId session{};  // that looks after it
  };
  struct Machine final : ike::Observer {
    explicit Machine(FleetFigures& f) : figures(f) {}
    void OnMessage(const ike::MessageTrace& message) override;
    void OnPhase1Keys(const ike::Phase1Keys& keys) override;
    [[nodiscard]] bool WantsSecrets() const override { return true; }
    FleetFigures& figures;
    std::size_t number = 0;  // 0: the portal
    std::unique_ptr<ike::Engine> engine;
    ike::EngineConfig config;
    MemoryAccount* memory = nullptr;
    std::shared_ptr<const ike::PeerConfig> login;
    std::optional<ike::Time> queued;  // its live entry among the timers
    std::optional<ike::SessionId> connecting;
    std::optional<ike::Time> connect_at;
    std::set<ike::SessionId> open;
    std::map<std::size_t, std::vector<Spis>> children;  // by the HBA's number
    bool gap = false;                                   // there was no child at the last look
    ike::Time out_until{};                              // of the network
    ike::Time trusted_from{};  // then all is well again after an outage or a restart
  };
  struct Due {
    ike::Time at;
    std::uint64_t order = 0;
    std::size_t machine = 0;
    bool timer = false;
    ike::Datagram datagram;
    friend bool operator>(const Due& a, const Due& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };

  void AddMachine(std::size_t number);
  template <class Action>
  void Do(Machine& machine, Action action);
  void Drain(Machine& machine);
  void Launch(Machine& from, ike::Datagram datagram);
  void Push(Due due);
  void Handle(Due due);
  void RunTo(ike::Time end);
  void Take(Machine& machine, const ike::Event& event);
  void TakeChild(Machine& machine, const ike::ChildSa& sa);
  void DropChild(Machine& machine, ike::Spi outbound);
  void HandOver(Machine& machine, const ike::SessionReplaced& e);
  void CloseSession(Machine& machine, const ike::SessionClosed& e);
  void KeepUp(Machine& hba);
  void Trouble();
  void LookAt(Machine& hba);
  void Fail(const Machine& hba, const std::string& what);
  [[nodiscard]] std::size_t HbaAt(const policy::IpAddress& address) const;

  Dice dice_;
  FleetFigures figures_;
  MemoryAccount portal_memory_, hba_memory_, worker_memory_;
  std::uint64_t portal_held_ = 0, hbas_held_ = 0;
  crypto::SeededRandom random_;
  crypto::InlineDhExecutor executor_;
  std::vector<std::unique_ptr<Machine>> machines_;  // the portal first
  std::map<std::string, std::size_t> by_address_;
  std::vector<Due> queue_;  // a heap
  std::uint64_t order_ = 0;
  ike::Time now_{std::chrono::hours(1)};
};

}  // namespace iscsi_ike::trust
