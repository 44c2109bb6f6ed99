// Checks and text forms of the four phase-1 identities.
#include "policy/identity.hpp"

#include <algorithm>
#include <optional>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::size_t kLongestName = 255;      // octets; RFC 1123 section 2.1
constexpr std::size_t kLongestLabel = 63;      // octets; RFC 1034 section 3.1
constexpr std::size_t kLongestLocalPart = 64;  // octets; RFC 5321 section 4.5.3.1.1
constexpr std::string_view kKnownTypes = "1 (IPv4), 2 (FQDN), 3 (user FQDN) or 5 (IPv6)";

using Rule = std::optional<std::string>;  // the rule that is broken

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Rule CheckLabel(std::string_view label) {
  if (label.empty()) return "has an empty label (a dot too many)";
  if (label.size() > kLongestLabel) return "has a label longer than 63 octets";
  if (label.front() == '-' || label.back() == '-') return "has a label with a hyphen at its end";
  const bool good = std::all_of(label.begin(), label.end(),
                                [](char c) { return IsLetterOrDigit(c) || c == '-'; });
  if (!good) return "has an octet that no host name has: letters, digits, hyphens and dots only";
  return std::nullopt;
}

// CheckHostName: labels of RFC 1123 section 2.1, which also says that a host name never has the
// form of an address. "192.0.2.1" as a name is the classic mistake for IdType 1.
Rule CheckHostName(std::string_view name) {
  if (name.empty()) return "is empty";
  if (IpAddress::Parse(name)) return "is the text of an address; give the address as IdType 1 or 5";
  for (const std::string_view label : Split(name, ".")) {
    if (Rule rule = CheckLabel(label)) return rule;
  }
  return std::nullopt;
}

bool IsAtomText(char c) {  // atext of RFC 5322 section 3.2.3
  return IsLetterOrDigit(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos);
}

Rule CheckLocalPart(std::string_view local) {
  if (local.empty()) return "has nothing before the @";
  if (local.size() > kLongestLocalPart) return "has more than 64 octets before the @";
  for (const std::string_view atom : Split(local, ".")) {
    if (atom.empty()) return "has a dot too many before the @";
    if (!std::all_of(atom.begin(), atom.end(), IsAtomText)) {
      return "has an octet before the @ that needs quoting; only plain names are supported";
    }
  }
  return std::nullopt;
}

Rule CheckUserName(std::string_view name) {
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos) return "has no @; a user FQDN is user@host.example";
  if (name.find('@', at + 1) != std::string_view::npos) return "has more than one @";
  if (Rule rule = CheckLocalPart(name.substr(0, at))) return rule;
  if (Rule rule = CheckHostName(name.substr(at + 1))) return "after the @: " + *rule;
  return std::nullopt;
}

Rule CheckName(IdType type, crypto::Octets id) {
  if (id.size() > kLongestName) return "is longer than 255 octets";
  const std::string name(id.begin(), id.end());
  if (name.find('\0') != std::string::npos) {
    return "holds an octet 0; names are one octet a character, without terminator";
  }
  return type == IdType::kFqdn ? CheckHostName(name) : CheckUserName(name);
}

Rule CheckOctets(IdType type, crypto::Octets id) {
  if (type == IdType::kFqdn || type == IdType::kUserFqdn) return CheckName(type, id);
  const std::size_t size = type == IdType::kIpv4 ? 4 : 16;
  if (id.size() == size) return std::nullopt;
  return "has " + std::to_string(id.size()) + " octets; " +
         (size == 4 ? "IdType 1 (IPv4) has 4" : "IdType 5 (IPv6) has 16");
}

// Names of the other types of RFC 2407 section 4.6.2.1, so that the refusal can say why.
std::string RefuseType(std::uint32_t id_type) {
  std::string rule = "is " + std::to_string(id_type) + "; IdType is " + std::string(kKnownTypes);
  if (id_type >= 4 && id_type <= 8) {
    rule += "; a subnet or range is too broad to name an endpoint (RFC 3723 section 2.3.3)";
  } else if (id_type == 9 || id_type == 10) {
    rule += "; a distinguished name needs certificates";
  } else if (id_type == 11) {
    rule += "; ID_KEY_ID is forbidden (RFC 3723 section 2.3.3)";
  }
  return rule;
}

