// Settings in JSON as PowerShell prints them, and what becomes of them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "policy/config_json.hpp"

namespace iscsi_ike::policy {

inline crypto::Secret Octets(std::string_view text) {
  return crypto::Secret::CopyOf({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

inline Parsed<Config> Parse(std::string_view text) { return ParseConfig(Octets(text), "f.json"); }

inline Config Accept(std::string_view text) {
  auto config = Parse(text);
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().Text()) << "\n" << text;
  return config.ok() ? *std::move(config) : Config{};
}

inline std::string Refuse(std::string_view text) {
  const auto config = Parse(text);
  EXPECT_FALSE(config.ok()) << text;
  return config.ok() ? "" : config.error().Text();
}

inline std::string KeyText(const crypto::Secret& key) {
  return {key.Expose().begin(), key.Expose().end()};
}

inline std::string Utf16(std::string_view text, bool little, bool mark) {
  std::string out = mark ? (little ? "\xFF\xFE" : "\xFE\xFF") : "";
  for (const char c : text) {
    if (!little) out.push_back('\0');
    out.push_back(c);
    if (little) out.push_back('\0');
  }
  return out;
}

inline constexpr std::string_view kMinimal =
    R"({ "AuthMethod": 1, "SecurityFlags": 39, "IdType": 1, "Id": [192,0,2,1],
        "key": [115,51,99,114,51,116] })";

// Windows PowerShell 5.1, ([wmiclass]"...").CreateInstance() | ConvertTo-Json
inline constexpr std::string_view kManagementObject = R"({
    "PSComputerName":  "HOST1",
    "__GENUS":  2,
    "__CLASS":  "MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo",
    "__SUPERCLASS":  null,
    "__DYNASTY":  "MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo",
    "__RELPATH":  null,
    "__PROPERTY_COUNT":  5,
    "__DERIVATION":  [

                     ],
    "__SERVER":  "HOST1",
    "__NAMESPACE":  "ROOT\\WMI",
    "__PATH":  null,
    "AuthMethod":  1,
    "Id":  [
               192,
               0,
               2,
               1
           ],
    "IdType":  1,
    "key":  [
                115,
                51,
                99,
                114,
                51,
                116
            ],
    "SecurityFlags":  39,
    "Scope":  {
                  "IsConnected":  true,
                  "Options":  {"Locale":  null, "Timeout":  "10675199.02:48:05.4775807"},
                  "Path":  "\\\\HOST1\\ROOT\\WMI"
              },
    "Path":  "",
    "Options":  {"Context":  "", "UseAmendedQualifiers":  false},
    "ClassPath":  "\\\\HOST1\\ROOT\\WMI:MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo",
    "Properties":  [{"Name":  "AuthMethod", "Value":  1}, {"Name":  "Id", "Value":  "192 0 2 1"}],
    "SystemProperties":  ["System.Management.PropertyData"],
    "Qualifiers":  [],
    "Site":  null,
    "Container":  null
})";

// CIM cmdlets: New-CimInstance -ClientOnly | ConvertTo-Json, depth 2 and depth 5
inline constexpr std::string_view kCimFlat = R"({
  "AuthMethod": 1, "Id": [192, 0, 2, 1], "IdType": 1, "key": [115, 51, 99, 114, 51, 116],
  "SecurityFlags": 39, "PSComputerName": null,
  "CimClass": "Root/WMI:MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo",
  "CimInstanceProperties": ["AuthMethod = 1", "Id", "IdType = 1", "key", "SecurityFlags = 39"],
  "CimSystemProperties": {"Namespace": "Root/WMI", "ServerName": "HOST1",
    "ClassName": "MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo", "Path": null}
})";
inline constexpr std::string_view kCimDeep = R"({
  "CimClass": {
    "CimSuperClassName": null, "CimSuperClass": null,
    "CimClassProperties": [{"Name": "AuthMethod", "Value": null, "CimType": 7, "Flags": "Property"}],
    "CimClassQualifiers": [{"Name": "dynamic", "Value": true}], "CimClassMethods": [],
    "CimClassName": "MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo",
    "CimSystemProperties": {"Namespace": "Root/WMI", "ServerName": "HOST1", "ClassName": "x", "Path": null}
  },
  "CimInstanceProperties": [
    {"Name": "AuthMethod", "Value": 1, "CimType": 7, "Flags": "Property, NotModified", "IsValueModified": false},
    {"Name": "Id", "Value": [192, 0, 2, 1], "CimType": 18, "Flags": "Property", "IsValueModified": true}
  ],
  "CimSystemProperties": {"Namespace": "Root/WMI", "ServerName": "HOST1",
    "ClassName": "MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo", "Path": null},
  "AuthMethod": 1, "Id": [192, 0, 2, 1], "IdType": 1, "key": [115, 51, 99, 114, 51, 116],
  "SecurityFlags": 39, "PSComputerName": null
})";

}  // namespace iscsi_ike::policy
