// Access to the folder of public test vectors. The folder is given when configuring
// (ISCSI_IKE_VECTORS); it is not part of the project, so tests skip, with the reason, without it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iscsi_ike::test {

using Bytes = std::vector<std::uint8_t>;

// FromHex reads hexadecimal digits of either case; blanks are skipped, an odd number of digits gets
// a leading zero. Anything else throws std::invalid_argument.
[[nodiscard]] Bytes FromHex(std::string_view text);
[[nodiscard]] std::string ToHex(std::span<const std::uint8_t> octets);  // lower case

// Text as octets, without a terminator.
[[nodiscard]] Bytes FromText(std::string_view text);
[[nodiscard]] Bytes Concat(std::initializer_list<std::span<const std::uint8_t>> parts);

// WhyNoVectors is empty when the folder of vectors is there, and else says why it is not.
[[nodiscard]] std::string WhyNoVectors();

// VectorFiles lists every regular file below the named sub-folder, sorted; empty if there is none.
[[nodiscard]] std::vector<std::filesystem::path> VectorFiles(std::string_view folder);
[[nodiscard]] std::string ReadFile(const std::filesystem::path& path);

// VectorCount: what the run of one file came to. `unsupported` are cases of a known format for
// something the project does not do (SHA-224, a 768-bit group).
struct VectorCount {
  int checks = 0;
  int unsupported = 0;
};

}  // namespace iscsi_ike::test
