#include "policy/key_strength.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>

#include "policy/reason.hpp"

namespace iscsi_ike::policy {
namespace {

using Octets = crypto::Octets;

constexpr double kWordBits = 10;   // one of the first thousand words
constexpr double kFollowBits = 1;  // an octet that a pattern foretells

constexpr auto kWords = std::to_array<std::string_view>(
    {"password", "passw0rd",     "p@ssword",  "p@ssw0rd", "secret",     "s3cr3t",
     "iscsi",    "initiator",    "target",    "storage",  "admin",      "administrator",
     "root",     "test",         "testing",   "changeme", "default",    "letmein",
     "welcome",  "presharedkey", "preshared", "shared",   "psk",        "key",
     "ipsec",    "strongswan",   "vpn",       "cisco",    "equallogic", "netapp",
     "windows",  "microsoft",    "example",   "company",  "server",     "client",
     "master",   "dragon",       "monkey",    "summer",   "winter",     "spring",
     "autumn",   "login",        "user",      "guest",    "public",     "private"});

constexpr auto kRows = std::to_array<std::string_view>(
    {"qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "qwertzuiop", "azertyuiop"});

char LowerOf(std::uint8_t octet) {
  const char c = static_cast<char>(octet);
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool IsPrintable(std::uint8_t octet) { return octet >= 0x20 && octet < 0x7F; }

// AlphabetBits: bits of one octet, from the classes that the key uses.
double AlphabetBits(Octets key) {
  if (!std::all_of(key.begin(), key.end(), IsPrintable)) return 8;
  bool lower = false, upper = false, digit = false, hex_only = true, other = false;
  for (const std::uint8_t octet : key) {
    const char c = static_cast<char>(octet);
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_upper = c >= 'A' && c <= 'Z';
    digit |= is_digit, lower |= is_lower, upper |= is_upper;
    other |= !is_digit && !is_lower && !is_upper;
    hex_only &= is_digit || (LowerOf(octet) >= 'a' && LowerOf(octet) <= 'f');
  }
  if (!lower && !upper && !other) return 3.3;         // 10 digits
  if (hex_only && lower != upper && digit) return 4;  // 16 hex digits
  const unsigned size =
      (lower ? 26U : 0U) + (upper ? 26U : 0U) + (digit ? 10U : 0U) + (other ? 33U : 0U);
  return size <= 26 ? 4.7 : size <= 36 ? 5.2 : size <= 62 ? 6.0 : 6.6;
}

// WordAt gives the length of a well-known word that starts at `at`, 0 for none.
std::size_t WordAt(Octets key, std::size_t at) {
  std::size_t longest = 0;
  for (const std::string_view word : kWords) {
    if (word.size() <= longest || word.size() > key.size() - at) continue;
    const bool same = std::equal(word.begin(), word.end(), key.begin() + static_cast<long>(at),
                                 [](char w, std::uint8_t octet) { return w == LowerOf(octet); });
    if (same) longest = word.size();
  }
  return longest;
}

bool AreNeighbours(char a, char b) {
  return std::any_of(kRows.begin(), kRows.end(), [&](std::string_view row) {
    const std::size_t i = row.find(a);
    const std::size_t j = row.find(b);
    return i != std::string_view::npos && j != std::string_view::npos && (i + 1 == j || j + 1 == i);
  });
}

// Follows: the octet repeats the one before it, goes on counting from it, or lies beside it on the
// keyboard.
bool Follows(Octets key, std::size_t at) {
  if (at == 0 || at >= key.size()) return false;
  const int step = int{key[at]} - int{key[at - 1]};
  return (step >= -1 && step <= 1) || AreNeighbours(LowerOf(key[at - 1]), LowerOf(key[at]));
}

// IsForetold: it belongs to a run of three or more; two may be chance.
bool IsForetold(Octets key, std::size_t at) {
  return Follows(key, at) && (Follows(key, at - 1) || Follows(key, at + 1));
}

// PeriodOf gives the length of the shortest piece that the whole key repeats.
std::size_t PeriodOf(Octets key) {
  for (std::size_t period = 1; period * 2 <= key.size(); ++period) {
    if (std::equal(key.begin() + static_cast<long>(period), key.end(), key.begin())) return period;
  }
  return key.size();
}

double PatternBits(Octets key) {
  const bool printable = std::all_of(key.begin(), key.end(), IsPrintable);
  const double per_octet = AlphabetBits(key);
  double bits = 0;
  for (std::size_t i = 0; i < key.size();) {
    const std::size_t word = printable ? WordAt(key, i) : 0;
    bits += word != 0 ? std::min(kWordBits, per_octet * static_cast<double>(word))
            : IsForetold(key, i) && printable ? kFollowBits
                                              : per_octet;
    i += word != 0 ? word : 1;
  }
  return bits;
}

// DistinctBits: few different octets are few bits, however long the key. It says nothing about a
// key whose octets mostly differ.
double DistinctBits(Octets key) {
  std::array<bool, 256> seen{};
  for (const std::uint8_t octet : key) seen[octet] = true;
  const auto distinct = static_cast<unsigned>(std::count(seen.begin(), seen.end(), true));
  if (std::size_t{4} * distinct > key.size()) return 8.0 * static_cast<double>(key.size());
  return std::bit_width(distinct - 1) * static_cast<double>(key.size()) + 8.0 * distinct;
}

}  // namespace

unsigned EstimateKeyBits(Octets key) {
  if (key.empty()) return 0;
  const std::size_t period = PeriodOf(key);
  const Octets piece = key.first(period);
  const double repeats =
      period == key.size() ? 0 : static_cast<double>(std::bit_width(key.size() / period));
  return static_cast<unsigned>(std::min(PatternBits(piece) + repeats, DistinctBits(key) + 8));
}

std::vector<Reason> KeyReasons(Octets key, std::span<const ExchangeMode> exchanges) {
  const unsigned bits = EstimateKeyBits(key);
  const bool aggressive =
      std::find(exchanges.begin(), exchanges.end(), ExchangeMode::kAggressive) != exchanges.end();
  const std::string detail = "about " + std::to_string(bits) + " bits at best in " +
                             std::to_string(key.size()) + " octets";
  std::vector<Reason> reasons;
  if (bits < kWeakKeyBits) reasons.push_back(MakeReason(ReasonCode::kWeakKey, detail));
  if (aggressive && bits < kAggressiveWeakKeyBits) {
    reasons.push_back(MakeReason(ReasonCode::kAggressiveWeakKey, detail));
  }
  return reasons;
}

std::string ShownFingerprint(Octets key, std::span<const Reason> reasons) {
  if (key.empty() || Contains(reasons, ReasonCode::kWeakKey)) return {};
  return crypto::Fingerprint(key);
}

}  // namespace iscsi_ike::policy
