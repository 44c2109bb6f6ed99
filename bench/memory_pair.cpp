#include "bench/memory_pair.hpp"

#include <algorithm>

namespace iscsi_ike::bench {
namespace {

// More HBAs than sessions are held, so that none logs in while its last session is still there.
constexpr std::size_t kAtOnce = 64;

constexpr std::array<std::uint8_t, 4> kPortal{192, 0, 2, 1};

policy::Plan PlanOf(const PairSettings& settings, policy::Role role) {
  policy::TranslateRequest request;
  request.word = policy::SecurityFlags::Parse(settings.word, "word").value();
  request.role = role;
  request.suites = policy::ChooseSuites({{}, settings.ike, settings.esp}).value();
  request.key_binding = policy::KeyBinding::kAnyPeer;
  return policy::Translate(request);
}

std::shared_ptr<ike::PeerConfig> MakePeer(const policy::Plan& plan,
                                          const policy::IpAddress& address) {
  constexpr std::array<std::uint8_t, 16> kKey{0x5B, 0x0E, 0x91, 0x3C, 0xD2, 0x44, 0x7F, 0xA8,
                                              0x66, 0x19, 0xE3, 0x2A, 0x8D, 0xF0, 0xC7, 0x15};
  auto peer = std::make_shared<ike::PeerConfig>();
  peer->local = {address, ike::kIkePort};
  peer->plan = plan;
  peer->key = crypto::Secret::CopyOf(kKey);
  // As `load` has it: an HBA that logs in again is no crash.
  peer->initial_contact = false;
  return peer;
}

// AddressOf: 10.0.0.0/8 has room for all.
policy::IpAddress AddressOf(std::size_t hba) {
  return policy::IpAddress::V4({10, static_cast<std::uint8_t>(hba >> 16U),
                                static_cast<std::uint8_t>(hba >> 8U),
                                static_cast<std::uint8_t>(hba)});
}

}  // namespace

MemoryPair::MemoryPair(const PairSettings& settings, std::size_t held)
    : held_(held), dh_(settings.lanes) {
  const policy::IpAddress portal = policy::IpAddress::V4(kPortal);
  const policy::Plan plan = PlanOf(settings, policy::Role::kInitiator);
  for (std::size_t i = 0; i < held + kAtOnce; ++i) {
    auto hba = MakePeer(plan, AddressOf(i));
    hba->remote = ike::Endpoint{portal, ike::kIkePort};
    hbas_.push_back(std::move(hba));
  }
  auto target = MakePeer(PlanOf(settings, policy::Role::kResponder), portal);
  target->target_side = true;
  ike::EngineConfig serving;
  serving.responders.push_back(std::move(target));
  initiator_ = std::make_unique<ike::Engine>(ike::EngineConfig{}, random_, settings.observer);
  responder_ = std::make_unique<ike::Engine>(std::move(serving), random_, nullptr);
}

bool MemoryPair::Hold() {
  while (sessions_.size() < held_)
    if (!Negotiate(std::min(kAtOnce, held_ - sessions_.size()))) return false;
  Retire();
  return true;
}

bool MemoryPair::Begin() {
  auto session = initiator_->Connect(now_, hbas_[next_hba_]);
  if (!session) return false;
  next_hba_ = (next_hba_ + 1) % hbas_.size();
  sessions_.push_back(*session);
  return true;
}

bool MemoryPair::Negotiate(std::size_t together) {
  keyed_ends_ = 0;
  for (std::size_t i = 0; i < together; ++i)
    if (!Begin()) return false;
  Settle();
  return keyed_ends_ == 2 * together;
}

void MemoryPair::Retire() {
  while (sessions_.size() > held_) {
    initiator_->Close(now_, sessions_.front());
    sessions_.pop_front();
    Settle();
  }
  Wait(std::chrono::seconds(1));
}

void MemoryPair::Wait(ike::Duration time) {
  now_ += time;
  initiator_->HandleTimeout(now_);
  responder_->HandleTimeout(now_);
  Settle();
}

void MemoryPair::Settle() {
  do {
    while (DrainEnd(*initiator_, *responder_, 0) || DrainEnd(*responder_, *initiator_, 1)) {
    }
  } while (RunJobs());
}

bool MemoryPair::DrainEnd(ike::Engine& end, ike::Engine& peer, std::size_t number) {
  bool moved = false;
  while (auto datagram = end.PollDatagram()) {
    peer.HandleDatagram(now_, datagram->remote, datagram->local, datagram->octets);
    moved = true;
  }
  while (auto job = end.PollDh()) {
    jobs_.push_back(std::move(*job));
    askers_.push_back(number);
  }
  while (auto event = end.PollEvent()) {
    if (std::holds_alternative<ike::ChildEstablished>(*event)) ++keyed_ends_;
  }
  return moved;
}

bool MemoryPair::RunJobs() {
  if (jobs_.empty()) return false;
  dh_.Run(jobs_);
  for (std::size_t i = 0; i < jobs_.size(); ++i)
    (askers_[i] == 0 ? initiator_ : responder_)->HandleDh(now_, std::move(jobs_[i]));
  jobs_.clear();
  askers_.clear();
  return true;
}

}  // namespace iscsi_ike::bench
