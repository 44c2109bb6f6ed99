#include "ike/tool/file_roles.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>
#include <utility>

#include "ike/tool/config_inputs.hpp"
#include "ike/tool/number_text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr int kMostLinks = 40;

// FileIdentity: the file itself, or the folder and the name that it will have there.
struct FileIdentity {
  dev_t device{};
  ino_t inode{};
  std::string name;  // empty: the file itself
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// IdentityOf what is open or there: regular files only, for a terminal or /dev/null may be shared.
std::optional<FileIdentity> IdentityOf(const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return std::nullopt;
  return FileIdentity{info.st_dev, info.st_ino, {}};
}

std::optional<FileIdentity> IdentityOf(int descriptor) {
  struct stat info {};
  return fstat(descriptor, &info) == 0 ? IdentityOf(info) : std::nullopt;
}

// FolderOf keeps the slash: "" or "logs/".
std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

std::optional<FileIdentity> IdentityOfNewFile(const std::string& path) {
  struct stat info {};
  const std::string folder = FolderOf(path);
  if (stat(folder.empty() ? "." : folder.c_str(), &info) != 0) return std::nullopt;
  return FileIdentity{info.st_dev, info.st_ino, path.substr(folder.size())};
}

// IdentityOf follows symbolic links itself where they lead to nothing yet.
std::optional<FileIdentity> IdentityOf(std::string path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) return IdentityOf(info);
  for (int links = 0; links < kMostLinks; ++links) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = readlink(path.c_str(), target.data(), target.size());
    if (size < 0) return IdentityOfNewFile(path);
    const std::string_view to(target.data(), static_cast<std::size_t>(size));
    path = to.starts_with('/') ? std::string() : FolderOf(path);
    path += to;
  }
  return std::nullopt;
}

std::optional<FileIdentity> IdentityOfInput(const std::string& path) {
  if (path.empty()) return std::nullopt;
  return path == "-" ? IdentityOf(STDIN_FILENO) : IdentityOf(path);
}

std::optional<FileIdentity> IdentityOfDescriptor(const std::string& text) {
  const auto number = ParseNumber(text, "--key-fd", 0, 1U << 20U);
  return number ? IdentityOf(static_cast<int>(*number)) : std::nullopt;
}

// FileUse: what an option does with a file.
struct FileUse {
  const char* option;
  bool is_input;
  std::optional<FileIdentity> file;
};

std::string Rule(const FileUse& other) {
  const std::string option = other.option;
  return other.is_input ? "is the file of " + option + "; an input is not written to"
                        : "is the file of " + option + " too; each output has a file of its own";
}

}  // namespace

Status<ToolError> CheckFileRoles(const Options& options) {
  const OutputOptions& output = options.output;
  std::vector<FileUse> taken = {
      {"FILE", true, IdentityOfInput(options.replay.file)},
      {"--key-file", true, IdentityOfInput(options.key.file)},
      {"--key-fd", true, IdentityOfDescriptor(options.key.descriptor)},
  };
  const std::vector<InputFile> inputs = InputFiles(options.policy);
  for (const InputFile& input : inputs)
    taken.push_back({input.option.c_str(), true, IdentityOfInput(input.path)});
  for (const auto& [option, path] : {std::pair{"--pcap", &output.pcap},
                                     {"--pcap-clear", &output.pcap_clear},
                                     {"--keylog", &output.keylog},
                                     {"--esp-keylog", &output.esp_keylog},
                                     {"--secrets", &output.secrets},
                                     {"--record", &output.recording},
                                     {"--hgrm", &options.load.hgrm}}) {
    if (path->empty()) continue;
    FileUse use{option, false, IdentityOf(*path)};
    if (!use.file) continue;  // opening it will tell
    for (const FileUse& other : taken)
      if (other.file == use.file) return Usage(option, Rule(other));
    taken.push_back(std::move(use));
  }
  return Done{};
}

}  // namespace iscsi_ike::ike::tool
