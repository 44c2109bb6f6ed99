// ToolProcess: the built tool as a child process, its two output streams collected.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace iscsi_ike::ike::tool {

struct ToolResult {
  int exit_code = -1;  // 128 + signal when one killed it
  std::string out;
  std::string err;
  std::chrono::milliseconds took{};
};

class ToolProcess {
 public:
  using Arguments = std::vector<std::string>;

  // Starts the tool; `input` is its standard input.
  explicit ToolProcess(const Arguments& arguments, const std::string& input = {});
  // Kills what still runs.
  ~ToolProcess();
  ToolProcess(const ToolProcess&) = delete;
  ToolProcess& operator=(const ToolProcess&) = delete;

  // WaitForOut reads until standard output holds `text`, or the tool ends, or the time is over.
  bool WaitForOut(const std::string& text,
                  std::chrono::milliseconds limit = std::chrono::seconds(10));
  void Signal(int signal) const;
  // Finish reads to the end; a tool that does not end in time is killed.
  ToolResult Finish(std::chrono::milliseconds limit = std::chrono::seconds(30));
  [[nodiscard]] const std::string& out() const { return result_.out; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  // ReadSome waits for output; false when both streams have ended or the time is over.
  bool ReadSome(std::chrono::steady_clock::time_point until);

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::chrono::steady_clock::time_point started_;
  ToolResult result_;
};

// RunTool starts the tool and waits for its end.
ToolResult RunTool(const ToolProcess::Arguments& arguments, const std::string& input = {});

// TemporaryFolder is removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string Path(const std::string& name) const { return path_ + "/" + name; }
  // Write makes a file of mode 0600 and returns its path.
  std::string Write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

[[nodiscard]] std::string ReadFile(const std::string& path);

}  // namespace iscsi_ike::ike::tool
