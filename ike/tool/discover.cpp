#include "ike/tool/discover.hpp"

#include "ike/tool/console.hpp"
#include "ike/tool/discover_report.hpp"
#include "ike/tool/isns_query.hpp"

namespace iscsi_ike::ike::tool {

namespace {

Checked<ExitCode> TryDiscover(const Options& options) {
  const IsnsOptions& isns = options.policy.inputs.isns;
  const auto discovered = AskDirectory(isns);
  if (!discovered) return Failure(discovered.error());
  if (options.output.json) {
    PrintDiscoveredJson(*discovered, Print);
  } else {
    PrintDiscoveredText(*discovered, options.output.verbosity > 0, Print);
  }
  if (CountTargets(discovered->directory) != 0) return ExitCode::kOk;
  return Failure(NothingThere(*discovered, isns.target));
}

}  // namespace

ExitCode RunDiscover(const Options& options) {
  const auto code = TryDiscover(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
