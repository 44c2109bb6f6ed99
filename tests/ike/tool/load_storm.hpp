// Load: a portal, and storms against it over loopback.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {

class Load : public testing::Test {
 protected:
  Arguments Storm(const Arguments& more) const {
    return Arguments{"load",
                     "--portal",
                     serving.place,
                     "--local",
                     "127.1.0.0:0",
                     "--flags",
                     "0x27",
                     "--key-file",
                     key,
                     "--ike",
                     "aes128-sha256-curve25519",
                     "--esp",
                     "aes128-sha1"} +
           more;
  }
  nlohmann::json Run(const Arguments& more, int code = 0) const {
    const ToolResult result = RunTool(Storm(more + Arguments{"--json", "--quiet"}));
    EXPECT_EQ(result.exit_code, code) << result.err << result.out;
    return nlohmann::json::parse(result.out, nullptr, false);
  }

  static std::size_t Count(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
    return count;
  }
  // ClosedOf waits until the portal has seen so many of its sessions closed.
  std::size_t ClosedOf(std::size_t established) {
    for (int i = 0; i < 20; ++i) {
      if (Count(serving.process.out(), "phase 1 closed by the peer") >= established) break;
      serving.process.WaitForOut("never", std::chrono::milliseconds(100));
    }
    return Count(serving.process.out(), "phase 1 closed by the peer");
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", "0x00112233445566778899aabbccddeeff\n");
  Serving serving{key, "0x2f", {"--ike", "aes128-sha256-curve25519", "--esp", "aes128-sha1"}};
};

}  // namespace iscsi_ike::ike::tool
