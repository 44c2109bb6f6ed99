// CBC with AES instructions where there are any; on OpenSSL EVP else: ciphers fetched once, a
// context each, a key schedule per message.
#include "crypto/cbc.hpp"

#include <climits>

#include "crypto/aes_cbc.hpp"
#include "crypto/openssl_ptr.hpp"

namespace iscsi_ike::crypto {
namespace {

enum class Direction { kDecrypt = 0, kEncrypt = 1 };  // as EVP_CipherInit_ex2 takes it

// The ciphers in use; a key size picks one (octets).
struct CipherRow {
  CipherAlgorithm algorithm;
  std::size_t key_size;
  const char* name;
};
constexpr std::array<CipherRow, 4> kCiphers = {{
    {CipherAlgorithm::kTripleDesCbc, 24, "DES-EDE3-CBC"},
    {CipherAlgorithm::kAesCbc, 16, "AES-128-CBC"},
    {CipherAlgorithm::kAesCbc, 24, "AES-192-CBC"},
    {CipherAlgorithm::kAesCbc, 32, "AES-256-CBC"},
}};

// A context bound to its cipher, without padding; null where the library refused.
CipherContextPtr MakeContext(const char* name) {
  const CipherPtr cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
  CipherContextPtr context(EVP_CIPHER_CTX_new());
  if (!cipher || !context ||
      EVP_CipherInit_ex2(context.get(), cipher.get(), nullptr, nullptr, 1, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1) {
    return nullptr;
  }
  return context;
}

bool IsAesKeySize(std::size_t size) { return size == 16 || size == 24 || size == 32; }

}  // namespace

bool HasAesInstructions() {
#if defined(ISCSI_IKE_HAS_AES)
  static const bool kHas =
      __builtin_cpu_supports("aes") != 0 && __builtin_cpu_supports("sse4.1") != 0;
  return kHas;
#else
  return false;
#endif
}

struct CbcCipher::Impl {
  explicit Impl(AesInstructions use)
      : use_instructions(use == AesInstructions::kWhereThereAre && HasAesInstructions()) {}

  bool use_instructions;
  std::array<CipherContextPtr, kCiphers.size()> contexts;

  EVP_CIPHER_CTX* Find(CipherAlgorithm algorithm, std::size_t key_size) {
    for (std::size_t i = 0; i < kCiphers.size(); ++i) {
      if (kCiphers[i].algorithm != algorithm || kCiphers[i].key_size != key_size) continue;
      if (!contexts[i]) contexts[i] = MakeContext(kCiphers[i].name);
      return contexts[i].get();
    }
    return nullptr;
  }

  bool Run(Direction direction, CipherAlgorithm algorithm, Octets key, Octets iv,
           MutableOctets data) {
    const std::size_t block = BlockSize(algorithm);
    if (iv.size() != block || data.size() % block != 0 || data.size() > INT_MAX) return false;
    if (algorithm == CipherAlgorithm::kAesCbc && use_instructions && IsAesKeySize(key.size())) {
      (direction == Direction::kEncrypt ? AesCbcEncrypt : AesCbcDecrypt)(key, iv, data);
      return true;
    }
    EVP_CIPHER_CTX* const context = Find(algorithm, key.size());
    if (context == nullptr) return false;
    if (data.empty()) return true;
    int written = 0;
    const bool done = EVP_CipherInit_ex2(context, nullptr, key.data(), iv.data(),
                                         static_cast<int>(direction), nullptr) == 1 &&
                      EVP_CipherUpdate(context, data.data(), &written, data.data(),
                                       static_cast<int>(data.size())) == 1 &&
                      static_cast<std::size_t>(written) == data.size();
    return Forget(context) && done;
  }

  // Forget puts a key of zeros in the place of the session's, which would stay until the next
  // message of any.
  static bool Forget(EVP_CIPHER_CTX* context) {
    static constexpr std::array<std::uint8_t, kMaxCipherKeySize> kNoKey{};
    return EVP_CipherInit_ex2(context, nullptr, kNoKey.data(), kNoKey.data(), 1, nullptr) == 1;
  }
};

CbcCipher::CbcCipher(AesInstructions use) : impl_(std::make_unique<Impl>(use)) {}
CbcCipher::~CbcCipher() = default;
CbcCipher::CbcCipher(CbcCipher&&) noexcept = default;
CbcCipher& CbcCipher::operator=(CbcCipher&&) noexcept = default;

bool CbcCipher::Encrypt(CipherAlgorithm cipher, Octets key, Octets iv, MutableOctets data) {
  return impl_->Run(Direction::kEncrypt, cipher, key, iv, data);
}

bool CbcCipher::Decrypt(CipherAlgorithm cipher, Octets key, Octets iv, MutableOctets data) {
  return impl_->Run(Direction::kDecrypt, cipher, key, iv, data);
}

}  // namespace iscsi_ike::crypto
