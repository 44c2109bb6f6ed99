#include "policy/config_fields.hpp"

#include <algorithm>

#include "policy/identity.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

using Kind = JsonScalar::Kind;

constexpr std::size_t kFirstOctets = 64;

JsonVerdict Default(const JsonSink& sink, const JsonScalar& scalar) {
  if (scalar.kind == Kind::kNull) return std::nullopt;
  return Broken("is " + std::string(Name(scalar.kind)) + "; " + sink.Wanted());
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7F;
  });
}

}  // namespace

JsonVerdict NumberField::OnScalar(const JsonScalar& scalar) {
  std::optional<std::uint64_t> number;
  if (scalar.kind == Kind::kUnsigned) number = scalar.number;
  if (scalar.kind == Kind::kString) number = ParseUnsigned(scalar.text);
  if (scalar.kind == Kind::kString && !number) return Broken("is no number; " + Wanted());
  if (!number) return Default(*this, scalar);
  if (*number > most_) return Broken("is " + std::to_string(*number) + "; " + Wanted());
  value = number;
  return std::nullopt;
}

std::string NumberField::Wanted() const {
  return "a whole number from 0 to " + std::to_string(most_) + " is expected";
}

JsonVerdict TruthField::OnScalar(const JsonScalar& scalar) {
  if (scalar.kind != Kind::kBool) return Default(*this, scalar);
  value = scalar.truth;
  return std::nullopt;
}

JsonVerdict FlagsField::OnScalar(const JsonScalar& scalar) {
  std::optional<SecurityFlags> flags;
  if (scalar.kind == Kind::kUnsigned) flags = SecurityFlags(scalar.number);
  if (scalar.kind == Kind::kString) {
    auto parsed = SecurityFlags::Parse(scalar.text, "");
    if (!parsed) return Broken(parsed.error().rule);
    flags = *parsed;
  }
  if (!flags) return Default(*this, scalar);
  if (flags->word() > most_) return Broken("is " + flags->ToHex() + "; " + Wanted());
  value = flags;
  return std::nullopt;
}

std::string FlagsField::Wanted() const {
  return "a security word of " + std::string(most_ > 0xFFFFFFFF ? "64" : "32") +
         " bits or names of flags are expected";
}

JsonVerdict IdTypeField::OnScalar(const JsonScalar& scalar) {
  if (scalar.kind == Kind::kString) {
    if (const auto type = IdTypeByName(scalar.text)) {
      value = static_cast<std::uint32_t>(*type);
      return std::nullopt;
    }
  }
  NumberField number(0xFFFFFFFF);
  JsonVerdict verdict = number.OnScalar(scalar);
  if (verdict) return Broken("is no identity type; " + Wanted());
  if (number.value) value = static_cast<std::uint32_t>(*number.value);
  return std::nullopt;
}

std::string IdTypeField::Wanted() const {
  return "1 (ipv4), 2 (fqdn), 3 (user_fqdn) or 5 (ipv6) is expected";
}

JsonVerdict TextField::OnScalar(const JsonScalar& scalar) {
  if (scalar.kind != Kind::kString) return Default(*this, scalar);
  if (scalar.text.size() > most_) {
    return Broken("has " + std::to_string(scalar.text.size()) + " octets; " +
                  std::to_string(most_) + " at most");
  }
  if (HasControl(scalar.text)) return Broken("holds a control character");
  value = std::string(scalar.text);
  return std::nullopt;
}

JsonVerdict AddressTextField::OnScalar(const JsonScalar& scalar) {
  if (scalar.kind != Kind::kString) return Default(*this, scalar);
  value = IpAddress::Parse(scalar.text);
  return value ? std::nullopt : Broken("is " + Quote(scalar.text) + "; " + Wanted());
}

Initiator InitiatorFields::Make() const {
  Initiator initiator{name.value.value_or(""), std::nullopt};
  if (port.value && *port.value != kAllPorts)
    initiator.port = static_cast<std::uint32_t>(*port.value);
  return initiator;
}

// OctetsField

std::string OctetsField::Wanted() const {
  return dialect_ == Dialect::kOwn
             ? "an array of numbers to 255, \"hex:...\" or \"text:...\" is expected"
             : "an array of numbers to 255 is expected (was ConvertTo-Json given enough -Depth?)";
}

JsonVerdict OctetsField::OnScalar(const JsonScalar& scalar) {
  if (scalar.kind != Kind::kString || dialect_ != Dialect::kOwn) return Default(*this, scalar);
  is_given_ = true;
  if (scalar.text.starts_with("hex:")) return AppendHex(scalar.text.substr(4));
  if (scalar.text.starts_with("text:")) return AppendText(scalar.text.substr(5));
  return Broken("is text without notation; write \"hex:\" or \"text:\" before it");
}

JsonVerdict OctetsField::OnArray() {
  if (is_given_) return Broken("is given twice");
  is_given_ = true;
  return std::nullopt;
}

// {"value": [...], "Count": n}
JsonSink::Next OctetsField::OnMember(std::string_view name) {
  if (dialect_ == Dialect::kPowerShell && SameName(name, "value")) return this;
  if (dialect_ == Dialect::kPowerShell && SameName(name, "Count")) return nullptr;
  return Failure(JsonProblem{{}, "is no octet string; " + Wanted()});
}

JsonVerdict OctetsField::OnEnd() {
  octets_.Shrink(size_);
  return std::nullopt;
}