std::optional<IdType> TypeOf(std::uint32_t id_type) {
  switch (id_type) {
    case 1:
      return IdType::kIpv4;
    case 2:
      return IdType::kFqdn;
    case 3:
      return IdType::kUserFqdn;
    case 5:
      return IdType::kIpv6;
    default:
      return std::nullopt;
  }
}

std::vector<std::uint8_t> ToVector(crypto::Octets octets) { return {octets.begin(), octets.end()}; }

}  // namespace

std::string_view Name(IdType type) {
  switch (type) {
    case IdType::kIpv4:
      return "ipv4";
    case IdType::kFqdn:
      return "fqdn";
    case IdType::kUserFqdn:
      return "user_fqdn";
    case IdType::kIpv6:
      return "ipv6";
  }
  return "?";
}

std::optional<IdType> IdTypeByName(std::string_view name) {
  std::string lower = Lower(name);
  std::replace(lower.begin(), lower.end(), '-', '_');
  if (lower == "ipv4" || lower == "id_ipv4_addr") return IdType::kIpv4;
  if (lower == "fqdn" || lower == "id_fqdn") return IdType::kFqdn;
  if (lower == "user_fqdn" || lower == "id_user_fqdn") return IdType::kUserFqdn;
  if (lower == "ipv6" || lower == "id_ipv6_addr") return IdType::kIpv6;
  return std::nullopt;
}

Status<Error> CheckIdType(std::uint32_t id_type, std::string_view place) {
  if (TypeOf(id_type)) return Done{};
  return Reject(std::string(place), RefuseType(id_type));
}

Parsed<Identity> Identity::Make(std::uint32_t id_type, crypto::Octets id, std::string_view place) {
  const auto known = CheckIdType(id_type, Below(place, "IdType"));
  if (!known) return Failure(known.error());
  const std::optional<IdType> type = TypeOf(id_type);
  if (Rule rule = CheckOctets(*type, id)) return Reject(Below(place, "Id"), *std::move(rule));
  return Identity(*type, ToVector(id));
}

Parsed<Identity> Identity::Parse(std::string_view text, std::string_view place) {
  const std::size_t colon = text.find(':');
  const auto type = IdTypeByName(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (!type) {
    return Reject(std::string(place), Quote(text) +
                                          " names no identity type; write ipv4:, ipv6:, "
                                          "fqdn: or user_fqdn: and the value");
  }
  const std::string_view value = text.substr(colon + 1);
  if (*type == IdType::kIpv4 || *type == IdType::kIpv6) {
    const std::optional<IpAddress> address = IpAddress::Parse(value);
    if (!address || address->is_v6() != (*type == IdType::kIpv6)) {
      return Reject(
          std::string(place),
          Quote(value) + " is no " + (*type == IdType::kIpv4 ? "IPv4" : "IPv6") + " address");
    }
    return OfAddress(*address);
  }
  const crypto::Octets octets(reinterpret_cast<const std::uint8_t*>(value.data()), value.size());
  if (Rule rule = CheckName(*type, octets)) {
    return Reject(std::string(place), Quote(value) + " " + *rule);
  }
  return Identity(*type, ToVector(octets));
}

Identity Identity::OfAddress(const IpAddress& address) {
  return Identity(address.is_v6() ? IdType::kIpv6 : IdType::kIpv4, ToVector(address.octets()));
}

std::optional<IpAddress> Identity::address() const {
  return IsAddress() ? IpAddress::FromOctets(octets_) : std::nullopt;
}

std::string Identity::ToString() const {
  std::string text = std::string(Name(type_)) + ":";
  if (const std::optional<IpAddress> as_address = address()) return text + as_address->ToString();
  return text.append(octets_.begin(), octets_.end());
}

}  // namespace iscsi_ike::policy
