// JSON by events (RFC 8259): a text is parsed in place, in a Secret that is wiped afterwards, and
// each value goes to the sink that its container names for it. No tree is built, and no string of
// the text is copied into a buffer that is not wiped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::policy {

// JsonScalar is a value without parts. `text` is good only during the call.
struct JsonScalar {
  enum class Kind : std::uint8_t { kNull, kBool, kUnsigned, kOtherNumber, kString };
  Kind kind = Kind::kNull;
  bool truth = false;
  std::uint64_t number = 0;  // kUnsigned
  std::string_view text;     // kString, UTF-8; may hold U+0000
};
// Name for errors: "null", "a truth value", "a number", "a negative or fractional number", "text".
[[nodiscard]] std::string_view Name(JsonScalar::Kind kind);

// JsonProblem is a broken rule. `below` is the rest of the place: "IdType" below "records[1]".
struct JsonProblem {
  std::string below;
  std::string rule;
};
using JsonVerdict = std::optional<JsonProblem>;  // nullopt: go on
[[nodiscard]] inline JsonVerdict Broken(std::string rule) {
  return JsonProblem{{}, std::move(rule)};
}

// JsonSink takes one value. What it does not override is refused with "is X; Wanted()". The sinks
// that OnMember and OnElement name must outlive the parse of that value; nullptr ignores the value
// (duplicate members are errors all the same).
class JsonSink {
 public:
  using Next = Result<JsonSink*, JsonProblem>;
  virtual ~JsonSink() = default;

  virtual JsonVerdict OnScalar(const JsonScalar& scalar);
  virtual JsonVerdict OnObject();                // `{`
  virtual JsonVerdict OnArray();                 // `[`
  virtual Next OnMember(std::string_view name);  // after OnObject
  virtual Next OnElement(std::size_t index);     // after OnArray
  virtual JsonVerdict OnEnd();                   // `}` or `]`
  [[nodiscard]] virtual std::string Wanted() const { return "nothing of the kind is expected"; }
};

inline constexpr std::size_t kDeepestJson = 128;   // containers inside one another
inline constexpr std::size_t kMostMembers = 1024;  // of one object

// ReadJson parses UTF-8 text (see DecodeText) into `root`. A second member of the same name is an
// error in every object; names are compared without ASCII case, as CIM does. Errors stand at
// `place`: syntax with line and column (octets, both from 1), rules of sinks with the path
// ("file: records[1].IdType"). A text that is no JSON is told so even if a rule is broken before
// that; of several broken rules the first counts, and no sink is called after it. The call stack
// does not grow with the depth of the text.
[[nodiscard]] Status<Error> ReadJson(crypto::Secret text, JsonSink& root, std::string_view place);

}  // namespace iscsi_ike::policy
