#include "tests/support/sim_net.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>

namespace iscsi_ike::test {

void Recorder::OnInput(ike::Time now, const ike::Input& input) {
  if (also != nullptr) also->OnInput(now, input);
}
void Recorder::OnDatagram(ike::Time now, ike::Direction direction, const ike::Endpoint& local,
                          const ike::Endpoint& remote, crypto::Octets octets) {
  if (also != nullptr) also->OnDatagram(now, direction, local, remote, octets);
}
void Recorder::OnMessage(const ike::MessageTrace& message) {
  std::string name(message.name);
  if (message.retransmission) name += "*";
  messages.push_back({name,
                      message.direction,
                      message.header,
                      {message.payloads.begin(), message.payloads.end()}});
  (message.direction == ike::Direction::kSent ? sent : received).push_back(std::move(name));
}
const Recorder::Shown* Recorder::MessageOf(std::string_view name) const {
  const auto it = std::find_if(messages.rbegin(), messages.rend(), [&](const Shown& shown) {
    return shown.name == name && !shown.payloads.empty();
  });
  return it == messages.rend() ? nullptr : &*it;
}
void Recorder::OnDropped(ike::Time, const ike::Endpoint&, std::string_view rule) {
  dropped.emplace_back(rule);
}
void Recorder::OnDecision(ike::Time, ike::SessionId, std::string_view text) {
  decisions.emplace_back(text);
}

void Recorder::OnPhase1Keys(const ike::Phase1Keys& k) {
  const auto add = [this](const char* name, crypto::Octets octets) {
    keys.push_back({name, {octets.begin(), octets.end()}});
  };
  add("SKEYID", k.skeyid);
  add("SKEYID_d", k.skeyid_d);
  add("SKEYID_a", k.skeyid_a);
  add("SKEYID_e", k.skeyid_e);
  add("Ka", k.cipher_key);
  add("IV", k.initial_iv);
  phase1 = Phase1{k.initiator_cookie, k.responder_cookie, k.suite};
}

void Recorder::OnChildKeys(const ike::ChildSa& sa) {
  const auto add = [this](const char* name, const crypto::Secret& key) {
    if (key.empty()) return;
    child_keys.push_back({name, {key.Expose().begin(), key.Expose().end()}});
  };
  add("inbound encryption", sa.inbound.encryption);
  add("inbound integrity", sa.inbound.integrity);
  add("outbound encryption", sa.outbound.encryption);
  add("outbound integrity", sa.outbound.integrity);
}

std::vector<std::uint8_t> Recorder::KeyOf(std::string_view name) const {
  const auto it =
      std::find_if(keys.rbegin(), keys.rend(), [&](const Keys& k) { return k.name == name; });
  return it == keys.rend() ? std::vector<std::uint8_t>{} : it->octets;
}

namespace {

// kEvery: with it in the environment every simulation takes checkpoints, so that all that is
// expected of an engine is expected of restored ones.
constexpr const char* kEvery = "ISCSI_IKE_CHECKPOINT_EVERY";

constexpr std::array<std::uint8_t, 32> kSealKey{1, 2, 3};

[[noreturn]] void Stop(const ike::CheckpointError& error) {
  std::fprintf(stderr, "checkpoint: %s\n", error.text.c_str());
  std::abort();
}

}  // namespace

ike::Engine& Node::engine() {
  if (checkpoint_every != 0 && ++asked_ % checkpoint_every == 0) Restore();
  return *engine_;
}

// Restore goes on with another engine; a checkpoint of that one is the same octets again.
void Node::Restore() {
  const auto box = engine_->Checkpoint(kSealKey);
  if (!box) Stop(box.error());
  auto restored = ike::Engine::Restore(kSealKey, *box, *random_, &recorder);
  if (!restored) Stop(restored.error());
  const auto again = restored->Checkpoint(kSealKey);
  if (!again || *again != *box) Stop({ike::CheckpointCode::kInvalid, "it is another one"});
  *engine_ = *std::move(restored);
  ++checkpoints;
}

Node::Node(ike::EngineConfig config, std::unique_ptr<crypto::RandomSource> random,
           ike::Endpoint where)
    : random_(std::move(random)),
      engine_(std::make_unique<ike::Engine>(std::move(config), *random_, &recorder)),
      endpoint_(std::move(where)) {
  if (const char* every = std::getenv(kEvery)) checkpoint_every = std::strtoul(every, nullptr, 10);
}

std::span<const std::uint8_t> MessageOf(const ike::Datagram& datagram) {
  const std::span<const std::uint8_t> octets = datagram.octets;
  if (datagram.local.port != ike::kIkeNattPort) return octets;
  return octets.size() < ike::kNonEspMarkerSize ? octets.first(0)
                                                : octets.subspan(ike::kNonEspMarkerSize);
}

SimNet::SimNet() = default;
SimNet::~SimNet() = default;

Node& SimNet::Add(ike::EngineConfig config, std::uint64_t seed, const std::string& address) {
  return Add(std::move(config), std::make_unique<crypto::SeededRandom>(seed), address);
}

Node& SimNet::Add(ike::EngineConfig config, std::unique_ptr<crypto::RandomSource> random,
                  const std::string& address) {
  const ike::Endpoint where{policy::IpAddress::Parse(address).value(), ike::kIkePort};
  nodes_.push_back(std::make_unique<Node>(std::move(config), std::move(random), where));
  return *nodes_.back();
}

void SimNet::Later(ike::Duration delay, std::function<void()> land) {
  flights_.push({now_ + delay, order_++, std::move(land)});
}

void SimNet::Launch(ike::Datagram datagram) {
  Sent sent{log.size(), now_, std::move(datagram)};
  log.push_back(sent);
  const std::vector<ike::Duration> copies = fate ? fate(sent) : std::vector<ike::Duration>{latency};
  for (const ike::Duration delay : copies) Deliver(sent.datagram, delay);
}

void SimNet::Deliver(ike::Datagram datagram, ike::Duration delay) {
  Later(delay, [this, datagram = std::move(datagram)] {
    const std::uint16_t port = datagram.remote.port;
    if (port != ike::kIkePort && port != ike::kIkeNattPort) return;  // nobody listens there
    for (const auto& node : nodes_) {
      if (node->endpoint().address == datagram.remote.address) {
        node->engine().HandleDatagram(now_, datagram.remote, datagram.local, datagram.octets);
      }
    }
  });
}

void SimNet::DrainNode(Node& node) {
  while (auto datagram = node.engine().PollDatagram()) Launch(std::move(*datagram));
  while (auto event = node.engine().PollEvent()) {
    if (node.on_event) node.on_event(*event);
    node.events.push_back(std::move(*event));
  }
  ike::Engine& engine = node.engine();  // one restored now would hand all of them out again
  while (auto job = engine.PollDh()) {
    if (drop_dh) continue;
    auto shared = std::make_shared<crypto::DhJob>(std::move(*job));
    const auto [known, is_new] = node.jobs.try_emplace(shared->ticket, shared);
    if (!is_new) {
      if (known->second) *known->second = std::move(*shared);
      continue;
    }
    Later(dh_latency ? dh_latency() : ike::Duration{0}, [this, &node, shared] {
      node.jobs[shared->ticket] = nullptr;
      dh_.Run(std::span(shared.get(), 1));
      node.engine().HandleDh(now_, std::move(*shared));
    });
  }
}

void SimNet::Drain() {
  for (const auto& node : nodes_) DrainNode(*node);
}

bool SimNet::Step(ike::Time end) {
  Drain();
  std::optional<ike::Time> next;
  if (!flights_.empty()) next = flights_.top().at;
  for (const auto& node : nodes_) {
    const auto due = node->engine().NextTimeout();
    timeouts.push_back(due);
    if (due && (!next || *due < *next)) next = due;
  }
  if (!next || *next > end) return false;
  now_ = std::max(now_, *next);
  while (!flights_.empty() && flights_.top().at <= now_) {
    const auto land = flights_.top().land;
    flights_.pop();
    land();
  }
  for (const auto& node : nodes_) node->engine().HandleTimeout(now_);
  Drain();
  return true;
}

void SimNet::Run(ike::Duration limit) {
  const ike::Time end = now_ + limit;
  while (Step(end)) {
  }
}

bool SimNet::RunUntil(const std::function<bool()>& done, ike::Duration limit) {
  const ike::Time end = now_ + limit;
  Drain();
  while (!done()) {
    if (!Step(end)) return done();
  }
  return true;
}

void SimNet::RunFor(ike::Duration time) {
  const ike::Time end = now_ + time;
  while (Step(end)) {
  }
  now_ = end;
  for (const auto& node : nodes_) node->engine().HandleTimeout(now_);
  Drain();
}

bool SimNet::IsIdle() const {
  return flights_.empty() && std::none_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
           return node->engine().NextTimeout().has_value();
         });
}

void SimNet::Inject(Node& to, const ike::Endpoint& from, std::vector<std::uint8_t> octets,
                    std::uint16_t port) {
  to.engine().HandleDatagram(now_, {to.endpoint().address, port}, from, octets);
  Drain();
}

}  // namespace iscsi_ike::test
