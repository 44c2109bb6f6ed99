#include "tests/trust/soak/fleet.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <span>

#include "tests/support/pair.hpp"

namespace iscsi_ike::trust {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr unsigned kLost = 200;  // of ten thousand datagrams
constexpr unsigned kDoubled = 50;
constexpr auto kRecovery = minutes(6);    // after an outage: DPD, a login that failed, another
constexpr std::uint16_t kUThere = 36136;  // R-U-THERE (RFC 3706 section 5.4)
constexpr std::size_t kMostFailuresShown = 20;

std::string AddressOf(std::size_t number) {
  if (number == 0) return "192.0.2.1";
  return "198.18." + std::to_string(number / 200) + "." + std::to_string(number % 200 + 1);
}

std::shared_ptr<const ike::PeerConfig> Settings(std::size_t hba, policy::Role role) {
  test::EndSettings end = test::QuickEnd(test::kMainWord);
  end.key = "key of adapter " + std::to_string(hba);
  end.adjust_peer = [role](ike::PeerConfig& peer) {
    peer.renewal.mode = ike::Renewal::kRenew;
    peer.initial_contact = true;
    if (role == policy::Role::kInitiator) peer.liveness = {seconds(120), seconds(3), 5};
  };
  const bool initiator = role == policy::Role::kInitiator;
  return test::MakePeer(end, role, AddressOf(initiator ? hba : 0), AddressOf(initiator ? 0 : hba));
}

std::uint16_t NumberAt(crypto::Octets octets, std::size_t at) {
  return at + 2 > octets.size() ? std::uint16_t{0}
                                : static_cast<std::uint16_t>(octets[at] << 8U | octets[at + 1]);
}

}  // namespace

void Fleet::Machine::OnPhase1Keys(const ike::Phase1Keys& keys) {
  for (const crypto::Octets secret : {keys.skeyid, keys.skeyid_d, keys.skeyid_a, keys.skeyid_e})
    Learn(secret);
}

// The payloads of a question: HASH, then a notification with DOI, protocol, SPI size and type.
void Fleet::Machine::OnMessage(const ike::MessageTrace& message) {
  if (message.direction != ike::Direction::kSent || message.name != "INFO") return;
  const std::size_t notify = NumberAt(message.payloads, 2);
  if (NumberAt(message.payloads, notify + 10) == kUThere) ++figures.questions;
}

Fleet::Fleet(std::size_t hbas, std::uint64_t seed) : dice_(seed), random_(seed) {
  for (std::size_t number = 0; number <= hbas; ++number) AddMachine(number);
  Machine& portal = *machines_[0];
  for (std::size_t number = 1; number <= hbas; ++number)
    portal.config.responders.push_back(Settings(number, policy::Role::kResponder));
  for (const auto& machine : machines_) {
    const Within within(machine->memory);
    machine->engine = std::make_unique<ike::Engine>(machine->config, random_, machine.get());
  }
  for (std::size_t number = 1; number <= hbas; ++number) {
    machines_[number]->connect_at = now_ + seconds(dice_.Between(1, 300));
    machines_[number]->trusted_from = now_ + minutes(10);
    Due due;
    due.at = *machines_[number]->connect_at;
    due.machine = number;
    due.timer = true;
    Push(std::move(due));
  }
}

Fleet::~Fleet() = default;

void Fleet::AddMachine(std::size_t number) {
  machines_.push_back(std::make_unique<Machine>(figures_));
  Machine& machine = *machines_.back();
  machine.number = number;
  machine.memory = number == 0 ? &portal_memory_ : &hba_memory_;
  if (number != 0) machine.login = Settings(number, policy::Role::kInitiator);
  by_address_[AddressOf(number)] = number;
}

std::size_t Fleet::HbaAt(const policy::IpAddress& address) const {
  const auto it = by_address_.find(address.ToString());
  return it == by_address_.end() ? 0 : it->second;
}

void Fleet::Fail(const Machine& hba, const std::string& what) {
  if (++figures_.failures > kMostFailuresShown) return;
  std::fprintf(stderr, "at %.3f h, HBA %zu: %s\n",
               static_cast<double>(now_.time_since_epoch().count()) / 3600000, hba.number,
               what.c_str());
}

