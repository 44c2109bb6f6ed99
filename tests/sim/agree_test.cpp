// Agree foretells what two engines come to: over many pairs of settings that differ in anything.
#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <map>

#include "tests/sim/negotiated.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::PeerConfig;
using Peer = std::shared_ptr<PeerConfig>;

constexpr const char* kHba = "192.0.2.1";
constexpr const char* kPortal = "192.0.2.2";

// Words that lead to a plan, most of them, with both modes and both encapsulations among them.
constexpr auto kWords = std::to_array<std::uint64_t>(
    {0x27, 0x37, 0x2B, 0x3B, 0x47, 0x57, 0x4B, 0x5B, 0x07, 0x17, 0x0F, 0x1F, 0x6F, 0x03, 0x00});
// Groups that cost little.
constexpr auto kIke = std::to_array<const char*>(
    {"aes128-sha256-curve25519", "aes256-sha384-ecp256",
     "aes128-sha256-curve25519,aes256-sha1-ecp256", "aes256-sha1-ecp256,aes128-sha256-curve25519",
     "3des-sha1-curve25519"});
constexpr auto kEsp = std::to_array<const char*>(
    {"aes128-sha256", "aes128-sha256-esn,aes128-sha1", "aes128-sha1,aes256gcm16", "aes256gcm16-esn",
     "aes128-sha256-ecp256", "aes128ctr-aesxcbc,aes128-sha1-esn"});
constexpr auto kIdentities = std::to_array<const char*>(
    {"", "fqdn:hba.example", "user_fqdn:hba@example.com", "ipv4:192.0.2.9"});
constexpr auto kKeys = std::to_array<const char*>({"one key of the two", "the other of them"});
constexpr auto kSelectors =
    std::to_array<const char*>({"192.0.2.0/24", "192.0.2.1/32 tcp any", "192.0.2.2/32 tcp 3260",
                                "192.0.2.2/32 tcp 3261", "10.1.0.0/16"});

policy::Selector SelectorOf(const char* text) {
  const policy::IpAddress any = policy::IpAddress::Parse("192.0.2.0").value();
  const std::string whole(text);
  if (whole == "192.0.2.0/24") return {any, 24, 0, 0};
  if (whole == "10.1.0.0/16") return {policy::IpAddress::Parse("10.1.0.0").value(), 16, 6, 0};
  const auto port = whole.find("any") != std::string::npos    ? 0
                    : whole.find("3261") != std::string::npos ? 3261
                                                              : policy::kIscsiPort;
  return {policy::IpAddress::Parse(whole.substr(0, whole.find('/'))).value(), 32, 6,
          static_cast<std::uint16_t>(port)};
}

// Draft is one end on its way to a PeerConfig.
struct Draft {
  EndSettings settings;
  std::vector<std::function<void(PeerConfig&)>> changes;
  bool refuse_pfs = false;
  bool strict = false;
};

