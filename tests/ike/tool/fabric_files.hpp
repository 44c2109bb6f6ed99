// FabricFiles: configs with many portals, for explain --all and connect --all.
#pragma once

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {

inline constexpr const char* kFabricKey = "00112233445566778899aabbccddeeff";
inline constexpr const char* kForeignKey = "c0ffee11223344556677889900aabbcc";

inline nlohmann::json FabricRecord(const std::string& name, const std::string& key = kFabricKey,
                                   const std::string& word = "0x27") {
  return {{"name", name},
          {"securityFlags", word},
          {"identity", "fqdn:hba1.example"},
          {"key", "hex:" + key}};
}

inline nlohmann::json FabricPortal(const std::string& address, unsigned socket = 3260) {
  return {{"address", address}, {"socket", socket}};
}

// LinesOf is JSON, one object a line.
inline std::vector<nlohmann::json> LinesOf(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

}  // namespace iscsi_ike::ike::tool
