#include "ike/trace/event_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "samples.hpp"

namespace iscsi_ike::ike {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(OutcomeText, OfAnEstablishedNegotiation) {
  Outcome outcome;
  outcome.Absorb(Event(SamplePhase1()));
  outcome.Absorb(Event(ChildEstablished{SampleChild()}));
  EXPECT_EQ(OutcomeText(outcome),
            R"(phase 1 established: main mode, as initiator
  suite       aes128-sha256-modp2048
  identities  ipv4:192.0.2.1 (local), fqdn:array.example (remote)
  endpoints   192.0.2.1:500 (local), 192.0.2.2:500 (remote)
  cookies     0x0123456789abcdef (initiator), 0x8877665544332211 (responder)
  lifetime    28800 s
child SA 1 established: transport mode
  suite       aes128-sha1, PFS modp2048
  SPIs        0x00001001 (in), 0xc0000002 (out)
  selectors   192.0.2.1/32 tcp any (local), 192.0.2.2/32 tcp 3260 (remote)
  lifetime    3600 s, 100000 KB
)");
}

TEST(OutcomeText, OfAFailure) {
  Outcome outcome;
  outcome.Absorb(Event(Failed{
      SessionId{7}, {}, "array", Role::kInitiator, EndpointOf("192.0.2.2"), SampleFailure()}));
  EXPECT_EQ(OutcomeText(outcome),
            "failed: NO_PHASE1_PROPOSAL (incompatible)\n"
            "  MM1: none of 1 transforms is acceptable\n"
            "  - offer a group of 2048 bits or more\n"
            "  - " +
                SampleFailure().refusals[0].Text() + "\n");
}

TEST(ChildText, SaysSoWhenNothingBoundsTheLifetimeAndThereIsNoPfs) {
  ChildSummary child = Summarize(SampleChild());
  child.lifetime = {};
  child.pfs_group.reset();
  EXPECT_THAT(ChildText(child), HasSubstr("lifetime    unbounded\n"));
  EXPECT_THAT(ChildText(child), HasSubstr("aes128-sha1, no PFS\n"));
}

TEST(EventText, HasALineForEveryAlternativeAndNoKey) {
  EXPECT_THAT(EventText(Event(ChildEstablished{SampleChild()})), Not(HasSubstr("e1e1")));
  EXPECT_EQ(EventText(Event(ChildDeleted{SessionId{7}, ChildId{1}, Spi{0xc0000002}})),
            "child SA 1 deleted by the peer: it no longer receives on 0xc0000002\n");
  EXPECT_EQ(EventText(Event(SessionClosed{SessionId{7}, CloseReason::kByPeer})),
            "phase 1 of session 7 closed, by peer\n");
  EXPECT_EQ(EventText(Event(SessionClosed{SessionId{7}, CloseReason::kExpired})),
            "phase 1 of session 7 closed, expired\n");
  EXPECT_THAT(EventText(Event(Failed{{}, {}, "", {}, EndpointOf("192.0.2.2"), SampleFailure()})),
              HasSubstr("failed with 192.0.2.2:500: NO_PHASE1_PROPOSAL (incompatible)\n"));
  EXPECT_THAT(EventText(Event(Diagnosed{{}, "array", EndpointOf("192.0.2.2"), SampleFailure()})),
              HasSubstr("suspicious, from 192.0.2.2:500: NO_PHASE1_PROPOSAL (incompatible)\n"));
  EXPECT_THAT(EventText(Event(PeerNotified{{}, NotifyType{14}, "why"})),
              testing::AllOf(HasSubstr("(14)"), HasSubstr(": why\n")));
  EXPECT_EQ(EventText(Event(ChildClosed{SessionId{7}, ChildId{1}, Spi{0x1001}, Spi{0xc0000002},
                                        CloseReason::kReplaced})),
            "child SA 1 closed, 0x00001001 (in) and 0xc0000002 (out): replaced\n");
  EXPECT_EQ(EventText(Event(SessionReplaced{SessionId{8}, SessionId{7}})),
            "phase 1 of session 8 takes over from session 7\n");
  EXPECT_EQ(EventText(Event(PeerMoved{SessionId{7}, {}, EndpointOf("192.0.2.2")})),
            "the peer is now at 192.0.2.2:500\n");
  EXPECT_EQ(EventText(Event(PeerUnresponsive{SessionId{7}, EndpointOf("192.0.2.2"),
                                             std::chrono::seconds(30), 5})),
            "192.0.2.2:500 has been silent for 30 s and answered none of 5 questions\n");
  EXPECT_EQ(EventText(Event(PeerAlive{SessionId{7}})), "the peer answers again\n");
}

TEST(EventText, TellsOfTranslatorsAndOfEspInUdp) {
  Phase1Established phase1 = SamplePhase1();
  EXPECT_THAT(Phase1Text(phase1), testing::Not(HasSubstr("NAT")));
  phase1.nat_remote = true;
  EXPECT_THAT(Phase1Text(phase1), HasSubstr("  NAT         in front of the peer\n"));
  phase1.nat_local = true;
  EXPECT_THAT(Phase1Text(phase1), HasSubstr("  NAT         in front of both ends\n"));
  ChildSa sa = SampleChild();
  EXPECT_THAT(ChildText(Summarize(sa)), testing::Not(HasSubstr("UDP")));
  sa.udp_encapsulated = true;
  sa.remote_original = sa.remote.address;
  const std::string text = ChildText(Summarize(sa));
  EXPECT_THAT(text, HasSubstr("transport mode, in UDP\n"));
  EXPECT_THAT(text, HasSubstr("  ESP in UDP  192.0.2.1:500 (local), 192.0.2.2:500 (remote)\n"
                              "  original    192.0.2.2 (remote)\n  lifetime"));
}

}  // namespace
}  // namespace iscsi_ike::ike
