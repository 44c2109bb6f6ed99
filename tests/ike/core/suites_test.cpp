// Every suite that can be negotiated: phase-1 ciphers and hashes, groups, ESP suites with and
// without extended sequence numbers, and the named lists.
#include "policy/suites.hpp"

#include <gtest/gtest.h>

#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

// LoginWith negotiates with these lists at both ends and hands the initiator's events to `check`.
template <class Check>
void LoginWith(std::uint64_t word, const std::string& ike, const std::string& esp, Check check) {
  SCOPED_TRACE(ike + " / " + esp);
  EndSettings end{.word = word, .ike = ike, .esp = esp};
  Pair pair(end, end);
  ASSERT_TRUE(pair.Login());
  pair.ExpectOneChildEach();
  for (const Node* node : {pair.initiator, pair.responder}) {
    check(*node->EventsOf<ike::Phase1Established>().at(0),
          node->EventsOf<ike::ChildEstablished>().at(0)->sa);
  }
}

void ExpectPhase1Suite(std::uint64_t word, const std::string& suite) {
  LoginWith(word, suite, "aes128-sha256", [&](const auto& phase1, const ike::ChildSa&) {
    EXPECT_EQ(policy::ToString(phase1.suite), suite);
  });
}

TEST(Suites, EveryPhase1CipherWithEveryHash) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    for (const char* cipher : {"3des", "aes128", "aes192", "aes256"}) {
      for (const char* hash : {"sha1", "sha256", "sha384", "sha512"}) {
        ExpectPhase1Suite(word, std::string(cipher) + "-" + hash + "-curve25519");
      }
    }
  }
}

TEST(Suites, EveryGroupWithPerfectForwardSecrecy) {
  for (const crypto::DhGroupInfo& group : crypto::AllDhGroups()) {
    const std::string suite = "aes128-sha256-" + std::string(group.name);
    LoginWith(kMainPfsWord, suite, "aes128-sha256",
              [&](const auto& phase1, const ike::ChildSa& sa) {
                EXPECT_EQ(phase1.suite.group, group.group);
                EXPECT_EQ(sa.pfs_group, group.group);
              });
  }
}

TEST(Suites, EveryGroupInAggressiveMode) {
  for (const crypto::DhGroupInfo& group : crypto::AllDhGroups()) {
    if (group.public_size > 512) continue;
    ExpectPhase1Suite(kAggressiveWord, "aes128-sha256-" + std::string(group.name));
  }
}

struct EspCase {
  const char* text;
  std::size_t encryption, integrity;  // octets of key
};
constexpr EspCase kEspCases[] = {
    {"null-sha1", 0, 20},       {"null-sha256", 0, 32},       {"3des-sha1", 24, 20},
    {"3des-sha256", 24, 32},    {"aes128-sha1", 16, 20},      {"aes128-sha256", 16, 32},
    {"aes192-sha384", 24, 48},  {"aes256-sha512", 32, 64},    {"aes128-aesxcbc", 16, 16},
    {"aes128ctr-sha1", 20, 20}, {"aes192ctr-sha256", 28, 32}, {"aes256ctr-aesxcbc", 36, 16},
    {"aes128gcm8", 20, 0},      {"aes192gcm8", 28, 0},        {"aes256gcm8", 36, 0},
    {"aes128gcm12", 20, 0},     {"aes192gcm12", 28, 0},       {"aes256gcm12", 36, 0},
    {"aes128gcm16", 20, 0},     {"aes192gcm16", 28, 0},       {"aes256gcm16", 36, 0},
};

TEST(Suites, EveryEspSuiteHasKeysOfItsLength) {
  for (const EspCase& c : kEspCases) {
    for (const char* esn : {"", "-esn"}) {
      for (const std::uint64_t word : {kMainWord, kMainPfsWord}) {
        LoginWith(word, std::string(kQuickSuite), c.text + std::string(esn),
                  [&](const auto&, const ike::ChildSa& sa) {
                    EXPECT_EQ(policy::ToString(sa.suite), c.text + std::string(esn));
                    EXPECT_EQ(sa.suite.esn, *esn != '\0');
                    for (const ike::DirectionKeys* keys : {&sa.inbound, &sa.outbound}) {
                      EXPECT_EQ(keys->encryption.size(), c.encryption);
                      EXPECT_EQ(keys->integrity.size(), c.integrity);
                    }
                  });
      }
    }
  }
}

TEST(Suites, EveryNamedSuiteAgreesWithItselfOnItsFirstChoice) {
  for (const policy::NamedSuiteInfo& info : policy::AllNamedSuites()) {
    const policy::SuiteSet set = policy::NamedSuites(info.name, "suite").value();
    LoginWith(kMainPfsWord, std::string(info.ike), std::string(info.esp),
              [&](const auto& phase1, const ike::ChildSa& sa) {
                EXPECT_EQ(phase1.suite, set.phase1.front());
                EXPECT_EQ(sa.suite.cipher, set.phase2.front().cipher);
                EXPECT_EQ(sa.suite.esn, set.phase2.front().esn);
              });
  }
}

TEST(Suites, TheInitiatorsOrderDecides) {
  EndSettings hba{.word = kMainWord,
                  .ike = "aes256-sha512-curve25519,aes128-sha256-curve25519",
                  .esp = "aes256gcm16,aes128-sha256"};
  EndSettings portal{.word = kMainWord,
                     .ike = "aes128-sha256-curve25519,aes256-sha512-curve25519",
                     .esp = "aes128-sha256,aes256gcm16"};
  Pair pair(hba, portal);
  ASSERT_TRUE(pair.Login());
  const auto* phase1 = pair.responder->EventsOf<ike::Phase1Established>().at(0);
  EXPECT_EQ(policy::ToString(phase1->suite), "aes256-sha512-curve25519");
  const auto* child = pair.responder->EventsOf<ike::ChildEstablished>().at(0);
  EXPECT_EQ(policy::ToString(child->sa.suite), "aes256gcm16");
}

TEST(Suites, AggressiveModeOffersOnlyTheFirstGroup) {
  const std::string both = "aes128-sha256-curve25519,aes256-sha256-ecp256,aes192-sha1-curve25519";
  EndSettings hba{.word = kAggressiveWord, .ike = both, .esp = "aes128-sha256"};
  EndSettings portal{.word = kAggressiveWord,
                     .ike = "aes192-sha1-curve25519,aes256-sha256-ecp256",
                     .esp = "aes128-sha256"};
  Pair pair(hba, portal);
  ASSERT_TRUE(pair.Login());
  const auto* phase1 = pair.initiator->EventsOf<ike::Phase1Established>().at(0);
  EXPECT_EQ(policy::ToString(phase1->suite), "aes192-sha1-curve25519");
}

}  // namespace
}  // namespace iscsi_ike::test
