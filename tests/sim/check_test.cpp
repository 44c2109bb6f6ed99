// check: the verdict on two descriptions is that of two engines, and the change that it proposes
// makes them agree.
#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <map>

#include "ike/tool/check_mend.hpp"
#include "policy/config_json.hpp"
#include "tests/sim/negotiated.hpp"

namespace iscsi_ike::test {
namespace {

namespace tool = ike::tool;
using ike::Role;
using tool::CheckChange;
using tool::CheckPair;
using tool::CheckVerdict;

constexpr auto kWords =
    std::to_array<const char*>({"0x27", "0x37", "0x2b", "0x3b", "0x47", "0x57", "0x0f", "0x1f",
                                "0x4b", "0x07", "0x6f", "0x03", "0x01", "0x26", "0x0"});
constexpr auto kIke = std::to_array<const char*>(
    {"aes128-sha256-curve25519", "aes256-sha384-ecp256",
     "aes256-sha1-ecp256,aes128-sha256-curve25519", "3des-sha1-curve25519"});
constexpr auto kEsp = std::to_array<const char*>(
    {"aes128-sha256,aes128-sha1", "aes256gcm16-esn", "aes128-sha256-ecp256", "3des-sha1"});
constexpr auto kIdentities =
    std::to_array<const char*>({"fqdn:hba.example", "fqdn:array.example", "ipv4:192.0.2.31"});
constexpr auto kKeys = std::to_array<const char*>(
    {"text:one long key of the two, fiddlesticks", "hex:00112233445566778899aabbccddeeff"});
constexpr auto kAddresses = std::to_array<const char*>({"192.0.2.31", "192.0.2.32", "192.0.2.10"});

// Described is one end on its way to a file.
struct Described {
  std::map<std::string, std::string> record;
  std::map<std::string, std::string> defaults;
  std::vector<std::string> set;
  std::string more;  // another record
};

std::string Members(const std::map<std::string, std::string>& members) {
  std::string text;
  for (const auto& [name, value] : members)
    text += (text.empty() ? "" : ", ") + ("\"" + name + "\": \"" + value + "\"");
  return "{" + text + "}";
}

tool::CheckFile FileOf(char letter, const Described& described) {
  const std::string text = "{\"records\": [" + Members(described.record) + described.more +
                           "], \"defaults\": " + Members(described.defaults) + "}";
  const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
  auto config = policy::ParseConfig(crypto::Secret::CopyOf({octets, text.size()}), text,
                                    {.key_elsewhere = true});
  EXPECT_TRUE(config.ok()) << config.error().Text();
  return {letter, std::string(1, letter) + ".json", described.set,
          std::make_shared<const policy::Config>(std::move(config).value())};
}

void ChangeRecord(Described& described, Lot& lot) {
  switch (lot.Below(6)) {
    case 0:
      described.record["securityFlags"] = lot.Of(kWords);
      break;
    case 1:
      described.record["identity"] = lot.Of(kIdentities);
      break;
    case 2:
      described.record["peerIdentity"] = lot.Of(kIdentities);
      break;
    case 3:
      described.record["key"] = lot.Of(kKeys);
      break;
    case 4:
      described.record["peer"] = lot.Of(kAddresses);
      break;
    default:
      described.record.erase(lot.OneIn(2) ? "key" : "peer");
  }
}

void ChangeRest(Described& described, Lot& lot, bool serves) {
  constexpr auto kSets = std::to_array<const char*>(
      {"strict", "mode=main", "mode=aggressive", "local-ts=192.0.2.0/24", "local-ts=10.1.0.0/16",
       "remote-ts=192.0.2.0/24", "remote-ts=192.0.2.10/32 tcp 3261", "target-port=3261",
       "esp-lifetime=1200,5000", "ike-lifetime=7200", "nat=force", "strict-microsoft"});
  switch (lot.Below(4)) {
    case 0:
      described.defaults["ike"] = lot.Of(kIke);
      break;
    case 1:
      described.defaults["esp"] = lot.Of(kEsp);
      break;
    case 2:
      if (described.set.empty()) described.set.emplace_back(lot.Of(kSets));
      break;
    default:
      if (serves && lot.OneIn(2)) described.set.emplace_back("refuse-pfs");
      if (serves && described.more.empty())
        described.more = ", {\"name\": \"second\", \"securityFlags\": \"0x2f\", \"peer\": \"" +
                         std::string(lot.Of(kAddresses)) + "\", \"key\": \"" + lot.Of(kKeys) +
                         "\"}";
  }
}

void Change(Described& described, Lot& lot, bool serves) {
  if (lot.OneIn(2)) return ChangeRecord(described, lot);
  ChangeRest(described, lot, serves);
}

// PairOf a seed; an error: the settings contradict each other.
tool::Checked<CheckPair> PairOf(std::uint64_t seed) {
  Lot lot(seed);
  Described a;
  a.record = {{"name", "hba"},
              {"securityFlags", kWords[lot.Below(11)]},
              {"peer", "192.0.2.10"},
              {"key", kKeys[0]}};
  a.defaults = {{"ike", lot.Of(kIke)}, {"esp", kEsp[lot.Below(2)]}};
  Described b = a;
  b.record["name"] = "portal";
  b.record["peer"] = "192.0.2.31";
  for (unsigned i = lot.Below(3); i != 0; --i) Change(a, lot, false);
  for (unsigned i = lot.Below(3); i != 0; --i) Change(b, lot, true);
  a.set.emplace_back("local=192.0.2.31");
  tool::CheckFile file_a = FileOf('A', a);
  tool::CheckFile file_b = FileOf('B', b);
  auto initiator = ReadCheckEnd(file_a, Role::kInitiator, std::nullopt);
  if (!initiator) return Failure(initiator.error());
  auto responder = ReadCheckEnd(file_b, Role::kResponder, std::nullopt);
  if (!responder) return Failure(responder.error());
  return CheckPair::Make(std::move(*initiator), std::move(*responder));
}

// ExpectVerdict runs the exchanges in turn, as connect does.
void ExpectVerdict(const CheckPair& pair, const CheckVerdict& verdict) {
  const auto attempts = AttemptsOf(pair.initiator(), pair.initiator().entries.front());
  ASSERT_TRUE(attempts.ok());
  for (const auto& attempt : *attempts) {
    const Negotiated negotiated(attempt, pair.serving());
    negotiated.ExpectAsForetold(Agree(attempt, pair.serving()));
    if (attempt != attempts->back() && negotiated.MayTryAgain()) continue;
    EXPECT_EQ(negotiated.established(), verdict.ok());
    EXPECT_EQ(attempt->plan.exchanges, verdict.initiator->plan.exchanges);
    negotiated.ExpectAsForetold(verdict.agreement);
    return;
  }
}

std::vector<tool::CheckEdit> EditsAt(const CheckPair& pair, const CheckVerdict& verdict,
                                     Role role) {
  const auto number = verdict.agreement.responder.value_or(0);
  const bool initiates = role == Role::kInitiator;
  const auto& own = initiates ? pair.initiator() : pair.responder();
  const auto& other = initiates ? pair.responder() : pair.initiator();
  const auto& peer_r = *pair.serving().responders[number];
  return tool::EditsOf({own, own.entries[initiates ? 0 : number],
                        initiates ? *verdict.initiator : peer_r, other,
                        other.entries[initiates ? number : 0],
                        initiates ? peer_r : *verdict.initiator, verdict.agreement, pair.places()});
}

// ExpectSmallest: no single edit does what the change does with several; and where the change is
// one edit that lowers the security, no single edit does without.
void ExpectSmallest(const CheckPair& pair, const CheckVerdict& verdict, const CheckChange& change) {
  if (change.edits.size() == 1 && change.lowered.empty()) return;
  const auto number = verdict.agreement.responder.value_or(0);
  for (const Role role : {Role::kInitiator, Role::kResponder}) {
    for (const tool::CheckEdit& edit : EditsAt(pair, verdict, role)) {
      auto initiator = pair.initiator().entries.front().Clone();
      auto responder = pair.responder().entries[number].Clone();
      edit.apply(role == Role::kInitiator ? initiator : responder);
      const auto tried = pair.JudgeWith(initiator, number, responder);
      if (!tried || !tried->ok()) continue;
      EXPECT_EQ(change.edits.size(), 1U) << edit.text;
      const bool initiates = role == Role::kInitiator;
      const auto lowered =
          initiates
              ? tool::LoweredBy(pair.initiator().entries.front(), initiator, tried->agreement)
              : tool::LoweredBy(pair.responder().entries[number], responder, tried->agreement);
      EXPECT_FALSE(lowered.empty()) << edit.text;
    }
  }
}

// PairThatAgrees tries any two edits of different members: in words, what two of them do; empty: no
// two agree, or, with `keep`, not without lowering the security.
std::string PairThatAgrees(const CheckPair& pair, const CheckVerdict& verdict, bool keep) {
  const auto number = verdict.agreement.responder.value_or(0);
  std::vector<tool::PlacedEdit> all;
  for (const Role role : {Role::kInitiator, Role::kResponder})
    for (tool::CheckEdit& edit : EditsAt(pair, verdict, role))
      all.push_back({role, std::move(edit)});
  for (auto first = all.begin(); first != all.end(); ++first) {
    for (auto second = all.begin(); second != first; ++second) {
      if (first->role == second->role && first->edit.member == second->edit.member) continue;
      auto initiator = pair.initiator().entries.front().Clone();
      auto responder = pair.responder().entries[number].Clone();
      for (const auto* placed : {&*first, &*second})
        placed->edit.apply(placed->role == Role::kInitiator ? initiator : responder);
      const auto tried = pair.JudgeWith(initiator, number, responder);
      if (!tried || !tried->ok()) continue;
      const bool lowers =
          !tool::LoweredBy(pair.initiator().entries.front(), initiator, tried->agreement).empty() ||
          !tool::LoweredBy(pair.responder().entries[number], responder, tried->agreement).empty();
      if (!keep || !lowers) return first->edit.text + " and " + second->edit.text;
    }
  }
  return {};
}

// ExpectMended: with the change the same engines agree, as foretold.
void ExpectMended(const CheckPair& pair, const CheckChange& change) {
  ASSERT_TRUE(change.verdict.ok());
  ike::EngineConfig serving = pair.serving();
  serving.responders[*change.verdict.agreement.responder] = change.verdict.responder;
  const Negotiated negotiated(change.verdict.initiator, serving);
  EXPECT_TRUE(negotiated.established()) << negotiated.Text();
  negotiated.ExpectAsForetold(change.verdict.agreement);
}

TEST(Check, VerdictAndChangeAreThoseOfEngines) {
  constexpr std::uint64_t kPairs = 900;
  constexpr unsigned kMostSearched = 6;  // each tries some ten thousand pairs of edits
  unsigned pairs = 0;
  unsigned agreed = 0;
  unsigned unmended = 0;
  unsigned lowered = 0;
  unsigned searched = 0;
  std::map<std::string, unsigned> members;
  std::map<std::size_t, unsigned> sizes;
  for (std::uint64_t seed = 0; seed < kPairs; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto pair = PairOf(seed);
    if (!pair) continue;
    ++pairs;
    const CheckVerdict verdict = pair->Judge();
    ExpectVerdict(*pair, verdict);
    const auto changes = MendingsOf(*pair, verdict);
    EXPECT_EQ(changes.empty() || !verdict.ok(), true);
    agreed += verdict.ok() ? 1U : 0U;
    if (!verdict.ok() && changes.empty()) ++unmended;
    if (!changes.empty()) {
      ExpectSmallest(*pair, verdict, changes.front());
      const bool lowers = !changes.front().lowered.empty();
      const std::size_t size = changes.front().edits.size();
      if ((size == 3 || (size == 2 && lowers)) && searched < kMostSearched) {
        ++searched;
        EXPECT_EQ(PairThatAgrees(*pair, verdict, size == 2), "");
      }
      ++sizes[changes.front().edits.size()];
      lowered += changes.front().lowered.empty() ? 0U : 1U;
      for (const auto& placed : changes.front().edits) ++members[placed.edit.member];
    }
    for (const CheckChange& change : changes) ExpectMended(*pair, change);
    if (HasFailure()) return;
  }
  std::cout << pairs << " pairs: " << agreed << " agreed, " << pairs - agreed - unmended
            << " mended (" << lowered << " only by lowering security), " << unmended
            << " not within the bound; edits:";
  for (const auto& [size, count] : sizes) std::cout << " " << count << " of " << size << ",";
  for (const auto& [member, count] : members) std::cout << " " << member << " " << count;
  std::cout << "\n";
  EXPECT_GE(agreed, pairs / 3);
  EXPECT_GE(pairs - agreed, pairs / 3);
  EXPECT_LE(unmended * 20, pairs);
}

}  // namespace
}  // namespace iscsi_ike::test
