#include "bench/memory_pair.hpp"

#include <string_view>

namespace iscsi_ike::bench {
namespace {

std::shared_ptr<const ike::PeerConfig> MakePeer(const PairSettings& settings, policy::Role role,
                                                std::string_view own, std::string_view other) {
  policy::TranslateRequest request;
  request.word = policy::SecurityFlags::Parse(settings.word, "word").value();
  request.role = role;
  request.suites = policy::ChooseSuites({{}, settings.ike, settings.esp}).value();
  request.key_binding = policy::KeyBinding::kPeerAddress;
  auto peer = std::make_shared<ike::PeerConfig>();
  peer->local = {policy::IpAddress::Parse(own).value(), ike::kIkePort};
  peer->remote = ike::Endpoint{policy::IpAddress::Parse(other).value(), ike::kIkePort};
  peer->plan = policy::Translate(request);
  constexpr std::array<std::uint8_t, 16> kKey{0x5B, 0x0E, 0x91, 0x3C, 0xD2, 0x44, 0x7F, 0xA8,
                                              0x66, 0x19, 0xE3, 0x2A, 0x8D, 0xF0, 0xC7, 0x15};
  peer->key = crypto::Secret::CopyOf(kKey);
  peer->target_side = role == policy::Role::kResponder;
  return peer;
}

}  // namespace

MemoryPair::MemoryPair(const PairSettings& settings, std::size_t held)
    : held_(held),
      dh_(settings.lanes),
      portal_(MakePeer(settings, policy::Role::kInitiator, "192.0.2.1", "192.0.2.2")) {
  ike::EngineConfig serving;
  serving.responders.push_back(
      MakePeer(settings, policy::Role::kResponder, "192.0.2.2", "192.0.2.1"));
  initiator_ = std::make_unique<ike::Engine>(ike::EngineConfig{}, random_, nullptr);
  responder_ = std::make_unique<ike::Engine>(std::move(serving), random_, nullptr);
}

bool MemoryPair::Negotiate(std::size_t together) {
  keyed_ends_ = 0;
  for (std::size_t i = 0; i < together; ++i) {
    auto session = initiator_->Connect(now_, portal_);
    if (!session) return false;
    sessions_.push_back(*session);
  }
  Drain();
  return keyed_ends_ == 2 * together;
}

void MemoryPair::Retire() {
  while (sessions_.size() > held_) {
    initiator_->Close(now_, sessions_.front());
    sessions_.pop_front();
    Drain();
  }
  now_ += std::chrono::seconds(1);
  initiator_->HandleTimeout(now_);
  responder_->HandleTimeout(now_);
  Drain();
}

void MemoryPair::Drain() {
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
