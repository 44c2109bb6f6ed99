#include "ike/tool/report.hpp"

#include <array>
#include <variant>

#include "ike/tool/hex_text.hpp"
#include "ike/tool/isns_news.hpp"
#include "ike/tool/json_text.hpp"
#include "ike/trace/event_text.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike::tool {

namespace {

void WritePair(JsonText& json, std::string_view key, std::string_view first_key,
               std::string_view first, std::string_view second_key, std::string_view second) {
  json.Key(key).Begin();
  json.Key(first_key).Text(first).Key(second_key).Text(second);
  json.End();
}

void WriteLifetime(JsonText& json, const policy::Lifetime& lifetime) {
  json.Key("lifetime").Begin();
  json.Key("seconds").Number(lifetime.seconds).Key("kilobytes").Number(lifetime.kilobytes);
  json.End();
}

void WritePhase1(JsonText& json, const Phase1Established& phase1) {
  json.Begin();
  json.Key("exchange").Text(Name(phase1.mode));
  json.Key("role").Text(Name(phase1.role));
  json.Key("suite").Text(ToString(phase1.suite));
  WritePair(json, "identities", "local", phase1.local_identity, "remote", phase1.remote_identity);
  WritePair(json, "cookies", "initiator", HexText(phase1.initiator_cookie), "responder",
            HexText(phase1.responder_cookie));
  WritePair(json, "endpoints", "local", phase1.local.ToString(), "remote",
            phase1.remote.ToString());
  json.Key("nat").Text(NatName(phase1));
  WriteLifetime(json, phase1.lifetime);
  json.End();
}

void WriteAddress(JsonText& json, std::string_view key,
                  const std::optional<policy::IpAddress>& address) {
  json.Key(key);
  address ? json.Text(address->ToString()) : json.Null();
}

void WriteChild(JsonText& json, const ChildSummary& child) {
  json.Begin();
  json.Key("mode").Text(Name(child.encapsulation));
  json.Key("udp_encapsulated").Bool(child.udp_encapsulated);
  WritePair(json, "endpoints", "local", child.local_endpoint.ToString(), "remote",
            child.remote_endpoint.ToString());
  WriteAddress(json, "remote_original", child.remote_original);
  WriteAddress(json, "local_seen_as", child.local_seen_as);
  json.Key("spi_in").Text(HexText(child.spi_in)).Key("spi_out").Text(HexText(child.spi_out));
  json.Key("suite").Text(ToString(child.suite));
  json.Key("pfs_group");
  child.pfs_group ? json.Text(crypto::Info(*child.pfs_group).name) : json.Null();
  json.Key("icv_bits").Number(8 * policy::IcvSize(child.suite));
  json.Key("esn").Bool(child.suite.esn);
  WritePair(json, "selectors", "local", ToString(child.local), "remote", ToString(child.remote));
  WriteLifetime(json, child.lifetime);
  json.End();
}

void WriteRefusal(JsonText& json, const Refusal& refusal) {
  json.Begin();
  json.Key("proposal").Number(static_cast<std::uint64_t>(refusal.proposal));
  json.Key("transform").Number(static_cast<std::uint64_t>(refusal.transform));
  json.Key("attribute").Text(refusal.attribute);
  json.Key("offered").Text(refusal.offered).Key("allowed").Text(refusal.allowed);
  json.Key("rule").Text(refusal.rule);
  json.End();
}

// BlameFor: the tool closes a negotiation only because a signal ends it, which is no misuse.
Blame BlameFor(const NegotiationFailure& failure) {
  return failure.code == FailureCode::kClosed ? Blame::kLocal : failure.blame();
}

void WriteFailure(JsonText& json, const NegotiationFailure& failure) {
  json.Begin();
  WriteFailureMembers(json, failure);
  json.End();
}

std::string_view Verdict(const Outcome& outcome) {
  return outcome.Established() ? "established" : "failed";
}

void WriteServed(JsonText& json, const RecordSummary& record) {
  json.Begin().Key("name").Own(record.name).Key("local");
  record.local.empty() ? json.Null() : json.Text(record.local);
  json.Key("policy").Text(record.policy).End();
}

// EndsNegotiation: the event is an outcome; the others are news of one, or of none.
bool EndsNegotiation(const Event& event) {
  return std::holds_alternative<Phase1Established>(event) ||
         std::holds_alternative<ChildEstablished>(event) || std::holds_alternative<Failed>(event);
}

// WriteMembers writes the members of the object, which is begun already. No verdict: null.
void WriteMembers(JsonText& json, const Outcome& outcome, std::string_view verdict) {
  json.Key("outcome");
  verdict.empty() ? json.Null() : json.Text(verdict);
  json.Key("phase1");
  outcome.phase1 ? WritePhase1(json, *outcome.phase1) : static_cast<void>(json.Null());
  json.Key("children").List(outcome.children, WriteChild).Key("failure");
  outcome.failure ? WriteFailure(json, *outcome.failure) : static_cast<void>(json.Null());
  json.Key("suspicions").List(outcome.suspicions, WriteFailure);
}

constexpr std::array<std::string_view, std::variant_size_v<Event>> kEventNames = {
    "phase1_established", "child_established", "child_deleted", "session_closed",   "failed",
    "diagnosed",          "peer_notified",     "child_closed",  "session_replaced", "peer_moved",
    "peer_unresponsive",  "peer_alive"};

}  // namespace

