#include "tests/ike/tool/tool_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace iscsi_ike::ike::tool {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() { EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0); }
  [[nodiscard]] int reader() const { return ends[0]; }
  [[nodiscard]] int writer() const { return ends[1]; }
};

pid_t Spawn(const ToolProcess::Arguments& arguments, int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  std::vector<std::string> words{ISCSI_IKE_TOOL_PATH};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  EXPECT_EQ(posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

// TakeOutput appends what is there; false and closed at the end of the stream.
void TakeOutput(int& descriptor, short events, std::string& text) {
  if (descriptor < 0 || events == 0) return;
  std::array<char, 65536> buffer{};
  const ssize_t size = read(descriptor, buffer.data(), buffer.size());
  if (size > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  } else {
    close(descriptor);
    descriptor = -1;
  }
}

}  // namespace

ToolProcess::ToolProcess(const Arguments& arguments, const std::string& input)
    : started_(Clock::now()) {
  const Pipe in;
  const Pipe out;
  const Pipe err;
  pid_ = Spawn(arguments, in.reader(), out.writer(), err.writer());
  close(in.reader());
  close(out.writer());
  close(err.writer());
  // Short inputs only: they fit in the pipe. A tool that does not read them is no failure.
  signal(SIGPIPE, SIG_IGN);
  if (write(in.writer(), input.data(), input.size()) < 0) result_.err += "";
  close(in.writer());
  out_ = out.reader();
  err_ = err.reader();
}

ToolProcess::~ToolProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

bool ToolProcess::ReadSome(Clock::time_point until) {
  if (out_ < 0 && err_ < 0) return false;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  if (left <= 0) return false;
  std::array<pollfd, 2> polled{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
  if (poll(polled.data(), polled.size(), static_cast<int>(left)) <= 0) return false;
  TakeOutput(out_, polled[0].revents, result_.out);
  TakeOutput(err_, polled[1].revents, result_.err);
  return true;
}

bool ToolProcess::WaitForOut(const std::string& text, std::chrono::milliseconds limit) {
  const auto until = Clock::now() + limit;
  while (result_.out.find(text) == std::string::npos)
    if (!ReadSome(until)) return result_.out.find(text) != std::string::npos;
  return true;
}

void ToolProcess::Signal(int signal) const { kill(pid_, signal); }

ToolResult ToolProcess::Finish(std::chrono::milliseconds limit) {
  const auto until = Clock::now() + limit;
  while (ReadSome(until)) {
  }
  if (out_ >= 0 || err_ >= 0) kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result_.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
  return result_;
}

ToolResult RunTool(const ToolProcess::Arguments& arguments, const std::string& input) {
  return ToolProcess(arguments, input).Finish();
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "iscsi-ike-test-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(const std::string& name, const std::string& content) const {
  const std::string path = Path(name);
  std::ofstream(path, std::ios::binary) << content;
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  return path;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace iscsi_ike::ike::tool