JsonVerdict OctetsField::Octet::OnScalar(const JsonScalar& scalar) {
  if (scalar.kind != Kind::kUnsigned) {
    return Broken("is " + std::string(Name(scalar.kind)) + "; " + Wanted());
  }
  if (scalar.number > 255) return Broken("is past 255; " + Wanted());
  return field_.Append(static_cast<std::uint8_t>(scalar.number));
}

// Growth goes from one Secret to a larger one; the smaller is wiped as it dies.
JsonVerdict OctetsField::Append(std::uint8_t octet) {
  if (size_ == most_) {
    return Broken("is one octet too many; " + std::to_string(most_) + " at most");
  }
  if (size_ == octets_.size()) {
    crypto::Secret larger(std::max(kFirstOctets, size_ * 2));
    const crypto::Octets old = octets_.Expose();
    std::copy(old.begin(), old.end(), larger.ExposeMutable().begin());
    octets_ = std::move(larger);
  }
  octets_.ExposeMutable()[size_++] = octet;
  return std::nullopt;
}

JsonVerdict OctetsField::AppendText(std::string_view text) {
  is_text_ = true;
  for (const char c : text) {
    if (JsonVerdict verdict = Append(static_cast<std::uint8_t>(c))) return verdict;
  }
  return OnEnd();
}

JsonVerdict OctetsField::AppendHex(std::string_view digits) {
  if (digits.size() % 2 != 0) return Broken("has an odd number of hex digits");
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = HexDigit(digits[i]);
    const int low = HexDigit(digits[i + 1]);
    if (high < 0 || low < 0) return Broken("has something else than hex digits behind hex:");
    if (JsonVerdict verdict = Append(static_cast<std::uint8_t>(high << 4 | low))) return verdict;
  }
  return OnEnd();
}

crypto::Secret OctetsField::Take() {
  octets_.Shrink(size_);
  size_ = 0;
  return std::move(octets_);
}

// AddressField

AddressField::AddressField(Dialect dialect, bool ipv4_in_host_order)
    : dialect_(dialect),
      ipv4_in_host_order_(ipv4_in_host_order),
      type_(3),
      ipv4_(0xFFFFFFFF),
      ipv6_(16, Dialect::kPowerShell),
      text_(256) {}

std::string AddressField::Wanted() const {
  return "an address, a host name or {Type, IpV4Address, IpV6Address, TextAddress} is expected";
}

JsonVerdict AddressField::OnScalar(const JsonScalar& scalar) {
  if (scalar.kind != Kind::kString) return Default(*this, scalar);
  return TakeText(scalar.text);
}

JsonSink::Next AddressField::OnMember(std::string_view name) {
  if (SameName(name, "Type")) return &type_;
  if (SameName(name, "IpV4Address")) return &ipv4_;
  if (SameName(name, "IpV6Address")) return &ipv6_;
  if (SameName(name, "TextAddress")) return &text_;
  if (SameName(name, "IpV6FlowInfo") || SameName(name, "IpV6ScopeId")) return nullptr;
  if (dialect_ == Dialect::kPowerShell) return nullptr;
  return Failure(JsonProblem{{},
                             "is no member of an address; known are Type, IpV4Address, "
                             "IpV6Address, IpV6FlowInfo, IpV6ScopeId, TextAddress"});
}

JsonVerdict AddressField::OnEnd() {
  if (!type_.value) return JsonProblem{"Type", "is missing"};
  switch (*type_.value) {
    case 0: {
      JsonVerdict verdict = TakeText(text_.value.value_or(""));
      if (verdict) verdict->below = "TextAddress";
      return verdict;
    }
    case 1:
      return TakeIpv4();
    case 2:
      return TakeIpv6();
    default:
      return JsonProblem{"Type", "is 3 (empty); a portal has an address"};
  }
}

JsonVerdict AddressField::TakeText(std::string_view text) {
  address = IpAddress::Parse(text);
  if (address) return std::nullopt;
  const crypto::Octets octets(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const auto name = Identity::Make(static_cast<std::uint32_t>(IdType::kFqdn), octets, "");
  if (!name) {
    return Broken("is " + Quote(text) + ", no address; as a host name it " + name.error().rule);
  }
  host = std::string(text);
  return std::nullopt;
}

JsonVerdict AddressField::TakeIpv4() {
  if (!ipv4_.value) return JsonProblem{"IpV4Address", "is missing although Type is 1"};
  std::array<std::uint8_t, 4> octets{};
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned shift = 8 * (ipv4_in_host_order_ ? 3 - i : i);
    octets[i] = static_cast<std::uint8_t>(*ipv4_.value >> shift & 0xFF);
  }
  address = IpAddress::V4(octets);
  return std::nullopt;
}

JsonVerdict AddressField::TakeIpv6() {
  const crypto::Secret octets = ipv6_.Take();
  if (octets.size() != 16) {
    return JsonProblem{"IpV6Address", "has " + std::to_string(octets.size()) +
                                          " octets although Type is 2; 16 are expected"};
  }
  address = IpAddress::FromOctets(octets.Expose());
  return std::nullopt;
}

// ClassField

JsonVerdict ClassField::OnScalar(const JsonScalar& scalar) {
  if (scalar.kind != Kind::kString) return Default(*this, scalar);
  const std::size_t before = scalar.text.find_last_of(":/\\");
  value = std::string(scalar.text.substr(before == std::string_view::npos ? 0 : before + 1, 256));
  return std::nullopt;
}

JsonSink::Next ClassField::OnMember(std::string_view name) {
  if (SameName(name, "CimClassName") || SameName(name, "ClassName")) return this;
  return nullptr;
}

}  // namespace iscsi_ike::policy
