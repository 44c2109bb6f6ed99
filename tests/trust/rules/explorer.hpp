// Every schedule of a small exchange: two engines between which nothing arrives but what a choice
// says, and a walk through all choices. A schedule is the list of its choices; it is run again from
// the start for each of them, so that the same list is the same run.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/dh.hpp"
#include "crypto/random.hpp"
#include "ike/engine.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

// Bounds of a walk: what the network may do in one schedule. Any order is always allowed.
struct Bounds {
  unsigned losses = 0;
  unsigned copies = 0;
  unsigned early_timeouts = 0;  // the next timer goes off while something is still on the way
  std::size_t choices = 1000;   // after so many the network is orderly
};

// Choices runs through all lists of choices in order, like the digits of a number.
class Choices {
 public:
  std::size_t Choose(std::size_t options);
  // Next begins the next schedule; false: that was the last.
  [[nodiscard]] bool Next();
  [[nodiscard]] std::size_t made() const { return at_; }
  [[nodiscard]] std::string ToString() const;

 private:
  struct Choice {
    std::size_t taken;
    std::size_t options;
  };
  std::vector<Choice> list_;
  std::size_t at_ = 0;
};

// End is one engine and what has become of it.
struct End {
  ike::Endpoint place;
  std::unique_ptr<crypto::SeededRandom> random;
  std::unique_ptr<ike::Engine> engine;
  std::vector<ike::Event> events;

  template <class E>
  [[nodiscard]] std::vector<const E*> EventsOf() const {
    std::vector<const E*> found;
    for (const ike::Event& event : events)
      if (const E* e = std::get_if<E>(&event)) found.push_back(e);
    return found;
  }
  // Children that this end still has, by the SPI that it receives on.
  [[nodiscard]] std::map<ike::Spi, const ike::ChildSa*> Children() const;
};

// Saved is two engines at rest, to begin from again and again.
struct Saved {
  std::array<Bytes, 2> boxes;
  ike::Time now;
  // Children at rest: their keys were told before.
  std::array<std::vector<ike::ChildSa>, 2> children;
};

class World {
 public:
  World(std::array<ike::EngineConfig, 2> configs, std::array<ike::Endpoint, 2> places);
  explicit World(const Saved& saved, std::array<ike::Endpoint, 2> places);

  std::array<End, 2> ends;
  [[nodiscard]] ike::Time now() const { return now_; }
  // Drain takes all out of the engines; after any direct call of one.
  void Drain();
  // Run plays until nothing is on the way and nobody waits for longer than `rest`.
  void Run(Choices& choices, const Bounds& bounds, ike::Duration rest);
  // RunOrderly delivers everything in order.
  void RunOrderly(ike::Duration rest);
  // Wait lets the next timer go off.
  bool Wait(ike::Duration rest);
  // Pass lets time pass, with all timers that go off in it.
  void Pass(ike::Duration time);
  // Inject hands an end octets as if from `from`.
  void Inject(End& end, const ike::Endpoint& from, const Bytes& octets);
  // Intercept takes what is on the way off it.
  [[nodiscard]] std::vector<ike::Datagram> Intercept() { return std::exchange(flights_, {}); }
  [[nodiscard]] Saved Save();
  [[nodiscard]] std::size_t on_the_way() const { return flights_.size(); }

 private:
  enum class Act { kDeliver, kLose, kDeliverAndKeep, kTimeout };
  struct Option {
    Act act;
    std::size_t flight;
  };
  [[nodiscard]] std::vector<Option> OptionsWithin(const Bounds& left) const;
  void Take(const Option& option, Bounds& left, ike::Duration rest);
  void Deliver(std::size_t flight, bool keep);

  std::vector<ike::Datagram> flights_;
  crypto::InlineDhExecutor dh_;
  ike::Time now_{std::chrono::seconds(1000)};
};

// Explore runs `begin`, then every schedule of what is on the way, and `judge` after each. It gives
// the number of schedules; they are all that there are within the bounds.
struct Scenario {
  std::function<std::unique_ptr<World>()> begin;
  std::function<void(World&)> judge;
  ike::Duration rest = std::chrono::minutes(5);
};
[[nodiscard]] std::uint64_t Explore(const Scenario& scenario, const Bounds& bounds);

// AgreedChildren: both ends have the same children under the same keys, and how many.
[[nodiscard]] std::size_t AgreedChildren(const World& world);
[[nodiscard]] bool HaveSameChildren(const World& world);

}  // namespace iscsi_ike::test
