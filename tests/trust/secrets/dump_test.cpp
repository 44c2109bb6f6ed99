// A process that dumps core in the midst of a session leaves no secret in the file. Where the
// system writes no such file into the folder of a process (core_pattern), the flags of the pages
// are looked at alone.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/mapping_flags.hpp"
#include "tests/trust/secrets/child.hpp"

namespace iscsi_ike::trust {
namespace {

constexpr char kMarker[] = "marker";  // what the subject has on its heap, and is no secret

Child Begin(const std::string& folder) {
  const std::vector<std::uint8_t> key{'a', ' ', 'k', 'e', 'y', ' ', 't', 'h', 'a', 't', ' ',
                                      'i', 's', ' ', 'n', 'o', 't', ' ', 'f', 'o', 'r', ' ',
                                      'd', 'u', 'm', 'p', 's', ',', ' ', '1', '2', '3'};
  return Child(ISCSI_IKE_SUBJECT, {"0x37", "aes128-sha256-modp2048", "aes128-sha256", "single"},
               key, folder);
}

std::string CorePattern() {
  std::ifstream file("/proc/sys/kernel/core_pattern");
  std::string pattern;
  std::getline(file, pattern);
  return pattern;
}

class Folder {
 public:
  Folder() {
    std::string name = testing::TempDir() + "/secrets-dump-XXXXXX";
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  // TheFile: the one that is in it.
  [[nodiscard]] std::string TheFile() const {
    for (const auto& entry : std::filesystem::directory_iterator(path_)) return entry.path();
    return {};
  }

 private:
  std::string path_;
};

// DumpAt lets the subject dump core at a stage and looks at the file.
void DumpAt(const std::string& stage) {
  const Folder folder;
  ASSERT_FALSE(folder.path().empty());
  Child child = Begin(folder.path());
  for (std::string at; (at = child.NextStage()) != stage;) {
    ASSERT_FALSE(at.empty());
    child.Go();
  }
  child.Go('d');
  const int status = child.Wait();
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  if (!WCOREDUMP(status)) GTEST_SKIP() << "the system dumped no core";
  MemoryScan scan;
  for (const auto& [name, octets] : child.secrets()) scan.Add(name, octets);
  std::vector<Found> found;
  std::uint64_t scanned = 0;
  ASSERT_TRUE(scan.ScanCore(folder.TheFile(), found, scanned));
  bool marked = false;
  for (const Found& place : found) {
    marked |= place.name == kMarker;
    EXPECT_EQ(place.name, kMarker) << "in the dump at " << place.address;
  }
  EXPECT_TRUE(marked) << "the search of a dump finds nothing at all";
}

bool CanDump() {
  const std::string pattern = CorePattern();
  return !pattern.empty() && pattern.find_first_of("|/") == std::string::npos;
}

TEST(SecretsInCoreDumps, AreNotThereWhileKeysAreComputed) {
  if (!CanDump()) GTEST_SKIP() << "core_pattern is " << CorePattern();
  DumpAt("computing");
}

TEST(SecretsInCoreDumps, AreNotThereWhileASessionLives) {
  if (!CanDump()) GTEST_SKIP() << "core_pattern is " << CorePattern();
  DumpAt("established");
}

TEST(SecretsInCoreDumps, EveryPageOfASecretIsLockedAndNotDumped) {
  Child child = Begin({});
  for (std::string stage; (stage = child.NextStage()) != "closed"; child.Go()) {
    ASSERT_FALSE(stage.empty());
    MemoryScan scan;
    for (const auto& [name, octets] : child.secrets())
      if (name != kMarker) scan.Add(name, octets);
    std::vector<Found> found;
    std::uint64_t scanned = 0;
    ASSERT_TRUE(scan.Scan(child.pid(), found, scanned));
    EXPECT_FALSE(found.empty());
    for (const Found& place : found) {
      const std::string flags = test::MappingFlags(child.pid(), place.address);
      EXPECT_NE(flags.find(" dd "), std::string::npos)
          << stage << ": " << place.name << " in " << place.mapping << ": " << flags;
      EXPECT_NE(flags.find(" lo "), std::string::npos)
          << stage << ": " << place.name << " in " << place.mapping << ": " << flags;
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::trust
