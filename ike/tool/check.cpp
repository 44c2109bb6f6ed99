#include "ike/tool/check.hpp"

#include <utility>

#include "ike/tool/check_report.hpp"
#include "ike/tool/console.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// KnownLocal is the address of an end that serves, for an initiator to choose its record by.
std::optional<policy::IpAddress> KnownLocal(const CheckEnd& responder) {
  const CheckEntry& entry = responder.entries.front();
  return entry.ends.local && responder.entries.size() == 1
             ? std::optional(entry.ends.local->address)
             : std::nullopt;
}

Checked<CheckDirection> CheckOneWay(CheckFile& from, CheckFile& to) {
  auto responder = ReadCheckEnd(to, Role::kResponder, std::nullopt);
  if (!responder) return Failure(responder.error());
  auto initiator = ReadCheckEnd(from, Role::kInitiator, KnownLocal(*responder));
  if (!initiator) return Failure(initiator.error());
  auto pair = CheckPair::Make(std::move(*initiator), std::move(*responder));
  if (!pair) return Failure(pair.error());
  CheckVerdict verdict = pair->Judge();
  auto changes = MendingsOf(*pair, verdict);
  return CheckDirection{std::move(*pair), std::move(verdict), std::move(changes)};
}

Checked<ExitCode> TryCheck(const Options& options) {
  const CheckOptions& check = options.check;
  if (check.a.empty() || check.b.empty())
    return Usage(check.a.empty() ? "A" : "B", "is missing: the settings of an end");
  if (check.a == "-" && check.b == "-") return Usage("B", "is standard input, as A is");
  if (!check.role.empty() && check.role != "initiator" && check.role != "responder")
    return Usage("--role", "is initiator or responder");
  if (check.both && !check.role.empty()) return Usage("--role", "is of no use with --both");
  CheckFile a{'A', check.a, check.set_a, nullptr};
  CheckFile b{'B', check.b, check.set_b, nullptr};
  std::vector<CheckDirection> directions;
  for (const bool a_begins : {true, false}) {
    if (!check.both && a_begins == (check.role == "responder")) continue;
    auto direction = a_begins ? CheckOneWay(a, b) : CheckOneWay(b, a);
    if (!direction) return Failure(direction.error());
    directions.push_back(std::move(*direction));
  }
  bool agree = true;
  std::string text;
  for (const CheckDirection& direction : directions) {
    agree &= direction.verdict.ok();
    text += (text.empty() ? "" : "\n") + CheckText(direction);
  }
  Print(options.output.json ? CheckJson(directions) : text);
  return agree ? ExitCode::kOk : ExitCode::kPolicy;
}

}  // namespace

ExitCode RunCheck(const Options& options) {
  const auto code = TryCheck(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
