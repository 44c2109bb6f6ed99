// FieldReader: reads octets and writes down what they are. For the sources of this folder only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ike/trace/field.hpp"
#include "ike/wire/reader.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {

// FieldReader walks `octets`, which stand at `base` of the message, and appends to `fields`. A read
// that does not fit adds nothing and returns false. Integers are big-endian.
class FieldReader {
 public:
  FieldReader(Octets octets, std::size_t base, std::vector<Field>& fields,
              std::vector<Fault>& faults)
      : reader_(octets), base_(base), fields_(&fields), faults_(&faults) {}

  [[nodiscard]] bool U8(std::string_view name, std::uint8_t& out) {
    return Number(name, out, [this](std::uint8_t& n) { return reader_.ReadU8(n); });
  }
  [[nodiscard]] bool U16(std::string_view name, std::uint16_t& out) {
    return Number(name, out, [this](std::uint16_t& n) { return reader_.ReadU16(n); });
  }
  [[nodiscard]] bool U32(std::string_view name, std::uint32_t& out) {
    return Number(name, out, [this](std::uint32_t& n) { return reader_.ReadU32(n); });
  }
  // Opaque adds a value of `size` octets in hexadecimal.
  [[nodiscard]] bool Opaque(std::string_view name, std::size_t size, Octets& out) {
    const std::size_t at = offset();
    if (!reader_.ReadOctets(size, out)) return false;
    fields_->push_back({.name = name, .offset = at, .size = size, .hex = Hex(out)});
    return true;
  }
  // Rest adds all that is left, if anything is.
  Octets Rest(std::string_view name) {
    Octets rest;
    if (reader_.empty() || !Opaque(name, reader_.remaining(), rest)) return {};
    return rest;
  }
  // Raw reads octets that another reader will write down.
  [[nodiscard]] bool Raw(std::size_t size, Octets& out) { return reader_.ReadOctets(size, out); }

  // Say gives the field last added its meaning.
  void Say(std::string text) { fields_->back().text = std::move(text); }
  // Blame adds a fault about the field last added; BlameAt about octets at `at` of the message.
  void Blame(std::string text) { BlameAt(fields_->back().offset, std::move(text)); }
  void BlameAt(std::size_t at, std::string text) { faults_->push_back({at, std::move(text)}); }

  [[nodiscard]] std::size_t offset() const { return base_ + reader_.offset(); }
  [[nodiscard]] std::size_t remaining() const { return reader_.remaining(); }
  [[nodiscard]] Octets rest() const { return reader_.rest(); }
  [[nodiscard]] std::vector<Field>& fields() { return *fields_; }
  [[nodiscard]] std::vector<Fault>& faults() { return *faults_; }

 private:
  template <class Integer, class Read>
  bool Number(std::string_view name, Integer& out, Read read) {
    const std::size_t at = offset();
    if (!read(out)) return false;
    fields_->push_back({.name = name, .offset = at, .size = sizeof(Integer), .number = out});
    return true;
  }

  Reader reader_;
  std::size_t base_;
  std::vector<Field>* fields_;
  std::vector<Fault>* faults_;
};

// Count is "1 octet", "2 octets".
[[nodiscard]] inline std::string Count(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

// Sentence makes one of a rule of the parsers: "Length runs past the end (RFC 2408)."
[[nodiscard]] inline std::string Sentence(std::string_view rule, std::string_view source = {}) {
  std::string text(rule);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  if (!source.empty()) text += " (" + std::string(source) + ")";
  return text + ".";
}

}  // namespace iscsi_ike::ike
