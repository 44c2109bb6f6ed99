#include "ike/trace/flat_json.hpp"

#include <rapidjson/reader.h>

#include <algorithm>

#include "policy/text.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kMostMembers = 32;
constexpr std::size_t kMostTexts = 1U << 17U;

crypto::Secret Terminated(std::string_view line) {
  crypto::Secret octets(line.size() + 1);
  std::copy(line.begin(), line.end(), octets.ExposeMutable().begin());
  return octets;
}

}  // namespace

// Events is RapidJSON's handler; false ends the parse.
class FlatJson::Events {
 public:
  explicit Events(FlatJson& json) : json_(json) {}

  bool Null() { return Stop("holds null"); }
  bool Bool(bool truth) { return Value({{}, Kind::kBool, truth ? 1U : 0U}); }
  bool Uint(unsigned number) { return Uint64(number); }
  bool Uint64(std::uint64_t number) { return Value({{}, Kind::kNumber, number}); }
  bool Int(int) { return Stop("holds a negative number"); }
  bool Int64(std::int64_t) { return Stop("holds a negative number"); }
  bool Double(double) { return Stop("holds a fraction"); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return Stop("holds a fraction"); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (!in_list_) return Value({{}, Kind::kText, 0, {text, size}});
    auto& texts = json_.members_.back().texts;
    if (texts.size() == kMostTexts) return Stop("holds a list that is too long");
    texts.emplace_back(text, size);
    return true;
  }
  bool StartObject() {
    if (in_object_) return Stop("holds an object in an object");
    return in_object_ = true;
  }
  bool EndObject(rapidjson::SizeType) { return true; }
  bool StartArray() {
    if (in_list_) return Stop("holds a list in a list");
    if (!Value({{}, Kind::kTexts})) return false;
    return in_list_ = true;
  }
  bool EndArray(rapidjson::SizeType) {
    in_list_ = false;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    name_ = {text, size};
    if (json_.Find(name_) != nullptr) return Stop("has " + policy::Quote(name_) + " twice");
    return json_.members_.size() < kMostMembers || Stop("has too many members");
  }

 private:
  bool Value(Member member) {
    if (!in_object_) return Stop("is no object");
    if (in_list_) return Stop("holds a list of something else than texts");
    member.name = name_;
    json_.members_.push_back(std::move(member));
    return true;
  }
  bool Stop(std::string problem) {
    json_.problem_ = std::move(problem);
    return false;
  }

  FlatJson& json_;
  std::string_view name_;
  bool in_object_ = false;
  bool in_list_ = false;
};

FlatJson::FlatJson(std::string_view line) : octets_(Terminated(line)) {
  if (line.find('\0') != std::string_view::npos) {
    problem_ = "holds a NUL octet";
    return;
  }
  // RapidJSON's own check reads past the end of a text that breaks off within a character.
  if (policy::ValidUtf8(line) != line.size()) {
    problem_ = "is not UTF-8";
    return;
  }
  rapidjson::InsituStringStream stream(reinterpret_cast<char*>(octets_.ExposeMutable().data()));
  rapidjson::Reader reader;
  Events events(*this);
  if (!reader.Parse<rapidjson::kParseInsituFlag>(stream, events) && problem_.empty())
    problem_ = "is no JSON";
}

const FlatJson::Member* FlatJson::Find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

FlatJson::Member* FlatJson::Take(std::string_view name, Kind kind, std::string_view wanted) {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.name == name; });
  if (found == members_.end()) {
    Refuse(name, "is missing");
    return nullptr;
  }
  found->taken = true;
  if (found->kind == kind) return &*found;
  Refuse(name, "is not " + std::string(wanted));
  return nullptr;
}

std::string_view FlatJson::TakeText(std::string_view name) {
  const Member* member = Take(name, Kind::kText, "text");
  return member == nullptr ? std::string_view() : member->text;
}

std::uint64_t FlatJson::TakeNumber(std::string_view name, std::uint64_t most) {
  const Member* member = Take(name, Kind::kNumber, "a whole number");
  if (member == nullptr) return 0;
  if (member->number <= most) return member->number;
  Refuse(name, "is more than " + std::to_string(most));
  return 0;
}

bool FlatJson::TakeBool(std::string_view name) {
  const Member* member = Take(name, Kind::kBool, "true or false");
  return member != nullptr && member->number != 0;
}

std::vector<std::string_view> FlatJson::TakeTexts(std::string_view name) {
  Member* member = Take(name, Kind::kTexts, "a list of texts");
  return member == nullptr ? std::vector<std::string_view>() : std::move(member->texts);
}

void FlatJson::Refuse(std::string_view name, std::string_view rule) {
  if (!problem_.empty()) return;
  problem_ = name;
  problem_ += ' ';
  problem_ += rule;
}

std::string FlatJson::Finish() {
  for (const Member& member : members_)
    if (!member.taken) Refuse(policy::Quote(member.name), "is not known here");
  return problem_;
}

}  // namespace iscsi_ike::ike