void WriteFailureMembers(JsonText& json, const NegotiationFailure& failure) {
  json.Key("code").Text(Name(failure.code)).Key("blame").Text(Name(BlameFor(failure)));
  json.Key("text").Text(failure.text.empty() ? Summary(failure.code) : failure.text);
  json.Key("details").List(failure.details, [](JsonText& j, const auto& d) { j.Text(d); });
  json.Key("refusals").List(failure.refusals, WriteRefusal);
}

void WriteOutcome(JsonText& json, const Outcome& outcome) {
  json.Begin();
  WriteOutcomeMembers(json, outcome);
  json.End();
}

void WriteOutcomeMembers(JsonText& json, const Outcome& outcome) {
  WriteMembers(json, outcome, Verdict(outcome));
}

void WritePolicyMembers(JsonText& json, const PolicyNo& no,
                        std::span<const policy::Reason> reasons) {
  json.Key("outcome").Text("failed").Key("phase1").Null();
  json.Key("children").BeginList().EndList().Key("failure").Begin();
  json.Key("code").Text(no.code).Key("blame").Text("policy").Key("text").Text(no.text);
  json.Key("details").List(reasons, [](JsonText& j, const auto& r) { j.Text(r.text); });
  json.Key("refusals").BeginList().EndList().End();
  json.Key("suspicions").BeginList().EndList();
}

std::string OutcomeLine(const Outcome& outcome) {
  JsonText json;
  WriteOutcome(json, outcome);
  return json.Line();
}

std::string PolicyFailureLine(const policy::Plan& plan) {
  JsonText json;
  WritePolicyMembers(json.Begin(), WhyNot(plan), plan.reasons);
  return json.End().Line();
}

std::string OutcomeReport(const Outcome& outcome) {
  if (!outcome.failure || outcome.failure->code != FailureCode::kClosed)
    return OutcomeText(outcome);
  Outcome rest = outcome;
  rest.failure.reset();
  std::string text = OutcomeText(rest) + "failed: " + std::string(Name(outcome.failure->code)) +
                     " (" + std::string(Name(BlameFor(*outcome.failure))) + ")\n  " +
                     outcome.failure->text + "\n";
  for (const std::string& detail : outcome.failure->details) text += "  - " + detail + "\n";
  return text;
}

