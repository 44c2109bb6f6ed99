// Attribute: one type and value of a transform or of a RESPONDER-LIFETIME notification, RFC 2408
// section 3.3.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !A!       Attribute Type        !    AF=0  Attribute Length     !
// !F!                             !    AF=1  Attribute Value      !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// .                   AF=0  Attribute Value                       .
// .                   AF=1  Not Transmitted                       .
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstdint>
#include <optional>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/reader.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {

// Attribute borrows its value: 2 octets when basic, any number otherwise.
struct Attribute {
  std::uint16_t type = 0;
  bool basic = false;
  Octets value;
  std::size_t offset = 0;  // in the attribute list
  // AsNumber reads the value as a big-endian integer; false for 0 octets and for more than 8.
  [[nodiscard]] bool AsNumber(std::uint64_t& out) const;
};

// AttributeCursor walks an attribute list. Next gives nullopt at the end and at the first malformed
// attribute; error() tells the two apart.
class AttributeCursor {
 public:
  explicit AttributeCursor(Octets attributes) : reader_(attributes) {}
  [[nodiscard]] std::optional<Attribute> Next();
  [[nodiscard]] const std::optional<ParseError>& error() const { return error_; }

 private:
  Reader reader_;
  std::optional<ParseError> error_;
};

// NumberFields fills the fields of one transform: a class may repeat itself, but not contradict
// itself (RFC 2407 section 4.5.2). For classes below 32 whose values are basic.
class NumberFields {
 public:
  // Set stores the attribute's value in `field`; ATTRIBUTES-NOT-SUPPORTED when it was there with
  // another value.
  [[nodiscard]] std::optional<ParseError> Set(const Attribute& attribute, std::uint16_t& field);

 private:
  std::uint32_t seen_ = 0;
};

// WriteAttribute writes type/value when `value` fits 16 bits, type/length/value with 4 octets
// otherwise.
void WriteAttribute(Writer& writer, std::uint16_t type, std::uint32_t value);

}  // namespace iscsi_ike::ike
