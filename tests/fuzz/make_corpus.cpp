// make_corpus FROM TO: turns the hand-typed seeds of one target into the files that libFuzzer
// wants. In FROM, each line of a .hex file and of a .txt file is one seed (# starts a comment in
// .hex); any other file is a seed as it is.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/support/vectors.hpp"

namespace {

namespace fs = std::filesystem;

class CorpusWriter {
 public:
  explicit CorpusWriter(fs::path to) : to_(std::move(to)) {}

  void TakeFile(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (path.extension() != ".hex" && path.extension() != ".txt") {
      const std::string whole((std::istreambuf_iterator<char>(file)), {});
      return WriteSeed(whole);
    }
    for (std::string line; std::getline(file, line);) {
      if (path.extension() == ".hex") line = Decoded(line.substr(0, line.find('#')));
      if (!line.empty()) WriteSeed(line);
    }
  }
  [[nodiscard]] int count() const { return count_; }

 private:
  static std::string Decoded(const std::string& hex) {
    const auto octets = iscsi_ike::test::FromHex(hex);
    return {octets.begin(), octets.end()};
  }
  void WriteSeed(const std::string& seed) {
    std::ofstream file(to_ / ("seed" + std::to_string(++count_)), std::ios::binary);
    file.write(seed.data(), static_cast<std::streamsize>(seed.size()));
  }

  fs::path to_;
  int count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: make_corpus FROM TO\n";
    return 2;
  }
  fs::create_directories(argv[2]);
  CorpusWriter writer(argv[2]);
  for (const auto& entry : fs::directory_iterator(argv[1])) {
    if (entry.is_regular_file()) writer.TakeFile(entry.path());
  }
  return writer.count() > 0 ? 0 : 1;
}
