#include "ike/trace/event_json.hpp"

#include "ike/trace/json_writer.hpp"
#include "ike/trace/number_text.hpp"

namespace iscsi_ike::ike {

// WriteJson: one overload for each type that has a shape of its own (see the header).

static void WriteJson(JsonWriter& json, const policy::Lifetime& lifetime) {
  json.BeginObject();
  json.Member("seconds", lifetime.seconds);
  json.Member("kilobytes", lifetime.kilobytes);
  json.EndObject();
}

static void WriteJson(JsonWriter& json, const policy::Selector& selector) {
  json.BeginObject();
  json.Member("address", selector.address.ToString());
  json.Member("prefix", std::uint32_t{selector.prefix_bits});
  json.Member("protocol", std::uint32_t{selector.protocol});
  json.Member("port", std::uint32_t{selector.port});
  json.Member("text", ToString(selector));
  json.EndObject();
}

static void WriteJson(JsonWriter& json, const Phase1Established& phase1) {
  json.BeginObject();
  json.Member("exchange", Name(phase1.mode));
  json.Member("suite", ToString(phase1.suite));
  json.Key("identities");
  json.BeginObject();
  json.Member("local", phase1.local_identity);
  json.Member("remote", phase1.remote_identity);
  json.EndObject();
  json.Member("role", Name(phase1.role));
  json.ValueMember("lifetimes", phase1.lifetime);
  json.Member("session", ToNumber(phase1.session));
  json.Member("initiator_cookie", HexNumber(phase1.initiator_cookie));
  json.Member("responder_cookie", HexNumber(phase1.responder_cookie));
  json.Member("local", phase1.local.ToString());
  json.Member("remote", phase1.remote.ToString());
  json.Member("peer", phase1.peer_name);
  json.EndObject();
}

static void WriteJson(JsonWriter& json, const ChildSummary& child) {
  json.BeginObject();
  json.Member("mode", Name(child.encapsulation));
  json.Member("spi_in", HexNumber(child.spi_in));
  json.Member("spi_out", HexNumber(child.spi_out));
  json.Member("suite", ToString(child.suite));
  if (child.pfs_group.has_value()) {
    json.Member("pfs_group", crypto::Info(*child.pfs_group).name);
  } else {
    json.NullMember("pfs_group");
  }
  json.Key("selectors");
  json.BeginObject();
  json.ValueMember("local", child.local);
  json.ValueMember("remote", child.remote);
  json.EndObject();
  json.ValueMember("lifetimes", child.lifetime);
  json.Member("role", Name(child.role));
  json.Member("session", ToNumber(child.session));
  json.Member("child", ToNumber(child.child));
  json.Member("message_id", HexNumber(child.message_id));
  json.EndObject();
}

static void WriteJson(JsonWriter& json, const Refusal& refusal) {
  json.BeginObject();
  json.Member("proposal", static_cast<std::uint32_t>(refusal.proposal));
  json.Member("transform", static_cast<std::uint32_t>(refusal.transform));
  json.Member("attribute", refusal.attribute);
  json.Member("offered", refusal.offered);
  json.Member("allowed", refusal.allowed);
  json.Member("rule", refusal.rule);
  json.EndObject();
}

static void WriteJson(JsonWriter& json, const NegotiationFailure& failure) {
  json.BeginObject();
  json.Member("code", Name(failure.code));
  json.Member("blame", Name(failure.blame()));
  json.Member("text", failure.text.empty() ? Summary(failure.code) : failure.text);
  json.Key("details");
  json.BeginArray();
  for (const std::string& detail : failure.details) json.String(detail);
  for (const Refusal& refusal : failure.refusals) json.String(refusal.Text());
  json.EndArray();
  json.ListMember("refusals", failure.refusals);
  json.EndObject();
}

static void WriteJson(JsonWriter& json, const PeerNotified& notified) {
  json.BeginObject();
  json.Member("type", Describe(notified.type));
  json.Member("text", notified.text);
  json.EndObject();
}

namespace {

std::string_view Name(CloseReason reason) {
  switch (reason) {
    case CloseReason::kByCaller:
      return "by caller";
    case CloseReason::kByPeer:
      return "by peer";
    case CloseReason::kExpired:
      return "expired";
  }
  return "";
}

void WritePhase1If(JsonWriter& json, const Phase1Established* phase1) {
  if (phase1 != nullptr) json.ValueMember("phase1", *phase1);
}

// Member lists of EventJson after "event", one overload for each alternative.

void WriteEvent(JsonWriter& json, const Phase1Established& event, const Phase1Established*) {
  json.Member("event", "phase1_established");
  json.Member("outcome", "established");
  json.ValueMember("phase1", event);
  json.ListMember("children", std::vector<ChildSummary>{});
}

void WriteEvent(JsonWriter& json, const ChildEstablished& event, const Phase1Established* phase1) {
  json.Member("event", "child_established");
  json.Member("outcome", "established");
  WritePhase1If(json, phase1);
  json.ListMember("children", std::vector<ChildSummary>{Summarize(event.sa)});
}

void WriteEvent(JsonWriter& json, const ChildDeleted& event, const Phase1Established* phase1) {
  json.Member("event", "child_deleted");
  WritePhase1If(json, phase1);
  json.Member("session", ToNumber(event.session));
  json.Member("child", ToNumber(event.child));
  json.Member("spi_out", HexNumber(event.outbound_spi));
}

void WriteEvent(JsonWriter& json, const SessionClosed& event, const Phase1Established* phase1) {
  json.Member("event", "session_closed");
  WritePhase1If(json, phase1);
  json.Member("session", ToNumber(event.session));
  json.Member("reason", Name(event.reason));
}

void WriteEvent(JsonWriter& json, const Failed& event, const Phase1Established* phase1) {
  json.Member("event", "failed");
  json.Member("outcome", "failed");
  WritePhase1If(json, phase1);
  json.ListMember("children", std::vector<ChildSummary>{});
  json.ValueMember("failure", event.failure);
  json.Member("session", ToNumber(event.session));
  if (event.child.has_value()) json.Member("child", ToNumber(*event.child));
  json.Member("role", Name(event.role));
  json.Member("remote", event.remote.ToString());
  json.Member("peer", event.peer_name);
}

void WriteEvent(JsonWriter& json, const Diagnosed& event, const Phase1Established* phase1) {
  json.Member("event", "diagnosed");
  WritePhase1If(json, phase1);
  json.ValueMember("suspicion", event.suspicion);
  json.Member("session", ToNumber(event.session));
  json.Member("remote", event.remote.ToString());
}

void WriteEvent(JsonWriter& json, const PeerNotified& event, const Phase1Established* phase1) {
  json.Member("event", "peer_notified");
  WritePhase1If(json, phase1);
  json.ValueMember("notification", event);
  json.Member("session", ToNumber(event.session));
}

template <class T>
std::string Document(const T& value) {
  JsonWriter json;
  WriteJson(json, value);
  return json.Text();
}

}  // namespace

std::string OutcomeJson(const Outcome& outcome, std::string_view end) {
  JsonWriter json;
  json.BeginObject();
  if (!end.empty()) json.Member("end", end);
  json.Member("outcome", outcome.Established() ? "established" : "failed");
  if (outcome.phase1.has_value()) json.ValueMember("phase1", *outcome.phase1);
  json.ListMember("children", outcome.children);
  if (outcome.failure.has_value()) json.ValueMember("failure", *outcome.failure);
  if (!outcome.suspicions.empty()) json.ListMember("suspicions", outcome.suspicions);
  if (!outcome.notifications.empty()) json.ListMember("notifications", outcome.notifications);
  json.EndObject();
  return json.Text();
}

std::string EventJson(const Event& event, const Phase1Established* phase1) {
  JsonWriter json;
  json.BeginObject();
  std::visit([&](const auto& alternative) { WriteEvent(json, alternative, phase1); }, event);
  json.EndObject();
  return json.Text();
}

std::string Phase1Json(const Phase1Established& phase1) { return Document(phase1); }
std::string ChildJson(const ChildSummary& child) { return Document(child); }
std::string FailureJson(const NegotiationFailure& failure) { return Document(failure); }

}  // namespace iscsi_ike::ike
