// Both ends of a negotiation in one process, as an HBA simulator runs them: no socket, no clock, no
// thread. Whatever an engine wants sent or computed is asked for, carried, and handed back.
#include <cstdio>

#include "ike/engine.hpp"
#include "policy/translate.hpp"

using namespace iscsi_ike;

// MakeEnd is what one end is told: the security word, its address, and the peer's address and key.
static std::shared_ptr<ike::PeerConfig> MakeEnd(policy::Role role, std::string_view own,
                                                std::string_view other) {
  policy::TranslateRequest request;
  request.word = policy::SecurityFlags(0x27);  // valid, IKE/IPsec, main mode, transport
  request.role = role;
  request.key_binding = policy::KeyBinding::kPeerAddress;
  auto peer = std::make_shared<ike::PeerConfig>();
  peer->local = {policy::IpAddress::Parse(own).value(), ike::kIkePort};
  peer->remote = ike::Endpoint{policy::IpAddress::Parse(other).value(), ike::kIkePort};
  peer->plan = policy::Translate(request);
  const std::uint8_t key[] = {'n', 'o', 't', ' ', 'a', ' ', 'g', 'o', 'o', 'd', ' ', 'k', 'e', 'y'};
  peer->key = crypto::Secret::CopyOf(key);
  peer->target_side = role == policy::Role::kResponder;
  return peer;
}

int main() {
  if (!crypto::InitializeCrypto()) return 1;
  crypto::SystemRandom random;
  ike::EngineConfig serving;
  serving.responders.push_back(MakeEnd(policy::Role::kResponder, "192.0.2.2", "192.0.2.1"));
  ike::Engine hba(ike::EngineConfig{}, random, nullptr);
  ike::Engine portal(std::move(serving), random, nullptr);
  crypto::InlineDhExecutor diffie_hellman;

  ike::Time now{};
  if (!hba.Connect(now, MakeEnd(policy::Role::kInitiator, "192.0.2.1", "192.0.2.2"))) return 1;
  int keyed = 0;
  for (bool moved = true; moved;) {
    moved = false;
    for (auto [end, peer] : {std::pair{&hba, &portal}, std::pair{&portal, &hba}}) {
      while (auto datagram = end->PollDatagram()) {
        peer->HandleDatagram(now, datagram->remote, datagram->local, datagram->octets);
        moved = true;
      }
      while (auto job = end->PollDh()) {
        diffie_hellman.Run({&*job, 1});
        end->HandleDh(now, std::move(*job));
        moved = true;
      }
      while (auto event = end->PollEvent()) {
        if (auto* child = std::get_if<ike::ChildEstablished>(&*event)) {
          std::printf("%s: ESP SA %08x in, %08x out\n", end == &hba ? "initiator" : "target",
                      static_cast<unsigned>(child->sa.inbound.spi),
                      static_cast<unsigned>(child->sa.outbound.spi));
          ++keyed;
        }
      }
    }
  }
  return keyed == 2 ? 0 : 1;
}
