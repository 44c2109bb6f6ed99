#include "ike/core/protector.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kHeaderFlagsAt = 19;

}  // namespace

bool Seal(const ProtectionKey& key, IvChain& chain, std::vector<std::uint8_t>& message) {
  const std::size_t block = chain.block_size();
  const std::size_t payloads = message.size() - kHeaderSize;
  message.resize(kHeaderSize + (payloads + block - 1) / block * block);
  Writer writer(message);
  writer.PatchU8(kHeaderFlagsAt, message[kHeaderFlagsAt] | kFlagEncryption);
  PatchHeaderLength(writer);
  const crypto::MutableOctets body = crypto::MutableOctets(message).subspan(kHeaderSize);
  if (!key.cipher.Encrypt(key.algorithm, key.key.Expose(), chain.current(), body)) return false;
  chain.Stage(body);
  chain.Commit();
  return true;
}

bool Open(const ProtectionKey& key, IvChain& chain, Octets message,
          std::vector<std::uint8_t>& clear) {
  const Octets body = message.subspan(kHeaderSize);
  if (body.empty() || body.size() % chain.block_size() != 0) return false;
  clear.assign(body.begin(), body.end());
  if (!key.cipher.Decrypt(key.algorithm, key.key.Expose(), chain.current(), clear)) return false;
  chain.Stage(body);
  return true;
}

crypto::Digest Phase1Iv(crypto::HashAlgorithm hash, Octets public_i, Octets public_r) {
  return crypto::HashOf(hash, {public_i, public_r});
}

crypto::Digest Phase2Iv(crypto::HashAlgorithm hash, Octets last_block, MessageId id) {
  return crypto::HashOf(hash, {last_block, MessageIdOctets(id)});
}

std::array<std::uint8_t, 4> MessageIdOctets(MessageId id) {
  const std::uint32_t n = ToNumber(id);
  return {static_cast<std::uint8_t>(n >> 24U), static_cast<std::uint8_t>(n >> 16U),
          static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)};
}

}  // namespace iscsi_ike::ike
