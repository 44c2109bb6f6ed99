#include "ike/trace/event_json.hpp"

#include "ike/trace/event_text.hpp"
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

// WritePair writes two texts that belong together as an object of their own.
static void WritePair(JsonWriter& json, std::string_view name, std::string_view first_name,
                      std::string_view first, std::string_view second_name,
                      std::string_view second) {
  json.Key(name);
  json.BeginObject();
  json.Member(first_name, first);
  json.Member(second_name, second);
  json.EndObject();
}

static void WriteJson(JsonWriter& json, const Phase1Established& phase1) {
  json.BeginObject();
  json.Member("exchange", Name(phase1.mode));
  json.Member("role", Name(phase1.role));
  json.Member("suite", ToString(phase1.suite));
  WritePair(json, "identities", "local", phase1.local_identity, "remote", phase1.remote_identity);
  WritePair(json, "cookies", "initiator", HexNumber(phase1.initiator_cookie), "responder",
            HexNumber(phase1.responder_cookie));
  WritePair(json, "endpoints", "local", phase1.local.ToString(), "remote",
            phase1.remote.ToString());
  json.Member("nat", NatName(phase1));
  json.ValueMember("lifetime", phase1.lifetime);
  json.Member("session", ToNumber(phase1.session));
  json.Member("peer", phase1.peer_name);
  json.EndObject();
}

static void WriteAddress(JsonWriter& json, std::string_view name,
                         const std::optional<policy::IpAddress>& address) {
  if (address.has_value()) {
    json.Member(name, address->ToString());
  } else {
    json.NullMember(name);
  }
}

static void WriteJson(JsonWriter& json, const ChildSummary& child) {
  json.BeginObject();
  json.Member("mode", Name(child.encapsulation));
  json.BoolMember("udp_encapsulated", child.udp_encapsulated);
  WritePair(json, "endpoints", "local", child.local_endpoint.ToString(), "remote",
            child.remote_endpoint.ToString());
  WriteAddress(json, "remote_original", child.remote_original);
  WriteAddress(json, "local_seen_as", child.local_seen_as);
  json.Member("spi_in", HexNumber(child.spi_in));
  json.Member("spi_out", HexNumber(child.spi_out));
  json.Member("suite", ToString(child.suite));
  if (child.pfs_group.has_value()) {
    json.Member("pfs_group", crypto::Info(*child.pfs_group).name);
  } else {
    json.NullMember("pfs_group");
  }
  json.Member("icv_bits", static_cast<std::uint32_t>(8 * policy::IcvSize(child.suite)));
  json.BoolMember("esn", child.suite.esn);
  WritePair(json, "selectors", "local", ToString(child.local), "remote", ToString(child.remote));
  json.ValueMember("lifetime", child.lifetime);
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

template <class T>
void WriteOptional(JsonWriter& json, std::string_view name, const std::optional<T>& value) {
  if (value.has_value()) {
    json.ValueMember(name, *value);
  } else {
    json.NullMember(name);
  }
}

// WriteMembers writes an outcome into an object that has begun.
void WriteMembers(JsonWriter& json, const Outcome& outcome) {
  json.Member("outcome", outcome.Established() ? "established" : "failed");
  WriteOptional(json, "phase1", outcome.phase1);
  json.ListMember("children", outcome.children);
  WriteOptional(json, "failure", outcome.failure);
  json.ListMember("suspicions", outcome.suspicions);
  json.ListMember("notifications", outcome.notifications);
}

std::string_view EventName(const Event& event) {
  struct Namer {
    std::string_view operator()(const Phase1Established&) { return "phase1_established"; }
    std::string_view operator()(const ChildEstablished&) { return "child_established"; }
    std::string_view operator()(const ChildDeleted&) { return "child_deleted"; }
    std::string_view operator()(const SessionClosed&) { return "session_closed"; }
    std::string_view operator()(const Failed&) { return "failed"; }
    std::string_view operator()(const Diagnosed&) { return "diagnosed"; }
    std::string_view operator()(const PeerNotified&) { return "peer_notified"; }
    std::string_view operator()(const ChildClosed&) { return "child_closed"; }
    std::string_view operator()(const SessionReplaced&) { return "session_replaced"; }
    std::string_view operator()(const PeerMoved&) { return "peer_moved"; }
    std::string_view operator()(const PeerUnresponsive&) { return "peer_unresponsive"; }
    std::string_view operator()(const PeerAlive&) { return "peer_alive"; }
  };
  return std::visit(Namer{}, event);
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
  WriteMembers(json, outcome);
  json.EndObject();
  return json.Text();
}

std::string EventJson(const Event& event, const Outcome& session) {
  JsonWriter json;
  json.BeginObject();
  json.Member("event", EventName(event));
  WriteMembers(json, session);
  if (const auto* failed = std::get_if<Failed>(&event)) {
    json.Member("remote", failed->remote.ToString());
  } else if (const auto* diagnosed = std::get_if<Diagnosed>(&event)) {
    json.Member("remote", diagnosed->remote.ToString());
  } else if (const auto* deleted = std::get_if<ChildDeleted>(&event)) {
    json.Member("spi_out", HexNumber(deleted->outbound_spi));
  } else if (const auto* closed = std::get_if<SessionClosed>(&event)) {
    json.Member("reason", Name(closed->reason));
  } else if (const auto* child = std::get_if<ChildClosed>(&event)) {
    json.Member("spi_in", HexNumber(child->inbound_spi));
    json.Member("spi_out", HexNumber(child->outbound_spi));
    json.Member("reason", Name(child->reason));
  } else if (const auto* replaced = std::get_if<SessionReplaced>(&event)) {
    json.Member("replaced", ToNumber(replaced->replaced));
  } else if (const auto* moved = std::get_if<PeerMoved>(&event)) {
    json.Member("remote", moved->remote.ToString());
  } else if (const auto* silent = std::get_if<PeerUnresponsive>(&event)) {
    json.Member("remote", silent->remote.ToString());
  }
  json.EndObject();
  return json.Text();
}

std::string Phase1Json(const Phase1Established& phase1) { return Document(phase1); }
std::string ChildJson(const ChildSummary& child) { return Document(child); }
std::string FailureJson(const NegotiationFailure& failure) { return Document(failure); }

}  // namespace iscsi_ike::ike
