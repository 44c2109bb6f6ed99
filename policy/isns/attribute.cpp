#include "policy/isns/attribute.hpp"

#include <algorithm>
#include <array>

#include "policy/octet_numbers.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy::isns {
namespace {

constexpr std::size_t kTagAndLength = 8;
constexpr std::size_t kLongestText = 256;  // with the NUL (section 6.1)
constexpr std::array<std::uint8_t, 12> kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::uint32_t kUdpBit = 0x10000;  // bit 15 of the RFC, which counts from the left

std::uint32_t U32At(Octets octets, std::size_t at) {
  return static_cast<std::uint32_t>(BigEndianAt(octets, at, 4));
}

void PutU32(Bytes& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

std::size_t Padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

void PutTagAndLength(Bytes& out, Tag tag, std::size_t length) {
  PutU32(out, static_cast<std::uint32_t>(tag));
  PutU32(out, static_cast<std::uint32_t>(length));
}

Failure<Error> WrongLength(const Attribute& attribute, std::size_t wanted) {
  return Reject(Name(attribute.tag), "has " + std::to_string(attribute.value.size()) +
                                         " octets; it has " + std::to_string(wanted));
}

// FaultOfText looks at what stands before the NUL.
std::string_view FaultOfText(std::string_view text) {
  if (text.size() >= kLongestText) return "is longer than 256 octets";
  if (ValidUtf8(text) != text.size()) return "is not UTF-8";
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  };
  if (std::any_of(text.begin(), text.end(), is_control)) return "has control characters in it";
  return {};
}

}  // namespace

Parsed<std::uint32_t> Attribute::AsNumber() const {
  if (value.size() != 4) return WrongLength(*this, 4);
  return U32At(value, 0);
}

Parsed<IpAddress> Attribute::AsAddress() const {
  if (value.size() != 16) return WrongLength(*this, 16);
  const bool mapped = std::equal(kMappedIpv4.begin(), kMappedIpv4.end(), value.begin());
  // The first octet of the last four: ::1 and the like stay what they are.
  const bool compatible = value[12] != 0 && std::all_of(value.begin(), value.begin() + 12,
                                                        [](std::uint8_t o) { return o == 0; });
  return *IpAddress::FromOctets(mapped || compatible ? value.last(4) : value);
}

Parsed<PortalPort> Attribute::AsPort() const {
  if (value.size() != 4) return WrongLength(*this, 4);
  const std::uint32_t word = U32At(value, 0);
  return PortalPort{static_cast<std::uint16_t>(word), (word & kUdpBit) != 0};
}

Parsed<std::string> Attribute::AsText() const {
  const auto end = std::find(value.begin(), value.end(), std::uint8_t{0});
  if (end == value.end()) return Reject(Name(tag), "has no NUL at its end");
  if (std::any_of(end, value.end(), [](std::uint8_t octet) { return octet != 0; })) {
    return Reject(Name(tag), "has octets behind the NUL at its end");
  }
  std::string text(value.begin(), end);
  if (const std::string_view fault = FaultOfText(text); !fault.empty()) {
    return Reject(Name(tag), std::string(fault));
  }
  return text;
}

Attribute AttributeList::Iterator::operator*() const {
  return {static_cast<Tag>(U32At(rest_, 0)), rest_.subspan(kTagAndLength, U32At(rest_, 4))};
}

AttributeList::Iterator& AttributeList::Iterator::operator++() {
  rest_ = rest_.subspan(kTagAndLength + U32At(rest_, 4));
  return *this;
}

Parsed<AttributeList> AttributeList::Parse(Octets octets, std::string_view place) {
  for (Octets rest = octets; !rest.empty();) {
    const auto fault = [&](const std::string& rule) {
      return Reject(std::string(place) + ", octet " + std::to_string(octets.size() - rest.size()),
                    rule);
    };
    if (rest.size() < kTagAndLength) return fault("no room for an attribute's tag and length");
    const std::string name = "the length of ";
    const std::uint32_t length = U32At(rest, 4);
    if (length % 4 != 0 || length > rest.size() - kTagAndLength) {
      return fault(name + Name(static_cast<Tag>(U32At(rest, 0))) + " is " + std::to_string(length) +
                   (length % 4 != 0 ? ", which is no multiple of 4" : ", past the end"));
    }
    rest = rest.subspan(kTagAndLength + length);
  }
  return AttributeList(octets);
}

std::optional<Attribute> AttributeList::Find(Tag tag) const {
  for (const Attribute attribute : *this) {
    if (attribute.tag == tag) return attribute;
  }
  return std::nullopt;
}

void AttributeList::SplitAtDelimiter(AttributeList& before, AttributeList& after) const {
  std::size_t at = 0;
  for (const Attribute attribute : *this) {
    const std::size_t size = kTagAndLength + attribute.value.size();
    if (attribute.tag == Tag::kDelimiter) {
      const Octets whole = octets_;
      before.octets_ = whole.first(at);
      after.octets_ = whole.subspan(at + size);
      return;
    }
    at += size;
  }
  before.octets_ = octets_;
  after.octets_ = octets_.last(0);
}

void PutEmpty(Bytes& out, Tag tag) { PutTagAndLength(out, tag, 0); }

void PutNumber(Bytes& out, Tag tag, std::uint32_t number) {
  PutTagAndLength(out, tag, 4);
  PutU32(out, number);
}

void PutAddress(Bytes& out, Tag tag, const IpAddress& address) {
  PutTagAndLength(out, tag, 16);
  if (!address.is_v6()) out.insert(out.end(), kMappedIpv4.begin(), kMappedIpv4.end());
  out.insert(out.end(), address.octets().begin(), address.octets().end());
}

void PutPort(Bytes& out, Tag tag, const PortalPort& port) {
  PutNumber(out, tag, port.number | (port.udp ? kUdpBit : 0));
}

void PutText(Bytes& out, Tag tag, std::string_view text) {
  const std::size_t size = Padded(text.size() + 1);
  PutTagAndLength(out, tag, size);
  out.insert(out.end(), text.begin(), text.end());
  out.insert(out.end(), size - text.size(), 0);
}

void PutOctets(Bytes& out, Tag tag, Octets value) {
  const std::size_t size = Padded(value.size());
  PutTagAndLength(out, tag, size);
  out.insert(out.end(), value.begin(), value.end());
  out.insert(out.end(), size - value.size(), 0);
}

}  // namespace iscsi_ike::policy::isns
