// Follows secrets through what is made of them: valgrind takes keys for undefined memory, and
// complains of every branch and every address that depends on them. First the parts (comparison,
// hashes, prf and its expansion, AES, X25519), then two engines in aggressive mode, whose messages
// are all in the clear: SKEYID, HASH_I and HASH_R are computed and judged by the engine's own code,
// with the pre-shared key, the private keys and g^xy undefined. What goes over the wire is known to
// everybody, and so is whether two hashes are equal.
//
// Not here: the arithmetic of lanes and of tables (tests/crypto/secret_flow.cpp); 3DES, whose
// S-boxes are tables; OpenSSL's big numbers, which lose their leading zeros.
//
// With "leak", hashes are compared octet by octet until they differ, which valgrind must find.
#include <valgrind/memcheck.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/cbc.hpp"
#include "crypto/dh_x25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "ike/engine.hpp"
#include "policy/suites.hpp"
#include "policy/translate.hpp"

namespace {

using iscsi_ike::crypto::Octets;

void Hide(Octets octets) {
  // It hands its arguments through 64-bit words; the octets themselves stay as they are.
  static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(octets.data(), octets.size()));
}
void Show(Octets octets) {
  static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(octets.data(), octets.size()));
}

bool leaks = false;
int compared = 0;

}  // namespace

// The linker puts these around crypto::ConstantTimeEqual (--wrap).
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
bool __real__ZN9iscsi_ike6crypto17ConstantTimeEqualESt4spanIKhLm18446744073709551615EES3_(Octets a,
                                                                                          Octets b);
bool __wrap__ZN9iscsi_ike6crypto17ConstantTimeEqualESt4spanIKhLm18446744073709551615EES3_(
    Octets a, Octets b) {
  ++compared;
  if (leaks) return std::equal(a.begin(), a.end(), b.begin(), b.end());
  bool equal =
      __real__ZN9iscsi_ike6crypto17ConstantTimeEqualESt4spanIKhLm18446744073709551615EES3_(a, b);
  static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof equal));
  return equal;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}

