#include "ike/trace/decryption.hpp"

#include <optional>

#include "ike/core/protector.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

using Block = LastBlocks::Block;

// Ciphering: what a session's messages are encrypted with.
struct Ciphering {
  crypto::CipherAlgorithm cipher = crypto::CipherAlgorithm::kAesCbc;
  crypto::HashAlgorithm hash = crypto::HashAlgorithm::kSha1;
  std::size_t key_size = 0;
  [[nodiscard]] std::size_t block_size() const { return crypto::BlockSize(cipher); }
};

std::optional<Ciphering> CipheringOf(const Phase1Transform& chosen) {
  const auto cipher = CipherFromWire(chosen.encryption);
  const auto hash = HashFromWire(chosen.hash);
  if (!cipher || !hash) return std::nullopt;
  constexpr std::size_t kTripleDesKeySize = 24;
  const bool aes = *cipher == crypto::CipherAlgorithm::kAesCbc;
  return Ciphering{*cipher, *hash, aes ? chosen.key_length / 8U : kTripleDesKeySize};
}

Block Start(const crypto::Digest& digest, std::size_t block_size) {
  const Octets octets = digest.Expose().first(block_size);
  return {octets.begin(), octets.end()};
}

// Phase1Vectors: the newest last block first, the vector of the very first message last.
std::vector<Block> Phase1Vectors(const DecodeSession& session, const Ciphering& ciphering) {
  std::vector<Block> vectors = session.phase1_blocks.LikelyFirst();
  const SeenPhase1& phase1 = session.phase1;
  if (!phase1.public_i.empty() && !phase1.public_r.empty()) {
    vectors.push_back(
        Start(Phase1Iv(ciphering.hash, phase1.public_i, phase1.public_r), ciphering.block_size()));
  }
  return vectors;
}

std::vector<Block> Vectors(const DecodeSession& session, const Header& header,
                           const Ciphering& ciphering) {
  std::vector<Block> phase1 = Phase1Vectors(session, ciphering);
  if (header.id == MessageId{0}) return phase1;
  std::vector<Block> vectors;
  const auto exchange = session.exchanges.find(header.id);
  if (exchange != session.exchanges.end()) vectors = exchange->second.blocks.LikelyFirst();
  for (const Block& last : phase1) {
    vectors.push_back(Start(Phase2Iv(ciphering.hash, last, header.id), ciphering.block_size()));
  }
  return vectors;
}

// StartsWithHash: HASH comes first and is as long as the hash is, which noise never is; what
// follows it may be broken.
bool StartsWithHash(const Header& header, Octets clear, crypto::HashAlgorithm hash) {
  if (header.next != PayloadType::kHash || clear.size() < kGenericHeaderSize) return false;
  const std::size_t length = static_cast<std::size_t>(clear[2] << 8 | clear[3]);
  return clear[1] == 0 && length == kGenericHeaderSize + crypto::HashSize(hash);
}

bool IsSensible(const Header& header, Octets clear, crypto::HashAlgorithm hash) {
  if (header.next == PayloadType::kHash) return StartsWithHash(header, clear, hash);
  const Wire<PayloadList> list = ParsePayloads(header.next, clear, ChainRules::kStrict);
  return list.ok() && !list->empty();
}

Opened Sealed(std::string text, std::size_t block_size = 0) {
  return Opened{{}, std::move(text), block_size};
}

}  // namespace

Opened Decryption::Open(const DecodeSession& session, const Header& header, Octets ciphertext) {
  const auto& chosen = session.phase1.chosen;
  const auto ciphering = chosen ? CipheringOf(*chosen) : std::nullopt;
  const std::size_t block_size = ciphering ? ciphering->block_size() : 0;
  const auto keys = keys_.find(header.initiator.octets);
  if (keys == keys_.end()) {
    return Sealed("There is no key for initiator cookie " + Hex(header.initiator.octets) + ".",
                  block_size);
  }
  if (!chosen) {
    return Sealed("There is a key, but the capture lacks the message that names cipher and hash.");
  }
  if (!ciphering) return Sealed("The cipher or the hash is none that is known here.");
  if (ciphertext.empty() || ciphertext.size() % block_size != 0) {
    return Sealed("The payloads are no whole number of cipher blocks.", block_size);
  }
  const std::vector<Block> vectors = Vectors(session, header, *ciphering);
  if (vectors.empty()) {
    return Sealed(
        "There is a key, but the capture lacks the key exchange payloads, from which "
        "the first initialisation vector comes.",
        block_size);
  }
  Opened opened{{}, {}, block_size};
  for (const LoggedKey& key : keys->second) {
    if (key.size() != ciphering->key_size) continue;
    for (const Block& vector : vectors) {
      opened.clear.assign(ciphertext.begin(), ciphertext.end());
      if (!cipher_.Decrypt(ciphering->cipher, key.Expose(), vector, opened.clear)) continue;
      if (IsSensible(header, opened.clear, ciphering->hash)) return opened;
    }
  }
  return Sealed(
      "The key does not make payloads of it: it is another key, or the capture lacks "
      "the message before.",
      block_size);
}

}  // namespace iscsi_ike::ike
