// Child: a subject under observation (subject.cpp), and what it has told of its secrets.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "tests/trust/secrets/memory_scan.hpp"

namespace iscsi_ike::trust {

class Child {
 public:
  // Starts a program whose descriptor 3 tells and 4 hears; its first input is `key`.
  Child(const std::string& program, const std::vector<std::string>& arguments, crypto::Octets key,
        const std::string& folder = {});
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  // NextStage reads what the child tells, up to the stage at which it stands still; empty: none,
  // it has ended.
  [[nodiscard]] std::string NextStage();
  void Go(char what = 'g');
  // Wait gives the status of waitpid.
  int Wait();

  [[nodiscard]] pid_t pid() const { return pid_; }
  // The latest of each name last; a private key that two ends draw is there twice.
  [[nodiscard]] const std::multimap<std::string, std::vector<std::uint8_t>>& secrets() const {
    return secrets_;
  }

 private:
  pid_t pid_ = -1;
  int from_ = -1;
  int to_ = -1;
  std::multimap<std::string, std::vector<std::uint8_t>> secrets_;
};

}  // namespace iscsi_ike::trust
