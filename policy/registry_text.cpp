#include "policy/registry_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/text.hpp"
#include "policy/text_encoding.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::string_view kHeader5 = "Windows Registry Editor Version 5.00";
constexpr std::string_view kHeader4 = "REGEDIT4";
constexpr std::string_view kValue = "DefaultSecurityBitmap";
constexpr std::string_view kKey =
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ISCSI\\Discovery Values";
constexpr std::uint64_t kMostBits = 0xFFFFFFFF;  // of a bitmap

struct TypeName {
  RegistryType type;
  std::string_view name;
  std::string_view shown;  // in a file
};
constexpr auto kTypeNames = std::to_array<TypeName>({
    {RegistryType::kDword, "dword", "REG_DWORD"},
    {RegistryType::kQword, "qword", "REG_QWORD"},
    {RegistryType::kBinary, "binary", "REG_BINARY"},
    {RegistryType::kString, "sz", "REG_SZ"},
});

std::string_view ShownName(RegistryType type) {
  for (const TypeName& one : kTypeNames)
    if (one.type == type) return one.shown;
  return "?";
}

// Prefix is what data of a type begins with.
struct Prefix {
  std::string_view text;
  std::string_view shown;
  std::optional<RegistryType> type;
};
constexpr auto kDataPrefixes = std::to_array<Prefix>({
    {"dword:", "REG_DWORD", RegistryType::kDword},
    {"hex:", "REG_BINARY", RegistryType::kBinary},
    {"hex(b):", "REG_QWORD", RegistryType::kQword},
    {"\"", "REG_SZ", RegistryType::kString},
    {"hex(0):", "REG_NONE", std::nullopt},
    {"hex(1):", "REG_SZ in octets", std::nullopt},
    {"hex(2):", "REG_EXPAND_SZ", std::nullopt},
    {"hex(4):", "REG_DWORD in octets", std::nullopt},
    {"hex(5):", "REG_DWORD_BIG_ENDIAN", std::nullopt},
    {"hex(7):", "REG_MULTI_SZ", std::nullopt},
});

// Folded: `Software\Microsoft\Windows NT\Current Version\...` and what machines have are the same
// without blanks and case; HKLM is the short name of its hive.
std::string Folded(std::string_view key, bool blanks) {
  std::string folded = Lower(key);
  if (!blanks) std::erase(folded, ' ');
  constexpr std::string_view kShort = "hklm\\";
  if (folded.starts_with(kShort)) folded.replace(0, kShort.size(), "hkey_local_machine\\");
  while (folded.ends_with('\\')) folded.pop_back();
  return folded;
}

// ParseOctets: "27,00,00,00", the least significant first, blanks between them where a line went
// on.
std::optional<std::uint64_t> ParseOctets(std::string_view data, std::size_t count) {
  std::string digits;
  for (const char c : data)
    if (c != ' ' && c != '\t' && c != '\\') digits += c;
  const auto pieces = Split(digits, ",");
  if (pieces.size() != count) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::uint8_t, 1> octet{};
    if (!DecodeHex(pieces[i], octet)) return std::nullopt;
    number |= std::uint64_t{octet[0]} << 8 * i;
  }
  return number;
}

std::optional<std::uint64_t> ParseDword(std::string_view digits) {
  if (digits.empty() || digits.size() > 8) return std::nullopt;
  const bool hex =
      std::all_of(digits.begin(), digits.end(), [](char c) { return HexDigit(c) >= 0; });
  return hex ? ParseUnsigned("0x" + std::string(digits)) : std::nullopt;
}

std::optional<std::uint64_t> ParseData(std::string_view data, RegistryType type) {
  switch (type) {
    case RegistryType::kDword:
      return ParseDword(data);
    case RegistryType::kQword:
      return ParseOctets(data, 8);
    case RegistryType::kBinary:
      return ParseOctets(data, 4);
    case RegistryType::kString:
      break;
  }
  if (!data.ends_with('"')) return std::nullopt;
  return ParseUnsigned(data.substr(0, data.size() - 1));
}

// FoundValue is the value where it stands.
struct FoundValue {
  SecurityFlags word;
  std::string place;
};

// RegistryReader goes through the lines.
class RegistryReader {
 public:
  RegistryReader(const std::string& place, const RegistryOptions& options)
      : place_(place),
        options_(options),
        key_(Folded(options.key.empty() ? kKey : options.key, KeepsBlanks())) {}

  Status<Error> Take(std::string_view line, std::size_t number) {
    if (line.empty() || line.front() == ';') return Done{};
    if (line.front() == '[') {
      const bool whole = line.ends_with(']');
      in_key_ = whole && Folded(line.substr(1, line.size() - 2), KeepsBlanks()) == key_;
      section_ = std::string(line.substr(0, kLongestShown));
      if (line.size() > kLongestShown) section_ += "...";
      return Done{};
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || !IsValue(Trim(line.substr(0, equals)))) return Done{};
    if (!in_key_) {
      elsewhere_ = section_;
      return Done{};
    }
    return TakeData(Trim(line.substr(equals + 1)),
                    place_ + ": line " + std::to_string(number) + ": " + std::string(kValue));
  }

