// Attributes of iSNS messages, RFC 4171 section 5.3: tag, length and value, 4 octets aligned.
//
//  +---------------------------------------------+
//  |                tag, 4 octets                |
//  +---------------------------------------------+
//  |   length of the value with its pad, or 0    |
//  +---------------------------------------------+
//  |        value, zeros up to 4 octets          |
//  +---------------------------------------------+
//
// What the length of a value really is follows from the value: texts end with a NUL, proposals have
// a length of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "policy/error.hpp"
#include "policy/ip_address.hpp"
#include "policy/isns/numbers.hpp"
#include "policy/isns/pdu.hpp"

namespace iscsi_ike::policy::isns {

// PortalPort is a port with its protocol. On the wire 0 stands for the canonical port of the
// entity's protocol (section 6.3.2), which here is iSCSI's.
struct PortalPort {
  std::uint16_t number = 0;
  bool udp = false;
  friend bool operator==(const PortalPort&, const PortalPort&) = default;
};

// Attribute is one of a checked list. The functions read its value as what the tag stands for;
// errors stand at the attribute's name.
struct Attribute {
  Tag tag = Tag::kDelimiter;
  Octets value;  // with its pad

  [[nodiscard]] Parsed<std::uint32_t> AsNumber() const;
  // AsAddress takes IPv4 mapped into IPv6 (section 6.3.1), and as isnsadm of open-isns writes it,
  // behind 12 zeros.
  [[nodiscard]] Parsed<IpAddress> AsAddress() const;
  // AsPort looks at nothing above the bit of UDP.
  [[nodiscard]] Parsed<PortalPort> AsPort() const;
  // AsText is without the NUL. Errors: none at the end, octets behind it, not UTF-8, control
  // characters, longer than 256 octets.
  [[nodiscard]] Parsed<std::string> AsText() const;
};

// AttributeList is a checked list in borrowed octets. Tags that nobody knows stay in it.
class AttributeList {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Attribute;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Attribute;
    Iterator() = default;
    explicit Iterator(Octets rest) : rest_(rest) {}
    Attribute operator*() const;
    Iterator& operator++();
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    // rest: the octets from this attribute on.
    [[nodiscard]] Octets rest() const { return rest_; }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.rest_.size() == b.rest_.size();
    }

   private:
    Octets rest_;
  };

  AttributeList() = default;
  // Parse checks that attributes fill `octets` exactly. `place` is the message, for errors:
  // "DevAttrQryRsp, octet 24".
  [[nodiscard]] static Parsed<AttributeList> Parse(Octets octets, std::string_view place);

  [[nodiscard]] Iterator begin() const { return Iterator(octets_); }
  [[nodiscard]] Iterator end() const { return Iterator(octets_.last(0)); }
  [[nodiscard]] bool empty() const { return octets_.empty(); }
  [[nodiscard]] Octets octets() const { return octets_; }
  // Find is the first with that tag.
  [[nodiscard]] std::optional<Attribute> Find(Tag tag) const;
  // SplitAtDelimiter cuts at the first delimiter, which is in neither part; without one all is in
  // the first.
  void SplitAtDelimiter(AttributeList& before, AttributeList& after) const;

 private:
  explicit AttributeList(Octets octets) : octets_(octets) {}
  Octets octets_;
};

// Writing: each appends one attribute and pads its value.
void PutEmpty(Bytes& out, Tag tag);
void PutNumber(Bytes& out, Tag tag, std::uint32_t number);
void PutAddress(Bytes& out, Tag tag, const IpAddress& address);
void PutPort(Bytes& out, Tag tag, const PortalPort& port);
void PutText(Bytes& out, Tag tag, std::string_view text);  // adds the NUL
void PutOctets(Bytes& out, Tag tag, Octets value);

}  // namespace iscsi_ike::policy::isns
