#include "ike/tool/secret_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace iscsi_ike::ike::tool {
namespace {

namespace fs = std::filesystem;

class SecretFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "secret_file_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string Path(const char* name) const { return (folder_ / name).string(); }
  static mode_t ModeOf(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  static std::string ContentOf(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static void Make(const std::string& path, std::string_view content) {
    std::ofstream(path) << content;
  }
  static SecretFileFault FaultOf(const std::string& path) {
    const auto file = SecretFile::Create(path);
    EXPECT_FALSE(file.ok());
    return file.error().fault;
  }
  fs::path folder_;
};

TEST_F(SecretFileTest, IsReadableByItsOwnerOnly) {
  auto file = SecretFile::Create(Path("keys"));
  ASSERT_TRUE(file.ok()) << file.error().Text();
  EXPECT_EQ(ModeOf(Path("keys")), 0600U);
  EXPECT_TRUE(file->Write("one\n"));
  EXPECT_TRUE(file->Write(crypto::Octets{}));
  EXPECT_TRUE(file->Write("two\n"));
  EXPECT_TRUE(file->Close().ok());
  EXPECT_EQ(ContentOf(Path("keys")), "one\ntwo\n");
}

TEST_F(SecretFileTest, HasItsModeWhateverTheUmaskIs) {
  const mode_t before = ::umask(0);
  const auto file = SecretFile::Create(Path("keys"));
  ::umask(before);
  EXPECT_TRUE(file.ok());
  EXPECT_EQ(ModeOf(Path("keys")), 0600U);
}

TEST_F(SecretFileTest, TightensAndEmptiesAFileThatIsThere) {
  Make(Path("keys"), "old content");
  fs::permissions(Path("keys"), static_cast<fs::perms>(0644));
  const auto file = SecretFile::Create(Path("keys"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(ModeOf(Path("keys")), 0600U);
  EXPECT_EQ(ContentOf(Path("keys")), "");
}

TEST_F(SecretFileTest, RefusesASymbolicLinkAndLeavesItsTargetAlone) {
  Make(Path("target"), "precious");
  fs::create_symlink(Path("target"), Path("keys"));
  EXPECT_EQ(FaultOf(Path("keys")), SecretFileFault::kSymlink);
  EXPECT_EQ(ContentOf(Path("target")), "precious");
  fs::create_symlink(Path("nowhere"), Path("dangling"));
  EXPECT_EQ(FaultOf(Path("dangling")), SecretFileFault::kSymlink);
  EXPECT_FALSE(fs::exists(Path("nowhere")));
}

TEST_F(SecretFileTest, RefusesAFileWithASecondName) {
  Make(Path("target"), "precious");
  fs::create_hard_link(Path("target"), Path("keys"));
  EXPECT_EQ(FaultOf(Path("keys")), SecretFileFault::kNotAlone);
  EXPECT_EQ(ContentOf(Path("target")), "precious");
}

TEST_F(SecretFileTest, RefusesAnythingButAFile) {
  EXPECT_EQ(FaultOf(folder_.string()), SecretFileFault::kNotRegular);
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(FaultOf(Path("pipe")), SecretFileFault::kNotRegular);
  EXPECT_EQ(FaultOf("/dev/null"), SecretFileFault::kNotRegular);
}

TEST_F(SecretFileTest, NamesThePathAndTheRuleInItsError) {
  const auto file = SecretFile::Create(Path("no/such/folder"));
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().fault, SecretFileFault::kOpen);
  EXPECT_THAT(file.error().Text(),
              testing::StartsWith(Path("no/such/folder") + ": cannot be opened for writing: "));
}

TEST_F(SecretFileTest, RemembersAFailedWriteForClose) {
  auto file = SecretFile::Create(Path("keys"));
  ASSERT_TRUE(file.ok());
  SecretFile moved = std::move(*file);
  EXPECT_TRUE(moved.Write("text"));
  EXPECT_TRUE(moved.Close().ok());
  EXPECT_FALSE(moved.Write("late"));
  const auto closed = moved.Close();
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().fault, SecretFileFault::kWrite);
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
