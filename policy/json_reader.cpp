#include "policy/json_reader.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <set>
#include <vector>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

// InsituText is RapidJSON's stream concept over octets that need no terminator; it counts lines.
class InsituText {
 public:
  using Ch = char;
  explicit InsituText(crypto::MutableOctets text)
      : begin_(reinterpret_cast<char*>(text.data())),
        end_(begin_ + text.size()),
        from_(begin_),
        to_(begin_),
        line_begin_(begin_) {}

  [[nodiscard]] char Peek() const { return from_ == end_ ? '\0' : *from_; }
  char Take() {
    if (from_ == end_) return '\0';
    const char c = *from_++;
    if (c == '\n') {
      ++line_;
      line_begin_ = from_;
    }
    return c;
  }
  [[nodiscard]] std::size_t Tell() const { return static_cast<std::size_t>(from_ - begin_); }

  char* PutBegin() { return to_ = from_; }
  void Put(char c) { *to_++ = c; }
  std::size_t PutEnd(const char* begin) { return static_cast<std::size_t>(to_ - begin); }
  void Flush() {}

  [[nodiscard]] std::string Where(std::size_t offset) const {
    const auto line_offset = static_cast<std::size_t>(line_begin_ - begin_);
    const std::size_t column = offset < line_offset ? 1 : offset - line_offset + 1;
    return "line " + std::to_string(line_) + ", column " + std::to_string(column);
  }

 private:
  char* begin_;
  char* end_;
  char* from_;
  char* to_;
  char* line_begin_;
  std::size_t line_ = 1;
};

// IgnoreSink takes anything.
class IgnoreSink final : public JsonSink {
 public:
  JsonVerdict OnScalar(const JsonScalar&) override { return std::nullopt; }
  JsonVerdict OnObject() override { return std::nullopt; }
  JsonVerdict OnArray() override { return std::nullopt; }
  Next OnMember(std::string_view) override { return nullptr; }
  Next OnElement(std::size_t) override { return nullptr; }
};

std::string PathName(std::string_view name) {
  for (const char c : name) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!plain) return Quote(name);
  }
  return name.empty() || name.size() > 64 ? Quote(name) : std::string(name);
}

std::string JoinPath(std::string path, std::string_view below) {
  if (below.empty()) return path;
  if (!path.empty() && below.front() != '[') path += ".";
  return path.append(below);
}

// Events is RapidJSON's handler: it keeps one frame for each open container and hands values on.
// After a broken rule it only counts how deep the text is, to see whether the rest is JSON.
class Events {
 public:
  explicit Events(JsonSink& root) : root_(root) {}

  bool Null() { return Value({}); }
  bool Bool(bool truth) { return Value({JsonScalar::Kind::kBool, truth, 0, {}}); }
  bool Uint(unsigned number) { return Uint64(number); }
  bool Uint64(std::uint64_t number) {
    return Value({JsonScalar::Kind::kUnsigned, false, number, {}});
  }
  bool Int(int) { return Value({JsonScalar::Kind::kOtherNumber, false, 0, {}}); }
  bool Int64(std::int64_t) { return Int(0); }
  bool Double(double) { return Int(0); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return Int(0); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return Value({JsonScalar::Kind::kString, false, 0, {text, size}});
  }
  bool StartObject() { return Start(true); }
  bool StartArray() { return Start(false); }
  bool EndObject(rapidjson::SizeType) { return End(); }
  bool EndArray(rapidjson::SizeType) { return End(); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (!failure_) Member({text, size});
    return true;
  }

  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  struct Frame {
    JsonSink* sink;
    bool is_object;
    bool is_entered = false;   // a member or an element has been seen
    std::size_t index = 0;     // of the element
    std::string_view name;     // of the member
    JsonSink* next = nullptr;  // for the member's value
    std::set<std::string_view, NameLess> names;
  };

  // The four events. A broken rule ends no parse: what is no JSON is to be told first.
  bool Value(const JsonScalar& scalar) {
    if (!failure_ && CheckUtf8(scalar.text)) Scalar(scalar);
    return true;
  }
  // Start: too deep is the one broken rule after which nothing more is read.
  bool Start(bool is_object) {
    ++depth_;
    if (!failure_) Open(is_object);
    return depth_ <= kDeepestJson;
  }
  bool End() {
    --depth_;
    if (!failure_) Close();
    return true;
  }

  // RapidJSON decodes \uDC00 alone to what is not UTF-8.
  bool CheckUtf8(std::string_view text) {
    return ValidUtf8(text) == text.size() || Fail({{}, "holds a lone surrogate"});
  }

