// AES (FIPS 197) in CBC mode on AES-NI. This source alone is compiled for processors that have it.
#include "crypto/aes_cbc.hpp"

#if defined(__AES__)
#include <immintrin.h>

#include <array>
#include <cstring>

namespace iscsi_ike::crypto {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kMostRounds = 14;

// SubWord and RotWord(SubWord) of FIPS 197 section 5.2.
std::uint32_t SubWord(std::uint32_t word) {
  return static_cast<std::uint32_t>(
      _mm_extract_epi32(_mm_aeskeygenassist_si128(_mm_set1_epi32(static_cast<int>(word)), 0), 0));
}
std::uint32_t RotSubWord(std::uint32_t word) {
  return static_cast<std::uint32_t>(
      _mm_extract_epi32(_mm_aeskeygenassist_si128(_mm_set1_epi32(static_cast<int>(word)), 0), 1));
}

// KeySchedule holds the round keys, of encryption or of decryption, and wipes them.
class KeySchedule {
 public:
  explicit KeySchedule(Octets key) : rounds_(key.size() / 4 + 6) {
    const std::size_t words = key.size() / 4;
    std::memcpy(words_.data(), key.data(), key.size());
    std::uint32_t constant = 1;
    for (std::size_t i = words; i < 4 * (rounds_ + 1); ++i) {
      std::uint32_t word = words_[i - 1];
      if (i % words == 0) {
        word = RotSubWord(word) ^ constant;
        constant = constant == 0x80 ? 0x1b : constant << 1U;
      } else if (words > 6 && i % words == 4) {
        word = SubWord(word);
      }
      words_[i] = words_[i - words] ^ word;
    }
  }
  KeySchedule(const KeySchedule&) = delete;
  KeySchedule& operator=(const KeySchedule&) = delete;
  ~KeySchedule() { Wipe({reinterpret_cast<std::uint8_t*>(words_.data()), sizeof words_}); }

  // Invert: the round keys of the equivalent inverse cipher (section 5.3.5), in place.
  void Invert() {
    for (std::size_t i = 1; i < rounds_; ++i) Store(i, _mm_aesimc_si128(Round(i)));
  }
  [[nodiscard]] std::size_t rounds() const { return rounds_; }
  [[nodiscard]] __m128i Round(std::size_t i) const {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(&words_[4 * i]));
  }

 private:
  void Store(std::size_t i, __m128i key) {
    _mm_store_si128(reinterpret_cast<__m128i*>(&words_[4 * i]), key);
  }
  alignas(kBlock) std::array<std::uint32_t, 4 * (kMostRounds + 1)> words_{};
  std::size_t rounds_;
};

__m128i Load(const std::uint8_t* octets) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(octets));
}
void Store(std::uint8_t* octets, __m128i block) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(octets), block);
}

}  // namespace

void AesCbcEncrypt(Octets key, Octets iv, MutableOctets data) {
  const KeySchedule schedule(key);
  __m128i chain = Load(iv.data());
  for (std::size_t at = 0; at + kBlock <= data.size(); at += kBlock) {
    __m128i block = _mm_xor_si128(_mm_xor_si128(Load(&data[at]), chain), schedule.Round(0));
    for (std::size_t i = 1; i < schedule.rounds(); ++i)
      block = _mm_aesenc_si128(block, schedule.Round(i));
    chain = _mm_aesenclast_si128(block, schedule.Round(schedule.rounds()));
    Store(&data[at], chain);
  }
}

void AesCbcDecrypt(Octets key, Octets iv, MutableOctets data) {
  KeySchedule schedule(key);
  schedule.Invert();
  __m128i chain = Load(iv.data());
  for (std::size_t at = 0; at + kBlock <= data.size(); at += kBlock) {
    const __m128i sealed = Load(&data[at]);
    __m128i block = _mm_xor_si128(sealed, schedule.Round(schedule.rounds()));
    for (std::size_t i = schedule.rounds() - 1; i > 0; --i)
      block = _mm_aesdec_si128(block, schedule.Round(i));
    block = _mm_aesdeclast_si128(block, schedule.Round(0));
    Store(&data[at], _mm_xor_si128(block, chain));
    chain = sealed;
  }
}

}  // namespace iscsi_ike::crypto

#else

#include <cassert>

namespace iscsi_ike::crypto {

void AesCbcEncrypt(Octets /*key*/, Octets /*iv*/, MutableOctets /*data*/) { assert(false); }
void AesCbcDecrypt(Octets /*key*/, Octets /*iv*/, MutableOctets /*data*/) { assert(false); }

}  // namespace iscsi_ike::crypto

#endif
