// Reading the folder of public test vectors, and hexadecimal.
#include "tests/support/vectors.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace iscsi_ike::test {
namespace {

const std::filesystem::path kFolder = ISCSI_IKE_VECTORS;

std::uint8_t Digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  throw std::invalid_argument("not a hexadecimal digit");
}

}  // namespace

Bytes FromHex(std::string_view text) {
  std::vector<std::uint8_t> digits;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) digits.push_back(Digit(c));
  }
  if (digits.size() % 2 != 0) digits.insert(digits.begin(), 0);
  Bytes octets(digits.size() / 2);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(digits[2 * i] << 4 | digits[2 * i + 1]);
  }
  return octets;
}

std::string ToHex(std::span<const std::uint8_t> octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * octets.size());
  for (const std::uint8_t octet : octets) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 0xf];
  }
  return text;
}

Bytes FromText(std::string_view text) { return {text.begin(), text.end()}; }

Bytes Concat(std::initializer_list<std::span<const std::uint8_t>> parts) {
  Bytes all;
  for (const auto part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::string WhyNoVectors() {
  if (kFolder.empty()) return "configured without ISCSI_IKE_VECTORS";
  if (!std::filesystem::is_directory(kFolder)) return "no such folder: " + kFolder.string();
  return {};
}

std::vector<std::filesystem::path> VectorFiles(std::string_view folder) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path root = kFolder / folder;
  if (!std::filesystem::is_directory(root)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace iscsi_ike::test
