// ConfigText: settings as a file of our own (policy/config_json.hpp), to be read again.
#pragma once

#include <functional>
#include <string>

#include "policy/config.hpp"

namespace iscsi_ike::ike::tool {

// KeyName gives the text that stands for a key, so that no key need be in the file.
using KeyName = std::function<std::string(const crypto::Secret& key)>;

// ConfigText is one line without a newline. ParseConfig makes the same of it, but for the keys.
[[nodiscard]] std::string ConfigText(const policy::Config& config, const KeyName& name);

}  // namespace iscsi_ike::ike::tool
