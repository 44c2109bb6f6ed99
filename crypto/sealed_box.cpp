#include "crypto/sealed_box.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace iscsi_ike::crypto {
namespace {

constexpr std::size_t kMagicSize = 8;
constexpr std::size_t kHeaderSize = kMagicSize + 2;
constexpr std::size_t kNonceSize = crypto_secretbox_NONCEBYTES;
constexpr std::size_t kMacSize = crypto_secretbox_MACBYTES;

static_assert(kSealKeySize == crypto_kdf_KEYBYTES);
static_assert(kSealKeySize == crypto_secretbox_KEYBYTES);
static_assert(kMagicSize == crypto_kdf_CONTEXTBYTES);
static_assert(kSealOverhead == kHeaderSize + kNonceSize + kMacSize);

enum class Purpose : std::uint8_t { kBox, kNonce };
using Subkey = InlineSecret<kSealKeySize>;

Subkey DeriveSubkey(const SealKind& kind, Octets key, Purpose purpose) {
  Subkey subkey;
  const MutableOctets out = subkey.Resize(kSealKeySize);
  const std::uint64_t id = std::uint64_t{kind.version} << 8U | static_cast<std::uint8_t>(purpose);
  if (crypto_kdf_derive_from_key(out.data(), out.size(), id, kind.magic, key.data()) != 0)
    subkey.Clear();
  return subkey;
}

}  // namespace

std::string_view Name(SealError error) {
  switch (error) {
    case SealError::kBadKey:
      return "the key is not of 32 octets";
    case SealError::kTooShort:
      return "too short";
    case SealError::kOtherKind:
      return "something else: it begins with another magic";
    case SealError::kOtherVersion:
      return "of another version";
    case SealError::kDamaged:
      return "damaged, or sealed under another key";
    case SealError::kCrypto:
      return "libsodium refused";
  }
  return "";
}

Result<std::vector<std::uint8_t>, SealError> Seal(const SealKind& kind, Octets key,
                                                  Octets contents) {
  if (key.size() != kSealKeySize) return Failure(SealError::kBadKey);
  const Subkey box_key = DeriveSubkey(kind, key, Purpose::kBox);
  const Subkey nonce_key = DeriveSubkey(kind, key, Purpose::kNonce);
  if (box_key.empty() || nonce_key.empty()) return Failure(SealError::kCrypto);

  std::vector<std::uint8_t> box(kSealOverhead + contents.size());
  std::memcpy(box.data(), kind.magic, kMagicSize);
  box[kMagicSize] = static_cast<std::uint8_t>(kind.version >> 8U);
  box[kMagicSize + 1] = static_cast<std::uint8_t>(kind.version);
  std::uint8_t* nonce = box.data() + kHeaderSize;
  const Octets nonce_secret = nonce_key.Expose();
  if (crypto_generichash(nonce, kNonceSize, contents.data(), contents.size(), nonce_secret.data(),
                         nonce_secret.size()) != 0 ||
      crypto_secretbox_easy(nonce + kNonceSize, contents.data(), contents.size(), nonce,
                            box_key.Expose().data()) != 0)
    return Failure(SealError::kCrypto);
  return box;
}

Result<Secret, SealError> Unseal(const SealKind& kind, Octets key, Octets box) {
  if (key.size() != kSealKeySize) return Failure(SealError::kBadKey);
  if (box.size() < kHeaderSize) return Failure(SealError::kTooShort);
  if (!std::equal(box.begin(), box.begin() + kMagicSize, kind.magic))
    return Failure(SealError::kOtherKind);
  if ((box[kMagicSize] << 8U | box[kMagicSize + 1]) != kind.version)
    return Failure(SealError::kOtherVersion);
  if (box.size() < kSealOverhead) return Failure(SealError::kTooShort);
  const Subkey box_key = DeriveSubkey(kind, key, Purpose::kBox);
  if (box_key.empty()) return Failure(SealError::kCrypto);

  Secret contents(box.size() - kSealOverhead);
  const Octets sealed = box.subspan(kHeaderSize + kNonceSize);
  if (crypto_secretbox_open_easy(contents.ExposeMutable().data(), sealed.data(), sealed.size(),
                                 box.data() + kHeaderSize, box_key.Expose().data()) != 0)
    return Failure(SealError::kDamaged);
  return contents;
}

}  // namespace iscsi_ike::crypto
