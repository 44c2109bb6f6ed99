#include "tests/trust/secrets/child.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace iscsi_ike::trust {
namespace {

// Start replaces a forked process; descriptors 3 and 4 are the ends of its pipes.
[[noreturn]] void Start(const std::string& program, const std::vector<std::string>& arguments,
                        int out, int in, const std::string& folder) {
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int far_out = ::fcntl(out, F_DUPFD, 10);
  const int far_in = ::fcntl(in, F_DUPFD, 10);
  ::dup2(far_out, 3);
  ::dup2(far_in, 4);
  ::close(far_out);
  ::close(far_in);
  if (!folder.empty() && ::chdir(folder.c_str()) != 0) std::_Exit(4);
  ::execv(program.c_str(), words.data());
  std::_Exit(5);
}

bool ReadExactly(int from, std::uint8_t* octets, std::size_t size) {
  for (std::size_t at = 0; at < size;) {
    const ssize_t got = ::read(from, octets + at, size - at);
    if (got <= 0) return false;
    at += static_cast<std::size_t>(got);
  }
  return true;
}

bool ReadLine(int from, std::string& line) {
  line.clear();
  for (std::uint8_t octet = 0; ReadExactly(from, &octet, 1);) {
    if (octet == '\n') return true;
    line += static_cast<char>(octet);
  }
  return false;
}

}  // namespace

Child::Child(const std::string& program, const std::vector<std::string>& arguments,
             crypto::Octets key, const std::string& folder) {
  int out[2];
  int in[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(in, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ == 0) Start(program, arguments, out[1], in[0], folder);
  ::close(out[1]);
  ::close(in[0]);
  from_ = out[0];
  to_ = in[1];
  secrets_.emplace("PSK", std::vector<std::uint8_t>(key.begin(), key.end()));
  if (::write(to_, key.data(), key.size()) != static_cast<ssize_t>(key.size()))
    throw std::runtime_error("the child takes no key");
}

Child::~Child() {
  ::close(to_);  // a child that waits for a word then ends
  ::close(from_);
  Wait();
}

std::string Child::NextStage() {
  for (std::string line; ReadLine(from_, line);) {
    const std::size_t blank = line.rfind(' ');
    if (line.front() == '@') return line.substr(1, blank - 1);
    std::vector<std::uint8_t> octets(std::strtoul(line.c_str() + blank, nullptr, 10));
    if (!ReadExactly(from_, octets.data(), octets.size())) break;
    secrets_.emplace(line.substr(0, blank), std::move(octets));
  }
  return {};
}

void Child::Go(char what) {
  if (::write(to_, &what, 1) != 1) throw std::runtime_error("the child does not listen");
}

int Child::Wait() {
  int status = 0;
  if (pid_ > 0) ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return status;
}

}  // namespace iscsi_ike::trust
