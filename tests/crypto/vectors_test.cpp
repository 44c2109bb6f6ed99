// Runs every file of the vector folder that concerns crypto. A file of no known format fails, so
// that nothing is left out unseen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "tests/crypto/vector_formats.hpp"

namespace iscsi_ike::test {

void Check(VectorCount& count, std::span<const std::uint8_t> actual, std::string_view expected,
           std::string_view what) {
  ++count.checks;
  EXPECT_EQ(ToHex(actual), ToHex(FromHex(expected))) << what;
}

Bytes HexField(const Json& object, const char* key) {
  return FromHex(object.at(key).get_ref<const std::string&>());
}

bool HasText(const Json& object, const char* key) {
  const auto field = object.find(key);
  return field != object.end() && field->is_string();
}

std::optional<crypto::HashAlgorithm> HashByLooseName(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  if (plain.starts_with("hmac")) plain.erase(0, 4);
  if (plain.starts_with("sha2") && plain.size() == 7) plain.erase(3, 1);  // "SHA2-256"
  return crypto::HashByName(plain);
}

std::optional<crypto::HashAlgorithm> HashBySize(std::size_t octets) {
  using enum crypto::HashAlgorithm;
  for (const auto hash : {kMd5, kSha1, kSha256, kSha384, kSha512}) {
    if (crypto::HashSize(hash) == octets) return hash;
  }
  return std::nullopt;
}

crypto::DhJob RunJob(crypto::DhGroup group, const Bytes& private_key, const Bytes* peer) {
  static crypto::InlineDhExecutor executor;
  crypto::DhJob job;
  job.group = group;
  job.private_key = crypto::Secret::CopyOf(private_key);
  if (peer != nullptr) {
    job.operation = crypto::DhOperation::kAgree;
    job.peer_public = *peer;
  }
  executor.Run({&job, 1});
  return job;
}

namespace {

template <class Content>
VectorCount RunContent(const Content& content, std::span<const VectorFormat<Content>> formats) {
  for (const auto& format : formats) {
    if (format.Recognises(content)) return format.Run(content);
  }
  ADD_FAILURE() << "of no known format";
  return {};
}

VectorCount RunFile(const std::filesystem::path& path, std::span<const JsonFormat> json_formats,
                    std::span<const TextFormat> text_formats) {
  const std::string text = ReadFile(path);
  const Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? RunContent(text, text_formats) : RunContent(json, json_formats);
}

void RunFolder(std::string_view folder, std::span<const JsonFormat> json_formats,
               std::span<const TextFormat> text_formats) {
  if (const std::string why = WhyNoVectors(); !why.empty()) GTEST_SKIP() << why;
  const auto files = VectorFiles(folder);
  if (files.empty()) GTEST_SKIP() << "no vectors in " << folder;
  VectorCount total;
  for (const auto& path : files) {
    SCOPED_TRACE(path.string());
    VectorCount count;
    ASSERT_NO_THROW(count = RunFile(path, json_formats, text_formats));
    EXPECT_GT(count.checks + count.unsupported, 0) << "nothing in it was run";
    std::printf("%6d checks, %d unsupported: %s\n", count.checks, count.unsupported,
                path.filename().c_str());
    total.checks += count.checks;
    total.unsupported += count.unsupported;
  }
  EXPECT_GT(total.checks, 0);
  testing::Test::RecordProperty("files", static_cast<int>(files.size()));
  testing::Test::RecordProperty("checks", total.checks);
  testing::Test::RecordProperty("unsupported", total.unsupported);
}

TEST(Vectors, KeyDerivation) { RunFolder("kdf", KdfJsonFormats(), KdfTextFormats()); }
TEST(Vectors, DiffieHellman) { RunFolder("dh", DhJsonFormats(), DhTextFormats()); }
TEST(Vectors, PskHashes) { RunFolder("psk_hash", PskHashJsonFormats(), {}); }
TEST(Vectors, Transcripts) { RunFolder("transcripts", TranscriptJsonFormats(), {}); }

}  // namespace
}  // namespace iscsi_ike::test
