// ConnectAllResult: what came of the negotiations with the portals of a fabric.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ike/tool/policy_no.hpp"
#include "ike/trace/outcome.hpp"
#include "policy/isns/directory.hpp"
#include "policy/plan.hpp"
#include "policy/security_flags.hpp"

namespace iscsi_ike::ike::tool {

// PortalOutcome is that of one portal. Unset `no`: it was negotiated with.
struct PortalOutcome {
  std::string portal;                               // "192.0.2.10:3260"
  std::optional<policy::isns::PortalKey> endpoint;  // unset: its address is not known
  std::string name;                                 // symbolic name
  std::string record;                               // empty: none
  policy::SecurityFlags word;
  std::optional<PolicyNo> no;            // why there was nothing to negotiate
  std::vector<policy::Reason> warnings;  // of the plan
  Outcome outcome;
  [[nodiscard]] bool Established() const { return !no && outcome.Established(); }
};

struct ConnectAllResult {
  // Fate is what several portals have met with, and the first of them.
  struct Fate {
    std::uint64_t portals = 0;
    std::string text;
    std::vector<std::string> details;
    std::string first;
  };

  std::uint64_t portals = 0;
  std::uint64_t established = 0;
  std::uint64_t failed = 0;
  std::uint64_t refused = 0;  // by policy: nothing was sent
  bool interrupted = false;
  std::uint64_t not_begun = 0;  // when it was interrupted
  bool enough = false;          // one was to be established, and is
  // Fates by code and text. Of more than kMostTexts the further ones of a code stand together.
  using Fates = std::map<std::pair<std::string, std::string>, Fate>;
  static constexpr std::size_t kMostTexts = 32;
  Fates failures;
  Fates refusals;
  Fates warnings;
  std::chrono::duration<double> time{0};

  void Add(const PortalOutcome& one);
  [[nodiscard]] std::uint64_t done() const { return established + failed + refused; }
};

// Lines of text and of JSON, each with its newline. The JSON of a portal is that of connect
// (report.hpp) with "portal", "name", "record", "word" and "warnings" (of the plan, each
// "code" and "text") before it; the last line is
//   {"event": "summary", "portals": n, "established": n, "failed": n, "refused": n,
//    "unfinished": n, "not_begun": n, "seconds": n, "failures": [{"code", "portals", "text",
//    "first"}], "refusals": [...], "warnings": [...]}
// "not_begun" is how many of the unfinished ones no datagram was sent for.
[[nodiscard]] std::string PortalLine(const PortalOutcome& one);
[[nodiscard]] std::string PortalJson(const PortalOutcome& one);
[[nodiscard]] std::string ProgressLine(const ConnectAllResult& result);
[[nodiscard]] std::string SummaryText(const ConnectAllResult& result);
[[nodiscard]] std::string SummaryJson(const ConnectAllResult& result);

}  // namespace iscsi_ike::ike::tool
