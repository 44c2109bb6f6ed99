// Sizes and names of the algorithms, and the table of Diffie-Hellman groups.
#include "crypto/suite.hpp"

#include <cassert>

namespace iscsi_ike::crypto {
namespace {

struct HashInfo {
  HashAlgorithm hash;
  std::string_view name;
  std::size_t size;  // octets
};

constexpr std::array<HashInfo, 5> kHashes = {{
    {HashAlgorithm::kMd5, "md5", 16},
    {HashAlgorithm::kSha1, "sha1", 20},
    {HashAlgorithm::kSha256, "sha256", 32},
    {HashAlgorithm::kSha384, "sha384", 48},
    {HashAlgorithm::kSha512, "sha512", 64},
}};

const HashInfo& Info(HashAlgorithm hash) {
  const auto index = static_cast<std::size_t>(hash);
  assert(index < kHashes.size() && kHashes[index].hash == hash);
  return kHashes[index];
}

// Columns as in DhGroupInfo. Exponents are short (RFC 3526 section 8) and at least twice the
// strength that SP 800-56A revision 3, table 26, gives the group: 112, 128, 152, 176 and 200 bits
// from modp2048 on need 224, 256, 304, 352 and 400; those below 2048 bits get twice the estimate
// of RFC 3526 or more. 24 octets are 192 bits, 32: 256, 40: 320, 44: 352, 50: 400, 56: 448.
constexpr std::array<DhGroupInfo, 11> kGroups = {{
    {DhGroup::kModp1024, DhKind::kModp, "modp1024", 128, 128, 24, 80},
    {DhGroup::kModp1536, DhKind::kModp, "modp1536", 192, 192, 32, 96},
    {DhGroup::kModp2048, DhKind::kModp, "modp2048", 256, 256, 32, 112},
    {DhGroup::kModp3072, DhKind::kModp, "modp3072", 384, 384, 40, 128},
    {DhGroup::kModp4096, DhKind::kModp, "modp4096", 512, 512, 44, 152},
    {DhGroup::kModp6144, DhKind::kModp, "modp6144", 768, 768, 50, 176},
    {DhGroup::kModp8192, DhKind::kModp, "modp8192", 1024, 1024, 56, 200},
    {DhGroup::kEcp256, DhKind::kEcp, "ecp256", 64, 32, 32, 128},
    {DhGroup::kEcp384, DhKind::kEcp, "ecp384", 96, 48, 48, 192},
    {DhGroup::kEcp521, DhKind::kEcp, "ecp521", 132, 66, 66, 256},
    {DhGroup::kCurve25519, DhKind::kX25519, "curve25519", 32, 32, 32, 128},
}};

template <class Matches>
const DhGroupInfo* FindGroup(Matches matches) {
  for (const DhGroupInfo& info : kGroups) {
    if (matches(info)) return &info;
  }
  return nullptr;
}

std::optional<DhGroup> GroupOf(const DhGroupInfo* info) {
  return info == nullptr ? std::nullopt : std::optional(info->group);
}

}  // namespace

std::size_t HashSize(HashAlgorithm hash) { return Info(hash).size; }

std::string_view Name(HashAlgorithm hash) { return Info(hash).name; }

std::optional<HashAlgorithm> HashByName(std::string_view name) {
  for (const HashInfo& info : kHashes) {
    if (info.name == name) return info.hash;
  }
  return std::nullopt;
}

std::size_t BlockSize(CipherAlgorithm cipher) {
  return cipher == CipherAlgorithm::kTripleDesCbc ? 8 : 16;
}

std::span<const DhGroupInfo> AllDhGroups() { return kGroups; }

const DhGroupInfo& Info(DhGroup group) {
  const DhGroupInfo* info = FindGroup([&](const auto& g) { return g.group == group; });
  assert(info != nullptr);
  return *info;
}

std::optional<DhGroup> DhGroupByNumber(std::uint16_t number) {
  return GroupOf(
      FindGroup([&](const auto& g) { return static_cast<std::uint16_t>(g.group) == number; }));
}

std::optional<DhGroup> DhGroupByName(std::string_view name) {
  return GroupOf(FindGroup([&](const auto& g) { return g.name == name; }));
}

}  // namespace iscsi_ike::crypto
