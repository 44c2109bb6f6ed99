#include "tests/trust/rules/party.hpp"

#include <gtest/gtest.h>

namespace iscsi_ike::test {
namespace {

const std::array<std::string, 2> kAddresses{"192.0.2.1", "192.0.2.2"};

}  // namespace

std::array<ike::Endpoint, 2> Places() {
  return {ike::Endpoint{policy::IpAddress::Parse(kAddresses[kHba]).value(), ike::kIkePort},
          ike::Endpoint{policy::IpAddress::Parse(kAddresses[kPortal]).value(), ike::kIkePort}};
}

ike::Endpoint Elsewhere(unsigned number) {
  return {policy::IpAddress::V4({10, static_cast<std::uint8_t>(number >> 16U),
                                 static_cast<std::uint8_t>(number >> 8U),
                                 static_cast<std::uint8_t>(number)}),
          ike::kIkePort};
}

Party::Party(std::uint64_t word, const AdjustPeer& adjust, AdjustEngine engine)
    : engine_(std::move(engine)) {
  for (const std::size_t i : {kHba, kPortal}) {
    EndSettings end = QuickEnd(word);
    bool serving = false;
    end.adjust_peer = [&](ike::PeerConfig& peer) {
      const auto remote = peer.remote;
      peer.target_side = i == kPortal;
      if (adjust) adjust(peer);
      if (!serving) peer.remote = remote;  // who begins knows where to
    };
    begins_[i] = MakePeer(end, policy::Role::kInitiator, kAddresses[i], kAddresses[1 - i]);
    serving = true;
    serves_[i] = MakePeer(end, policy::Role::kResponder, kAddresses[i], kAddresses[1 - i]);
  }
}

std::unique_ptr<World> Party::Fresh() const {
  std::array<ike::EngineConfig, 2> configs;
  for (const std::size_t i : {kHba, kPortal}) configs[i].responders = {serves_[i]};
  if (engine_) engine_(configs[kPortal]);
  return std::make_unique<World>(std::move(configs), Places());
}

void Party::Connect(World& world, std::size_t end) const {
  EXPECT_TRUE(world.ends[end].engine->Connect(world.now(), begins_[end]).ok());
  world.Drain();
}

Saved Party::LoggedIn(ike::Duration rest) const {
  const auto world = Fresh();
  Connect(*world, kHba);
  world->RunOrderly(rest);
  EXPECT_EQ(AgreedChildren(*world), 1U);
  return world->Save();
}

bool Party::CanLogin(World& world) const {
  const std::size_t before = AgreedChildren(world);
  Connect(world, kHba);
  world.RunOrderly(ike::Duration{0});
  return AgreedChildren(world) == before + 1;
}

Bytes Party::FirstMessage() const {
  const auto world = Fresh();
  Connect(*world, kHba);
  return world->Intercept().at(0).octets;
}

void AnyAddress(ike::PeerConfig& peer) { peer.remote.reset(); }

Bytes OtherCookie(Bytes first, unsigned number) {
  for (std::size_t i = 0; i < 4; ++i) first[i] = static_cast<std::uint8_t>(number >> (8 * i));
  first[4] = 0x5a;
  return first;
}

}  // namespace iscsi_ike::test
