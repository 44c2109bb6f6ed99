// Stands in for libFuzzer where there is none: feeds files to the target that it is linked with.
//   TARGET FILE|FOLDER...
// For the measurement of coverage, for other fuzzers, and to repeat what was found with any
// compiler. Prints how many inputs it has fed.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace {

namespace fs = std::filesystem;

void Feed(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> octets((std::istreambuf_iterator<char>(file)), {});
  (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size());
}

std::size_t FeedAll(const fs::path& path) {
  if (!fs::is_directory(path)) {
    Feed(path);
    return 1;
  }
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    Feed(entry.path());
    ++count;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    if (fs::exists(argv[i])) count += FeedAll(argv[i]);
  }
  std::cout << count << " inputs\n";
  return count > 0 ? 0 : 1;
}
