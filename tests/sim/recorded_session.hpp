// RecordedSession: the datagrams of one clean negotiation, to be altered, truncated or sent in the
// wrong place. The same seed makes the same octets again, up to where a test interferes.
#pragma once

#include "ike/wire/header.hpp"
#include "tests/sim/exchanges.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

struct RecordedSession {
  explicit RecordedSession(const Exchanges& exchanges, std::uint64_t seed = 1) {
    Pair pair(QuickEnd(exchanges.word), QuickEnd(exchanges.word), seed);
    EXPECT_TRUE(pair.Login());
    for (const Sent& sent : pair.net.log) datagrams.push_back(sent.datagram);
    EXPECT_EQ(datagrams.size(), exchanges.messages.size());
  }
  std::vector<ike::Datagram> datagrams;
};

// How a negotiation ended that was interfered with.
enum class Ending { kComplete, kTimedOut, kCutShort };

// RunToEnd connects and runs. What no interference may bring about is an expectation here: two
// children, children with different keys, anything that waits for ever. kCutShort is a failure of
// the initiator before its patience is spent.
inline Ending RunToEnd(Pair& pair) {
  const ike::Time start = pair.net.now();
  pair.Connect();
  const auto& hba = *pair.initiator;
  pair.net.RunUntil([&] { return pair.Established() || !hba.EventsOf<ike::Failed>().empty(); });
  const bool patient = pair.net.now() - start >= std::chrono::seconds(31);
  pair.net.Run();
  const std::size_t children = hba.EventsOf<ike::ChildEstablished>().size();
  EXPECT_EQ(children + hba.EventsOf<ike::Failed>().size(), 1U);
  EXPECT_LE(pair.responder->EventsOf<ike::ChildEstablished>().size(), 1U);
  EXPECT_EQ(pair.Established(), children == 1);
  EXPECT_TRUE(pair.net.IsIdle());
  if (children == 1) return Ending::kComplete;
  return patient ? Ending::kTimedOut : Ending::kCutShort;
}

// ExpectEnding: what a HASH covers must complete; nothing at all may be cut short.
inline void ExpectEnding(Ending ending, bool must_complete) {
  EXPECT_NE(ending, Ending::kCutShort);
  EXPECT_TRUE(!must_complete || ending == Ending::kComplete);
}

// Precede lets `forged` arrive just before the n-th datagram does, at the same end and from the
// same place.
inline void Precede(Pair& pair, std::size_t number, Bytes forged) {
  pair.net.fate = [&pair, number, forged](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number == number) {
      pair.net.Deliver({sent.datagram.local, sent.datagram.remote, forged}, pair.net.latency);
      return {pair.net.latency + ike::Duration{1}};
    }
    return {pair.net.latency};
  };
}

}  // namespace iscsi_ike::test
