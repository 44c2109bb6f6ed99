#include "ike/trace/decode_report.hpp"
#include "ike/trace/json_writer.hpp"

namespace iscsi_ike::ike {
namespace {

std::string_view NameOf(DecodedMessage::Protection protection) {
  switch (protection) {
    case DecodedMessage::Protection::kClear:
      return "clear";
    case DecodedMessage::Protection::kDecrypted:
      return "decrypted";
    case DecodedMessage::Protection::kSealed:
      return "sealed";
  }
  return {};
}

std::string_view NameOf(DatagramKind kind) {
  switch (kind) {
    case DatagramKind::kIsakmp:
    case DatagramKind::kMarkedIsakmp:
      return "isakmp";
    case DatagramKind::kEsp:
      return "esp";
    case DatagramKind::kKeepalive:
      return "keepalive";
  }
  return {};
}

template <class List, class Write>
void WriteList(JsonWriter& json, std::string_view name, const List& list, Write write) {
  json.Key(name);
  json.BeginArray();
  for (const auto& element : list) write(json, element);
  json.EndArray();
}

void WriteField(JsonWriter& json, const Field& field) {
  json.BeginObject();
  json.Member("name", field.name);
  json.NumberMember("offset", field.offset);
  json.NumberMember("size", field.size);
  if (field.number) json.NumberMember("number", *field.number);
  if (!field.text.empty()) json.Member("text", field.text);
  if (!field.hex.empty()) json.Member("hex", field.hex);
  if (!field.fields.empty()) WriteList(json, "fields", field.fields, WriteField);
  json.EndObject();
}

void WriteFault(JsonWriter& json, const Fault& fault) {
  json.BeginObject();
  json.NumberMember("offset", fault.offset);
  json.Member("text", fault.text);
  json.EndObject();
}

void WriteMessage(JsonWriter& json, std::string_view name,
                  const std::optional<DecodedMessage>& message) {
  if (!message) return json.NullMember(name);
  json.Key(name);
  json.BeginObject();
  json.Member("name", message->name);
  if (message->sender) {
    json.Member("sender", Name(*message->sender));
  } else {
    json.NullMember("sender");
  }
  json.Member("protection", NameOf(message->protection));
  if (!message->sealed_why.empty()) json.Member("why", message->sealed_why);
  if (message->repeats != 0) {
    json.NumberMember("repeats", message->repeats);
  } else {
    json.NullMember("repeats");
  }
  json.NumberMember("size", message->size);
  WriteList(json, "fields", message->fields, WriteField);
  WriteList(json, "faults", message->faults, WriteFault);
  json.EndObject();
}

void WriteEndpoint(JsonWriter& json, std::string_view name, const std::optional<Endpoint>& end) {
  if (!end) return json.NullMember(name);
  json.Member(name, end->ToString());
}

// TimeText: seconds since 1970 with six decimals.
std::string TimeText(std::chrono::microseconds time) {
  constexpr std::int64_t kPerSecond = 1'000'000;
  std::int64_t seconds = time.count() / kPerSecond;
  std::int64_t micro = time.count() % kPerSecond;
  if (micro < 0) {
    --seconds;
    micro += kPerSecond;
  }
  std::string fraction = std::to_string(micro);
  fraction.insert(0, 6 - fraction.size(), '0');
  return std::to_string(seconds) + "." + fraction;
}

}  // namespace

std::string DecodeJson(const CapturedDatagram& datagram, const DecodedDatagram& decoded) {
  JsonWriter json;
  json.BeginObject();
  json.NumberMember("frame", datagram.frame);
  if (datagram.time) {
    json.Member("time", TimeText(*datagram.time));
  } else {
    json.NullMember("time");
  }
  WriteEndpoint(json, "source", datagram.source);
  WriteEndpoint(json, "destination", datagram.destination);
  json.Member("kind", NameOf(decoded.kind));
  json.BoolMember("marker", decoded.kind == DatagramKind::kMarkedIsakmp);
  json.NumberMember("size", datagram.octets.size() + datagram.missing);
  if (!datagram.oddity.empty()) json.Member("oddity", datagram.oddity);
  WriteMessage(json, "message", decoded.message);
  WriteMessage(json, "assembled", decoded.assembled);
  WriteList(json, "fields", decoded.fields, WriteField);
  json.EndObject();
  return json.Text() + "\n";
}

std::string RemarkJson(const CaptureRemark& remark) {
  JsonWriter json;
  json.BeginObject();
  json.NumberMember("frame", remark.frame);
  json.Member("remark", remark.text);
  json.EndObject();
  return json.Text() + "\n";
}

}  // namespace iscsi_ike::ike
