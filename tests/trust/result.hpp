// What a campaign leaves for run.py: one object, or a list of them, in a JSON file.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace iscsi_ike::trust {

struct CampaignResult {
  std::string name;
  std::uint64_t count = 0;
  std::uint64_t failures = 0;
  double seconds = 0;
  std::map<std::string, double> figures;
};

// WriteResults: false when the file cannot be written.
inline bool WriteResults(const std::string& path, const std::vector<CampaignResult>& results) {
  auto list = nlohmann::json::array();
  for (const CampaignResult& r : results) {
    list.push_back({{"name", r.name},
                    {"count", r.count},
                    {"failures", r.failures},
                    {"seconds", r.seconds},
                    {"figures", r.figures}});
  }
  std::ofstream file(path);
  file << list.dump(1) << '\n';
  return static_cast<bool>(file.flush());
}

}  // namespace iscsi_ike::trust
