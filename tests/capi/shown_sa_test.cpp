// What the caller is told of SAs, member by member: every field of the engine's event has a value
// of its own.
#include <utility>
#include <vector>

#include "tests/capi/shown.hpp"

namespace iscsi_ike::test {
namespace {

using capi::ShownEvent;

ike::Phase1Established EstablishedPhase1() {
  ike::Phase1Established e;
  e.session = ike::SessionId{11};
  e.peer_name = "peer";
  e.role = ike::Role::kResponder;
  e.mode = policy::ExchangeMode::kAggressive;
  e.initiator_cookie.octets = {1, 2, 3, 4, 5, 6, 7, 8};
  e.responder_cookie.octets = {9, 10, 11, 12, 13, 14, 15, 16};
  e.local = EngineEndpoint(1, 501);
  e.remote = EngineEndpoint(2, 502);
  e.suite = {crypto::CipherAlgorithm::kAesCbc, 256, crypto::HashAlgorithm::kSha384,
             crypto::DhGroup::kModp3072};
  e.lifetime = {1200, 1300};
  e.local_identity = "fqdn:local";
  e.remote_identity = "fqdn:remote";
  e.nat_remote = true;
  return e;
}

iscsi_ike_phase1 ExpectedPhase1() {
  iscsi_ike_phase1 p{};
  p.size = sizeof p;
  p.role = ISCSI_IKE_ROLE_RESPONDER;
  p.mode = ISCSI_IKE_MODE_AGGRESSIVE;
  p.encryption = 7;  // AES-CBC, RFC 3602 section 5.1
  p.key_bits = 256;
  p.hash = 5;    // SHA2-384, RFC 4868 section 4
  p.group = 15;  // RFC 3526 section 4
  p.lifetime_s = 1200;
  p.nat_remote = 1;
  for (std::uint8_t i = 0; i < 8; ++i) {
    p.initiator_cookie[i] = i + 1;
    p.responder_cookie[i] = i + 9;
  }
  return p;
}

void ExpectPhase1(const iscsi_ike_phase1& seen, iscsi_ike_phase1 expected, const char* suite) {
  EXPECT_STREQ(seen.suite, suite);
  EXPECT_STREQ(seen.local_identity, "fqdn:local");
  EXPECT_STREQ(seen.remote_identity, "fqdn:remote");
  expected.suite = seen.suite;
  expected.local_identity = seen.local_identity;
  expected.remote_identity = seen.remote_identity;
  EXPECT_EQ(FirstDifference(seen, expected), sizeof seen);
}

TEST(CShownSa, TellsAllOfPhase1) {
  ShownEvent shown;
  auto expected = Expected(ISCSI_IKE_EVENT_PHASE1_ESTABLISHED, 11);
  expected.remote = SeenEndpoint(2, 502);
  const iscsi_ike_event& seen = shown.Show(EstablishedPhase1());
  ExpectEvent(seen, expected, "peer");
  ASSERT_NE(seen.phase1, nullptr);
  ExpectPhase1(*seen.phase1, ExpectedPhase1(), "aes256-sha384-modp3072");
}

TEST(CShownSa, TellsAllOfPhase1TheOtherWayRound) {
  auto e = EstablishedPhase1();
  e.role = ike::Role::kInitiator;
  e.mode = policy::ExchangeMode::kMain;
  e.suite = {crypto::CipherAlgorithm::kTripleDesCbc, 192, crypto::HashAlgorithm::kMd5,
             crypto::DhGroup::kModp1024};
  e.nat_local = true;
  e.nat_remote = false;
  auto expected = ExpectedPhase1();
  expected.role = ISCSI_IKE_ROLE_INITIATOR;
  expected.mode = ISCSI_IKE_MODE_MAIN;
  expected.encryption = 5;  // 3DES-CBC, RFC 2409 Appendix A
  expected.key_bits = 192;
  expected.hash = 1;
  expected.group = 2;
  expected.nat_local = 1;
  expected.nat_remote = 0;
  ShownEvent shown;
  const iscsi_ike_event& seen = shown.Show(std::move(e));
  ASSERT_NE(seen.phase1, nullptr);
  ExpectPhase1(*seen.phase1, expected, "3des-md5-modp1024");
}

crypto::Secret KeyOf(std::uint8_t octet, std::size_t size) {
  return crypto::Secret::CopyOf(std::vector<std::uint8_t>(size, octet));
}

ike::ChildEstablished EstablishedChild() {
  ike::ChildSa sa;
  sa.session = ike::SessionId{21};
  sa.child = ike::ChildId{22};
  sa.replaces = ike::ChildId{23};
  sa.role = ike::Role::kResponder;
  sa.encapsulation = policy::Encapsulation::kTunnel;
  sa.suite = {policy::EspCipher::kAesCtr, 192, policy::EspAuth::kAesXcbc96, true, {}};
  sa.pfs_group = crypto::DhGroup::kEcp384;
  sa.lifetime = {2400, 2500};
  sa.local = {policy::IpAddress::V4({10, 0, 0, 1}), 32, 6, 3260};
  sa.remote = {policy::IpAddress::V4({10, 0, 0, 2}), 24, 6, 0};
  sa.local_endpoint = EngineEndpoint(3, 503);
  sa.remote_endpoint = EngineEndpoint(4, 504);
  sa.udp_encapsulated = true;
  sa.inbound = {ike::Spi{0x01020304}, KeyOf(0xA1, 28), KeyOf(0xA2, 16)};
  sa.outbound = {ike::Spi{0x05060708}, KeyOf(0xA3, 28), KeyOf(0xA4, 16)};
  return {std::move(sa)};
}

iscsi_ike_child_sa ExpectedChild() {
  iscsi_ike_child_sa sa{};
  sa.size = sizeof sa;
  sa.role = ISCSI_IKE_ROLE_RESPONDER;
  sa.encapsulation = ISCSI_IKE_ENCAPSULATION_TUNNEL;
  sa.replaces = 23;
  sa.transform = 13;  // AES-CTR, RFC 3686 section 9
  sa.key_bits = 192;
  sa.authentication = 9;  // AES-XCBC-MAC, RFC 3566 section 6
  sa.esn = 1;
  sa.pfs_group = 20;
  sa.lifetime_s = 2400;
  sa.lifetime_kb = 2500;
  sa.udp_encapsulated = 1;
  sa.local = SeenEndpoint(3, 503);
  sa.remote = SeenEndpoint(4, 504);
  sa.inbound.spi = 0x01020304;
  sa.outbound.spi = 0x05060708;
  return sa;
}

void ExpectKey(const iscsi_ike_octets& seen, std::size_t size, std::uint8_t octet) {
  ASSERT_EQ(seen.size, size);
  EXPECT_TRUE(
      std::all_of(seen.data, seen.data + size, [octet](std::uint8_t o) { return o == octet; }));
}

// ExpectChild compares all but keys.
void ExpectChild(const iscsi_ike_child_sa& seen, iscsi_ike_child_sa expected, const char* suite) {
  EXPECT_STREQ(seen.suite, suite);
  EXPECT_STREQ(seen.local_selector, "10.0.0.1/32 tcp 3260");
  EXPECT_STREQ(seen.remote_selector, "10.0.0.2/24 tcp any");
  expected.suite = seen.suite;
  expected.local_selector = seen.local_selector;
  expected.remote_selector = seen.remote_selector;
  expected.inbound.encryption = seen.inbound.encryption;
  expected.inbound.integrity = seen.inbound.integrity;
  expected.outbound.encryption = seen.outbound.encryption;
  expected.outbound.integrity = seen.outbound.integrity;
  EXPECT_EQ(FirstDifference(seen, expected), sizeof seen);
}

TEST(CShownSa, TellsAllOfAChild) {
  ShownEvent shown;
  auto expected = Expected(ISCSI_IKE_EVENT_CHILD_ESTABLISHED, 21);
  expected.child = 22;
  expected.inbound_spi = 0x01020304;
  expected.outbound_spi = 0x05060708;
  expected.remote = SeenEndpoint(4, 504);
  const iscsi_ike_event& seen = shown.Show(EstablishedChild());
  ExpectEvent(seen, expected);
  ASSERT_NE(seen.child_sa, nullptr);
  ExpectChild(*seen.child_sa, ExpectedChild(), "aes192ctr-aesxcbc-esn");
  ExpectKey(seen.child_sa->inbound.encryption, 28, 0xA1);
  ExpectKey(seen.child_sa->inbound.integrity, 16, 0xA2);
  ExpectKey(seen.child_sa->outbound.encryption, 28, 0xA3);
  ExpectKey(seen.child_sa->outbound.integrity, 16, 0xA4);
}

TEST(CShownSa, TellsWhatAChildHasNot) {
  auto e = EstablishedChild();
  e.sa.replaces.reset();
  e.sa.role = ike::Role::kInitiator;
  e.sa.encapsulation = policy::Encapsulation::kTransport;
  e.sa.suite = {policy::EspCipher::kAesGcm16, 128, policy::EspAuth::kNone, false, {}};
  e.sa.pfs_group.reset();
  e.sa.udp_encapsulated = false;
  e.sa.inbound.integrity = {};
  auto expected = ExpectedChild();
  expected.replaces = 0;
  expected.role = ISCSI_IKE_ROLE_INITIATOR;
  expected.encapsulation = ISCSI_IKE_ENCAPSULATION_TRANSPORT;
  expected.transform = 20;  // RFC 4106 section 8.2
  expected.key_bits = 128;
  expected.authentication = 0;
  expected.esn = 0;
  expected.pfs_group = 0;
  expected.udp_encapsulated = 0;
  ShownEvent shown;
  const iscsi_ike_event& seen = shown.Show(std::move(e));
  ASSERT_NE(seen.child_sa, nullptr);
  ExpectChild(*seen.child_sa, expected, "aes128gcm16");
  EXPECT_EQ(seen.child_sa->inbound.integrity.size, 0U);
  EXPECT_EQ(seen.child_sa->inbound.integrity.data, nullptr);
}

// Numbers of RFC 2407 sections 4.4.4 and 4.5, RFC 3602, 3686, 4106, 3566 and 4868.
TEST(CShownSa, TellsTheNumbersOfEveryEspAlgorithm) {
  using policy::EspAuth;
  using policy::EspCipher;
  const struct {
    policy::EspSuite suite;
    std::uint32_t transform, key_bits, authentication;
  } kRows[] = {
      {{EspCipher::kTripleDesCbc, 192, EspAuth::kHmacSha1_96, false, {}}, 3, 192, 2},
      {{EspCipher::kNull, 0, EspAuth::kHmacSha256_128, false, {}}, 11, 0, 5},
      {{EspCipher::kAesCbc, 128, EspAuth::kHmacSha384_192, false, {}}, 12, 128, 6},
      {{EspCipher::kAesCtr, 192, EspAuth::kHmacSha512_256, false, {}}, 13, 192, 7},
      {{EspCipher::kAesCbc, 256, EspAuth::kAesXcbc96, false, {}}, 12, 256, 9},
      {{EspCipher::kAesGcm8, 128, EspAuth::kNone, false, {}}, 18, 128, 0},
      {{EspCipher::kAesGcm12, 192, EspAuth::kNone, false, {}}, 19, 192, 0},
      {{EspCipher::kAesGcm16, 256, EspAuth::kNone, false, {}}, 20, 256, 0},
  };
  for (const auto& row : kRows) {
    auto e = EstablishedChild();
    e.sa.suite = row.suite;
    ShownEvent shown;
    const iscsi_ike_child_sa* seen = shown.Show(std::move(e)).child_sa;
    ASSERT_NE(seen, nullptr);
    EXPECT_EQ(seen->transform, row.transform) << seen->suite;
    EXPECT_EQ(seen->key_bits, row.key_bits) << seen->suite;
    EXPECT_EQ(seen->authentication, row.authentication) << seen->suite;
  }
}

// Forgotten: nothing points to keys any more.
TEST(CShownSa, IsForgottenAsAWhole) {
  ShownEvent shown;
  const iscsi_ike_event& seen = shown.Show(EstablishedChild());
  EXPECT_NE(shown.Text(), nullptr);
  shown.Forget();
  EXPECT_EQ(shown.Text(), nullptr);
  EXPECT_EQ(FirstDifference(seen, iscsi_ike_event{}), sizeof seen);
}

}  // namespace
}  // namespace iscsi_ike::test
