#include "read_back.hpp"

#include <gtest/gtest.h>

#include "policy/text.hpp"

namespace iscsi_ike::policy::render {
namespace {

std::vector<std::string_view> LinesOf(std::string_view text) { return Split(text, "\n"); }

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// Swanctl is a cursor over the settings grammar.
class Swanctl {
 public:
  explicit Swanctl(std::string_view text) : text_(text) {}

  bool Section(const std::string& path, bool outermost, Values& values) {
    for (;;) {
      SkipBlankAndComments();
      if (at_ == text_.size()) return outermost;
      if (text_[at_] == '}') return ++at_, !outermost;
      const std::string name = Word("#{}=\"\r\n\t ");
      if (name.empty()) return false;
      SkipBlanks();
      if (at_ == text_.size()) return false;
      const std::string inner = path.empty() ? name : path + "." + name;
      if (text_[at_] == '{') {
        ++at_;
        values[inner] = "{}";
        if (!Section(inner, false, values)) return false;
      } else if (text_[at_] == '=') {
        ++at_;
        if (!Value(inner, values)) return false;
      } else {
        return false;
      }
    }
  }

 private:
  std::string Word(std::string_view ends) {
    const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    const std::string word(text_.substr(at_, end - at_));
    at_ = end;
    return word;
  }
  void SkipBlanks() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  }
  void SkipBlankAndComments() {
    for (;;) {
      while (at_ < text_.size() && (IsBlank(text_[at_]) || text_[at_] == '\n')) ++at_;
      if (at_ == text_.size() || text_[at_] != '#') return;
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    }
  }
  bool Value(const std::string& path, Values& values) {
    std::string value;
    for (;;) {
      SkipBlanks();
      if (at_ == text_.size() || std::string_view("#}\n").find(text_[at_]) != std::string::npos)
        break;
      if (!value.empty()) value += ' ';
      if (text_[at_] != '"') {
        value += Word("#}\"\r\n\t ");
        continue;
      }
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
        if (text_[at_] == '\\' && ++at_ == text_.size()) return false;
        value += text_[at_];
      }
      if (at_ == text_.size()) return false;
      ++at_;
    }
    return !value.empty() && values.emplace(path, value).second;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Values ReadSwanctl(std::string_view text) {
  Values values;
  if (!Swanctl(text).Section("", true, values)) return {{"error", "is not well-formed"}};
  return values;
}

Values ReadIpsecConf(std::string_view text) {
  Values values;
  std::string section;
  for (const std::string_view line : LinesOf(text)) {
    if (Trim(line).empty() || Trim(line).front() == '#') continue;
    if (!IsBlank(line.front())) {
      section = line;
      if (!values.emplace(section, "").second) return {{"error", "twice: " + section}};
      continue;
    }
    const std::size_t equals = line.find('=');
    if (section.empty() || equals == std::string_view::npos) return {{"error", std::string(line)}};
    std::string_view value = line.substr(equals + 1);
    if (value.starts_with('"')) {
      if (value.size() < 2 || value.find('"', 1) != value.size() - 1)
        return {{"error", std::string(line)}};
      value = value.substr(1, value.size() - 2);
    } else if (value.empty() || value.find_first_of(" \t\"#{}") != std::string_view::npos) {
      return {{"error", std::string(line)}};
    }
    const std::string name = section + "." + std::string(Trim(line.substr(0, equals)));
    if (!values.emplace(name, value).second) return {{"error", "twice: " + name}};
  }
  return values;
}

std::vector<std::vector<std::string>> ReadSecrets(std::string_view text) {
  std::vector<std::vector<std::string>> records;
  for (std::string_view line : LinesOf(text)) {
    std::vector<std::string> tokens;
    for (;;) {
      line = Trim(line);
      if (line.empty() || line.front() == '#') break;
      const bool quoted = std::string_view("\"'`").find(line.front()) != std::string_view::npos;
      const std::size_t end = quoted ? line.find(line.front(), 1) : line.find_first_of(" \t");
      const std::size_t begin = quoted ? 1 : 0;
      tokens.emplace_back(line.substr(begin, end - begin));
      line.remove_prefix(std::min(line.size(), end == std::string_view::npos ? end : end + begin));
    }
    if (!tokens.empty()) records.push_back(tokens);
  }
  return records;
}

std::vector<std::string> ReadStatements(std::string_view text, std::string_view comment) {
  std::vector<std::string> statements;
  for (const std::string_view line : LinesOf(text)) {
    const std::string_view trimmed = Trim(line);
    if (!trimmed.empty() && !trimmed.starts_with(comment)) statements.emplace_back(trimmed);
  }
  return statements;
}

const File& FileNamed(const Rendering& rendering, std::string_view name) {
  static const File none;
  for (const File& file : rendering.files) {
    if (file.name == name) return file;
  }
  ADD_FAILURE() << "there is no " << name;
  return none;
}

Request Ask(std::uint64_t word, Role role, std::string_view identity,
            std::string_view peer_identity) {
  TranslateRequest asked;
  asked.word = SecurityFlags(word);
  asked.role = role;
  asked.key_binding = KeyBinding::kPeerAddress;
  if (!identity.empty()) asked.identity = *Identity::Parse(identity, "");
  Request request;
  request.role = role;
  request.word = asked.word;
  request.plan = Translate(asked);
  if (!peer_identity.empty()) request.peer_identity = *Identity::Parse(peer_identity, "");
  request.own_address = IpAddress::Parse(role == Role::kInitiator ? "192.0.2.1" : "192.0.2.10");
  request.peer_address = IpAddress::Parse(role == Role::kInitiator ? "192.0.2.10" : "192.0.2.1");
  request.key_size = 16;
  return request;
}

}  // namespace iscsi_ike::policy::render
