// AddText and AddList: options whose value is text, as all of this tool's are until it is known
// what they are for.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace iscsi_ike::ike::tool {

// NotEmpty: an empty text is no value. `--id "$ID"` with ID unset must not pass for no --id.
inline CLI::Validator NotEmpty() {
  return {[](const std::string& text) { return text.empty() ? "is empty" : ""; }, ""};
}

inline CLI::Option* AddText(CLI::App& app, const std::string& name, std::string& value,
                            const std::string& type, const std::string& help) {
  return app.add_option(name, value, help)->type_name(type)->check(NotEmpty());
}

inline CLI::Option* AddList(CLI::App& app, const std::string& name,
                            std::vector<std::string>& values, const std::string& type,
                            const std::string& help) {
  return app.add_option(name, values, help)
      ->type_name(type)
      ->allow_extra_args(false)
      ->check(NotEmpty());
}

}  // namespace iscsi_ike::ike::tool