// Change makes one thing different.
void Change(Draft& draft, Lot& lot) {
  const auto also = [&](auto change) { draft.changes.emplace_back(change); };
  switch (lot.Below(13)) {
    case 0:
      draft.settings.word = lot.Of(kWords);
      break;
    case 1:
      draft.settings.ike = lot.Of(kIke);
      break;
    case 2:
      draft.settings.esp = lot.Of(kEsp);
      break;
    case 3:
      draft.settings.identity = lot.Of(kIdentities);
      break;
    case 4:
      draft.settings.key = lot.OneIn(8) ? "" : lot.Of(kKeys);
      break;
    case 5:
      also([id = std::string(lot.Of(kIdentities))](PeerConfig& peer) {
        if (!id.empty()) peer.peer_identity = policy::Identity::Parse(id, "identity").value();
      });
      break;
    case 6:
      also([seconds = 600 + lot.Below(9000), kilobytes = lot.Below(3) * 1000](PeerConfig& peer) {
        peer.plan.phase1_lifetime = {seconds, 0};
        peer.plan.phase2_lifetime = {seconds / 2, kilobytes};
      });
      break;
    case 7:
      also([selector = SelectorOf(lot.Of(kSelectors))](PeerConfig& peer) {
        peer.child.local = selector;
      });
      break;
    case 8:
      also([selector = SelectorOf(lot.Of(kSelectors))](PeerConfig& peer) {
        peer.child.remote = selector;
      });
      break;
    case 9:
      draft.refuse_pfs = true;
      break;
    case 10:
      draft.strict = true;
      break;
    case 11:
      also([nat = lot.Below(3)](PeerConfig& peer) {
        peer.nat = static_cast<ike::NatTraversal>(nat);
      });
      break;
    default:
      also([what = lot.Below(4)](PeerConfig& peer) {
        if (what == 0) peer.negotiate_child = false;
        if (what == 1) peer.group_key = true;
        if (what == 2) peer.aggressive_hash_in_clear = true;
        if (what == 3) peer.fragment_above = 0;
      });
  }
}

Peer Made(const Draft& draft, policy::Role role) {
  const bool initiates = role == policy::Role::kInitiator;
  EndSettings settings = draft.settings;
  settings.adjust_request = [&](policy::TranslateRequest& request) {
    request.refuse_pfs = draft.refuse_pfs;
    request.strict = draft.strict;
  };
  settings.adjust_peer = [&](PeerConfig& peer) {
    for (const auto& change : draft.changes) change(peer);
  };
  return std::const_pointer_cast<PeerConfig>(
      MakePeer(settings, role, initiates ? kHba : kPortal, initiates ? kPortal : kHba));
}

// Bind changes what a responder is bound to.
void Bind(PeerConfig& peer, Lot& lot) {
  const auto address = [](const char* text) { return policy::IpAddress::Parse(text).value(); };
  const unsigned remote = lot.Below(5);
  if (remote == 0) peer.remote.reset();
  if (remote == 1) peer.remote = ike::Endpoint{address("192.0.2.77"), ike::kIkePort};
  const unsigned local = lot.Below(6);
  if (local != 0) peer.local = {};
  if (local == 1) peer.local = {address("192.0.2.78"), ike::kIkePort};
}

// Case is one pair, the same for a seed in every run.
struct Case {
  std::shared_ptr<const PeerConfig> initiator;
  ike::EngineConfig serving;
};

Case CaseOf(std::uint64_t seed) {
  Lot lot(seed);
  Draft common;
  common.settings.word = kWords[lot.Below(13)];
  common.settings.ike = lot.Of(kIke);
  common.settings.esp = "aes128-sha256,aes128-sha1";
  common.settings.key = kKeys[0];
  Draft initiator = common;
  for (unsigned i = lot.Below(3); i != 0; --i) Change(initiator, lot);
  Case made;
  made.initiator = Made(initiator, policy::Role::kInitiator);
  const unsigned responders = lot.OneIn(3) ? 2 + lot.Below(2) : 1;
  for (unsigned number = 0; number < responders; ++number) {
    Draft responder = common;
    for (unsigned i = lot.Below(3); i != 0; --i) Change(responder, lot);
    if (number > 0) responder.settings.key = lot.Of(kKeys);
    Peer peer = Made(responder, policy::Role::kResponder);
    if (responders > 1 || lot.OneIn(3)) Bind(*peer, lot);
    peer->name = "record " + std::to_string(number);
    made.serving.responders.push_back(std::move(peer));
  }
  return made;
}

std::string Describe(const ike::Agreement& agreement) {
  if (agreement.ok()) return "agreed";
  const ike::Hindrance& first = agreement.hindrances.front();
  return std::string(Name(first.judge)) + " " + std::string(Name(first.failure.code));
}

