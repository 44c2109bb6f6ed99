// InputOptions: settings in the forms that Windows has them in, beside --config. Text as it was
// typed; config_inputs.hpp reads it.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace iscsi_ike::ike::tool {

struct InputOptions {
  std::string iscsicli;                 // file or "-"
  std::vector<std::string> wmi_binary;  // [LAYOUT=]FILE
  std::string wmi_address;
  std::string wmi_byte_order;  // network, number
  std::string wmi_text;        // counted, terminated
  std::string reg;             // file or "-"
  std::string reg_key;
  std::string reg_type;
  std::string default_bitmap;
  std::string key_notation;

  // Any of them was given; --key-notation alone does not count, for it is about key files, too.
  [[nodiscard]] bool Any() const {
    for (const std::string* text : {&iscsicli, &wmi_address, &wmi_byte_order, &wmi_text, &reg,
                                    &reg_key, &reg_type, &default_bitmap})
      if (!text->empty()) return true;
    return !wmi_binary.empty();
  }
};

// AddInputOptions is for each command that takes --config.
void AddInputOptions(CLI::App& app, InputOptions& inputs);

}  // namespace iscsi_ike::ike::tool
