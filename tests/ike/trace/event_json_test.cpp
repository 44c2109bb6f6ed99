#include "ike/trace/event_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "samples.hpp"

namespace iscsi_ike::ike {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

json Parsed(const std::string& text) {
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  json document = json::parse(text, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << text;
  return document;
}

Outcome EstablishedOutcome() {
  Outcome outcome;
  outcome.Absorb(Event(SamplePhase1()));
  outcome.Absorb(Event(ChildEstablished{SampleChild()}));
  return outcome;
}

TEST(OutcomeJson, OfAnEstablishedNegotiationHasPhase1AndChildren) {
  const json j = Parsed(OutcomeJson(EstablishedOutcome()));
  EXPECT_EQ(j["outcome"], "established");
  EXPECT_TRUE(j["failure"].is_null());
  EXPECT_FALSE(j.contains("end"));

  const json& phase1 = j["phase1"];
  EXPECT_EQ(phase1["exchange"], "main");
  EXPECT_EQ(phase1["suite"], "aes128-sha256-modp2048");
  EXPECT_EQ(phase1["identities"]["local"], "ipv4:192.0.2.1");
  EXPECT_EQ(phase1["identities"]["remote"], "fqdn:array.example");
  EXPECT_EQ(phase1["role"], "initiator");
  EXPECT_EQ(phase1["lifetime"], json({{"seconds", 28800}, {"kilobytes", 0}}));
  EXPECT_EQ(phase1["cookies"]["initiator"], "0x0123456789abcdef");
  EXPECT_EQ(phase1["cookies"]["responder"], "0x8877665544332211");
  EXPECT_EQ(phase1["endpoints"]["local"], "192.0.2.1:500");
  EXPECT_EQ(phase1["peer"], "array");

  ASSERT_EQ(j["children"].size(), 1U);
  const json& child = j["children"][0];
  EXPECT_EQ(child["mode"], "transport");
  EXPECT_EQ(child["spi_in"], "0x00001001");
  EXPECT_EQ(child["spi_out"], "0xc0000002");
  EXPECT_EQ(child["suite"], "aes128-sha1");
  EXPECT_EQ(child["pfs_group"], "modp2048");
  EXPECT_EQ(child["lifetime"], json({{"seconds", 3600}, {"kilobytes", 100000}}));
  EXPECT_EQ(child["selectors"]["remote"], "192.0.2.2/32 tcp 3260");
  EXPECT_EQ(child["selectors"]["local"], "192.0.2.1/32 tcp any");
  EXPECT_EQ(child["icv_bits"], 96);
  EXPECT_EQ(child["esn"], false);
  EXPECT_EQ(child["message_id"], "0x00c0ffee");
}

TEST(OutcomeJson, TellsOfTranslatorsAndOfEspInUdp) {
  Outcome outcome = EstablishedOutcome();
  json j = Parsed(OutcomeJson(outcome));
  EXPECT_EQ(j["phase1"]["nat"], "none");
  EXPECT_EQ(j["children"][0]["udp_encapsulated"], false);
  EXPECT_TRUE(j["children"][0]["local_seen_as"].is_null());
  outcome.phase1->nat_local = true;
  outcome.children[0].udp_encapsulated = true;
  outcome.children[0].local_seen_as = policy::IpAddress::Parse("198.51.100.7").value();
  j = Parsed(OutcomeJson(outcome));
  EXPECT_EQ(j["phase1"]["nat"], "local");
  EXPECT_EQ(j["children"][0]["udp_encapsulated"], true);
  EXPECT_EQ(j["children"][0]["endpoints"]["remote"], "192.0.2.2:500");
  EXPECT_EQ(j["children"][0]["local_seen_as"], "198.51.100.7");
}

TEST(OutcomeJson, WithoutPfsHasANullGroup) {
  Outcome outcome = EstablishedOutcome();
  outcome.children[0].pfs_group.reset();
  const json j = Parsed(OutcomeJson(outcome));
  EXPECT_TRUE(j["children"][0]["pfs_group"].is_null());
}

TEST(OutcomeJson, OfAFailureHasCodeBlameAndEveryRefusalTwice) {
  Outcome outcome;
  outcome.Absorb(Event(Failed{
      SessionId{7}, {}, "array", Role::kInitiator, EndpointOf("192.0.2.2"), SampleFailure()}));
  const json j = Parsed(OutcomeJson(outcome, "initiator"));
  EXPECT_EQ(j["end"], "initiator");
  EXPECT_EQ(j["outcome"], "failed");
  EXPECT_TRUE(j["phase1"].is_null());
  EXPECT_EQ(j["children"], json::array());

  const json& failure = j["failure"];
  EXPECT_EQ(failure["code"], "NO_PHASE1_PROPOSAL");
  EXPECT_EQ(failure["blame"], "incompatible");
  EXPECT_EQ(failure["text"], "MM1: none of 1 transforms is acceptable");
  ASSERT_EQ(failure["details"].size(), 2U);
  EXPECT_EQ(failure["details"][0], "offer a group of 2048 bits or more");
  EXPECT_EQ(failure["details"][1], SampleFailure().refusals[0].Text());
  EXPECT_EQ(failure["refusals"], json::array({{{"proposal", 1},
                                               {"transform", 2},
                                               {"attribute", "group"},
                                               {"offered", "modp1024 (2)"},
                                               {"allowed", "modp2048 (14)"},
                                               {"rule", "suite"}}}));
}

TEST(OutcomeJson, OfAFailureWithoutTextFallsBackToTheSummary) {
  NegotiationFailure failure;
  failure.code = FailureCode::kNoResponse;
  EXPECT_EQ(Parsed(FailureJson(failure))["text"], std::string(Summary(FailureCode::kNoResponse)));
}

TEST(OutcomeJson, OfNothingAtAllIsFailed) {
  EXPECT_EQ(Parsed(OutcomeJson(Outcome{}))["outcome"], "failed");
}

TEST(OutcomeJson, HoldsSuspicionsAndNotifications) {
  Outcome outcome = EstablishedOutcome();
  outcome.Absorb(Event(Diagnosed{SessionId{7}, "array", EndpointOf("192.0.2.2"), SampleFailure()}));
  outcome.Absorb(Event(PeerNotified{SessionId{7}, NotifyType{24578}, "hello"}));
  const json j = Parsed(OutcomeJson(outcome));
  EXPECT_EQ(j["outcome"], "established");
  EXPECT_EQ(j["suspicions"][0]["code"], "NO_PHASE1_PROPOSAL");
  EXPECT_THAT(j["notifications"][0]["type"].get<std::string>(), HasSubstr("24578"));
  EXPECT_EQ(j["notifications"][0]["text"], "hello");
}

TEST(Outcome, ForgetsAChildThatThePeerDeleted) {
  Outcome outcome = EstablishedOutcome();
  outcome.Absorb(Event(ChildDeleted{SessionId{7}, ChildId{2}, Spi{1}}));
  EXPECT_EQ(outcome.children.size(), 1U);
  outcome.Absorb(Event(ChildDeleted{SessionId{7}, ChildId{1}, Spi{0xc0000002}}));
  EXPECT_TRUE(outcome.children.empty());
  EXPECT_TRUE(outcome.Established());
}

TEST(Outcome, KeepsTheFirstOfTwoFailures) {
  Outcome outcome;
  outcome.Absorb(Event(Failed{{}, {}, "", {}, {}, SampleFailure()}));
  NegotiationFailure second;
  second.code = FailureCode::kClosed;
  outcome.Absorb(Event(Failed{{}, {}, "", {}, {}, second}));
  EXPECT_EQ(outcome.failure->code, FailureCode::kNoPhase1Proposal);
}

// Line absorbs an event into what is known of its session, as a server does, and renders it.
json Line(Outcome& session, const Event& event) {
  session.Absorb(event);
  return Parsed(EventJson(event, session));
}

TEST(EventJson, IsTheOutcomeOfTheSessionWithTheEventsName) {
  Outcome session;
  const json established = Line(session, Event(SamplePhase1()));
  EXPECT_EQ(established["event"], "phase1_established");
  EXPECT_EQ(established["outcome"], "established");
  EXPECT_EQ(established["phase1"]["exchange"], "main");
  EXPECT_EQ(established["children"], json::array());

  const json child = Line(session, Event(ChildEstablished{SampleChild()}));
  EXPECT_EQ(child["event"], "child_established");
  EXPECT_EQ(child["phase1"]["peer"], "array");
  EXPECT_EQ(child["children"][0]["spi_in"], "0x00001001");

  const json deleted =
      Line(session, Event(ChildDeleted{SessionId{7}, ChildId{1}, Spi{0xc0000002}}));
  EXPECT_EQ(deleted["event"], "child_deleted");
  EXPECT_EQ(deleted["spi_out"], "0xc0000002");
  EXPECT_EQ(deleted["children"], json::array());

  const json closed = Line(session, Event(SessionClosed{SessionId{7}, CloseReason::kByPeer}));
  EXPECT_EQ(closed["event"], "session_closed");
  EXPECT_EQ(closed["reason"], "by peer");
}

TEST(EventJson, TellsWhoAFailureOrSuspicionIsAbout) {
  Outcome session;
  const json diagnosed = Line(
      session, Event(Diagnosed{SessionId{7}, "array", EndpointOf("192.0.2.2"), SampleFailure()}));
  EXPECT_EQ(diagnosed["event"], "diagnosed");
  EXPECT_EQ(diagnosed["remote"], "192.0.2.2:500");
  EXPECT_EQ(diagnosed["suspicions"][0]["blame"], "incompatible");
  EXPECT_TRUE(diagnosed["failure"].is_null());

  const json failed =
      Line(session, Event(Failed{SessionId{7}, ChildId{1}, "array", Role::kResponder,
                                 EndpointOf("2001:db8::1"), SampleFailure()}));
  EXPECT_EQ(failed["event"], "failed");
  EXPECT_EQ(failed["outcome"], "failed");
  EXPECT_EQ(failed["failure"]["code"], "NO_PHASE1_PROPOSAL");
  EXPECT_EQ(failed["remote"], "[2001:db8::1]:500");

  const json notified = Line(session, Event(PeerNotified{SessionId{7}, NotifyType{14}, ""}));
  EXPECT_EQ(notified["event"], "peer_notified");
  EXPECT_THAT(notified["notifications"][0]["type"].get<std::string>(), HasSubstr("(14)"));
}

TEST(EventJson, NeverHoldsAKeyOctet) {
  const Event event(ChildEstablished{SampleChild()});
  Outcome session;
  session.Absorb(event);
  const std::string text = EventJson(event, session);
  EXPECT_THAT(text, AllOf(Not(HasSubstr("e1e1")), Not(HasSubstr("e2e2")), Not(HasSubstr("a1a1")),
                          Not(HasSubstr("a2a2"))));
}

TEST(EventJson, StaysValidWhateverAPeerSends) {
  NegotiationFailure failure;
  failure.text = "identity \"\xff\xfe\n\x01";
  const json j = Parsed(FailureJson(failure));
  EXPECT_THAT(j["text"].get<std::string>(), HasSubstr("\\xff"));
  failure.text =
      "Gr\xc3\xb6\xc3\x9f"
      "e";
  EXPECT_EQ(Parsed(FailureJson(failure))["text"],
            "Gr\xc3\xb6\xc3\x9f"
            "e");
}

}  // namespace
}  // namespace iscsi_ike::ike
