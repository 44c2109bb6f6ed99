// NegativeCacheFile where somebody else may write in the folder, and where writing fails.
#include "ike/tool/negative_cache_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "crypto/random.hpp"
#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {
namespace {

namespace fs = std::filesystem;
using policy::isns::PortalKey;
using testing::HasSubstr;

PortalKey Portal(std::uint16_t port) {
  return {policy::IpAddress::V4({192, 0, 2, 1}), {port, false}};
}

class NegativeCacheFileTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(crypto::InitializeCrypto()); }
  // Refused is the line of the error.
  static std::string Refused(const std::string& given) {
    const auto file = NegativeCacheFile::Open(given);
    EXPECT_FALSE(file.ok()) << given;
    return file ? "" : file.error().line;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& one : fs::directory_iterator(folder.Path("")))
      names.push_back(one.path().filename());
    return names;
  }

  TemporaryFolder folder;
  std::string path = folder.Path("cache");
};

TEST_F(NegativeCacheFileTest, IsKeptAndReadableByItsOwnerOnly) {
  const mode_t before = ::umask(0);
  auto file = NegativeCacheFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.error().line;
  file->Remember(Portal(3260), "HASH_MISMATCH");
  const bool saved = file->Save().ok();
  ::umask(before);
  EXPECT_TRUE(saved);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_THAT(Names(), testing::ElementsAre("cache")) << "and nothing else";
  const auto again = NegativeCacheFile::Open(path);
  ASSERT_TRUE(again.ok()) << again.error().line;
  EXPECT_TRUE(again->WhyNot(Portal(3260)));
  EXPECT_FALSE(again->WhyNot(Portal(3261)));
}

TEST_F(NegativeCacheFileTest, WritesThroughNoLinkThatSomebodyHasLaid) {
  const std::string victim = folder.Write("victim", "precious\n");
  fs::create_symlink(victim, path + ".new");
  ASSERT_TRUE(NegativeCacheFile::Open(path).ok());
  EXPECT_EQ(ReadFile(victim), "precious\n");
  EXPECT_TRUE(fs::is_symlink(path + ".new"));
}

TEST_F(NegativeCacheFileTest, RefusesALinkInItsPlace) {
  const std::string victim = folder.Write("victim", "# precious\n");
  for (const std::string& aim : {victim, folder.Path("nothing")}) {
    fs::create_symlink(aim, path);
    EXPECT_EQ(Refused(path), "--negative-cache: " + path +
                                 ": is a symbolic link; the file is never reached through one");
    EXPECT_TRUE(fs::is_symlink(path));
    fs::remove(path);
  }
  EXPECT_EQ(ReadFile(victim), "# precious\n");
  EXPECT_FALSE(fs::exists(folder.Path("nothing")));
}

TEST_F(NegativeCacheFileTest, RefusesWhatIsNoRegularFile) {
  const std::string pipe = folder.Path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string inside = folder.Path("folder");
  fs::create_directory(inside);
  for (const std::string& other : {pipe, inside})
    EXPECT_EQ(Refused(other), "--negative-cache: " + other +
                                  ": is no regular file; nothing else is read, or replaced");
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_EQ(Names().size(), 2U);
}

TEST_F(NegativeCacheFileTest, RefusesTheFileOfAnotherUser) {
  folder.Write("cache", "192.0.2.1:3260 99999999999 HASH_MISMATCH\n");
  if (::chown(path.c_str(), ::geteuid() + 1, static_cast<gid_t>(-1)) != 0)
    GTEST_SKIP() << "only root gives files away";
  EXPECT_THAT(Refused(path), HasSubstr("is another user's"));
}

TEST_F(NegativeCacheFileTest, RunsDoNotMeetInOneTemporaryFile) {
  const auto save = [this](std::uint16_t port) {
    for (int i = 0; i < 300; ++i) {
      auto file = NegativeCacheFile::Open(path);
      ASSERT_TRUE(file.ok()) << file.error().line;
      file->Remember(Portal(port), "HASH_MISMATCH");
      const auto saved = file->Save();
      ASSERT_TRUE(saved.ok()) << saved.error().line;
    }
  };
  std::thread other(save, 3260);
  save(3261);
  other.join();
  EXPECT_THAT(Names(), testing::ElementsAre("cache"));
}

TEST_F(NegativeCacheFileTest, LeavesNothingBehindWhenItCannotBeRenamed) {
  const auto file = NegativeCacheFile::Open(path);
  ASSERT_TRUE(file.ok());
  fs::remove(path);
  fs::create_directory(path);
  const auto saved = file->Save();
  ASSERT_FALSE(saved.ok());
  EXPECT_THAT(saved.error().line, HasSubstr(path + ": cannot be written: "));
  EXPECT_THAT(Names(), testing::ElementsAre("cache"));
}

TEST_F(NegativeCacheFileTest, LeavesTheOldFileWhenTheNewOneCannotBeWritten) {
  auto file = NegativeCacheFile::Open(folder.Write("cache", "# old\n"));
  ASSERT_TRUE(file.ok());
  file->Remember(Portal(3260), "HASH_MISMATCH");
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const struct rlimit none { 0, before.rlim_max };
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  const auto saved = file->Save();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(saved.ok());
  EXPECT_THAT(saved.error().line, HasSubstr("cannot be written"));
  EXPECT_THAT(Names(), testing::ElementsAre("cache"));
  EXPECT_TRUE(NegativeCacheFile::Open(path).ok()) << "it is still what it was";
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