std::string ReadyLine(std::span<const Endpoint> listening, std::string_view policy,
                      std::span<const RecordSummary> records) {
  JsonText json;
  json.Begin().Key("event").Text("ready").Key("session").Null();
  WriteMembers(json, Outcome{}, "");
  json.Key("record").Null().Key("listening");
  json.List(listening, [](JsonText& j, const Endpoint& e) { j.Text(e.ToString()); });
  json.Key("policy").Own(policy);
  json.Key("records").List(records, WriteServed).End();
  return json.Line();
}

std::string IsnsEventLine(const IsnsNews& news) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(news.retry_after).count();
  JsonText json;
  json.Begin().Key("event").Text("isns").Key("session").Null();
  WriteMembers(json, Outcome{}, "");
  json.Key("record").Null().Key("state").Text(Name(news.state));
  json.Key("server").Text(news.server).Key("node").Own(news.node).Key("entity");
  news.entity.empty() ? json.Null() : json.Own(news.entity);
  json.Key("portals").Number(news.portals).Key("text");
  news.text.empty() ? json.Null() : json.Text(news.text);
  json.Key("retry_after");
  seconds == 0 ? json.Null() : json.Number(static_cast<std::uint64_t>(seconds));
  json.End();
  return json.Line();
}

SessionId SessionOf(const Event& event) {
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.sa; })
          return e.sa.session;
        else
          return e.session;
      },
      event);
}

// WriteNews writes what only some events have to tell.
static void WriteNews(JsonText& json, const Event& event) {
  if (const auto* established = std::get_if<Phase1Established>(&event)) {
    json.Key("match").Text(Name(established->match));
  } else if (const auto* notified = std::get_if<PeerNotified>(&event)) {
    json.Key("notification").Text(notified->text);
  } else if (const auto* closed = std::get_if<ChildClosed>(&event)) {
    json.Key("spi_in").Text(HexText(closed->inbound_spi));
    json.Key("spi_out").Text(HexText(closed->outbound_spi));
    json.Key("reason").Text(Name(closed->reason));
  } else if (const auto* session = std::get_if<SessionClosed>(&event)) {
    json.Key("reason").Text(Name(session->reason));
  } else if (const auto* replaced = std::get_if<SessionReplaced>(&event)) {
    json.Key("replaced").Number(ToNumber(replaced->replaced));
  } else if (const auto* moved = std::get_if<PeerMoved>(&event)) {
    json.Key("remote").Text(moved->remote.ToString());
  } else if (const auto* silent = std::get_if<PeerUnresponsive>(&event)) {
    json.Key("remote").Text(silent->remote.ToString());
  }
}

std::string EventLine(const Event& event, const Phase1Established* phase1,
                      std::string_view record) {
  Outcome single;
  if (phase1 != nullptr) single.phase1 = *phase1;
  single.Absorb(event);
  JsonText json;
  json.Begin().Key("event").Text(kEventNames[event.index()]);
  json.Key("session").Number(ToNumber(SessionOf(event)));
  WriteMembers(json, single, EndsNegotiation(event) ? Verdict(single) : "");
  json.Key("record");
  record.empty() ? json.Null() : json.Own(record);
  if (const auto* failed = std::get_if<Failed>(&event))
    json.Key("remote").Text(failed->remote.ToString());
  if (const auto* diagnosed = std::get_if<Diagnosed>(&event))
    json.Key("remote").Text(diagnosed->remote.ToString());
  if (const auto* deleted = std::get_if<ChildDeleted>(&event))
    json.Key("spi_out").Text(HexText(deleted->outbound_spi));
  WriteNews(json, event);
  json.End();
  return json.Line();
}

ExitCode ExitCodeOf(const Outcome& outcome) {
  if (outcome.Established()) return ExitCode::kOk;
  const bool time = outcome.failure && outcome.failure->blame() == Blame::kTimeout;
  return time ? ExitCode::kTimeout : ExitCode::kNegotiationFailed;
}

}  // namespace iscsi_ike::ike::tool
