// Rendered files on their way out: into a folder, or as text and JSON without the key.
#pragma once

#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "ike/tool/exit_codes.hpp"
#include "policy/render/render.hpp"

namespace iscsi_ike::ike::tool {

// WriteRendered makes the files in `folder`, which is made when it is not there (mode 0700), each
// with mode 0600 and with the key for its marks. None is written when one of them is there already:
// it might be an input, or somebody's configuration.
[[nodiscard]] Status<ToolError> WriteRendered(const std::string& folder,
                                              const std::vector<policy::render::File>& files,
                                              const crypto::Secret& key);

// RenderedText is the files one behind the other, several parted by a comment with the name.
[[nodiscard]] std::string RenderedText(const std::vector<policy::render::File>& files);

// RenderedJson is a line: {"for":"strongswan","outcome":"rendered","files":[{"name":"swanctl.conf",
// "mode":"0600","text":"..."}],"warnings":["..."],"refusal":null}.
[[nodiscard]] std::string RenderedJson(policy::render::Target target,
                                       const policy::render::Rendering& rendering);
// RefusedJson is the same with the outcome "refused", no files, and why.
[[nodiscard]] std::string RefusedJson(policy::render::Target target, const std::string& why);

}  // namespace iscsi_ike::ike::tool
