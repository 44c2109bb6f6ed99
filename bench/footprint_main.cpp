// The least program that embeds the engine: one initiator, whose datagrams go nowhere. What it
// weighs, linked with nothing that is not called, is what embedding adds. footprint.py weighs it.
#include "ike/engine.hpp"
#include "policy/translate.hpp"

using namespace iscsi_ike;

static std::shared_ptr<ike::PeerConfig> Target() {
  policy::TranslateRequest request;
  request.word = policy::SecurityFlags(0x27);  // valid, IKE/IPsec, main mode, transport
  request.role = policy::Role::kInitiator;
  request.key_binding = policy::KeyBinding::kPeerAddress;
  auto peer = std::make_shared<ike::PeerConfig>();
  peer->local = {policy::IpAddress::V4({192, 0, 2, 1}), ike::kIkePort};
  peer->remote = ike::Endpoint{policy::IpAddress::V4({192, 0, 2, 2}), ike::kIkePort};
  peer->plan = policy::Translate(request);
  const std::uint8_t key[] = {'n', 'o', 't', ' ', 'a', ' ', 'g', 'o', 'o', 'd', ' ', 'k', 'e', 'y'};
  peer->key = crypto::Secret::CopyOf(key);
  return peer;
}

int main() {
  if (!crypto::InitializeCrypto()) return 1;
  crypto::SystemRandom random;
  crypto::InlineDhExecutor diffie_hellman;
  ike::Engine engine(ike::EngineConfig{}, random, nullptr);
  ike::Time now{};
  if (!engine.Connect(now, Target())) return 1;
  std::size_t failures = 0;
  while (failures == 0) {
    while (auto datagram = engine.PollDatagram()) {
      // A driver sends it; an answer would come in here.
      engine.HandleDatagram(now, datagram->remote, datagram->local, {});
    }
    while (auto job = engine.PollDh()) {
      diffie_hellman.Run({&*job, 1});
      engine.HandleDh(now, std::move(*job));
    }
    while (auto event = engine.PollEvent())
      if (std::holds_alternative<ike::Failed>(*event)) ++failures;
    const auto next = engine.NextTimeout();
    if (!next) break;
    now = *next;
    engine.HandleTimeout(now);
  }
  return failures == 1 ? 0 : 1;  // nobody answers
}