template <class Action>
void Fleet::Do(Machine& machine, Action action) {
  {
    const Within within(machine.memory);
    action(*machine.engine);
  }
  Drain(machine);
  if (machine.number != 0) KeepUp(machine);
  Found found;
  if (!Sweep(found)) Fail(machine, "a secret in freed memory");
  auto next = machine.engine->NextTimeout();
  if (machine.connect_at && (!next || *machine.connect_at < *next)) next = machine.connect_at;
  if (!next || (machine.queued && *machine.queued <= *next)) return;
  machine.queued = next;
  Due due;
  due.at = *next;
  due.machine = machine.number;
  due.timer = true;
  Push(std::move(due));
}

void Fleet::Drain(Machine& machine) {
  for (bool more = true; more;) {
    more = false;
    while (auto event = machine.engine->PollEvent()) Take(machine, *event);
    while (auto datagram = machine.engine->PollDatagram()) Launch(machine, std::move(*datagram));
    while (auto job = machine.engine->PollDh()) {
      more = true;
      {
        const Within within(&worker_memory_);
        executor_.Run(std::span(&*job, 1));
      }
      const Within within(machine.memory);
      machine.engine->HandleDh(now_, std::move(*job));
    }
  }
}

void Fleet::Push(Due due) {
  due.order = order_++;
  queue_.push_back(std::move(due));
  std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
}

void Fleet::Launch(Machine& from, ike::Datagram datagram) {
  ++figures_.datagrams;
  const std::size_t to = HbaAt(datagram.remote.address);
  const Machine& hba = *machines_[from.number == 0 ? to : from.number];
  if (now_ < hba.out_until || dice_.Chance(kLost)) {
    ++figures_.lost;
    return;
  }
  for (int copies = dice_.Chance(kDoubled) ? 2 : 1; copies != 0; --copies) {
    Due due;
    due.at = now_ + ike::Duration(dice_.Between(1, 40));
    due.machine = to;
    due.datagram = datagram;  // a copy: what the engine made is given back
    Push(std::move(due));
  }
}

void Fleet::Handle(Due due) {
  Machine& machine = *machines_[due.machine];
  if (!due.timer) {
    const ike::Datagram& d = due.datagram;
    return Do(machine, [&](ike::Engine& engine) {
      engine.HandleDatagram(now_, d.remote, d.local, d.octets);
    });
  }
  if (machine.queued && *machine.queued <= now_) machine.queued.reset();
  Do(machine, [&](ike::Engine& engine) {
    engine.HandleTimeout(now_);
    if (!machine.connect_at || *machine.connect_at > now_) return;
    machine.connect_at.reset();
    ++figures_.logins;
    const auto session = engine.Connect(now_, machine.login);
    const Within outside(nullptr);
    if (session) machine.connecting = *session;
  });
}

void Fleet::RunTo(ike::Time end) {
  while (!queue_.empty() && queue_.front().at <= end) {
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
    Due due = std::move(queue_.back());
    queue_.pop_back();
    now_ = std::max(now_, due.at);
    Handle(std::move(due));
  }
  now_ = end;
}

void Fleet::RunDay() {
  constexpr unsigned kQuarters = 24 * 4;
  ForgetSecrets();
  std::uint64_t portal = 0;
  std::uint64_t hbas = 0;
  for (unsigned quarter = 0; quarter < kQuarters; ++quarter) {
    Trouble();
    for (int look = 0; look < 3; ++look) {
      RunTo(now_ + minutes(5));
      for (const auto& machine : machines_)
        if (machine->number != 0) LookAt(*machine);
    }
    portal += portal_memory_.held;
    hbas += hba_memory_.held;
  }
  portal_held_ = portal / kQuarters;
  hbas_held_ = hbas / kQuarters;
}

// Trouble: on average one outage of each HBA in five days, of up to 40 minutes, one restart in
// twenty, and one outage of the portal's network in six days.
void Fleet::Trouble() {
  const bool all = dice_.Chance(10000 / (24 * 4 * 6));
  for (const auto& machine : machines_) {
    if (machine->number == 0) continue;
    if (all || dice_.Chance(10000 / (24 * 4 * 5))) {
      ++figures_.outages;
      machine->out_until = now_ + seconds(dice_.Between(1, all ? 600 : 2400));
      machine->trusted_from = machine->out_until + kRecovery;
    }
    if (!dice_.Chance(10000 / (24 * 4 * 20))) continue;
    ++figures_.restarts;
    {
      const Within within(machine->memory);
      machine->engine = std::make_unique<ike::Engine>(machine->config, random_, machine.get());
    }
    machine->open.clear();
    machine->children.clear();
    machine->connecting.reset();
    machine->trusted_from = std::max(machine->trusted_from, now_ + kRecovery);
    Do(*machine, [](ike::Engine&) {});
  }
}

}  // namespace iscsi_ike::trust
