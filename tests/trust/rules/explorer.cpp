#include "tests/trust/rules/explorer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "tests/support/checkpoint_states.hpp"

namespace iscsi_ike::test {
namespace {

bool IsSame(const ike::DirectionKeys& a, const ike::DirectionKeys& b) {
  return a.spi == b.spi &&
         crypto::ConstantTimeEqual(a.encryption.Expose(), b.encryption.Expose()) &&
         crypto::ConstantTimeEqual(a.integrity.Expose(), b.integrity.Expose());
}

ike::DirectionKeys CopyOf(const ike::DirectionKeys& keys) {
  return {keys.spi, keys.encryption.Clone(), keys.integrity.Clone()};
}

}  // namespace

std::size_t Choices::Choose(std::size_t options) {
  if (at_ == list_.size()) list_.push_back({0, options});
  const Choice& choice = list_[at_++];
  EXPECT_EQ(choice.options, options) << "a schedule does not run alike twice";
  return std::min(choice.taken, options - 1);
}

bool Choices::Next() {
  at_ = 0;
  while (!list_.empty() && list_.back().taken + 1 == list_.back().options) list_.pop_back();
  if (list_.empty()) return false;
  ++list_.back().taken;
  return true;
}

std::string Choices::ToString() const {
  std::string text;
  for (const Choice& choice : list_)
    text += (text.empty() ? "" : " ") + std::to_string(choice.taken);
  return text;
}

std::map<ike::Spi, const ike::ChildSa*> End::Children() const {
  std::map<ike::Spi, const ike::ChildSa*> children;
  for (const ike::Event& event : events) {
    if (const auto* made = std::get_if<ike::ChildEstablished>(&event))
      children[made->sa.inbound.spi] = &made->sa;
    if (const auto* closed = std::get_if<ike::ChildClosed>(&event))
      children.erase(closed->inbound_spi);
    if (const auto* deleted = std::get_if<ike::ChildDeleted>(&event)) {
      std::erase_if(children, [&](const auto& child) {
        return child.second->outbound.spi == deleted->outbound_spi;
      });
    }
  }
  return children;
}

World::World(std::array<ike::EngineConfig, 2> configs, std::array<ike::Endpoint, 2> places) {
  for (std::size_t i = 0; i < 2; ++i) {
    ends[i].place = places[i];
    ends[i].random = std::make_unique<crypto::SeededRandom>(11 + i);
    ends[i].engine = std::make_unique<ike::Engine>(std::move(configs[i]), *ends[i].random, nullptr);
  }
}

World::World(const Saved& saved, std::array<ike::Endpoint, 2> places) : now_(saved.now) {
  for (std::size_t i = 0; i < 2; ++i) {
    ends[i].place = places[i];
    ends[i].random = std::make_unique<crypto::SeededRandom>(21 + i);
    auto restored = ike::Engine::Restore(SealKey(), saved.boxes[i], *ends[i].random, nullptr);
    ends[i].engine = std::make_unique<ike::Engine>(std::move(restored).value());
    for (const ike::ChildSa& sa : saved.children[i]) {
      ike::ChildSa copy;
      copy.session = sa.session;
      copy.child = sa.child;
      copy.inbound = CopyOf(sa.inbound);
      copy.outbound = CopyOf(sa.outbound);
      ends[i].events.emplace_back(ike::ChildEstablished{std::move(copy)});
    }
  }
}

Saved World::Save() {
  Saved saved;
  saved.now = now_;
  for (std::size_t i = 0; i < 2; ++i) {
    saved.boxes[i] = ends[i].engine->Checkpoint(SealKey()).value();
    for (auto& event : ends[i].events)
      if (auto* made = std::get_if<ike::ChildEstablished>(&event))
        saved.children[i].push_back(std::move(made->sa));
  }
  return saved;
}

void World::Drain() {
  for (End& end : ends) {
    for (auto job = end.engine->PollDh(); job; job = end.engine->PollDh()) {
      dh_.Run(std::span(&*job, 1));
      end.engine->HandleDh(now_, *std::move(job));
    }
    while (auto datagram = end.engine->PollDatagram()) flights_.push_back(*std::move(datagram));
    while (auto event = end.engine->PollEvent()) end.events.push_back(*std::move(event));
  }
}

void World::Deliver(std::size_t flight, bool keep) {
  const ike::Datagram datagram = flights_[flight];
  if (!keep) flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(flight));
  for (End& end : ends)
    if (end.place.address == datagram.remote.address)
      end.engine->HandleDatagram(now_, datagram.remote, datagram.local, datagram.octets);
  Drain();
}

