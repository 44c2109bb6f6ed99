// Small tools for text: comparing names without case, splitting lists, quoting input in errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"

namespace iscsi_ike::policy {

// Lower folds the 26 letters of ASCII; all other octets stay.
[[nodiscard]] std::string Lower(std::string_view text);

// SameName compares without ASCII case, as CIM compares names.
[[nodiscard]] bool SameName(std::string_view a, std::string_view b);

// NameLess orders without ASCII case, for std::set and std::map.
struct NameLess {
  bool operator()(std::string_view a, std::string_view b) const;
};

// Trim drops spaces, tabs and line ends from both ends.
[[nodiscard]] std::string_view Trim(std::string_view text);

// Split cuts at every octet that is in `separators`; empty pieces are kept. "" gives one empty
// piece.
[[nodiscard]] std::vector<std::string_view> Split(std::string_view text,
                                                  std::string_view separators);

// Join puts `separator` between the pieces.
[[nodiscard]] std::string Join(std::span<const std::string> pieces, std::string_view separator);

// Quote makes input fit for an error line: in double quotes, at most 64 octets, everything outside
// printable ASCII as \xNN. Never give it a key.
[[nodiscard]] std::string Quote(std::string_view text);

// Plain is input fit for a terminal: as it is when all of it is printable ASCII, else as Quote has
// it. Never give it a key.
[[nodiscard]] std::string Plain(std::string_view text);

// Below names a member of what stands at a place of an error: "record 2.Key"; without a place, the
// member alone.
[[nodiscard]] std::string Below(std::string_view place, std::string_view member);

// Hex writes "0x27": lower case, no leading zeros.
[[nodiscard]] std::string Hex(std::uint64_t number);

// HexDigit is the value of a digit of either case; -1 for what is none.
[[nodiscard]] int HexDigit(char digit);
// DecodeHex fills `out` from exactly twice as many digits. False: they are others, or not as many.
[[nodiscard]] bool DecodeHex(std::string_view digits, crypto::MutableOctets out);

// ParseUnsigned reads "0x" and hex digits, or decimal digits without leading zeros. nullopt for
// anything else and for numbers past 64 bits.
[[nodiscard]] std::optional<std::uint64_t> ParseUnsigned(std::string_view text);

// ValidUtf8 gives the octets of the well-formed beginning (RFC 3629: no surrogates, no overlong
// forms): text.size() when all of it is UTF-8.
[[nodiscard]] std::size_t ValidUtf8(std::string_view text);

}  // namespace iscsi_ike::policy
