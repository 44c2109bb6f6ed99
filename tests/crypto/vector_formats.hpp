// The formats of test vectors that crypto can check, recognised by what a file holds, not by name.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "crypto/dh.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

using Json = nlohmann::json;

// VectorFormat runs the cases of one kind of file as GoogleTest expectations.
template <class Content>
struct VectorFormat {
  std::string_view name;
  bool (*Recognises)(const Content&);
  VectorCount (*Run)(const Content&);
};
using JsonFormat = VectorFormat<Json>;
using TextFormat = VectorFormat<std::string>;

std::span<const JsonFormat> KdfJsonFormats();
std::span<const TextFormat> KdfTextFormats();
std::span<const JsonFormat> DhJsonFormats();
std::span<const TextFormat> DhTextFormats();
std::span<const JsonFormat> PskHashJsonFormats();
std::span<const JsonFormat> TranscriptJsonFormats();

// Check counts one comparison; `expected` may be in either case.
void Check(VectorCount& count, std::span<const std::uint8_t> actual, std::string_view expected,
           std::string_view what);
[[nodiscard]] Bytes HexField(const Json& object, const char* key);
[[nodiscard]] bool HasText(const Json& object, const char* key);

// Hash of a name as vector files write it: "SHA-1", "hmac-sha256"; nullopt for those not supported.
[[nodiscard]] std::optional<crypto::HashAlgorithm> HashByLooseName(std::string_view name);
[[nodiscard]] std::optional<crypto::HashAlgorithm> HashBySize(std::size_t octets);

// RunJob computes one job; peer empty means generate.
[[nodiscard]] crypto::DhJob RunJob(crypto::DhGroup group, const Bytes& private_key,
                                   const Bytes* peer);

}  // namespace iscsi_ike::test
