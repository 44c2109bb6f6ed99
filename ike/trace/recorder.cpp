#include "ike/trace/recorder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/hash.hpp"
#include "ike/trace/event_text.hpp"
#include "ike/trace/json_writer.hpp"
#include "ike/trace/recorded_call.hpp"
#include "ike/trace/recording_names.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

void Texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.Key(name);
  json.BeginArray();
  for (const std::string& text : texts) json.String(text);
  json.EndArray();
}

void WipeText(std::string& text) {
  crypto::Wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

void AppendHex(std::string& line, crypto::Octets octets) {
  std::string hex = Hex(octets);
  line += '"';
  line += hex;
  line += '"';
  WipeText(hex);
}

// HeadLine: the secrets come last and are written by hand, into room that does not grow.
std::string HeadLine(const RecordingHead& head) {
  JsonWriter json;
  json.BeginObject();
  json.Member("recording", "iscsi-ike");
  json.Member("version", kRecordingVersion);
  json.Member("tool", head.tool);
  json.Member("command", head.command);
  Texts(json, "arguments", head.arguments);
  json.BoolMember("config", !head.config.empty());
  json.BoolMember("key_given", head.key_given);
  Texts(json, "fingerprints", head.fingerprints);
  std::vector<std::string> local;
  for (const Endpoint& endpoint : head.local) local.push_back(endpoint.ToString());
  Texts(json, "local", local);
  json.Member("nat_port", std::uint32_t{head.nat_port});
  json.NumberMember("begin", static_cast<std::uint64_t>(head.begin.time_since_epoch().count()));
  json.EndObject();
  std::string line = json.Text();
  line.pop_back();
  std::size_t secrets = 2 * head.seed.size() + 64;
  for (const crypto::Secret& key : head.keys) secrets += 2 * key.size() + 3;
  line.reserve(line.size() + secrets);
  if (!head.keys.empty()) {
    line += ",\"keys\":";
    char before = '[';
    for (const crypto::Secret& key : head.keys) {
      line += std::exchange(before, ',');
      AppendHex(line, key.Expose());
    }
    line += ']';
  }
  line += ",\"seed\":";
  AppendHex(line, head.seed.Expose());
  line += "}\n";
  return line;
}

// KeyMark is half a SHA-256 of all keys of a child, so that they are compared, too.
std::string KeyMark(const ChildSa& sa) {
  const crypto::Digest digest =
      HashOf(crypto::HashAlgorithm::kSha256,
             {sa.inbound.encryption.Expose(), sa.inbound.integrity.Expose(),
              sa.outbound.encryption.Expose(), sa.outbound.integrity.Expose()});
  return Hex(digest.Expose().first(16));
}

}  // namespace

std::string RecordedText(const Event& event) {
  std::string text;
  for (const char c : EventText(event)) {
    const auto octet = static_cast<std::uint8_t>(c);
    IsOfLines(c) ? text += c : text += "\\x" + Hex({&octet, 1});
  }
  if (const auto* child = std::get_if<ChildEstablished>(&event))
    text += "  keys hash to " + KeyMark(child->sa) + "\n";
  return text;
}

Recorder::Recorder(const RecordingHead& head, TextSink sink)
    : sink_(std::move(sink)), begin_(head.begin) {
  std::string line = HeadLine(head);
  sink_(line);
  WipeText(line);
  if (!head.config.empty()) sink_(head.config + "\n");
}

std::size_t Recorder::NumberOf(const std::shared_ptr<const PeerConfig>& peer) {
  const auto known = std::find(peers_.begin(), peers_.end(), peer);
  const auto number = static_cast<std::size_t>(known - peers_.begin());
  if (known == peers_.end()) peers_.push_back(peer);
  return number;
}

void Recorder::OnInput(Time now, const Input& input) {
  JsonWriter json;
  json.BeginObject();
  json.NumberMember("at", static_cast<std::uint64_t>((now - begin_).count()));
  const auto* connect = std::get_if<ConnectCalled>(&input);
  WriteCall(json, input, connect == nullptr ? 0 : NumberOf(connect->peer));
  json.EndObject();
  sink_(json.Text() + "\n");
}

void Recorder::OnDatagram(Time /*now*/, Direction direction, const Endpoint& local,
                          const Endpoint& remote, crypto::Octets octets) {
  if (direction != Direction::kSent) return;
  JsonWriter json;
  json.BeginObject();
  json.Member("out", "datagram");
  WriteDatagram(json, local, remote, octets);
  json.EndObject();
  sink_(json.Text() + "\n");
}

void Recorder::OnEvent(const Event& event) {
  JsonWriter json;
  json.BeginObject();
  json.Member("out", "event");
  json.Member("text", RecordedText(event));
  json.EndObject();
  sink_(json.Text() + "\n");
}

void Recorder::End() { sink_("{\"out\":\"end\"}\n"); }

}  // namespace iscsi_ike::ike
