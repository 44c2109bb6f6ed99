#include "ike/trace/recording.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/random.hpp"
#include "ike/trace/flat_json.hpp"
#include "ike/trace/recorded_call.hpp"
#include "ike/trace/recording_names.hpp"
#include "policy/preshared_key.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kLongestLine = std::size_t{32} << 20U;
constexpr std::uint64_t kLatest = std::uint64_t{1} << 52U;  // milliseconds: no sum overflows

// LineReader takes a file line by line.
class LineReader {
 public:
  explicit LineReader(crypto::Octets file)
      : rest_(reinterpret_cast<const char*>(file.data()), file.size()) {}

  Result<Recording, std::string> Run() {
    if (!ReadHead() || !HasRoom()) return Failure(std::move(problem_));
    while (!rest_.empty()) {
      const std::size_t end = rest_.find('\n');
      if (end == std::string_view::npos) {
        recording_.torn = number_ + 1;
        break;
      }
      if (!ReadLine(Next(end))) return Failure(std::move(problem_));
    }
    return std::move(recording_);
  }

 private:
  std::string_view Next(std::size_t end) {
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return line;
  }

  bool Broken(const std::string& rule) {
    problem_ = "line " + std::to_string(number_) + ": " + rule;
    return false;
  }

  // WholeLine is a line that must be there; `what` it is.
  std::optional<std::string_view> WholeLine(const char* what) {
    const std::size_t end = rest_.find('\n');
    if (end <= kLongestLine) return Next(end);  // npos is more
    ++number_;
    Broken(std::string("is no whole line with ") + what);
    return std::nullopt;
  }

  bool ReadHead() {
    const auto line = WholeLine("the head of a recording");
    if (!line) return false;
    FlatJson json(*line);
    const bool config = TakeHead(json);
    if (const std::string problem = json.Finish(); !problem.empty()) return Broken(problem);
    if (!config) return true;
    const auto settings = WholeLine("the settings");
    if (settings) recording_.head.config = *settings;
    return settings && (!settings->empty() || Broken("holds no settings"));
  }

  // HasRoom: a line of 26 octets takes 100 and more when it is read.
  bool HasRoom() {
    const auto lines = static_cast<std::size_t>(std::count(rest_.begin(), rest_.end(), '\n'));
    if (lines <= kMostRecordedLines) return true;
    number_ += kMostRecordedLines + 1;
    return Broken("is one too many: " + std::to_string(kMostRecordedLines) +
                  " may follow the head");
  }

  // TakeHead returns whether the settings follow.
  bool TakeHead(FlatJson& json) {
    RecordingHead& head = recording_.head;
    if (json.TakeText("recording") != "iscsi-ike") json.Refuse("recording", "is not of iscsi-ike");
    if (json.TakeNumber("version", UINT32_MAX) != kRecordingVersion)
      json.Refuse("version", "is not " + std::to_string(kRecordingVersion) +
                                 ", the only one that this iscsi-ike reads");
    head.tool = json.TakeText("tool");
    head.command = json.TakeText("command");
    for (const auto text : json.TakeTexts("arguments")) head.arguments.emplace_back(text);
    head.key_given = json.TakeBool("key_given");
    for (const auto text : json.TakeTexts("fingerprints")) head.fingerprints.emplace_back(text);
    for (const auto text : json.TakeTexts("local"))
      head.local.push_back(TakeEndpoint(json, "local", text));
    head.nat_port = static_cast<std::uint16_t>(json.TakeNumber("nat_port", 65535));
    head.begin = Time(Duration(static_cast<Duration::rep>(json.TakeNumber("begin", kLatest))));
    latest_ = head.begin;
    TakeSecrets(json);
    return json.TakeBool("config");
  }

  void TakeSecrets(FlatJson& json) {
    RecordingHead& head = recording_.head;
    head.seed = SecretOf(json, "seed", json.TakeText("seed"), crypto::kSeedSize, crypto::kSeedSize);
    if (!json.Has("keys")) return;
    for (const auto digits : json.TakeTexts("keys"))
      head.keys.push_back(SecretOf(json, "keys", digits, 1, policy::kLongestKey));
    if (head.keys.size() != head.fingerprints.size())
      json.Refuse("keys", "are not as many as the fingerprints");
  }

  bool ReadLine(std::string_view line) {
    if (recording_.complete) return Broken("stands behind the end");
    if (line.size() > kLongestLine) return Broken("is too long");
    FlatJson json(line);
    if (json.Has("in")) {
      TakeInput(json);
    } else {
      TakeOutput(json);
    }
    const std::string problem = json.Finish();
    return problem.empty() || Broken(problem);
  }

  void TakeInput(FlatJson& json) {
    RecordedInput input;
    input.at = recording_.head.begin +
               Duration(static_cast<Duration::rep>(json.TakeNumber("at", kLatest)));
    if (input.at < latest_) json.Refuse("at", "is before that of the input above");
    latest_ = std::max(latest_, input.at);
    input.call = TakeCall(json);
    recording_.lines.push_back({number_, std::move(input)});
  }

  // TakeEvent: RecordedText has no other octets, and none but these may come to a terminal.
  static RecordedEvent TakeEvent(FlatJson& json) {
    const std::string_view text = json.TakeText("text");
    if (!std::all_of(text.begin(), text.end(), IsOfLines))
      json.Refuse("text", "is not lines of printable ASCII");
    return {std::string(text)};
  }

  void TakeOutput(FlatJson& json) {
    const std::string_view out = json.TakeText("out");
    if (recording_.lines.empty() && out != "end") json.Refuse("out", "stands before any input");
    if (out == "datagram") {
      recording_.lines.push_back({number_, TakeDatagram(json)});
    } else if (out == "event") {
      recording_.lines.push_back({number_, TakeEvent(json)});
    } else if (out == "end") {
      recording_.complete = true;
    } else {
      json.Refuse("out", "is no output of the engine");
    }
  }

  std::string_view rest_;
  std::size_t number_ = 0;  // of the last line that was taken
  Time latest_{};
  std::string problem_;
  Recording recording_;
};

}  // namespace

Result<Recording, std::string> ReadRecording(crypto::Octets file) { return LineReader(file).Run(); }

}  // namespace iscsi_ike::ike