namespace iscsi_ike::trust {
namespace {

crypto::Secret Hidden(std::size_t size) {
  crypto::Secret secret(size);
  for (std::size_t i = 0; i < size; ++i)
    secret.ExposeMutable()[i] = static_cast<std::uint8_t>(37 * i + 1);
  Hide(secret.Expose());
  return secret;
}

bool Parts() {
  const crypto::Secret data = Hidden(100);
  bool good = crypto::ConstantTimeEqual(data.Expose(), data.Expose());
  for (const auto hash :
       {crypto::HashAlgorithm::kMd5, crypto::HashAlgorithm::kSha1, crypto::HashAlgorithm::kSha256,
        crypto::HashAlgorithm::kSha384, crypto::HashAlgorithm::kSha512}) {
    for (const std::size_t size : {1U, 32U, 200U}) {
      const crypto::Prf prf(hash, Hidden(size).Expose());
      const crypto::Digest a = prf.Compute({data.Expose()});
      crypto::InlineSecret<200> out;
      crypto::ExpandKey(prf, {a.Expose()}, {data.Expose()}, out.Resize(200));
      good = good && !crypto::ConstantTimeEqual(a.Expose(), crypto::HashOf(hash, {}).Expose());
    }
  }
  return good;
}

bool Ciphers() {
  bool good = true;
  const std::vector<std::uint8_t> iv(16, 3);
  for (const auto use :
       {crypto::AesInstructions::kWhereThereAre, crypto::AesInstructions::kNever}) {
    crypto::CbcCipher cipher(use);
    for (const std::size_t size : {16U, 24U, 32U}) {
      const crypto::Secret key = Hidden(size);
      std::vector<std::uint8_t> message(64, 5);
      good = cipher.Encrypt(crypto::CipherAlgorithm::kAesCbc, key.Expose(), iv, message) && good;
      good = cipher.Decrypt(crypto::CipherAlgorithm::kAesCbc, key.Expose(), iv, message) && good;
      Show(message);
      good = good && message == std::vector<std::uint8_t>(64, 5);
    }
  }
  return good;
}

bool Curve() {
  std::vector<std::uint8_t> out(32);
  return crypto::X25519Generate(Hidden(32).Expose(), out) == crypto::DhOutcome::kOk;
}

std::shared_ptr<const ike::PeerConfig> MakePeer(policy::Role role) {
  const bool initiator = role == policy::Role::kInitiator;
  policy::TranslateRequest request;
  request.word = policy::SecurityFlags(0x2B);
  request.role = role;
  request.suites =
      policy::ChooseSuites({"rfc7146", "aes128-sha256-curve25519", "aes128-sha256"}).value();
  request.key_binding = policy::KeyBinding::kPeerAddress;
  auto peer = std::make_shared<ike::PeerConfig>();
  const auto hba = policy::IpAddress::Parse("192.0.2.1").value();
  const auto portal = policy::IpAddress::Parse("192.0.2.2").value();
  peer->local = {initiator ? hba : portal, ike::kIkePort};
  peer->remote = ike::Endpoint{initiator ? portal : hba, ike::kIkePort};
  peer->plan = policy::Translate(request);
  peer->key = Hidden(32);
  peer->renewal.mode = ike::Renewal::kNever;
  peer->nat = ike::NatTraversal::kOff;
  peer->target_side = !initiator;
  peer->negotiate_child = false;
  peer->aggressive_hash_in_clear = true;
  peer->initial_contact = false;
  return peer;
}

// Carry takes one end's output to the other; true: there was some.
bool Carry(ike::Engine& from, ike::Engine& to, int& established) {
  static crypto::InlineDhExecutor executor;
  constexpr ike::Time kNow{std::chrono::seconds(1000)};
  bool moved = false;
  while (auto job = from.PollDh()) {
    Show(job->private_key.Expose());
    executor.Run({&*job, 1});  // whether the peer's value is bad is no secret; the ladder: Curve
    Hide(job->private_key.Expose());
    Hide(job->shared.Expose());
    from.HandleDh(kNow, std::move(*job));
    moved = true;
  }
  while (auto datagram = from.PollDatagram()) {
    Show(datagram->octets);
    to.HandleDatagram(kNow, datagram->remote, datagram->local, datagram->octets);
    moved = true;
  }
  while (auto event = from.PollEvent())
    established += std::holds_alternative<ike::Phase1Established>(*event) ? 1 : 0;
  return moved;
}

bool Engines() {
  crypto::SeededRandom random(7);
  ike::EngineConfig serving;
  serving.responders.push_back(MakePeer(policy::Role::kResponder));
  ike::Engine initiator({}, random, nullptr);
  ike::Engine responder(std::move(serving), random, nullptr);
  const ike::Time now{std::chrono::seconds(1000)};
  if (!initiator.Connect(now, MakePeer(policy::Role::kInitiator)).ok()) return false;
  compared = 0;
  int established = 0;
  while (Carry(initiator, responder, established) || Carry(responder, initiator, established)) {
  }
  return established == 2 && compared >= 2;
}

}  // namespace
}  // namespace iscsi_ike::trust

int main(int argc, char** argv) {
  namespace trust = iscsi_ike::trust;
  if (RUNNING_ON_VALGRIND == 0) {
    std::fputs("run this under valgrind\n", stderr);
    return 2;
  }
  if (!iscsi_ike::crypto::InitializeCrypto()) return 3;
  leaks = argc > 1 && std::strcmp(argv[1], "leak") == 0;
  const bool parts = trust::Parts();
  const bool ciphers = trust::Ciphers();
  const bool curve = trust::Curve();
  const bool engines = trust::Engines();
  std::printf("secret use: parts %d, ciphers %d, curve %d, engines %d, %d hashes compared\n",
              int{parts}, int{ciphers}, int{curve}, int{engines}, compared);
  return parts && ciphers && curve && engines ? 0 : 1;
}
