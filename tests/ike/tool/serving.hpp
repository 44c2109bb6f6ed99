// Serving: a serve in a process of its own, for a connect to talk to.
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {

using Arguments = ToolProcess::Arguments;

inline Arguments operator+(Arguments a, const Arguments& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Serving is a serve on 127.0.0.1 and a free port, with the settings of `more`.
class Serving {
 public:
  Serving(const std::string& key_file, const std::string& word, const Arguments& more = {})
      : Serving(Arguments{"--flags", word, "--key-file", key_file} + more) {}
  explicit Serving(const Arguments& more)
      : process(Arguments{"serve", "--local", "127.0.0.1:0"} + more) {
    EXPECT_TRUE(process.WaitForOut("\n"));
    const std::string& ready = process.out();
    for (auto at = ready.find("127.0.0.1:"); at != std::string::npos;
         at = ready.find("127.0.0.1:", at + 1))
      places.push_back(ready.substr(at, ready.find_first_of(",\"", at) - at));
    if (!places.empty()) place = places.front();
  }

  // The port for NAT traversal, with --nat-port.
  [[nodiscard]] std::string nat_port() const {
    return places.size() < 2 ? "" : places[1].substr(places[1].find(':') + 1);
  }

  ToolResult Stop(int signal = SIGTERM) {
    process.Signal(signal);
    return process.Finish(std::chrono::seconds(5));
  }

  ToolProcess process;
  std::string place;
  std::vector<std::string> places;
};

}  // namespace iscsi_ike::ike::tool
