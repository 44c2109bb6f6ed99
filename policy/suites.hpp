// Named suites: ordered lists of what is offered in phase 1 and in phase 2.
//
//   rfc7146  the default: what RFC 7146 wants of block storage today. One group throughout, so that
//            aggressive mode, whose group cannot be negotiated (RFC 2409 section 5), loses nothing.
//   rfc3723  what RFC 3723 wanted in 2004, for old adapters: 3DES, SHA-1 and 1024 bits first,
//            AES-CTR with XCBC before 3DES in ESP (section 2.3.4).
//   windows  the order in which Windows 7 and later offer.
//   modern   elliptic curves and AES-GCM.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/error.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::policy {

// SuiteSet holds both lists in order of preference. `name` is for people: "rfc7146", "explicit".
struct SuiteSet {
  std::string name;
  std::vector<Phase1Suite> phase1;
  std::vector<EspSuite> phase2;
  friend bool operator==(const SuiteSet&, const SuiteSet&) = default;
};

// NamedSuiteInfo shows a named suite in the notation.
struct NamedSuiteInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view ike;  // comma-separated
  std::string_view esp;
};
[[nodiscard]] std::span<const NamedSuiteInfo> AllNamedSuites();

inline constexpr std::string_view kDefaultSuite = "rfc7146";
[[nodiscard]] SuiteSet DefaultSuites();

// NamedSuites finds a suite without case; the error lists the names.
[[nodiscard]] Parsed<SuiteSet> NamedSuites(std::string_view name, std::string_view place);

// Lists are comma-separated, at most kMostSuites long (peers have been seen to choke on long
// offers), without doubles. Errors stand at `place`[index].
inline constexpr std::size_t kMostSuites = 32;
[[nodiscard]] Parsed<std::vector<Phase1Suite>> ParsePhase1List(std::string_view text,
                                                               std::string_view place);
[[nodiscard]] Parsed<std::vector<EspSuite>> ParseEspList(std::string_view text,
                                                         std::string_view place);

// ChooseSuites is what a command line or a file says: a name (empty: the default), and lists that
// replace one or both halves when they are not empty. `place` is prefixed: "--suite" and so on are
// the caller's three names for the three texts.
struct SuiteChoice {
  std::string_view name;
  std::string_view ike;
  std::string_view esp;
};
struct SuiteChoicePlaces {
  std::string_view name = "--suite";
  std::string_view ike = "--ike";
  std::string_view esp = "--esp";
};
[[nodiscard]] Parsed<SuiteSet> ChooseSuites(const SuiteChoice& choice,
                                            const SuiteChoicePlaces& places = {});

[[nodiscard]] std::string ToString(std::span<const Phase1Suite> suites);  // comma and space between
[[nodiscard]] std::string ToString(std::span<const EspSuite> suites);

}  // namespace iscsi_ike::policy
