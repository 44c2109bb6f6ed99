#include "tests/support/mapping_flags.hpp"

#include <fstream>
#include <sstream>

namespace iscsi_ike::test {

std::string MappingFlags(pid_t process, std::uint64_t address) {
  std::ifstream smaps("/proc/" + std::to_string(process) + "/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream words(line);
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    char dash = 0;
    if (words >> std::hex >> from >> dash >> to && dash == '-')
      inside = from <= address && address < to;
    else if (inside && line.starts_with("VmFlags:"))
      return line + " ";
  }
  return {};
}

}  // namespace iscsi_ike::test
