// Searches the memory of a process: lines "NAME HEXADECIMAL" on standard input; one line
// "NAME MAPPING" on standard output for each place. 0: the memory was read.
//
//   scan PID
#include <cstdlib>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "tests/trust/secrets/memory_scan.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  iscsi_ike::trust::MemoryScan scan;
  for (std::string name, hex; std::cin >> name >> hex;) {
    std::vector<std::uint8_t> octets;
    for (std::size_t i = 0; i + 2 <= hex.size(); i += 2)
      octets.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    scan.Add(name, octets);
  }
  std::vector<iscsi_ike::trust::Found> found;
  std::uint64_t scanned = 0;
  const bool read = scan.Scan(static_cast<pid_t>(std::atoi(argv[1])), found, scanned);
  for (const auto& place : found) std::cout << place.name << " | " << place.mapping << '\n';
  return read ? 0 : 1;
}
