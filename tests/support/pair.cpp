#include "tests/support/pair.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/suites.hpp"

namespace iscsi_ike::test {
namespace {

bool SameKeys(const ike::DirectionKeys& a, const ike::DirectionKeys& b) {
  return a.spi == b.spi &&
         crypto::ConstantTimeEqual(a.encryption.Expose(), b.encryption.Expose()) &&
         crypto::ConstantTimeEqual(a.integrity.Expose(), b.integrity.Expose());
}

Node& AddEnd(SimNet& net, const EndSettings& settings, ike::EngineConfig config, std::uint64_t seed,
             const std::string& address) {
  if (settings.adjust_engine) settings.adjust_engine(config);
  auto random =
      settings.make_random ? settings.make_random() : std::make_unique<crypto::SeededRandom>(seed);
  return net.Add(std::move(config), std::move(random), address);
}

}  // namespace

std::uint64_t WordOf(policy::ExchangeMode mode, bool pfs, policy::Encapsulation preferred) {
  return 0x03U | (mode == policy::ExchangeMode::kMain ? 0x04U : 0x08U) | (pfs ? 0x10U : 0U) |
         (preferred == policy::Encapsulation::kTransport ? 0x20U : 0x40U);
}

EndSettings QuickEnd(std::uint64_t word) {
  return {.word = word, .ike = std::string(kQuickSuite), .esp = "aes128-sha256"};
}

std::shared_ptr<const ike::PeerConfig> MakePeer(const EndSettings& settings, policy::Role role,
                                                const std::string& local,
                                                const std::string& remote) {
  policy::TranslateRequest request;
  request.word = policy::SecurityFlags(settings.word);
  request.role = role;
  request.suites = policy::ChooseSuites({settings.suite, settings.ike, settings.esp}).value();
  request.key_binding = policy::KeyBinding::kPeerAddress;
  if (!settings.identity.empty())
    request.identity = policy::Identity::Parse(settings.identity, "identity").value();
  if (settings.adjust_request) settings.adjust_request(request);
  auto peer = std::make_shared<ike::PeerConfig>();
  peer->name = role == policy::Role::kInitiator ? "portal" : "hba";
  peer->local = {policy::IpAddress::Parse(local).value(), ike::kIkePort};
  peer->remote = ike::Endpoint{policy::IpAddress::Parse(remote).value(), ike::kIkePort};
  peer->plan = policy::Translate(request);
  const auto* octets = reinterpret_cast<const std::uint8_t*>(settings.key.data());
  peer->key = crypto::Secret::CopyOf({octets, settings.key.size()});
  peer->renewal.mode = ike::Renewal::kNever;
  peer->initial_contact = false;
  peer->nat_keepalive = ike::Duration{0};  // so that a session at rest waits for nothing
  peer->target_side = role == policy::Role::kResponder;
  if (settings.adjust_peer) settings.adjust_peer(*peer);
  return peer;
}

Pair::Pair(EndSettings i, EndSettings r, std::uint64_t seed, bool ipv6) {
  const std::string hba = ipv6 ? "2001:db8::1" : "192.0.2.1";
  const std::string portal = ipv6 ? "2001:db8::2" : "192.0.2.2";
  ike::EngineConfig serving;
  serving.responders.push_back(MakePeer(r, policy::Role::kResponder, portal, hba));
  initiator_peer = MakePeer(i, policy::Role::kInitiator, hba, portal);
  initiator = &AddEnd(net, i, {}, seed * 2, hba);
  responder = &AddEnd(net, r, std::move(serving), seed * 2 + 1, portal);
}

ike::SessionId Pair::Connect() {
  auto session = initiator->engine().Connect(net.now(), initiator_peer);
  EXPECT_TRUE(session.ok());
  net.Drain();
  return session.ok() ? *session : ike::SessionId{};
}

bool Pair::Login(ike::Duration limit) {
  Connect();
  return net.RunUntil([this] { return Established(); }, limit);
}

bool Pair::Established() const { return AgreedChildren() != 0; }

std::size_t Pair::AgreedChildren() const {
  const auto mine = initiator->EventsOf<ike::ChildEstablished>();
  const auto theirs = responder->EventsOf<ike::ChildEstablished>();
  const auto agreed = std::count_if(mine.begin(), mine.end(), [&](const auto* a) {
    return std::any_of(theirs.begin(), theirs.end(), [&](const auto* b) {
      return SameKeys(a->sa.inbound, b->sa.outbound) && SameKeys(a->sa.outbound, b->sa.inbound);
    });
  });
  return static_cast<std::size_t>(agreed);
}

void Pair::ExpectOneChildEach() const {
  EXPECT_EQ(initiator->EventsOf<ike::Phase1Established>().size(), 1U);
  EXPECT_EQ(responder->EventsOf<ike::Phase1Established>().size(), 1U);
  EXPECT_EQ(initiator->EventsOf<ike::ChildEstablished>().size(), 1U);
  EXPECT_EQ(responder->EventsOf<ike::ChildEstablished>().size(), 1U);
  for (const Node* node : {initiator, responder}) {
    for (const auto* failed : node->EventsOf<ike::Failed>())
      ADD_FAILURE() << ike::Name(failed->role) << ": " << failed->failure.text;
  }
  EXPECT_TRUE(Established());
  for (const char* name : {"SKEYID", "SKEYID_d", "SKEYID_a", "SKEYID_e", "Ka", "IV"}) {
    EXPECT_FALSE(initiator->recorder.KeyOf(name).empty()) << name;
    EXPECT_TRUE(initiator->recorder.KeyOf(name) == responder->recorder.KeyOf(name)) << name;
  }
}

void Pair::ExpectAtRest(std::size_t sessions) {
  EXPECT_EQ(initiator->engine().session_count(), sessions);
  EXPECT_EQ(responder->engine().session_count(), sessions);
  EXPECT_TRUE(net.IsIdle());
}

const ike::NegotiationFailure& Pair::FailureOf(const Node& node) const {
  static const ike::NegotiationFailure kNone{};
  const auto failures = node.EventsOf<ike::Failed>();
  EXPECT_EQ(failures.size(), 1U);
  return failures.empty() ? kNone : failures.front()->failure;
}

}  // namespace iscsi_ike::test