  [[nodiscard]] Parsed<SecurityFlags> Finish() const {
    if (found_) return found_->word;
    std::string rule = "has no " + std::string(kValue) + " in the key " +
                       (options_.key.empty() ? std::string(kKey) : Plain(options_.key));
    if (!elsewhere_.empty()) rule += "; it has one in " + Plain(elsewhere_);
    return Reject(place_, std::move(rule));
  }

 private:
  static constexpr std::size_t kLongestShown = 256;

  [[nodiscard]] bool KeepsBlanks() const { return !options_.key.empty(); }
  static bool IsValue(std::string_view name) {
    return name.size() > 2 && name.front() == '"' && name.back() == '"' &&
           SameName(name.substr(1, name.size() - 2), kValue);
  }

  Status<Error> TakeData(std::string_view data, std::string place) {
    if (data == "-") return Reject(std::move(place), "is taken away by this file");
    const auto prefix = std::find_if(
        kDataPrefixes.begin(), kDataPrefixes.end(),
        [&](const Prefix& p) { return SameName(data.substr(0, p.text.size()), p.text); });
    const std::string wanted(ShownName(options_.type));
    if (prefix == kDataPrefixes.end())
      return Reject(std::move(place), "is of a type that is not known; " + wanted + " is expected");
    if (prefix->type != options_.type)
      return Reject(std::move(place),
                    "is " + std::string(prefix->shown) + "; " + wanted + " is expected");
    const auto number = ParseData(data.substr(prefix->text.size()), options_.type);
    if (!number) return Reject(std::move(place), "is no " + wanted + " that can be read");
    if (*number > kMostBits)
      return Reject(std::move(place), "is " + Hex(*number) + "; a bitmap has 32 bits");
    const SecurityFlags word(*number);
    if (found_ && found_->word != word)
      return Reject(std::move(place), "is " + word.ToHex() + ", and " + found_->word.ToHex() +
                                          " at " + found_->place);
    found_ = FoundValue{word, std::move(place)};
    return Done{};
  }

  const std::string& place_;
  const RegistryOptions& options_;
  std::string key_;  // folded
  bool in_key_ = false;
  std::string section_;
  std::string elsewhere_;  // where a value of the name stands in another key
  std::optional<FoundValue> found_;
};

// NextLine joins a line with those in which it goes on.
std::string NextLine(std::string_view& rest, std::size_t& number) {
  std::string line;
  for (;;) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view piece = Trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    line += piece;
    if (line.empty()) return line;
    const bool is_data = line.front() == '"' || line.front() == '@';
    if (!is_data || !piece.ends_with('\\') || rest.empty()) return line;
    line.pop_back();
  }
}

// RegistryTextOf REGEDIT4 is as it is: all that counts in it is ASCII.
Parsed<crypto::Secret> RegistryTextOf(crypto::Secret octets, const std::string& place) {
  const crypto::Octets head = octets.Expose().first(std::min(octets.size(), kHeader4.size()));
  const bool ansi = std::equal(head.begin(), head.end(), kHeader4.begin(), kHeader4.end());
  if (!ansi) return DecodeText(std::move(octets), place);
  if (octets.size() > kLargestText)
    return Reject(place, "has " + std::to_string(octets.size()) + " octets; 16 MiB is the most");
  return octets;
}

}  // namespace

std::string_view Name(RegistryType type) {
  for (const TypeName& one : kTypeNames)
    if (one.type == type) return one.name;
  return "?";
}

std::optional<RegistryType> RegistryTypeByName(std::string_view name) {
  for (const TypeName& one : kTypeNames)
    if (SameName(one.name, name) || SameName(one.shown, name)) return one.type;
  return std::nullopt;
}

Parsed<SecurityFlags> ParseRegistryText(crypto::Secret octets, const std::string& place,
                                        const RegistryOptions& options) {
  const auto text = RegistryTextOf(std::move(octets), place);
  if (!text) return Failure(text.error());
  const crypto::Octets all = text->Expose();
  std::string_view rest(reinterpret_cast<const char*>(all.data()), all.size());
  std::size_t number = 0;
  const std::string header = NextLine(rest, number);
  if (header != kHeader5 && header != kHeader4)
    return Reject(place, "line 1: is neither \"" + std::string(kHeader5) + "\" nor \"" +
                             std::string(kHeader4) + "\"");
  RegistryReader reader(place, options);
  while (!rest.empty()) {
    const std::size_t first = number + 1;
    const std::string line = NextLine(rest, number);
    if (auto taken = reader.Take(line, first); !taken) return Failure(taken.error());
  }
  return reader.Finish();
}

}  // namespace iscsi_ike::policy