TEST(Agree, ForetellsWhatEnginesComeTo) {
  constexpr std::uint64_t kPairs = 2000;
  std::map<std::string, unsigned> counts;
  unsigned agreed = 0;
  unsigned several = 0;
  for (std::uint64_t seed = 0; seed < kPairs; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Case pair = CaseOf(seed);
    const ike::Agreement agreement = Agree(pair.initiator, pair.serving);
    ++counts[Describe(agreement)];
    agreed += agreement.ok() ? 1U : 0U;
    several += agreement.hindrances.size() > 1 ? 1U : 0U;
    Negotiated(pair.initiator, pair.serving).ExpectAsForetold(agreement);
    if (HasFailure()) return;
  }
  std::cout << kPairs << " pairs:";
  for (const auto& [what, count] : counts) std::cout << " " << what << " " << count << ";";
  std::cout << " with more than one thing in the way " << several << "\n";
  // Both kinds, and every reason that configurations can have.
  EXPECT_GE(agreed, kPairs / 3);
  EXPECT_GE(kPairs - agreed, kPairs / 3);
  EXPECT_GE(counts.size(), 11U);
  EXPECT_GE(several, 50U);
}

// All that is in the way is told, and each part only once.
TEST(Agree, TellsEverythingInTheWay) {
  EndSettings hba = QuickEnd(0x37);
  EndSettings portal = QuickEnd(0x27);
  hba.identity = "fqdn:hba.example";
  hba.esp = "aes256gcm16";
  portal.ike = "aes256-sha384-ecp256";
  portal.key = "another key";
  portal.adjust_peer = [](PeerConfig& peer) {
    peer.peer_identity = policy::Identity::Parse("fqdn:other.example", "identity").value();
    peer.child.local = SelectorOf("10.1.0.0/16");
  };
  ike::EngineConfig serving;
  serving.responders.push_back(MakePeer(portal, policy::Role::kResponder, kPortal, kHba));
  const auto agreement = Agree(MakePeer(hba, policy::Role::kInitiator, kHba, kPortal), serving);
  std::vector<std::string> codes;
  for (const auto& hindrance : agreement.hindrances)
    codes.emplace_back(Name(hindrance.failure.code));
  EXPECT_EQ(codes, (std::vector<std::string>{"NO_PHASE1_PROPOSAL", "KEYS_DIFFER", "PEER_IDENTITY",
                                             "NO_PHASE2_PROPOSAL", "SELECTORS"}));
  EXPECT_FALSE(agreement.phase1);
  EXPECT_FALSE(agreement.child);
  EXPECT_EQ(agreement.responder, 0U);
}

// Of many that do not fit, the one is compared that comes closest.
TEST(Agree, ComparesWithTheClosestOfMany) {
  ike::EngineConfig serving;
  for (int i = 0; i < 20; ++i) {
    EndSettings portal = QuickEnd(0x27);
    if (i != 13) portal.key = "key " + std::to_string(i);
    serving.responders.push_back(MakePeer(portal, policy::Role::kResponder, kPortal, "192.0.2.77"));
  }
  const auto hba = MakePeer(QuickEnd(0x27), policy::Role::kInitiator, kHba, kPortal);
  const auto agreement = Agree(hba, serving);
  EXPECT_EQ(agreement.responder, 13U);
  ASSERT_EQ(agreement.hindrances.size(), 1U);
  EXPECT_EQ(agreement.hindrances[0].failure.code, ike::FailureCode::kNoKey);
  EXPECT_EQ(agreement.hindrances[0].passed_over, ike::PassedOver::kRemoteAddress);
  EXPECT_FALSE(agreement.hindrances[0].told);
}

TEST(Agree, HasNothingToSayWithoutResponders) {
  const auto hba = MakePeer(QuickEnd(0x27), policy::Role::kInitiator, kHba, kPortal);
  const auto agreement = Agree(hba, {});
  EXPECT_FALSE(agreement.ok());
  EXPECT_FALSE(agreement.responder);
}

}  // namespace
}  // namespace iscsi_ike::test
