// Vectors of Diffie-Hellman: lists of primes, of whole agreements, NIST ACVP safe primes,
// Wycheproof, and the text of BoringSSL.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "crypto/dh_groups.hpp"
#include "tests/crypto/vector_formats.hpp"

namespace iscsi_ike::test {
namespace {

using crypto::DhGroup;
using crypto::DhOutcome;

Bytes WithoutLeadingZeros(Bytes octets) {
  const auto first = std::ranges::find_if(octets, [](std::uint8_t o) { return o != 0; });
  octets.erase(octets.begin(), first);
  return octets;
}

void CheckPublic(VectorCount& count, DhGroup group, const Bytes& key, std::string_view expected) {
  const crypto::DhJob job = RunJob(group, key, nullptr);
  EXPECT_EQ(job.outcome, DhOutcome::kOk);
  Check(count, job.public_value, expected, "public value");
}

void CheckShared(VectorCount& count, DhGroup group, const Bytes& key, const Bytes& peer,
                 std::string_view expected) {
  EXPECT_TRUE(crypto::IsAcceptablePeerValue(group, peer));
  const crypto::DhJob job = RunJob(group, key, &peer);
  EXPECT_EQ(job.outcome, DhOutcome::kOk);
  Check(count, job.shared.Expose(), expected, "shared secret");
}

void CheckRefused(VectorCount& count, DhGroup group, const Bytes& key, const Bytes& peer) {
  ++count.checks;
  const crypto::DhJob job = RunJob(group, key, &peer);
  EXPECT_EQ(job.outcome, DhOutcome::kBadPeerValue);
  EXPECT_TRUE(job.shared.empty());
}

// A list of primes by group number.

bool IsPrimes(const Json& json) {
  return json.is_array() && !json.empty() && HasText(json.front(), "prime_hex");
}

VectorCount RunPrimes(const Json& json) {
  VectorCount count;
  for (const Json& entry : json) {
    const auto group = crypto::DhGroupByNumber(entry.at("group").get<std::uint16_t>());
    if (!group || crypto::ModpPrime(*group).empty()) {
      ++count.unsupported;
      continue;
    }
    EXPECT_EQ(entry.at("generator").get<int>(), 2);
    Check(count, crypto::ModpPrime(*group), entry.at("prime_hex").get<std::string>(), "prime");
  }
  return count;
}

// Whole agreements. Sources differ in how they name the five numbers.

struct AgreementNames {
  const char* private_i;
  const char* public_i;
  const char* private_r;
  const char* public_r;
  const char* shared;
};
constexpr AgreementNames kAgreementNames[] = {
    {"i", "gi", "r", "gr", "gir_x"},                   // RFC 5903
    {"a", "A", "b", "B", "shared"},                    // RFC 7748
    {"priv_a", "pub_a", "priv_b", "pub_b", "shared"},  // strongSwan
    {"private_a", "public_a", "private_b", "public_b", "shared"}};

const AgreementNames* NamesOf(const Json& entry) {
  for (const AgreementNames& names : kAgreementNames) {
    if (HasText(entry, names.private_i) && HasText(entry, names.shared)) return &names;
  }
  return nullptr;
}

const Json* AgreementList(const Json& json) {
  if (json.is_array()) return &json;
  for (const char* key : {"vectors", "tests"}) {
    if (json.is_object() && json.contains(key)) return &json.at(key);
  }
  return nullptr;
}

bool IsAgreements(const Json& json) {
  const Json* const list = AgreementList(json);
  return list != nullptr && list->is_array() && !list->empty() &&
         std::ranges::all_of(*list, [](const Json& e) { return NamesOf(e) != nullptr; });
}

std::optional<DhGroup> GroupOf(const Json& group) {
  if (group.is_number()) return crypto::DhGroupByNumber(group.get<std::uint16_t>());
  std::string name;
  for (const char c : group.get<std::string>()) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  if (name.ends_with("bit")) name.resize(name.size() - 3);  // "MODP_1024_BIT"
  return crypto::DhGroupByName(name);
}

VectorCount RunAgreements(const Json& json) {
  VectorCount count;
  for (const Json& entry : *AgreementList(json)) {
    const auto group = GroupOf(entry.contains("group") ? entry.at("group") : json.at("group"));
    if (!group) {
      ++count.unsupported;
      continue;
    }
    SCOPED_TRACE(crypto::Info(*group).name);
    const AgreementNames& names = *NamesOf(entry);
    const std::string shared = entry.at(names.shared).get<std::string>();
    const Bytes i = HexField(entry, names.private_i);
    const Bytes r = HexField(entry, names.private_r);
    CheckPublic(count, *group, i, entry.at(names.public_i).get<std::string>());
    CheckPublic(count, *group, r, entry.at(names.public_r).get<std::string>());
    CheckShared(count, *group, i, HexField(entry, names.public_r), shared);
    CheckShared(count, *group, r, HexField(entry, names.public_i), shared);
  }
  return count;
}

// NIST ACVP safePrimes: y = g^x, with wrong pairs in keyVer.

void RunAcvpGroup(const Json& group_json, VectorCount& count) {
  const auto group = GroupOf(group_json.at("safePrimeGroup"));
  for (const Json& test : group_json.at("tests")) {
    if (!group || !HasText(test, "x")) {
      ++count.unsupported;
      continue;
    }
    SCOPED_TRACE("tcId " + test.at("tcId").dump());
    const std::string y = test.at("y").get<std::string>();
    if (test.value("testPassed", true)) {
      CheckPublic(count, *group, HexField(test, "x"), y);
    } else {
      ++count.checks;
      EXPECT_NE(RunJob(*group, HexField(test, "x"), nullptr).public_value, FromHex(y));
    }
  }
}

bool IsAcvp(const Json& json) {
  if (!json.is_object()) return false;
  if (json.value("algorithm", "") == "safePrimes") return true;
  return std::ranges::any_of(
      json.items(), [](const auto& item) { return item.key().starts_with("safePrimes-key"); });
}

VectorCount RunAcvp(const Json& json) {
  VectorCount count;
  for (const auto& [key, value] : json.items()) {
    if (!key.starts_with("safePrimes-key") && key != "testGroups") continue;
    for (const Json& group : value) RunAcvpGroup(group, count);
  }
  return count;
}

// Wycheproof. "acceptable" cases are decided by what IKE asks: an all-zero X25519 secret is
// refused, other unusual values are taken; a compressed point has no form in a KE payload.

void RunWycheproofX25519(const Json& test, VectorCount& count) {
  const Bytes key = HexField(test, "private");
  const Bytes peer = HexField(test, "public");
  const Bytes shared = HexField(test, "shared");
  const bool zero = std::ranges::all_of(shared, [](std::uint8_t o) { return o == 0; });
  if (test.at("result") == "invalid" || zero) {
    CheckRefused(count, DhGroup::kCurve25519, key, peer);
  } else {
    CheckShared(count, DhGroup::kCurve25519, key, peer, ToHex(shared));
  }
}

void RunWycheproofEcp(const Json& test, DhGroup group, VectorCount& count) {
  const Bytes key = WithoutLeadingZeros(HexField(test, "private"));  // written as signed
  Bytes peer = HexField(test, "public");
  const bool uncompressed = peer.size() == 1 + crypto::Info(group).public_size && peer.front() == 4;
  if (uncompressed) peer.erase(peer.begin());
  if (test.at("result") == "invalid" || !uncompressed) {
    EXPECT_NE(test.at("result"), "valid");
    EXPECT_FALSE(crypto::IsAcceptablePeerValue(group, peer));
    CheckRefused(count, group, key, peer);
  } else {
    CheckShared(count, group, key, peer, test.at("shared").get<std::string>());
  }
}

bool IsWycheproof(const Json& json) {
  return json.is_object() && json.contains("testGroups") && HasText(json, "schema") &&
         (json.value("algorithm", "") == "XDH" || json.value("algorithm", "") == "ECDH");
}

VectorCount RunWycheproof(const Json& json) {
  static const std::map<std::string, DhGroup> kCurves = {{"secp256r1", DhGroup::kEcp256},
                                                         {"secp384r1", DhGroup::kEcp384},
                                                         {"secp521r1", DhGroup::kEcp521},
                                                         {"curve25519", DhGroup::kCurve25519}};
  VectorCount count;
  for (const Json& group_json : json.at("testGroups")) {
    const auto curve = kCurves.find(group_json.at("curve").get<std::string>());
    const std::string type = group_json.at("type").get<std::string>();
    const bool supported =
        curve != kCurves.end() && (type == "XdhComp" || type == "EcdhEcpointTest");
    for (const Json& test : group_json.at("tests")) {
      SCOPED_TRACE("tcId " + test.at("tcId").dump());
      if (!supported) {
        ++count.unsupported;
      } else if (curve->second == DhGroup::kCurve25519) {
        RunWycheproofX25519(test, count);
      } else {
        RunWycheproofEcp(test, curve->second, count);
      }
    }
  }
  return count;
}

// BoringSSL: paragraphs of "name = value" that define a key or ask for a derivation.

using Paragraph = std::map<std::string, std::string>;

std::vector<Paragraph> Paragraphs(const std::string& text) {
  std::vector<Paragraph> all(1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    if (line.empty() && !all.back().empty()) all.emplace_back();
    if (line.empty()) continue;
    const std::size_t equals = line.find(" = ");
    all.back()[line.substr(0, equals)] =
        equals == std::string::npos ? std::string() : line.substr(equals + 3);
  }
  if (all.back().empty()) all.pop_back();
  return all;
}

std::optional<DhGroup> GroupOfPrime(const std::string& prime_hex) {
  const std::string prime = ToHex(FromHex(prime_hex));
  for (const crypto::DhGroupInfo& info : crypto::AllDhGroups()) {
    if (info.kind == crypto::DhKind::kModp && ToHex(crypto::ModpPrime(info.group)) == prime) {
      return info.group;
    }
  }
  return std::nullopt;
}

void RunBoringDerive(const Paragraph& derive, const std::map<std::string, Paragraph>& keys,
                     VectorCount& count) {
  const Paragraph& own = keys.at(derive.at("Derive"));
  const Paragraph& peer = keys.at(derive.at("DerivePeer"));
  const auto group = GroupOfPrime(own.at("P"));
  if (!group || derive.contains("Error")) {  // misuse of key objects, which we do not have
    ++count.unsupported;
    return;
  }
  const Bytes key = FromHex(own.at("Private"));
  const std::string& output = derive.at("Output");
  if (derive.contains("DiffieHellmanPad")) {
    CheckShared(count, *group, key, FromHex(peer.at("Public")), output);
  } else {
    const Bytes peer_public = FromHex(peer.at("Public"));
    const crypto::DhJob job = RunJob(*group, key, &peer_public);
    const crypto::Octets shared = job.shared.Expose();
    Check(count, WithoutLeadingZeros({shared.begin(), shared.end()}), output, "stripped secret");
  }
}

bool IsBoring(const std::string& text) { return text.find("\nDHKey = ") != std::string::npos; }

VectorCount RunBoring(const std::string& text) {
  VectorCount count;
  std::map<std::string, Paragraph> keys;
  for (const Paragraph& paragraph : Paragraphs(text)) {
    if (paragraph.contains("Derive")) {
      SCOPED_TRACE(paragraph.at("Derive") + " with " + paragraph.at("DerivePeer"));
      RunBoringDerive(paragraph, keys, count);
      continue;
    }
    const std::string& name = paragraph.at("DHKey");
    SCOPED_TRACE(name);
    const auto group = GroupOfPrime(paragraph.at("P"));
    if (group && paragraph.contains("Private")) {
      CheckPublic(count, *group, FromHex(paragraph.at("Private")), paragraph.at("Public"));
    }
    keys[name] = paragraph;
  }
  return count;
}

constexpr JsonFormat kJsons[] = {{"primes", IsPrimes, RunPrimes},
                                 {"ACVP", IsAcvp, RunAcvp},
                                 {"Wycheproof", IsWycheproof, RunWycheproof},
                                 {"agreements", IsAgreements, RunAgreements}};
constexpr TextFormat kTexts[] = {{"BoringSSL", IsBoring, RunBoring}};

}  // namespace

std::span<const JsonFormat> DhJsonFormats() { return kJsons; }
std::span<const TextFormat> DhTextFormats() { return kTexts; }

}  // namespace iscsi_ike::test
