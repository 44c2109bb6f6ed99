// Diffie-Hellman: published agreements, padding, and the executor.
#include "crypto/dh.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "crypto/openssl_ptr.hpp"
#include "tests/crypto/dh_jobs.hpp"

namespace iscsi_ike::test {
namespace {

std::string Sha256(const Bytes& octets) {
  return ToHex(HashOf(HashAlgorithm::kSha256, {octets}).Expose());
}

// Published agreements.

struct Agreement {
  DhGroup group;
  const char* i;
  const char* public_i;
  const char* r;
  const char* public_r;
  const char* shared;
};

// RFC 5903 sections 8.1-8.3; RFC 7748 section 6.1.
constexpr Agreement kAgreements[] = {
    {DhGroup::kEcp256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c45"
     "6fa3e59ab1f45b33accf5f58389e0577b8990bb3",
     "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
     "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c"
     "13c58d6aac23f046ada30f8353e74f33039872ab",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {DhGroup::kEcp384,
     "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896"
     "783ab194",
     "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732ae"
     "e95f41aa9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947da"
     "e69b4c634573a81c",
     "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd5"
     "5a7448fc",
     "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0"
     "774a3571dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff"
     "5eaad96db9e6386c",
     "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a2"
     "70f59746"},
    {DhGroup::kEcp521,
     "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d9"
     "37ba9777f5957b2639bab072462f68c27a57382d4a52",
     "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c"
     "2d107564941885942af5a7f4601723c4195d176ced3e017cae20b6641d2eeb695786d8c946146239d099e18e"
     "1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582",
     "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a"
     "3163e4c2f869cca7458aa4a4effc311f5cb151685eb9",
     "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352"
     "f6be64a6c2912d4ef2d0433ced2b6171640012d9460f015c68226383956e3bd066e797b623c27ce0eac2f551"
     "a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
     "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a347868"
     "59810c06b3c715a3a8cc3151f2bee417996d19f3ddea"},
    {DhGroup::kCurve25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
};

TEST(Dh, GivesThePublishedAgreements) {
  for (const Agreement& a : kAgreements) {
    SCOPED_TRACE(Info(a.group).name);
    EXPECT_EQ(ToHex(PublicOf(a.group, FromHex(a.i))), a.public_i);
    EXPECT_EQ(ToHex(PublicOf(a.group, FromHex(a.r))), a.public_r);
    EXPECT_EQ(ToHex(SharedOf(a.group, FromHex(a.i), FromHex(a.public_r))), a.shared);
    EXPECT_EQ(ToHex(SharedOf(a.group, FromHex(a.r), FromHex(a.public_i))), a.shared);
  }
}

// Group 14 with exponents of one repeated octet; computed with an independent implementation.
TEST(Dh, Modp2048GivesTheKnownAnswers) {
  constexpr DhGroup kGroup = DhGroup::kModp2048;
  const Bytes i(32, 0x11);
  const Bytes r(32, 0x22);
  const Bytes gi = PublicOf(kGroup, i);
  const Bytes gr = PublicOf(kGroup, r);
  EXPECT_EQ(Sha256(gi), "a25bbf7837f6962b48eebfa9b3eabb556ca982238c8e7fa94e7af29bbf929012");
  EXPECT_EQ(Sha256(gr), "73b36be73cc74cebfb3011f6514cba6bd74f864934271230bab73876749cb833");
  const std::string shared = "f33967491b99ecccbf10d9e8bf48e2317680e6cdaba689e1337fef1127a17369";
  EXPECT_EQ(Sha256(SharedOf(kGroup, i, gr)), shared);
  EXPECT_EQ(Sha256(SharedOf(kGroup, r, gi)), shared);
  const Bytes quick_i(32, 0x33);
  EXPECT_EQ(Sha256(SharedOf(kGroup, quick_i, PublicOf(kGroup, Bytes(32, 0x44)))),
            "a81d4ae046aded8a3a18aa86b825fd0c877b5b361c7c0124282666267ccf1247");
}

TEST(Dh, ModpFollowsPlainExponentiation) {
  SeededRandom random(7);
  const BnContextPtr context(BN_CTX_new());
  for (const DhGroupInfo& info : GroupsOf(DhKind::kModp)) {
    SCOPED_TRACE(info.name);
    const std::optional<Secret> key = MakePrivateKey(info.group, random);
    ASSERT_TRUE(key);
    const Octets k = key->Expose();
    const Bytes prime = PrimeOf(info.group);
    const BignumPtr p(BN_bin2bn(prime.data(), static_cast<int>(prime.size()), nullptr));
    const BignumPtr x(BN_bin2bn(k.data(), static_cast<int>(k.size()), nullptr));
    const BignumPtr g(BN_new());
    ASSERT_EQ(BN_set_word(g.get(), 2), 1);
    ASSERT_EQ(BN_mod_exp_recp(g.get(), g.get(), x.get(), p.get(), context.get()), 1);
    Bytes expected(prime.size());
    BN_bn2binpad(g.get(), expected.data(), static_cast<int>(expected.size()));
    EXPECT_EQ(PublicOf(info.group, {k.begin(), k.end()}), expected);
  }
}

TEST(Dh, BothEndsAgreeInEveryGroup) {
  SeededRandom random(1);
  InlineDhExecutor executor;
  for (const DhGroupInfo& info : AllDhGroups()) {
    SCOPED_TRACE(info.name);
    DhJob ends[2];
    for (DhJob& end : ends) {
      std::optional<Secret> key = MakePrivateKey(info.group, random);
      ASSERT_TRUE(key);
      end.group = info.group;
      end.private_key = std::move(*key);
    }
    executor.Run(ends);
    for (DhJob& end : ends) {
      ASSERT_EQ(end.outcome, DhOutcome::kOk);
      EXPECT_EQ(end.public_value.size(), info.public_size);
      EXPECT_TRUE(end.shared.empty());
      end.operation = DhOperation::kAgree;
      end.outcome = DhOutcome::kPending;
    }
    ends[0].peer_public = ends[1].public_value;
    ends[1].peer_public = ends[0].public_value;
    executor.Run(ends);
    EXPECT_EQ(ends[0].shared.size(), info.shared_size);
    EXPECT_EQ(ToHex(ends[0].shared.Expose()), ToHex(ends[1].shared.Expose()));
  }
}

// Padding: a value shorter than the group keeps its leading zeros (RFC 2409 section 5).

TEST(Dh, SmallModpResultsAreLeftPadded) {
  for (const DhGroupInfo& info : GroupsOf(DhKind::kModp)) {
    EXPECT_EQ(PublicOf(info.group, {5}), Padded(32, info.public_size)) << info.name;
    EXPECT_EQ(SharedOf(info.group, {3}, Padded(4, info.public_size)), Padded(64, info.shared_size))
        << info.name;
  }
}

TEST(Dh, SecretsThatBeginWithZeroKeepIt) {
  for (const DhGroup group : {DhGroup::kModp1024, DhGroup::kEcp256}) {
    SCOPED_TRACE(Info(group).name);
    const Bytes own = GoodKey(group);
    const Bytes own_public = PublicOf(group, own);
    InlineDhExecutor executor;
    bool found = false;
    for (std::uint64_t seed = 0; seed < 4096 && !found; ++seed) {
      SeededRandom random(seed);
      DhJob job = AgreeJob(group, {}, own_public);
      job.private_key = *MakePrivateKey(group, random);
      executor.Run({&job, 1});
      ASSERT_EQ(job.shared.size(), Info(group).shared_size);
      if (job.shared.Expose().front() != 0) continue;
      found = true;
      const Octets peer = job.private_key.Expose();
      const Bytes peer_public = PublicOf(group, {peer.begin(), peer.end()});
      EXPECT_EQ(ToHex(SharedOf(group, own, peer_public)), ToHex(job.shared.Expose()));
    }
    EXPECT_TRUE(found);
  }
}

// The executor.

TEST(InlineDhExecutor, ComputesOnlyPendingJobs) {
  std::vector<DhJob> jobs;
  jobs.push_back(GenerateJob(DhGroup::kCurve25519, Bytes(32, 1)));
  jobs.push_back(GenerateJob(DhGroup::kEcp256, Bytes(32, 1)));
  jobs.push_back(AgreeJob(DhGroup::kModp1024, Bytes(24, 1), Padded(4, 128)));
  jobs.push_back(AgreeJob(DhGroup::kModp1024, Bytes(24, 1), Padded(1, 128)));
  for (const DhOutcome outcome : {DhOutcome::kOk, DhOutcome::kFailed, DhOutcome::kBadPeerValue}) {
    jobs.push_back(GenerateJob(DhGroup::kCurve25519, Bytes(32, 1)));
    jobs.back().outcome = outcome;
  }
  InlineDhExecutor executor;
  executor.Run(jobs);
  EXPECT_EQ(jobs[0].outcome, DhOutcome::kOk);
  EXPECT_EQ(jobs[1].outcome, DhOutcome::kOk);
  EXPECT_EQ(jobs[2].outcome, DhOutcome::kOk);
  EXPECT_EQ(jobs[3].outcome, DhOutcome::kBadPeerValue);
  EXPECT_EQ(jobs[4].outcome, DhOutcome::kOk);
  EXPECT_EQ(jobs[5].outcome, DhOutcome::kFailed);
  EXPECT_EQ(jobs[6].outcome, DhOutcome::kBadPeerValue);
  for (std::size_t i = 4; i < jobs.size(); ++i) EXPECT_TRUE(jobs[i].public_value.empty());
  executor.Run({});
}

TEST(InlineDhExecutor, KeepsTicketAndInputs) {
  DhJob job =
      AgreeJob(DhGroup::kCurve25519, Bytes(32, 1), PublicOf(DhGroup::kCurve25519, Bytes(32, 2)));
  job.ticket = DhTicket{77};
  const Bytes peer = job.peer_public;
  job = Compute(std::move(job));
  EXPECT_EQ(job.ticket, DhTicket{77});
  EXPECT_EQ(job.peer_public, peer);
  EXPECT_EQ(ToHex(job.private_key.Expose()), ToHex(Bytes(32, 1)));
}

TEST(InlineDhExecutor, FailsOnPrivateKeysOutOfRange) {
  for (const DhGroupInfo& info : AllDhGroups()) {
    SCOPED_TRACE(info.name);
    const Bytes peer = PublicOf(info.group, GoodKey(info.group));
    std::vector<Bytes> bad = {{}, Bytes(info.public_size + 1, 1)};
    if (info.kind != DhKind::kX25519) bad.emplace_back(info.private_size);
    if (info.kind == DhKind::kEcp) {
      const Octets order = EcpNumbers(info.group).order;
      bad.emplace_back(order.begin(), order.end());
      bad.push_back(Add(bad.back(), 1));
    }
    for (const Bytes& key : bad) {
      EXPECT_EQ(Compute(GenerateJob(info.group, key)).outcome, DhOutcome::kFailed) << ToHex(key);
      const DhJob job = Compute(AgreeJob(info.group, key, peer));
      EXPECT_EQ(job.outcome, DhOutcome::kFailed) << ToHex(key);
      EXPECT_TRUE(job.shared.empty());
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::test
