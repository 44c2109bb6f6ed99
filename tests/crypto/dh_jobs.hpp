// Short ways to run Diffie-Hellman jobs in tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "crypto/dh.hpp"
#include "crypto/dh_groups.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

using namespace crypto;  // NOLINT(google-build-using-namespace)

inline DhJob GenerateJob(DhGroup group, const Bytes& key) {
  DhJob job;
  job.group = group;
  job.private_key = Secret::CopyOf(key);
  return job;
}

inline DhJob AgreeJob(DhGroup group, const Bytes& key, const Bytes& peer) {
  DhJob job = GenerateJob(group, key);
  job.operation = DhOperation::kAgree;
  job.peer_public = peer;
  return job;
}

inline DhJob Compute(DhJob job) {
  InlineDhExecutor executor;
  executor.Run({&job, 1});
  return job;
}

inline Bytes PublicOf(DhGroup group, const Bytes& key) {
  const DhJob job = Compute(GenerateJob(group, key));
  EXPECT_EQ(job.outcome, DhOutcome::kOk);
  return job.public_value;
}

inline Bytes SharedOf(DhGroup group, const Bytes& key, const Bytes& peer) {
  EXPECT_TRUE(IsAcceptablePeerValue(group, peer));
  const DhJob job = Compute(AgreeJob(group, key, peer));
  EXPECT_EQ(job.outcome, DhOutcome::kOk);
  return {job.shared.Expose().begin(), job.shared.Expose().end()};
}

// A private key that is good for any group.
inline Bytes GoodKey(DhGroup group) {
  Bytes key(Info(group).private_size, 0x11);
  key.front() = 0x00;
  return key;
}

// Refused by the job; by the cheap check as well, except for what it leaves to the job.
inline void ExpectRefused(DhGroup group, const Bytes& peer, bool cheaply = true) {
  SCOPED_TRACE(std::string(Info(group).name) + " " + ToHex(peer));
  EXPECT_EQ(IsAcceptablePeerValue(group, peer), !cheaply);
  const DhJob job = Compute(AgreeJob(group, GoodKey(group), peer));
  EXPECT_EQ(job.outcome, DhOutcome::kBadPeerValue);
  EXPECT_TRUE(job.shared.empty());
}

inline Bytes Add(Bytes number, int addend) {  // big-endian, same length
  for (std::size_t i = number.size(); i-- > 0 && addend != 0;) {
    const int sum = number[i] + addend;
    number[i] = static_cast<std::uint8_t>(sum & 0xff);
    addend = sum >> 8;
  }
  return number;
}

inline Bytes Padded(std::uint8_t value, std::size_t size) {
  Bytes octets(size);
  octets.back() = value;
  return octets;
}

inline Bytes PrimeOf(DhGroup group) {
  const Octets prime = ModpPrime(group);
  return {prime.begin(), prime.end()};
}

inline std::vector<DhGroupInfo> GroupsOf(DhKind kind) {
  std::vector<DhGroupInfo> groups;
  std::ranges::copy_if(AllDhGroups(), std::back_inserter(groups),
                       [&](const DhGroupInfo& info) { return info.kind == kind; });
  return groups;
}

}  // namespace iscsi_ike::test
