// CheckFileRoles: no file is an output of this run and anything else besides.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

// CheckFileRoles refuses an output (--pcap, --pcap-clear, --keylog, --esp-keylog, --secrets,
// --hgrm) that is the file of --config, --key-file or --key-fd, or that of another output, by
// whatever name: links are followed, and a file that is not there yet is known by its folder and
// name. Opens and changes nothing.
[[nodiscard]] Status<ToolError> CheckFileRoles(const Options& options);

}  // namespace iscsi_ike::ike::tool
