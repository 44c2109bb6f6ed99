// Keys, hashes, initialisation vectors and sealed messages of one negotiation, by figures computed
// elsewhere: main mode with AES-256-CBC, SHA2-256 and group 14 and a quick mode under it; the same
// inputs under other hashes; and the ACVP sample of NIST.
#include <gtest/gtest.h>

#include "ike/core/keymat.hpp"
#include "ike/core/protector.hpp"
#include "tests/support/engine_parts.hpp"

namespace iscsi_ike::test {
namespace {

using crypto::HashAlgorithm;
using ike::Octets;

constexpr ike::MessageId kQuickId{0xa1b2c3d4};
constexpr ike::MessageId kInfoId{0x0badcafe};
const Bytes kPsk = FromText("iscsi-psk-0123");
const Bytes kCookieI = FromHex("1122334455667788");
const Bytes kCookieR = FromHex("99aabbccddeeff00");
const Bytes kNonceI = FromHex("000102030405060708090a0b0c0d0e0f");
const Bytes kNonceR = FromHex("101112131415161718191a1b1c1d1e1f20212223");
const Bytes kIdI = FromHex("01000000c0000201");
const Bytes kIdR = Concat({FromHex("02000000"), FromText("target.example")});
const Bytes kOffer = FromHex(
    "00000001000000010000003001010001000000280101000080010007800e01008002000480030001"
    "8004000e800b0001000c000400007080");
const Bytes kQuickRest = FromHex(
    "0a00003800000001000000010000002c01030401c0ffee0100000020010c00008006008080050002"
    "80040002800100010002000400000e1005000014313131313131313131313131313131310500000c"
    "01060000c00002010000000c01060cbcc0000202");
const Bytes kMm5Wire = FromHex(
    "112233445566778899aabbccddeeff0005100201000000000000004cf9fd2d39c41fbe6332e0f104"
    "52a205687eb029b7a51acc112307fad38164f1504ba0a73c8664e852cdbc9a552fe6ec2f");
const Bytes kMm6Wire = FromHex(
    "112233445566778899aabbccddeeff0005100201000000000000005c105b8a016d707b4cb7e9fb02"
    "d6c281390e21e85bb532d4e20746b32c8383240942043465c208a407ef412ac320c75969970e5eeb"
    "08896924355bcfb324d392d1");
const Bytes kQm1Wire = FromHex(
    "112233445566778899aabbccddeeff0008102001a1b2c3d4000000ac0e4a62d6770c86a27a68e3f4"
    "34a2986b1a08257938ee47ee6d56f88a40349c03499943b4ac18eb4e6005c7b09c7b56705a60e383"
    "42bb2444f427b6356168b8d98129efc6c50bb3cee2dba9f48b608af8c14be9342e068019e33d3e51"
    "bc571d8751d35fe78249716348ba36b9e250458c03ed465fbd747587fe4610baa72e2631f7938963"
    "e8cf9a4cf5e075b2d1987df0");

struct KeyPair {
  Bytes initiator, responder, shared;
};

// Agree computes both public values and the secret from exponents of 32 equal octets.
KeyPair Agree(std::uint8_t initiator, std::uint8_t responder) {
  crypto::InlineDhExecutor executor;
  const auto run = [&](std::uint8_t exponent, const Bytes* peer) {
    crypto::DhJob job;
    job.private_key = crypto::Secret::CopyOf(Bytes(32, exponent));
    if (peer != nullptr) {
      job.operation = crypto::DhOperation::kAgree;
      job.peer_public = *peer;
    }
    executor.Run({&job, 1});
    EXPECT_EQ(job.outcome, crypto::DhOutcome::kOk);
    return job;
  };
  KeyPair pair{run(initiator, nullptr).public_value, run(responder, nullptr).public_value, {}};
  const crypto::DhJob agreed = run(initiator, &pair.responder);
  pair.shared.assign(agreed.shared.Expose().begin(), agreed.shared.Expose().end());
  return pair;
}

std::string Sha256(const Bytes& octets) {
  return ToHex(crypto::HashOf(HashAlgorithm::kSha256, {octets}).Expose());
}

ike::SkeyidSet KeysOf(HashAlgorithm hash, const KeyPair& dh) {
  const crypto::Digest skeyid = ike::DeriveSkeyid(hash, kPsk, kNonceI, kNonceR);
  return ike::DeriveSkeyidSet({hash, skeyid.Expose()}, skeyid, dh.shared, CookieOf(kCookieI),
                              CookieOf(kCookieR));
}

class KnownAnswer : public ::testing::Test {
 protected:
  const KeyPair dh = Agree(0x11, 0x22);
  const policy::Phase1Suite suite{crypto::CipherAlgorithm::kAesCbc, 256, HashAlgorithm::kSha256,
                                  crypto::DhGroup::kModp2048};
  const ike::SkeyidSet keys = KeysOf(HashAlgorithm::kSha256, dh);
  const ike::CipherKey cipher_key = ike::DeriveCipherKey(suite, keys.e);
  const ike::Cookie cookie_i = CookieOf(kCookieI);
  const ike::Cookie cookie_r = CookieOf(kCookieR);
  const std::string hash_i =
      ToHex(ike::ComputePhase1Hash({suite.hash, keys.skeyid.Expose()},
                                   {dh.initiator, dh.responder, cookie_i, cookie_r, kOffer, kIdI})
                .Expose());
  const std::string hash_r =
      ToHex(ike::ComputePhase1Hash({suite.hash, keys.skeyid.Expose()},
                                   {dh.responder, dh.initiator, cookie_r, cookie_i, kOffer, kIdR})
                .Expose());

