#include "ike/wire/vendor_id.hpp"

#include <algorithm>
#include <array>

#include "ike/wire/reader.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

// Sixteen octets are the MD5 of the text in the comment, except for dead peer detection (RFC 3706
// section 5.1).
using Md5 = std::array<std::uint8_t, 16>;
// "RFC 3947"
constexpr Md5 kRfc3947{0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45,
                       0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f};
// "draft-ietf-ipsec-nat-t-ike-03", "-02" with and without a newline, "-00"
constexpr Md5 kDraft03{0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f,
                       0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d, 0x56};
constexpr Md5 kDraft02n{0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e,
                        0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b, 0x1f};
constexpr Md5 kDraft02{0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8,
                       0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6, 0xa4, 0x48};
constexpr Md5 kDraft00{0x44, 0x85, 0x15, 0x2d, 0x18, 0xb6, 0xbb, 0xcd,
                       0x0b, 0xe8, 0xa8, 0x46, 0x95, 0x79, 0xdd, 0xcc};
// The last two octets are major and minor version.
constexpr Md5 kDpd{0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9,
                   0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00};
// "FRAGMENTATION"
constexpr Md5 kFragmentationId{0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85,
                               0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3};
constexpr std::array<std::uint8_t, 8> kXauthId{0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12};
constexpr Md5 kUnity{0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9,
                     0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc, 0x01, 0x00};
// "MS NT5 ISAKMPOAKLEY"
constexpr Md5 kNt5{0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d,
                   0x7c, 0x96, 0xfc, 0xbf, 0xb5, 0x87, 0xe4, 0x61};
// "Vid-Initial-Contact"
constexpr Md5 kMsInitialContact{0x26, 0x24, 0x4d, 0x38, 0xed, 0xdb, 0x61, 0xb3,
                                0x17, 0x2a, 0x36, 0xe3, 0xd0, 0xcf, 0xb8, 0x19};
// "MS-Negotiation Discovery Capable"
constexpr Md5 kMsNegotiationDiscovery{0xfb, 0x1d, 0xe3, 0xcd, 0xf3, 0x41, 0xb7, 0xea,
                                      0x16, 0xb7, 0xe5, 0xbe, 0x08, 0x55, 0xf1, 0x20};
// "IKE CGA version 1"
constexpr Md5 kCga{0xe3, 0xa5, 0x96, 0x6a, 0x76, 0x37, 0x9f, 0xe7,
                   0x07, 0x22, 0x82, 0x31, 0xe5, 0xce, 0x86, 0x52};
// "strongSwan"
constexpr Md5 kStrongSwanId{0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc,
                            0x22, 0x51, 0x61, 0x3b, 0x2e, 0xbe, 0x5b, 0xeb};
// "KAME/racoon"
constexpr Md5 kRacoonId{0x70, 0x03, 0xcb, 0xc1, 0x09, 0x7d, 0xbe, 0x9c,
                        0x26, 0x00, 0xba, 0x69, 0x83, 0xbc, 0x8b, 0x35};

constexpr std::size_t kShownVendor = 64;

constexpr VendorIdEntry kEntries[] = {
    {VendorId::kNatTraversal, kRfc3947, "RFC 3947 NAT traversal"},
    {VendorId::kNatTraversalDraft03, kDraft03, "NAT traversal draft -03"},
    {VendorId::kNatTraversalDraft02n, kDraft02n, "NAT traversal draft -02 with newline"},
    {VendorId::kNatTraversalDraft02, kDraft02, "NAT traversal draft -02"},
    {VendorId::kNatTraversalDraft00, kDraft00, "NAT traversal draft -00"},
    {VendorId::kDeadPeerDetection, kDpd, "dead peer detection"},
    {VendorId::kFragmentation, kFragmentationId, "FRAGMENTATION", true},
    {VendorId::kXauth, kXauthId, "XAUTH"},
    {VendorId::kCiscoUnity, kUnity, "Cisco Unity"},
    {VendorId::kMicrosoftNt5, kNt5, "MS NT5 ISAKMPOAKLEY", true},
    {VendorId::kMicrosoftInitialContact, kMsInitialContact, "MS Vid-Initial-Contact"},
    {VendorId::kMicrosoftNegotiationDiscovery, kMsNegotiationDiscovery,
     "MS-Negotiation Discovery Capable"},
    {VendorId::kMicrosoftCga, kCga, "IKE CGA version 1"},
    {VendorId::kStrongSwan, kStrongSwanId, "strongSwan"},
    {VendorId::kRacoon, kRacoonId, "KAME/racoon"},
};

bool Matches(const VendorIdEntry& entry, Octets body) {
  if (body.size() < entry.octets.size()) return false;
  if (!entry.prefix && body.size() != entry.octets.size()) return false;
  return std::equal(entry.octets.begin(), entry.octets.end(), body.begin());
}

const VendorIdEntry* EntryOf(VendorId id) {
  for (const VendorIdEntry& entry : kEntries) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

const VendorIdEntry* EntryOf(Octets body) {
  for (const VendorIdEntry& entry : kEntries) {
    if (Matches(entry, body)) return &entry;
  }
  return nullptr;
}

std::string_view WindowsName(std::uint32_t version) {
  switch (version) {
    case 2:
      return "Windows 2000";
    case 3:
      return "Windows XP";
    case 4:
      return "Windows Server 2003, XP SP2";
    case 5:
      return "Windows Vista";
    case 6:
      return "Windows Server 2008";
    case 7:
      return "Windows 7";
    case 8:
      return "Windows Server 2008 R2";
    case 9:
      return "Windows 8";
    case 16:
      return "Windows Server 2012";
    default:
      return {};
  }
}

// SuffixText: what the octets after a known prefix say.
std::string SuffixText(const VendorIdEntry& entry, Octets suffix) {
  Reader reader(suffix);
  std::uint32_t version = 0;
  if (entry.id == VendorId::kMicrosoftNt5 && reader.ReadU32(version) && reader.empty()) {
    const std::string_view name = WindowsName(version);
    if (!name.empty()) return std::string(name);
  }
  return HexStart(suffix, kShownVendor);
}

}  // namespace

std::span<const VendorIdEntry> AllVendorIds() { return kEntries; }

VendorId IdentifyVendor(Octets body) {
  const VendorIdEntry* entry = EntryOf(body);
  return entry == nullptr ? VendorId::kUnknown : entry->id;
}

Octets OctetsOf(VendorId id) {
  const VendorIdEntry* entry = EntryOf(id);
  return entry == nullptr ? Octets() : entry->octets;
}

std::string_view NameOf(VendorId id) {
  const VendorIdEntry* entry = EntryOf(id);
  return entry == nullptr ? std::string_view() : entry->name;
}

std::string DescribeVendor(Octets body) {
  const VendorIdEntry* entry = EntryOf(body);
  if (entry == nullptr) return HexStart(body, kShownVendor);
  std::string text(entry->name);
  if (body.size() > entry->octets.size()) {
    text += " (" + SuffixText(*entry, body.subspan(entry->octets.size())) + ")";
  }
  return text;
}

}  // namespace iscsi_ike::ike
