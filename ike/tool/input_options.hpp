// InputOptions: settings in the forms that Windows has them in, beside --config. Text as it was
// typed; config_inputs.hpp reads it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/secret.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace iscsi_ike::ike::tool {

// IsnsOptions: see isns_query.hpp.
struct IsnsOptions {
  std::string server;     // --isns
  std::string initiator;  // to ask as
  std::string target;
  bool no_register = false;
  std::string timeout;  // that of the command; empty: the default

  [[nodiscard]] bool Any() const {
    return !server.empty() || !initiator.empty() || !target.empty() || no_register;
  }
};

struct InputOptions {
  std::string iscsicli;                     // file or "-"
  std::vector<std::string> iscsicli_wiped;  // what is left of each --iscsicli-line
  // The lines themselves, any of which may hold a key (key_argument.hpp); null: none.
  std::shared_ptr<const std::vector<crypto::Secret>> iscsicli_lines;
  std::vector<std::string> wmi_binary;  // [LAYOUT=]FILE
  std::string wmi_address;
  std::string wmi_byte_order;  // network, number
  std::string wmi_text;        // counted, terminated
  std::string reg;             // file or "-"
  std::string reg_key;
  std::string reg_type;
  std::string default_bitmap;
  std::string key_notation;
  IsnsOptions isns;  // connect, discover, explain, render

  // Any of them was given; --key-notation alone does not count, for it is about key files, too.
  [[nodiscard]] bool Any() const {
    for (const std::string* text : {&iscsicli, &wmi_address, &wmi_byte_order, &wmi_text, &reg,
                                    &reg_key, &reg_type, &default_bitmap})
      if (!text->empty()) return true;
    return !iscsicli_wiped.empty() || !wmi_binary.empty() || isns.Any();
  }
};

// AddInputOptions is for each command that takes --config.
void AddInputOptions(CLI::App& app, InputOptions& inputs);
// AddIsnsOptions is for commands that can have their portals from an iSNS server.
void AddIsnsOptions(CLI::App& app, IsnsOptions& isns);

}  // namespace iscsi_ike::ike::tool
