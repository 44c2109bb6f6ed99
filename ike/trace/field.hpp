// Field and Fault: what a dissected message consists of, and what is wrong with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iscsi_ike::ike {

// Field is a run of octets with a name. Offsets count from the first octet of the ISAKMP header;
// in a message that was decrypted, from where the ciphertext of the octets stood.
struct Field {
  std::string_view name;  // static text: "next payload"
  std::size_t offset = 0;
  std::size_t size = 0;                 // octets, those of `fields` included
  std::optional<std::uint64_t> number;  // the value, where it is a number
  std::string text{};                   // what it stands for: "NONCE", "192.0.2.1"; may be empty
  std::string hex{};                    // the value, where it is no number; may be empty
  std::vector<Field> fields{};          // in wire order
};

// Fault is one thing that is wrong, as a plain sentence.
struct Fault {
  std::size_t offset = 0;  // as Field::offset
  std::string text;
};

// FieldsText: one line for each field, indented below what holds it, long values on lines of their
// own; every line starts with `indent` and ends with a newline. Fit for a terminal whatever the
// message held.
[[nodiscard]] std::string FieldsText(const std::vector<Field>& fields, std::string_view indent);

}  // namespace iscsi_ike::ike
