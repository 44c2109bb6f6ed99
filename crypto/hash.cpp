// Hash and HMAC on OpenSSL's plain contexts. They are deprecated in favour of EVP, and used here
// on purpose: they need no allocation and no provider look-up, and a copy of one is a mid-state.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hash.hpp"

#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cassert>
#include <type_traits>

namespace iscsi_ike::crypto {
namespace {

inline constexpr std::size_t kMaxBlock = SHA512_CBLOCK;

// Octets the compression function takes at once, and HMAC pads its key to.
std::size_t HashBlockSize(HashAlgorithm hash) {
  const bool wide = hash == HashAlgorithm::kSha384 || hash == HashAlgorithm::kSha512;
  return wide ? SHA512_CBLOCK : SHA256_CBLOCK;
}

template <class Context>
Context* As(void* state) {
  static_assert(std::is_trivially_copyable_v<Context> && alignof(Context) <= 8);
  return static_cast<Context*>(state);
}

}  // namespace

Hasher::Hasher(HashAlgorithm algorithm) : state_{}, algorithm_(algorithm) {
  static_assert(sizeof(MD5_CTX) <= kStateSize && sizeof(SHA_CTX) <= kStateSize &&
                sizeof(SHA256_CTX) <= kStateSize && sizeof(SHA512_CTX) <= kStateSize);
  void* const state = state_.data();
  switch (algorithm_) {
    case HashAlgorithm::kMd5:
      MD5_Init(As<MD5_CTX>(state));
      break;
    case HashAlgorithm::kSha1:
      SHA1_Init(As<SHA_CTX>(state));
      break;
    case HashAlgorithm::kSha256:
      SHA256_Init(As<SHA256_CTX>(state));
      break;
    case HashAlgorithm::kSha384:
      SHA384_Init(As<SHA512_CTX>(state));
      break;
    case HashAlgorithm::kSha512:
      SHA512_Init(As<SHA512_CTX>(state));
      break;
  }
}

Hasher::~Hasher() { Wipe(state_); }

void Hasher::Update(Octets data) {
  if (data.empty()) return;
  void* const state = state_.data();
  switch (algorithm_) {
    case HashAlgorithm::kMd5:
      MD5_Update(As<MD5_CTX>(state), data.data(), data.size());
      break;
    case HashAlgorithm::kSha1:
      SHA1_Update(As<SHA_CTX>(state), data.data(), data.size());
      break;
    case HashAlgorithm::kSha256:
      SHA256_Update(As<SHA256_CTX>(state), data.data(), data.size());
      break;
    case HashAlgorithm::kSha384:
    case HashAlgorithm::kSha512:
      SHA512_Update(As<SHA512_CTX>(state), data.data(), data.size());
      break;
  }
}

void Hasher::Finish(MutableOctets out) {
  assert(out.size() >= HashSize(algorithm_));
  void* const state = state_.data();
  switch (algorithm_) {
    case HashAlgorithm::kMd5:
      MD5_Final(out.data(), As<MD5_CTX>(state));
      break;
    case HashAlgorithm::kSha1:
      SHA1_Final(out.data(), As<SHA_CTX>(state));
      break;
    case HashAlgorithm::kSha256:
      SHA256_Final(out.data(), As<SHA256_CTX>(state));
      break;
    case HashAlgorithm::kSha384:
      SHA384_Final(out.data(), As<SHA512_CTX>(state));
      break;
    case HashAlgorithm::kSha512:
      SHA512_Final(out.data(), As<SHA512_CTX>(state));
      break;
  }
}

Digest HashOf(HashAlgorithm algorithm, std::initializer_list<Octets> parts) {
  Hasher hasher(algorithm);
  for (const Octets part : parts) hasher.Update(part);
  Digest digest;
  hasher.Finish(digest.Resize(HashSize(algorithm)));
  return digest;
}

Prf::Prf(HashAlgorithm algorithm, Octets key) : inner_(algorithm), outer_(algorithm) {
  constexpr std::uint8_t kInnerPad = 0x36;  // RFC 2104 section 2
  constexpr std::uint8_t kOuterPad = 0x5c;
  InlineSecret<kMaxBlock> pad;
  const MutableOctets block = pad.Resize(HashBlockSize(algorithm));
  Digest short_key;
  if (key.size() > block.size()) {
    short_key = HashOf(algorithm, {key});
    key = short_key.Expose();
  }
  std::copy(key.begin(), key.end(), block.begin());
  for (std::uint8_t& octet : block) octet ^= kInnerPad;
  inner_.Update(block);
  for (std::uint8_t& octet : block) octet ^= kInnerPad ^ kOuterPad;
  outer_.Update(block);
}

Digest Prf::Compute(std::initializer_list<Octets> parts) const {
  Hasher inner = inner_;
  for (const Octets part : parts) inner.Update(part);
  return Finish(inner);
}

Digest Prf::Finish(Hasher& inner) const {
  assert(inner.algorithm() == algorithm());
  Digest digest;
  const MutableOctets out = digest.Resize(HashSize(algorithm()));
  inner.Finish(out);
  Hasher outer = outer_;
  outer.Update(out);
  outer.Finish(out);
  return digest;
}

void ExpandKey(const Prf& prf, std::initializer_list<Octets> first,
               std::initializer_list<Octets> rest, MutableOctets out) {
  if (out.empty()) return;
  Digest block = prf.Compute(first);
  while (true) {
    const std::size_t take = std::min(out.size(), block.size());
    std::copy_n(block.Expose().begin(), take, out.begin());
    out = out.subspan(take);
    if (out.empty()) return;
    Hasher inner = prf.Begin();
    inner.Update(block.Expose());
    for (const Octets part : rest) inner.Update(part);
    block = prf.Finish(inner);
  }
}

}  // namespace iscsi_ike::crypto