bool World::Wait(ike::Duration rest) {
  std::optional<ike::Time> next;
  for (const End& end : ends) {
    const auto due = end.engine->NextTimeout();
    if (due && (!next || *due < *next)) next = due;
  }
  if (!next || *next > now_ + rest) return false;
  now_ = std::max(now_, *next);
  for (End& end : ends) end.engine->HandleTimeout(now_);
  Drain();
  return true;
}

void World::Pass(ike::Duration time) {
  const ike::Time end = now_ + time;
  while (Wait(end - now_)) {
  }
  now_ = end;
  for (End& one : ends) one.engine->HandleTimeout(now_);
  Drain();
}

void World::Inject(End& end, const ike::Endpoint& from, const Bytes& octets) {
  end.engine->HandleDatagram(now_, end.place, from, octets);
  Drain();
}

// Two copies of one datagram are one and the same to choose from.
std::vector<World::Option> World::OptionsWithin(const Bounds& left) const {
  std::vector<Option> options;
  std::vector<std::size_t> distinct;
  for (std::size_t i = 0; i < flights_.size(); ++i) {
    const bool known = std::any_of(distinct.begin(), distinct.end(), [&](std::size_t other) {
      return flights_[other].remote == flights_[i].remote &&
             flights_[other].octets == flights_[i].octets;
    });
    if (!known) distinct.push_back(i);
  }
  for (const std::size_t i : distinct) options.push_back({Act::kDeliver, i});
  for (const std::size_t i : distinct) {
    if (left.losses > 0) options.push_back({Act::kLose, i});
    if (left.copies > 0) options.push_back({Act::kDeliverAndKeep, i});
  }
  if (left.early_timeouts > 0) options.push_back({Act::kTimeout, 0});
  return options;
}

void World::Take(const Option& option, Bounds& left, ike::Duration rest) {
  switch (option.act) {
    case Act::kDeliver:
      return Deliver(option.flight, false);
    case Act::kLose:
      --left.losses;
      flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(option.flight));
      return;
    case Act::kDeliverAndKeep:
      --left.copies;
      return Deliver(option.flight, true);
    case Act::kTimeout:
      --left.early_timeouts;
      (void)Wait(rest);
      return;
  }
}

void World::Run(Choices& choices, const Bounds& bounds, ike::Duration rest) {
  Bounds left = bounds;
  for (int bound = 0; bound < 10'000; ++bound) {
    if (flights_.empty()) {
      if (!Wait(rest)) return;
      continue;
    }
    const auto options = OptionsWithin(left);
    const bool orderly = choices.made() >= bounds.choices;
    const std::size_t taken = orderly || options.size() == 1 ? 0 : choices.Choose(options.size());
    Take(options[taken], left, rest);
  }
  ADD_FAILURE() << "a schedule has no end";
}

void World::RunOrderly(ike::Duration rest) {
  Choices none;
  Run(none, {.choices = 0}, rest);
}

std::uint64_t Explore(const Scenario& scenario, const Bounds& bounds) {
  Choices choices;
  std::uint64_t schedules = 0;
  do {
    const auto world = scenario.begin();
    world->Run(choices, bounds, scenario.rest);
    ++schedules;
    SCOPED_TRACE("schedule " + choices.ToString());
    scenario.judge(*world);
    if (::testing::Test::HasFailure()) return schedules;
  } while (choices.Next());
  return schedules;
}

std::size_t AgreedChildren(const World& world) {
  const auto theirs = world.ends[1].Children();
  std::size_t agreed = 0;
  for (const auto& [spi, sa] : world.ends[0].Children()) {
    const auto other = theirs.find(sa->outbound.spi);
    if (other == theirs.end()) continue;
    const bool same = IsSame(sa->inbound, other->second->outbound) &&
                      IsSame(sa->outbound, other->second->inbound);
    EXPECT_TRUE(same) << "the ends have one child under different keys";
    agreed += same ? 1U : 0U;
  }
  return agreed;
}

bool HaveSameChildren(const World& world) {
  const std::size_t agreed = AgreedChildren(world);
  return world.ends[0].Children().size() == agreed && world.ends[1].Children().size() == agreed;
}

}  // namespace iscsi_ike::test