  bool Member(std::string_view name) {
    Frame& frame = frames_.back();
    frame.name = name;
    frame.next = nullptr;
    if (!CheckUtf8(frame.name)) return false;
    if (frame.names.size() == kMostMembers) {
      return Fail({{}, "is one member too many; an object has 1024 at most"});
    }
    if (!frame.names.insert(frame.name).second) {
      return Fail({{}, "is given twice; names are compared without case"});
    }
    return Accept(frame, frame.sink->OnMember(frame.name));
  }

  bool Accept(Frame& frame, JsonSink::Next next) {
    if (!next) return Fail(std::move(next).error());
    frame.next = *next == nullptr ? &ignore_ : *next;
    return true;
  }

  // Step finds the sink of the value that comes now; nullptr after a failure.
  JsonSink* Step() {
    if (frames_.empty()) return &root_;
    Frame& frame = frames_.back();
    if (!frame.is_object) {
      if (frame.is_entered) ++frame.index;
      frame.is_entered = true;
      if (!Accept(frame, frame.sink->OnElement(frame.index))) return nullptr;
    }
    frame.is_entered = true;
    return frame.next;
  }

  bool Check(JsonVerdict verdict) { return !verdict || Fail(*std::move(verdict)); }

  bool Scalar(const JsonScalar& scalar) {
    JsonSink* const sink = Step();
    return sink != nullptr && Check(sink->OnScalar(scalar));
  }

  bool Open(bool is_object) {
    JsonSink* const sink = Step();
    if (sink == nullptr || !Check(is_object ? sink->OnObject() : sink->OnArray())) return false;
    if (frames_.size() == kDeepestJson) return Fail({{}, "lies too deep; 128 levels at most"});
    frames_.push_back({sink, is_object, false, 0, {}, nullptr, {}});
    return true;
  }

  // The container is complete when its frame is gone, so that an error stands at the container.
  bool Close() {
    JsonSink* const sink = frames_.back().sink;
    frames_.pop_back();
    return Check(sink->OnEnd());
  }

  [[nodiscard]] std::string Path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.is_object) {
        path = JoinPath(std::move(path), PathName(frame.name));
      } else if (frame.is_entered) {
        path += "[" + std::to_string(frame.index) + "]";
      }
    }
    return path;
  }

  bool Fail(JsonProblem problem) {
    failure_ = Error{JoinPath(Path(), problem.below), std::move(problem.rule)};
    return false;
  }

  JsonSink& root_;
  IgnoreSink ignore_;
  std::vector<Frame> frames_;
  std::size_t depth_ = 0;  // of the text; that of frames_ until a rule is broken
  std::optional<Error> failure_;
};

std::string PlaceOf(std::string_view place, std::string_view path) {
  if (path.empty()) return std::string(place);
  return place.empty() ? std::string(path) : std::string(place) + ": " + std::string(path);
}

// RapidJSON's messages are sentences; ours are not.
std::string SyntaxText(rapidjson::ParseErrorCode code) {
  std::string text = rapidjson::GetParseError_En(code);
  if (!text.empty() && text.back() == '.') text.pop_back();
  return "not JSON: " + text;
}

}  // namespace

std::string_view Name(JsonScalar::Kind kind) {
  switch (kind) {
    case JsonScalar::Kind::kNull:
      return "null";
    case JsonScalar::Kind::kBool:
      return "a truth value";
    case JsonScalar::Kind::kUnsigned:
      return "a number";
    case JsonScalar::Kind::kOtherNumber:
      return "a negative, fractional or too large number";
    case JsonScalar::Kind::kString:
      return "text";
  }
  return "?";
}

JsonVerdict JsonSink::OnScalar(const JsonScalar& scalar) {
  return Broken("is " + std::string(Name(scalar.kind)) + "; " + Wanted());
}
JsonVerdict JsonSink::OnObject() { return Broken("is an object; " + Wanted()); }
JsonVerdict JsonSink::OnArray() { return Broken("is an array; " + Wanted()); }
JsonSink::Next JsonSink::OnMember(std::string_view) { return nullptr; }
JsonSink::Next JsonSink::OnElement(std::size_t) { return nullptr; }
JsonVerdict JsonSink::OnEnd() { return std::nullopt; }

Status<Error> ReadJson(crypto::Secret text, JsonSink& root, std::string_view place) {
  InsituText stream(text.ExposeMutable());
  Events events(root);
  rapidjson::Reader reader;
  constexpr unsigned kParseFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag;
  const rapidjson::ParseResult result = reader.Parse<kParseFlags>(stream, events);
  if (result.IsError() && result.Code() != rapidjson::kParseErrorTermination) {
    return Reject(PlaceOf(place, stream.Where(result.Offset())), SyntaxText(result.Code()));
  }
  if (events.failure()) {
    return Reject(PlaceOf(place, events.failure()->place), events.failure()->rule);
  }
  return Done{};
}

}  // namespace iscsi_ike::policy
