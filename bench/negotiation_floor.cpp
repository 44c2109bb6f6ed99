#include "bench/negotiation_floor.hpp"

#include <string_view>

#include "ike/wire/payload.hpp"

namespace iscsi_ike::bench {
namespace {

constexpr std::size_t kNonce = 32;    // as the engine draws them
constexpr std::size_t kCookies = 16;  // both
constexpr std::size_t kIdBody = 8;    // type, protocol, port, IPv4 address
constexpr std::size_t kMessageId = 4;
constexpr std::size_t kProtocolSpi = 5;  // of KEYMAT
constexpr std::size_t kNatD = kCookies + 4 + 2;

// Watcher notes how long the messages of a negotiation are.
class Watcher final : public ike::Observer {
 public:
  void OnMessage(const ike::MessageTrace& message) override {
    const std::string_view name = message.name;
    // What was received is padded to the block; what was sent is not yet.
    const std::size_t size = message.payloads.size();
    if (name == "QM1") sizes.quick1 = size;
    if (name == "QM2") sizes.quick2 = size;
    if (name == "QM3") sizes.quick3 = size;
    if (name == "MM5" || name == "MM6" || name == "AM3") sizes.encrypted_phase1.push_back(size);
    if (name != "MM1" && name != "AM1") return;
    const auto payloads = ike::ParsePayloads(message.header.next, message.payloads);
    if (payloads) sizes.offer = payloads->begin()->body.size();
  }
  MessageSizes sizes;
};

MessageSizes Watch(PairSettings settings) {
  Watcher watcher;
  settings.observer = &watcher;
  MemoryPair pair(settings, 1);
  if (!pair.Hold()) return {};
  return watcher.sizes;
}

}  // namespace

NegotiationFloor::NegotiationFloor(const PairSettings& settings)
    : suite_(policy::ParsePhase1List(settings.ike, "ike").value().front()),
      esp_(policy::ParseEspList(settings.esp, "esp").value().front()),
      pfs_(settings.word.find("pfs") != std::string::npos),
      sizes_(Watch(settings)),
      psk_(suite_.hash, crypto::Octets(octets_).first(16)),
      dh_(settings.lanes) {
  MakeJobs();
}

void NegotiationFloor::MakeJobs() {
  crypto::SeededRandom random(1);
  const std::size_t count = kTogether * 2 * (pfs_ ? 2 : 1);
  for (std::size_t i = 0; i < count; ++i) {
    crypto::DhJob job;
    job.group = suite_.group;
    job.private_key = *crypto::MakePrivateKey(suite_.group, random);
    generates_.push_back(std::move(job));
  }
  dh_.Run(generates_);
  for (std::size_t i = 0; i < count; ++i) {
    crypto::DhJob job;
    job.operation = crypto::DhOperation::kAgree;
    job.group = suite_.group;
    job.private_key = generates_[i].private_key.Clone();
    job.peer_public = generates_[i ^ 1U].public_value;
    agrees_.push_back(std::move(job));
  }
}

bool NegotiationFloor::RunDh() {
  for (std::vector<crypto::DhJob>* jobs : {&generates_, &agrees_}) {
    for (crypto::DhJob& job : *jobs) job.outcome = crypto::DhOutcome::kPending;
    dh_.Run(*jobs);
    for (const crypto::DhJob& job : *jobs)
      if (job.outcome != crypto::DhOutcome::kOk) return false;
  }
  return true;
}

bool NegotiationFloor::RunSymmetric() {
  for (int end = 0; end < 2; ++end) {
    RunPhase1();
    RunQuickMode();
  }
  bool done = !sizes_.encrypted_phase1.empty() && sizes_.quick3 != 0;
  for (const std::size_t size : sizes_.encrypted_phase1) done &= RunCipher(size);
  return done && RunCipher(sizes_.quick1) && RunCipher(sizes_.quick2) && RunCipher(sizes_.quick3);
}

bool NegotiationFloor::RunCipher(std::size_t payloads) {
  const std::size_t block = crypto::BlockSize(suite_.cipher);
  const crypto::Octets key = crypto::Octets(octets_).last(suite_.key_bits / 8U);
  const crypto::Octets iv = key.first(block);
  const auto data = crypto::MutableOctets(octets_).first((payloads + block - 1) / block * block);
  return cipher_.Encrypt(suite_.cipher, key, iv, data) &&
         cipher_.Decrypt(suite_.cipher, key, iv, data);
}

void NegotiationFloor::RunPhase1() {
  const crypto::Octets all(octets_);
  const crypto::DhGroupInfo& group = crypto::Info(suite_.group);
  const crypto::Digest skeyid = psk_.Compute({all.first(2 * kNonce)});
  const crypto::Prf prf(suite_.hash, skeyid.Expose());
  const std::size_t seed = group.shared_size + kCookies + 1;
  const crypto::Digest d = prf.Compute({all.first(seed)});
  const crypto::Digest a = prf.Compute({d.Expose(), all.first(seed)});
  const crypto::Digest e = prf.Compute({a.Expose(), all.first(seed)});
  const std::size_t key_size = suite_.key_bits / 8U;
  if (key_size > e.size()) {
    crypto::InlineSecret<crypto::kMaxCipherKeySize> key;
    crypto::ExpandKey(crypto::Prf(suite_.hash, e.Expose()), {all.first(1)}, {},
                      key.Resize(key_size));
  }
  const std::size_t hashed = 2 * group.public_size + kCookies + sizes_.offer + kIdBody;
  for (int i = 0; i < 2; ++i) {
    sink_ ^= prf.Compute({all.first(hashed)}).Expose()[0];
    sink_ ^= crypto::HashOf(suite_.hash, {all.first(kNatD)}).Expose()[0];
  }
  sink_ ^= crypto::HashOf(suite_.hash, {all.first(2 * group.public_size)}).Expose()[0];
}

void NegotiationFloor::RunQuickMode() {
  const crypto::Octets all(octets_);
  const std::size_t hash_payload = 4 + crypto::HashSize(suite_.hash);
  const crypto::Prf a(suite_.hash, all.first(crypto::HashSize(suite_.hash)));
  const std::size_t hashed[] = {kMessageId + sizes_.quick1 - hash_payload,
                                kMessageId + kNonce + sizes_.quick2 - hash_payload,
                                1 + kMessageId + 2 * kNonce};
  for (const std::size_t size : hashed) sink_ ^= a.Compute({all.first(size)}).Expose()[0];
  const crypto::Prf d(suite_.hash, all.first(crypto::HashSize(suite_.hash)));
  const crypto::Octets seed =
      all.first((pfs_ ? crypto::Info(suite_.group).shared_size : 0) + kProtocolSpi + 2 * kNonce);
  crypto::InlineSecret<128> keymat;
  for (int direction = 0; direction < 2; ++direction) {
    crypto::ExpandKey(
        d, {seed}, {seed},
        keymat.Resize(policy::EncryptionKeySize(esp_) + policy::IntegrityKeySize(esp_.auth)));
    sink_ ^= keymat.Expose()[0];
  }
  const std::size_t vector = crypto::BlockSize(suite_.cipher) + kMessageId;
  sink_ ^= crypto::HashOf(suite_.hash, {all.first(vector)}).Expose()[0];
}

}  // namespace iscsi_ike::bench
