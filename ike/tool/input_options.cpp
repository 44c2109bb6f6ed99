#include "ike/tool/input_options.hpp"

#include "ike/tool/text_argument.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr const char* kInputGroup = "Settings from Windows, to go with --config or without";

void AddWmi(CLI::App& app, InputOptions& inputs) {
  AddList(app, "--wmi-binary", inputs.wmi_binary, "[LAYOUT=]FILE",
          "A structure in octets, may be repeated. LAYOUT is ike-info (default), ike-info-x86 "
          "(IKE_AUTHENTICATION_INFORMATION), set-key, set-group-key, set-tunnel (IN structures of "
          "MSiSCSI_SecurityConfigOperations)")
      ->group(kInputGroup);
  AddText(app, "--wmi-address", inputs.wmi_address, "NUMBER",
          "Id and Key of ike-info are addresses, and this is that of the structure; default: they "
          "are offsets from its begin")
      ->group(kInputGroup);
  AddText(app, "--wmi-byte-order", inputs.wmi_byte_order, "ORDER",
          "IpV4Address is in network order in memory (default: network), or a number (number); of "
          "JSON from PowerShell, too")
      ->group(kInputGroup);
  AddText(app, "--wmi-text", inputs.wmi_text, "FORM",
          "TextAddress begins with its length in octets (default: counted), or ends at U+0000 "
          "(terminated)")
      ->group(kInputGroup);
}

void AddRegistry(CLI::App& app, InputOptions& inputs) {
  AddText(app, "--reg", inputs.reg, "FILE",
          "DefaultSecurityBitmap from an exported registry file, '-' for standard input")
      ->group(kInputGroup);
  AddText(app, "--reg-key", inputs.reg_key, "KEY",
          "The key it stands in; default: HKLM\\SOFTWARE\\Microsoft\\Windows "
          "NT\\CurrentVersion\\ISCSI\\Discovery Values, with or without blanks in the names")
      ->group(kInputGroup);
  AddText(app, "--reg-type", inputs.reg_type, "TYPE",
          "How it is stored: dword (default), qword, binary or sz")
      ->group(kInputGroup);
  AddText(app, "--default-bitmap", inputs.default_bitmap, "WORD",
          "DefaultSecurityBitmap itself, as for --flags")
      ->group(kInputGroup);
}

}  // namespace

void AddInputOptions(CLI::App& app, InputOptions& inputs) {
  AddText(app, "--iscsicli", inputs.iscsicli, "FILE",
          "Lines of iscsicli (PSKey, GroupKey, TunnelAddr, AddTargetPortal, LoginTarget), '-' for "
          "standard input")
      ->group(kInputGroup);
  AddList(app, "--iscsicli-line", inputs.iscsicli_wiped, "LINE",
          "One such line, may be repeated; behind those of --iscsicli. A key in it can be seen by "
          "every user of this machine")
      ->group(kInputGroup);
  AddWmi(app, inputs);
  AddRegistry(app, inputs);
  AddText(app, "--key-notation", inputs.key_notation, "NOTATION",
          "How keys are written here and in --key-file: iscsicli (default), or equallogic (6 to 64 "
          "characters, or 0x and 12 to 128 digits)")
      ->group(kInputGroup);
}

void AddIsnsOptions(CLI::App& app, IsnsOptions& isns) {
  const std::string group = "Portals from an iSNS server";
  AddText(app, "--isns", isns.server, "HOST[:PORT]", "The iSNS server; port 3205 by itself")
      ->group(group);
  AddText(app, "--initiator", isns.initiator, "NAME",
          "The iSCSI name to ask as; default: that of /etc/iscsi/initiatorname.iscsi")
      ->group(group);
  AddText(app, "--target", isns.target, "NAME", "The portals of this target alone")->group(group);
  app.add_flag("--no-register", isns.no_register,
               "Do not register an initiator that the server does not know for the query")
      ->group(group);
}

}  // namespace iscsi_ike::ike::tool