  // Message writes a header and clear payloads that Seal can take.
  static Bytes Message(ike::PayloadType next, ike::ExchangeType exchange, ike::MessageId id,
                       const Bytes& payloads) {
    Bytes message;
    ike::Writer writer(message);
    ike::WriteHeader(writer, {CookieOf(kCookieI), CookieOf(kCookieR), next, ike::kIsakmpVersion,
                              exchange, 0, id, 0});
    writer.Put(payloads);
    ike::PatchHeaderLength(writer);
    return message;
  }
  static Bytes IdAndHash(const Bytes& id, const std::string& hash) {
    Bytes payloads;
    ike::Writer writer(payloads);
    ike::PayloadChain chain(writer);
    chain.Add(ike::PayloadType::kId, id);
    chain.Add(ike::PayloadType::kHash, FromHex(hash));
    return payloads;
  }
  ike::IvChain FirstChain() const {
    ike::IvChain chain;
    chain.Start(ike::Phase1Iv(suite.hash, dh.initiator, dh.responder).Expose(), 16);
    return chain;
  }
  ike::IvChain Phase2Chain(ike::MessageId id) const {
    ike::IvChain chain;
    chain.Start(ike::Phase2Iv(suite.hash, Octets(kMm6Wire).last(16), id).Expose(), 16);
    return chain;
  }
  crypto::CbcCipher cipher;
  ike::ProtectionKey Protection() { return {cipher, suite.cipher, cipher_key}; }
};

TEST_F(KnownAnswer, DiffieHellman) {
  EXPECT_EQ(Sha256(dh.initiator),
            "a25bbf7837f6962b48eebfa9b3eabb556ca982238c8e7fa94e7af29bbf929012");
  EXPECT_EQ(Sha256(dh.responder),
            "73b36be73cc74cebfb3011f6514cba6bd74f864934271230bab73876749cb833");
  EXPECT_EQ(Sha256(dh.shared), "f33967491b99ecccbf10d9e8bf48e2317680e6cdaba689e1337fef1127a17369");
}

TEST_F(KnownAnswer, Skeyid) {
  EXPECT_EQ(ToHex(keys.skeyid.Expose()),
            "c49f131827685f98a75e5030248efc2c3ce2295ce88f6bcf5332fab76a968f8d");
  EXPECT_EQ(ToHex(keys.d.Expose()),
            "12cd253a8aeccaed7c97f57f76a42eb0e68d8fae53390bab1ffa3957c216194e");
  EXPECT_EQ(ToHex(keys.a.Expose()),
            "0f278ba92b4367c685eb08a3e88fe69a25ca44e132ef0d543bad4540a5724783");
  EXPECT_EQ(ToHex(keys.e.Expose()),
            "0b88238afdea89c90735507b82c573debe93bef652f87dfb8ce7d418372e4779");
  EXPECT_EQ(ToHex(cipher_key.Expose()), ToHex(keys.e.Expose()));
}

TEST_F(KnownAnswer, Phase1Hashes) {
  EXPECT_EQ(hash_i, "7dcd6b5da4550845e84de654a887c5f6b398d387eece8ad386735fc8075ac31e");
  EXPECT_EQ(hash_r, "b75b1bbb3863e06b904deb95932d8b36d10aa9fcb8dfc5485cbadd0fb74342b2");
}

TEST_F(KnownAnswer, Phase1VectorsAndWireOctets) {
  ike::IvChain chain = FirstChain();
  EXPECT_EQ(ToHex(chain.current()), "3a43118a65a4d22a67581cae856c17b6");
  const Bytes clear5 = IdAndHash(kIdI, hash_i);
  EXPECT_EQ(ToHex(clear5),
            "0800000c01000000c0000201000000247dcd6b5da4550845e84de654a887c5f6b398d387eece8ad3"
            "86735fc8075ac31e");
  Bytes mm5 = Message(ike::PayloadType::kId, ike::ExchangeType::kMain, {}, clear5);
  ASSERT_TRUE(ike::Seal(Protection(), chain, mm5));
  EXPECT_EQ(ToHex(mm5), ToHex(kMm5Wire));
  EXPECT_EQ(ToHex(chain.current()), ToHex(Octets(kMm5Wire).last(16)));
  Bytes mm6 = Message(ike::PayloadType::kId, ike::ExchangeType::kMain, {}, IdAndHash(kIdR, hash_r));
  ASSERT_TRUE(ike::Seal(Protection(), chain, mm6));
  EXPECT_EQ(ToHex(mm6), ToHex(kMm6Wire));
}

TEST_F(KnownAnswer, OpenReadsWhatWasSealedAndMovesOnCommitOnly) {
  ike::IvChain chain = FirstChain();
  Bytes clear;
  ASSERT_TRUE(ike::Open(Protection(), chain, kMm5Wire, clear));
  EXPECT_EQ(ToHex(clear), ToHex(IdAndHash(kIdI, hash_i)));
  EXPECT_EQ(ToHex(chain.current()), "3a43118a65a4d22a67581cae856c17b6");
  chain.Commit();
  ASSERT_TRUE(ike::Open(Protection(), chain, kMm6Wire, clear));
  const Bytes id_and_hash = IdAndHash(kIdR, hash_r);
  EXPECT_EQ(ToHex(Octets(clear).first(id_and_hash.size())), ToHex(id_and_hash));
  EXPECT_FALSE(ike::Open(Protection(), chain, Octets(kMm6Wire).first(61), clear));
  EXPECT_FALSE(ike::Open(Protection(), chain, Octets(kMm6Wire).first(28), clear));
}

TEST_F(KnownAnswer, QuickModeVectorAndHashes) {
  ike::IvChain chain = Phase2Chain(kQuickId);
  EXPECT_EQ(ToHex(chain.current()), "8bef150f7c5ddb824b3d6362a11f2c98");
  EngineParts parts(kQuickId);
  parts.session.suite = suite;
  parts.session.sa().skeyid_a = keys.a.Clone();
  parts.exchange.said().nonce_i = Bytes(16, 0x31);
  parts.exchange.said().nonce_r = Bytes(16, 0x41);
  const auto context = parts.Context();
  const std::string hash1 = ToHex(ike::quick::Hash1(context, kQuickRest).Expose());
  EXPECT_EQ(hash1, "9dcd78c9c46aa0715d972090abd0629fc2ec759266a767d91f8f20f261c3a048");
  // The answer: the same transform under SPI_r, the other nonce, the same identities.
  Bytes answer = kQuickRest;
  answer[23] = 0x02;
  std::fill_n(answer.begin() + 60, 16, 0x41);
  EXPECT_EQ(ToHex(ike::quick::Hash2(context, answer).Expose()),
            "5c099071f5e40cc23905e16383d52cdf02c9909b93401e718387298a67926d0b");
  EXPECT_EQ(ToHex(ike::quick::Hash3(context).Expose()),
            "c6c5fe63554b6b2250ab4702e34c3bbf5be6fd683eb1577372a98a62601694fe");
  Bytes clear = FromHex("01000024" + hash1);
  clear.insert(clear.end(), kQuickRest.begin(), kQuickRest.end());
  Bytes qm1 = Message(ike::PayloadType::kHash, ike::ExchangeType::kQuick, kQuickId, clear);
  ASSERT_TRUE(ike::Seal(Protection(), chain, qm1));
  EXPECT_EQ(ToHex(qm1), ToHex(kQm1Wire));
}

TEST_F(KnownAnswer, InformationalVectorAndHash) {
  EXPECT_EQ(ToHex(Phase2Chain(kInfoId).current()), "1e5bb0dba2e73b6b61eaf56be38cc84b");
  EngineParts parts(kInfoId);
  parts.session.suite = suite;
  parts.session.sa().skeyid_a = keys.a.Clone();
  // HASH(1) of an Informational has the form of quick mode's (RFC 2409 section 5.7).
  EXPECT_EQ(ToHex(ike::quick::Hash1(parts.Context(),
                                    FromHex("000000200000000101108d28112233445566778899aabbccddee"
                                            "ff0012345678"))
                      .Expose()),
            "da357ddf968670a20440429c1d1af5d287b0608f07b8d5edf9041d3a598aa7c4");
}

std::string KeymatText(const ike::SkeyidSet& keys, const Bytes& shared, std::uint32_t spi) {
  const policy::EspSuite esp{policy::EspCipher::kAesCbc, 128, policy::EspAuth::kHmacSha1_96};
  const ike::KeymatParts parts =
      ike::DeriveKeymat({HashAlgorithm::kSha256, keys.d.Expose()}, esp,
                        {shared, ike::Spi{spi}, Bytes(16, 0x31), Bytes(16, 0x41)});
  return ToHex(parts.encryption.Expose()) + ToHex(parts.integrity.Expose());
}

TEST_F(KnownAnswer, Keymat) {
  EXPECT_EQ(KeymatText(keys, {}, 0xc0ffee02),
            "f8ca8f745018ad84a1f60b95d6f49afe9dff5fefa922c1fb90577576321b4b6954308e67");
  EXPECT_EQ(KeymatText(keys, {}, 0xc0ffee01),
            "455ad6192ea1eeb1a74dc2d06b94c8139b3cd21f3be562764bfe6acb8111858bba298b91");
}

TEST_F(KnownAnswer, KeymatWithPerfectForwardSecrecy) {
  const KeyPair quick = Agree(0x33, 0x44);
  EXPECT_EQ(Sha256(quick.shared),
            "a81d4ae046aded8a3a18aa86b825fd0c877b5b361c7c0124282666267ccf1247");
  EXPECT_EQ(KeymatText(keys, quick.shared, 0xc0ffee02),
            "b7f79230a0c9573d5e38ab695bc368dbcf76624bc32d16cb7f28de97e32962282b028459");
  EXPECT_EQ(KeymatText(keys, quick.shared, 0xc0ffee01),
            "3f9871177138c55d85c05e418386049c08cb393bc7720dfc11717f28da202b72272b5d33");
}

struct OtherHash {
  HashAlgorithm hash;
  const char *skeyid, *d, *a, *e, *aes256, *triple_des, *aes128;
};
const OtherHash kOtherHashes[] = {
    {HashAlgorithm::kSha1, "1a40e43c2c45a1ca67b33cc19c77a182260272c3",
     "f89f663bb629f17692ffcc65a8b6a484fd6ab3e1", "617ff7832e6941266a76c61a69ff8c1bfda74f57",
     "883a57d15d90c25a49edf2c6e9a3d8f6fbc8d429",
     "1e8b572754c711b3d93ff70939f3d0aff88b2059d407738450fc7eefe31f3142",
     "1e8b572754c711b3d93ff70939f3d0aff88b2059d4077384", "883a57d15d90c25a49edf2c6e9a3d8f6"},
    {HashAlgorithm::kMd5, "39afb722069d72108aa88dea1dc987df", "802ba93e8235bfc7b8751d404e7057de",
     "47bd092312a7521d57d6a84072399a48", "eabff13ba50dc5731c3be7eeb13eb591",
     "dbfa78852d1cf2ec4c84bbf197c3dcba1ce58b5928e1db31d65e33b549483342",
     "dbfa78852d1cf2ec4c84bbf197c3dcba1ce58b5928e1db31", "eabff13ba50dc5731c3be7eeb13eb591"},
};

TEST_F(KnownAnswer, OtherHashesExpandTheCipherKey) {
  using crypto::CipherAlgorithm;
  for (const OtherHash& other : kOtherHashes) {
    const ike::SkeyidSet set = KeysOf(other.hash, dh);
    EXPECT_EQ(ToHex(set.skeyid.Expose()), other.skeyid);
    EXPECT_EQ(ToHex(set.d.Expose()), other.d);
    EXPECT_EQ(ToHex(set.a.Expose()), other.a);
    EXPECT_EQ(ToHex(set.e.Expose()), other.e);
    const auto key = [&](CipherAlgorithm algorithm, std::uint16_t bits) {
      return ToHex(
          ike::DeriveCipherKey({algorithm, bits, other.hash, crypto::DhGroup::kModp2048}, set.e)
              .Expose());
    };
    EXPECT_EQ(key(CipherAlgorithm::kAesCbc, 256), other.aes256);
    EXPECT_EQ(key(CipherAlgorithm::kTripleDesCbc, 192), other.triple_des);
    EXPECT_EQ(key(CipherAlgorithm::kAesCbc, 128), other.aes128);
  }
}

TEST(KnownAnswerAcvp, SkeyidUnderAKeyOfOneOctet) {
  const crypto::Digest skeyid =
      ike::DeriveSkeyid(HashAlgorithm::kSha1, FromHex("75"), FromHex("b9a2d0e922dc66dd"),
                        FromHex("2130166863b5ddef"));
  const ike::SkeyidSet keys = ike::DeriveSkeyidSet(
      {HashAlgorithm::kSha1, skeyid.Expose()}, skeyid,
      FromHex("739003ba2c11c982946c65e26acf661fbf8ebb78011a9fead79efa12fe3e71cc"),
      CookieOf(FromHex("83d374c30b3b5082")), CookieOf(FromHex("5afc0da06c728029")));
  EXPECT_EQ(ToHex(keys.skeyid.Expose()), "62b04d112877e442fc3282fc37c076997718a0b9");
  EXPECT_EQ(ToHex(keys.d.Expose()), "369e5aad1bdb5faf6a3d929d500cdc236710a9ab");
  EXPECT_EQ(ToHex(keys.a.Expose()), "588e957d8d790d093b3a39f121473473af78e9bb");
  EXPECT_EQ(ToHex(keys.e.Expose()), "cd74b0c048219db81384d3fda8f6cda51e398a2b");
}

}  // namespace
}  // namespace iscsi_ike::test
