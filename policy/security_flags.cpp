#include "policy/security_flags.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::array<SecurityFlagInfo, 7> kFlags = {{
    {SecurityFlag::kValid, "VALID", 31, "the word is valid", "the word says nothing"},
    {SecurityFlag::kIkeIpsec, "IKE_IPSEC_ENABLED", 30, "IKE/IPsec enabled", "IKE/IPsec disabled"},
    {SecurityFlag::kMainMode, "MAIN_MODE_ENABLED", 29, "main mode enabled", "main mode disabled"},
    {SecurityFlag::kAggressiveMode, "AGGRESSIVE_MODE_ENABLED", 28, "aggressive mode enabled",
     "aggressive mode disabled"},
    {SecurityFlag::kPfs, "PFS_ENABLED", 27, "perfect forward secrecy enabled",
     "perfect forward secrecy not asked for"},
    {SecurityFlag::kTransportPreferred, "TRANSPORT_MODE_PREFERRED", 26, "transport mode preferred",
     "no preference for transport mode"},
    {SecurityFlag::kTunnelPreferred, "TUNNEL_MODE_PREFERRED", 25, "tunnel mode preferred",
     "no preference for tunnel mode"},
}};

struct Alias {
  std::string_view name;
  SecurityFlag flag;
};
// Short names, and what is left of the VDS_ISCSI_IPSEC_FLAG names of vds.h behind VDS_IIF_.
constexpr std::array<Alias, 19> kFlagAliases = {{
    {"IKE_IPSEC", SecurityFlag::kIkeIpsec},
    {"IKE", SecurityFlag::kIkeIpsec},
    {"IPSEC", SecurityFlag::kIkeIpsec},
    {"IPSEC_ENABLED", SecurityFlag::kIkeIpsec},
    {"IKE_ENABLED", SecurityFlag::kIkeIpsec},
    {"MAIN_MODE", SecurityFlag::kMainMode},
    {"MAIN", SecurityFlag::kMainMode},
    {"AGGRESSIVE_MODE", SecurityFlag::kAggressiveMode},
    {"AGGRESSIVE", SecurityFlag::kAggressiveMode},
    {"AGGR", SecurityFlag::kAggressiveMode},
    {"PFS_ENABLE", SecurityFlag::kPfs},
    {"PFS", SecurityFlag::kPfs},
    {"TRANSPORT_MODE", SecurityFlag::kTransportPreferred},
    {"TRANSPORT_PREFERRED", SecurityFlag::kTransportPreferred},
    {"TRANSPORT", SecurityFlag::kTransportPreferred},
    {"TUNNEL_MODE", SecurityFlag::kTunnelPreferred},
    {"TUNNEL_PREFERRED", SecurityFlag::kTunnelPreferred},
    {"TUNNEL", SecurityFlag::kTunnelPreferred},
    {"FLAGS_VALID", SecurityFlag::kValid},
}};

constexpr std::array<std::string_view, 2> kPrefixes = {"ISCSI_SECURITY_FLAG_", "VDS_IIF_"};

std::string_view WithoutPrefix(std::string_view name) {
  for (const std::string_view prefix : kPrefixes) {
    if (SameName(name.substr(0, prefix.size()), prefix)) return name.substr(prefix.size());
  }
  return name;
}

std::optional<SecurityFlag> FlagByName(std::string_view given) {
  std::string name(WithoutPrefix(given));
  std::replace(name.begin(), name.end(), '-', '_');
  for (const SecurityFlagInfo& info : kFlags) {
    if (SameName(info.name, name)) return info.flag;
  }
  for (const Alias& alias : kFlagAliases) {
    if (SameName(alias.name, name)) return alias.flag;
  }
  return std::nullopt;
}

std::string KnownNames() {
  std::vector<std::string> names;
  for (const SecurityFlagInfo& info : kFlags) names.emplace_back(info.name);
  return Join(names, ", ");
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Word collects the items of one list.
struct Word {
  std::uint64_t bits = 0;
  std::uint64_t named = 0;
};

using Rule = std::optional<std::string>;  // the rule that is broken

Rule TakeNumber(std::string_view item, Word& word) {
  const std::optional<std::uint64_t> number = ParseUnsigned(item);
  if (number) {
    word.bits |= *number;
    return std::nullopt;
  }
  return Quote(item) + " is no number of 64 bits; write hex as 0x27, decimal as 39 (no leading 0)";
}

Rule TakeItem(std::string_view item, Word& word) {
  if (IsDigit(item.front())) return TakeNumber(item, word);
  const std::optional<SecurityFlag> flag = FlagByName(item);
  if (!flag) {
    return Quote(item) + " is no security flag; known are " + KnownNames() +
           ", or a number (hex begins with 0x)";
  }
  const auto bit = static_cast<std::uint64_t>(*flag);
  if ((word.named & bit) != 0) return Quote(item) + " names a flag for the second time";
  word.named |= bit;
  word.bits |= bit;
  return std::nullopt;
}

Rule TakeItems(std::string_view text, Word& word) {
  if (Trim(text).empty()) return "is empty; give a number or flags such as VALID|IKE_IPSEC_ENABLED";
  for (const std::string_view piece : Split(text, ",|+")) {
    if (Trim(piece).empty()) return "has nothing on one side of a separator";
    for (const std::string_view item : Split(Trim(piece), " \t\r\n")) {
      if (item.empty()) continue;
      if (Rule rule = TakeItem(item, word)) return rule;
    }
  }
  return std::nullopt;
}

}  // namespace

std::span<const SecurityFlagInfo> AllSecurityFlags() { return kFlags; }

const SecurityFlagInfo* SecurityFlagByIsnsBit(unsigned bit) {
  for (const SecurityFlagInfo& info : kFlags) {
    if (info.isns_bit == bit) return &info;
  }
  return nullptr;
}

Parsed<SecurityFlags> SecurityFlags::Parse(std::string_view text, std::string_view place) {
  Word word;
  if (Rule rule = TakeItems(text, word)) return Reject(std::string(place), *std::move(rule));
  return SecurityFlags(word.bits);
}

Parsed<std::uint32_t> SecurityFlags::ToIsns(std::string_view place) const {
  const std::uint64_t high = word_ >> 32;
  if (high != 0) {
    return Reject(std::string(place), "is " + ToHex() + "; an iSNS bitmap has 32 bits, and " +
                                          SetBits(high << 32) + " stands above them");
  }
  return static_cast<std::uint32_t>(word_);
}

std::string SecurityFlags::ToHex() const { return Hex(word_); }

std::string SecurityFlags::ToString() const {
  std::vector<std::string> items;
  for (const SecurityFlagInfo& info : kFlags) {
    if (Has(info.flag)) items.emplace_back(info.name);
  }
  if (Reserved() != 0) items.push_back(Hex(Reserved()));
  return items.empty() ? "0" : Join(items, "|");
}

std::string SetBits(std::uint64_t word) {
  std::vector<std::string> bits;
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((word >> bit & 1) != 0) bits.push_back("bit " + std::to_string(bit));
  }
  return Join(bits, ", ");
}

}  // namespace iscsi_ike::policy
