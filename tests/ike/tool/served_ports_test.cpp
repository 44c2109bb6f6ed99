// serve with portals that have TCP ports: which of them the child SAs may be for.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;

constexpr const char* kFirstKey = "hex:9d1c6a2f0be57843d6aa41f7305ec289";
constexpr const char* kSecondKey = "hex:47e0b95d12fc8a6e3387d05b61c9f4a2";

// Ported: portals with TCP ports, one record, a serve of them and connects with the same file.
class Ported : public testing::Test {
 protected:
  std::string File(const std::vector<std::pair<const char*, int>>& portals,
                   const std::string& records = "one") const {
    json file = {{"records", {{{"securityFlags", "0x27"}, {"key", kFirstKey}}}}};
    if (records == "two")
      file["records"].push_back(
          {{"name", "two"}, {"securityFlags", "0x2b"}, {"peer", "127.0.0.9"}, {"key", kSecondKey}});
    for (const auto& portal : portals)
      file["portals"].push_back({{"address", portal.first}, {"socket", portal.second}});
    return folder.Write("ported.json", file.dump());
  }
  // Asked is the target's selector of the child SA, or the code of the failure.
  static std::string Asked(const ToolProcess& serve, const std::string& file,
                           const std::string& address, const Arguments& more = {}) {
    const auto at = serve.out().find(":", serve.out().find("listening on ")) + 1;
    const std::string port = serve.out().substr(at, serve.out().find(',', at) - at);
    const ToolResult result =
        RunTool(Arguments{"connect", "--json", "--config", file, "--portal", address + ":" + port,
                          "--local", "127.0.0.2:0", "--timeout", "3"} +
                more);
    const json told = json::parse(result.out);
    if (!told.at("failure").is_null()) return told.at("failure").at("code");
    return told.at("children").at(0).at("selectors").at("remote");
  }

  TemporaryFolder folder;
};

TEST_F(Ported, EachPortalTakesItsOwnTcpPort) {
  for (const char* records : {"one", "two"}) {
    const std::string file =
        File({{"127.0.0.5", 3270}, {"127.0.0.6", 3271}, {"127.0.0.7", 3260}}, records);
    ToolProcess serve({"serve", "--local", "0.0.0.0:0", "--config", file});
    ASSERT_TRUE(serve.WaitForOut("\n"));
    const Arguments one{"--entry", "0"};
    EXPECT_EQ(Asked(serve, file, "127.0.0.5", one), "127.0.0.5/32 tcp 3270");
    EXPECT_EQ(Asked(serve, file, "127.0.0.6", one), "127.0.0.6/32 tcp 3271");
    EXPECT_EQ(Asked(serve, file, "127.0.0.7", one), "127.0.0.7/32 tcp 3260");
    EXPECT_EQ(Asked(serve, file, "127.0.0.8", one), "127.0.0.8/32 tcp 3260");
    EXPECT_EQ(Asked(serve, file, "127.0.0.6", one + Arguments{"--target-port", "3270"}),
              "PEER_REFUSED");
  }
}

TEST_F(Ported, TheOnlyPortalTakesItsTcpPortAtItsOwnAddress) {
  const std::string file = File({{"127.0.0.5", 3270}});
  ToolProcess serve({"serve", "--local", "0.0.0.0:0", "--config", file});
  ASSERT_TRUE(serve.WaitForOut("\n"));
  EXPECT_EQ(Asked(serve, file, "127.0.0.5"), "127.0.0.5/32 tcp 3270");
  EXPECT_EQ(Asked(serve, file, "127.0.0.5", {"--target-port", "3260"}), "PEER_REFUSED");
  ToolProcess there({"serve", "--local", "127.0.0.5:0", "--config", file});
  ASSERT_TRUE(there.WaitForOut("\n"));
  EXPECT_EQ(Asked(there, file, "127.0.0.5"), "127.0.0.5/32 tcp 3270");
  ToolProcess elsewhere({"serve", "--local", "127.0.0.6:0", "--config", file});
  ASSERT_TRUE(elsewhere.WaitForOut("\n"));
  EXPECT_EQ(Asked(elsewhere, file, "127.0.0.6"), "127.0.0.6/32 tcp 3260");
}

TEST_F(Ported, SeveralTcpPortsAtOneAddressAreAnyPort) {
  const std::string file = File({{"127.0.0.5", 3270}, {"127.0.0.5", 3260}, {"127.0.0.6", 3260}});
  ToolProcess serve({"serve", "--local", "0.0.0.0:0", "--config", file});
  ASSERT_TRUE(serve.WaitForOut("\n"));
  EXPECT_EQ(Asked(serve, file, "127.0.0.5"), "127.0.0.5/32 tcp 3270");
  EXPECT_EQ(Asked(serve, file, "127.0.0.5", {"--target-port", "3260"}), "127.0.0.5/32 tcp 3260");
  EXPECT_EQ(Asked(serve, file, "127.0.0.6", {"--target-port", "3270"}), "PEER_REFUSED");
}

TEST_F(Ported, TargetPortIsForEveryPortalOfTheConfig) {
  for (const auto& portals : {std::vector<std::pair<const char*, int>>{{"127.0.0.5", 3260}},
                              {{"127.0.0.5", 3260}, {"127.0.0.6", 3261}}}) {
    const std::string file = File(portals);
    const Arguments port{"--target-port", "3299"};
    ToolProcess serve(Arguments{"serve", "--local", "0.0.0.0:0", "--config", file} + port);
    ASSERT_TRUE(serve.WaitForOut("\n"));
    EXPECT_EQ(Asked(serve, file, "127.0.0.5", port), "127.0.0.5/32 tcp 3299");
    EXPECT_EQ(Asked(serve, file, "127.0.0.5", {"--target-port", "3260"}), "PEER_REFUSED");
  }
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
