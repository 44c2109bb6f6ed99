#include "policy/suites.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

// rfc7146: AES-CBC-128 and HMAC-SHA1-96 are its two MUSTs (section 2.2), SHA-256 comes first where
// the peer has it. ESN SHOULD be used for all block storage traffic (section 2.2), so the suites
// with it come before the same suites without.
constexpr std::array<NamedSuiteInfo, 4> kSuites = {{
    {"rfc7146", "RFC 7146: AES-CBC, SHA-256 before SHA-1, 2048 bits, extended sequence numbers",
     "aes128-sha256-modp2048,aes256-sha256-modp2048,aes128-sha1-modp2048,aes256-sha1-modp2048",
     "aes128-sha256-esn,aes128-sha1-esn,aes128-sha256,aes128-sha1"},
    {"rfc3723", "RFC 3723 as of 2004, for old adapters: 3DES, SHA-1, 1024 bits",
     "3des-sha1-modp1024,3des-sha1-modp2048,aes128-sha1-modp2048", "aes128ctr-aesxcbc,3des-sha1"},
    {"windows", "the order of Windows 7 and later",
     "aes256-sha1-ecp384,aes128-sha1-ecp256,aes256-sha1-modp2048,3des-sha1-modp2048,"
     "3des-sha1-modp1024",
     "aes128-sha1,3des-sha1"},
    {"modern", "elliptic curves and AES-GCM, extended sequence numbers first",
     "aes256-sha512-curve25519,aes128-sha256-curve25519,aes256-sha384-ecp384,aes128-sha256-ecp256",
     "aes256gcm16-esn,aes128gcm16-esn,aes256gcm16,aes128gcm16,aes256-sha256-esn,aes128-sha256-"
     "esn"},
}};

template <class Suite, class ParseOne>
Parsed<std::vector<Suite>> ParseList(std::string_view text, std::string_view place,
                                     ParseOne parse) {
  std::vector<Suite> suites;
  for (const std::string_view piece : Split(text, ",")) {
    const std::string where = std::string(place) + "[" + std::to_string(suites.size()) + "]";
    if (suites.size() == kMostSuites) {
      return Reject(where, "is one suite too many; " + std::to_string(kMostSuites) + " at most");
    }
    if (Trim(piece).empty()) return Reject(where, "is empty (a comma too many)");
    Parsed<Suite> suite = parse(Trim(piece), where);
    if (!suite) return Failure(std::move(suite).error());
    if (std::find(suites.begin(), suites.end(), *suite) != suites.end()) {
      return Reject(where, Quote(Trim(piece)) + " is in the list already");
    }
    suites.push_back(*suite);
  }
  return suites;
}

template <class Suite>
std::string ListText(std::span<const Suite> suites) {
  std::vector<std::string> texts;
  for (const Suite& suite : suites) texts.push_back(ToString(suite));
  return Join(texts, ", ");
}

SuiteSet Build(const NamedSuiteInfo& info) {
  auto phase1 = ParsePhase1List(info.ike, info.name);
  auto phase2 = ParseEspList(info.esp, info.name);
  assert(phase1 && phase2);
  return {std::string(info.name), *std::move(phase1), *std::move(phase2)};
}

const NamedSuiteInfo* FindSuite(std::string_view name) {
  for (const NamedSuiteInfo& info : kSuites) {
    if (SameName(info.name, name)) return &info;
  }
  return nullptr;
}

}  // namespace

std::span<const NamedSuiteInfo> AllNamedSuites() { return kSuites; }

SuiteSet DefaultSuites() { return Build(*FindSuite(kDefaultSuite)); }

Parsed<SuiteSet> NamedSuites(std::string_view name, std::string_view place) {
  if (const NamedSuiteInfo* info = FindSuite(name)) return Build(*info);
  std::vector<std::string> names;
  for (const NamedSuiteInfo& info : kSuites) names.emplace_back(info.name);
  return Reject(std::string(place),
                Quote(name) + " names no suite; known are " + Join(names, ", "));
}

Parsed<std::vector<Phase1Suite>> ParsePhase1List(std::string_view text, std::string_view place) {
  return ParseList<Phase1Suite>(text, place, ParsePhase1Suite);
}

Parsed<std::vector<EspSuite>> ParseEspList(std::string_view text, std::string_view place) {
  return ParseList<EspSuite>(text, place, ParseEspSuite);
}

Parsed<SuiteSet> ChooseSuites(const SuiteChoice& choice, const SuiteChoicePlaces& places) {
  Parsed<SuiteSet> set =
      NamedSuites(choice.name.empty() ? kDefaultSuite : choice.name, places.name);
  if (!set) return set;
  if (!choice.ike.empty()) {
    Parsed<std::vector<Phase1Suite>> phase1 = ParsePhase1List(choice.ike, places.ike);
    if (!phase1) return Failure(std::move(phase1).error());
    set->phase1 = *std::move(phase1);
  }
  if (!choice.esp.empty()) {
    Parsed<std::vector<EspSuite>> phase2 = ParseEspList(choice.esp, places.esp);
    if (!phase2) return Failure(std::move(phase2).error());
    set->phase2 = *std::move(phase2);
  }
  if (!choice.ike.empty() && !choice.esp.empty()) set->name = "explicit";
  return set;
}

std::string ToString(std::span<const Phase1Suite> suites) { return ListText(suites); }
std::string ToString(std::span<const EspSuite> suites) { return ListText(suites); }

}  // namespace iscsi_ike::policy
