// Follows secrets through the arithmetic of lanes: valgrind takes the private keys and the bases
// for undefined memory, and complains of every branch and every address that depends on them. The
// arithmetic is that of the kernels, on PlainVector: valgrind knows no AVX-512; then that of the
// table for machines without, and AES. With "leak", a table is read at a secret place, which
// valgrind must find.
#include <valgrind/memcheck.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "crypto/aes_cbc.hpp"
#include "crypto/modp_arithmetic.hpp"
#include "crypto/modp_comb.hpp"
#include "crypto/plain_vector.hpp"
#include "crypto/x25519_arithmetic.hpp"

using namespace iscsi_ike::crypto;  // NOLINT(google-build-using-namespace)

namespace {

using Words = std::vector<LaneWord>;

// The 2^208 - 2^52 - 1 stands for a prime: only its last limb matters to the arithmetic.
constexpr std::uint64_t kPrime[] = {kLimbMask, kLimbMask - 1, kLimbMask, kLimbMask >> 4U};
constexpr std::uint64_t kSquare[] = {1, 2, 3, 0};

Words Secrets(std::size_t count, std::uint64_t value) {
  Words words(count);
  for (LaneWord& word : words)
    for (std::uint64_t& lane : word.lane) lane = value;
  VALGRIND_MAKE_MEM_UNDEFINED(words.data(), words.size() * sizeof(LaneWord));
  return words;
}

void Modp() {
  const ModpField field{kPrime, kSquare, 4};
  const ModpArithmetic<PlainVector> arithmetic(field);
  Words number = Secrets(4, 5);
  Words work(RaiseWork(4));
  arithmetic.Raise(number.data(), Secrets(6, 7).data(), 6, work.data());
  Words comb(CombSize(4, 3));
  Words base(4);
  arithmetic.FillComb(comb.data(), 3, base.data(), work.data());
  arithmetic.RaiseComb(number.data(), comb.data(), 3, Secrets(6, 31).data(), work.data());
}

void Curve() {
  Words u = Secrets(kFieldLimbs, 9);
  X25519Arithmetic<PlainVector>::Ladder(u.data(), Secrets(kLadderBits, 1).data());
}

// The scalar table comes after some calls.
bool Comb() {
  std::vector<std::uint8_t> key(24, 0x5b);
  std::vector<std::uint8_t> out(128);
  bool done = false;
  for (int i = 0; i < 100 && !done; ++i) {
    VALGRIND_MAKE_MEM_UNDEFINED(key.data(), key.size());
    done = RaiseTwoByComb(DhGroup::kModp1024, key, out);
  }
  return done;
}

// AES by instructions; where valgrind's processor has none, nothing of ours is to be shown.
void Aes() {
  if (!HasAesInstructions()) return;
  for (const std::size_t key_size : {16U, 24U, 32U}) {
    std::vector<std::uint8_t> key(key_size, 0x5b);
    std::vector<std::uint8_t> data(64, 0x11);
    const std::vector<std::uint8_t> iv(16, 0x22);
    VALGRIND_MAKE_MEM_UNDEFINED(key.data(), key.size());
    VALGRIND_MAKE_MEM_UNDEFINED(data.data(), data.size());
    AesCbcEncrypt(key, iv, data);
    AesCbcDecrypt(key, iv, data);
  }
}

int Leak() {
  const Words index = Secrets(1, 3);
  const int table[] = {1, 2, 3, 4};
  return table[index[0].lane[0] & 3U];
}

}  // namespace

int main(int argc, char** argv) {
  if (RUNNING_ON_VALGRIND == 0) {
    std::fputs("run this under valgrind\n", stderr);
    return 2;
  }
  Modp();
  Curve();
  Aes();
  if (!Comb()) return 3;
  return argc > 1 && std::strcmp(argv[1], "leak") == 0 && Leak() == 0 ? 1 : 0;
}
