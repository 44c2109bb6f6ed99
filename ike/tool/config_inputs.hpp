// ReadInputs: the settings of --config and of the forms of Windows, one by one.
#pragma once

#include <string>
#include <vector>

#include "ike/tool/options.hpp"
#include "policy/config.hpp"

namespace iscsi_ike::ike::tool {

// ReadInputs reads what was given, in the order --config, --iscsicli, --iscsicli-line,
// --wmi-binary, --reg,
// --default-bitmap, --isns. Warns of files with keys that others can read. Errors begin with the
// option and the file: "--iscsicli: lines.txt: line 3: ...".
[[nodiscard]] Checked<std::vector<policy::PlacedConfig>> ReadInputs(const PolicyOptions& options);

// PlacesOf the sources in errors: "--config: hba.json", "--config: hba.json, --reg: standard
// input".
[[nodiscard]] std::string PlacesOf(const PolicyOptions& options);

// InputFiles are all files that are read, with their options.
struct InputFile {
  std::string option;  // "--config"
  std::string path;    // "-" for standard input
};
[[nodiscard]] std::vector<InputFile> InputFiles(const PolicyOptions& options);

}  // namespace iscsi_ike::ike::tool
