// check: its verdict beside that of connect and serve, the JSON contract, and what it never shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kKey = "9d1c6a2f0be57843d6aa41f7305ec289";
constexpr const char* kOther = "47e0b95d12fc8a6e3387d05b61c9f4a2";

// File with one record and, perhaps, the ESP suites of all.
std::string File(const std::string& word, const std::string& key, const std::string& more = {},
                 const std::string& esp = "aes128-sha256") {
  return R"({"records": [{"name": "one", "securityFlags": ")" + word + R"(", "key": "hex:)" + key +
         "\"" + more + R"(}], "defaults": {"ike": "aes128-sha256-curve25519", "esp": ")" + esp +
         "\"}}";
}

class Check : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    return folder.Write(name, text);
  }
  // Ask expects the exit code, and the only direction of the object.
  json Ask(const Arguments& more, int exit_code) {
    const ToolResult result = RunTool(Arguments{"check", "--json"} + more);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    shown += result.out + result.err;
    const json answer = json::parse(result.out);
    EXPECT_EQ(answer.at("agree"), exit_code == 0);
    return answer.at("directions").at(0);
  }
  void TearDown() override {
    EXPECT_THAT(shown, AllOf(Not(HasSubstr(kKey)), Not(HasSubstr(kOther))));
  }

  TemporaryFolder folder;
  std::string shown;
};

std::string FirstEdit(const json& direction, std::size_t change = 0) {
  return direction.at("changes").at(change).at("edits").at(0).at("text");
}

TEST_F(Check, TellsWhatIsAgreedOn) {
  const std::string a = Write("a", File("0x37", kKey, R"(, "peer": "192.0.2.10")"));
  const std::string b = Write("b", File("0x37", kKey, R"(, "identity": "fqdn:array.example")"));
  const json told = Ask({a, b, "--a", "local=192.0.2.7", "--b", "esp-lifetime=1200,5000"}, 0);
  EXPECT_EQ(told.at("agree"), true);
  EXPECT_EQ(told.at("exchange"), "main");
  EXPECT_EQ(told.at("same_key"), true);
  EXPECT_EQ(told.at("phase1").at("suite"), "aes128-sha256-curve25519");
  EXPECT_EQ(told.at("phase1").at("lifetime").at("seconds"), 28800);
  const json& child = told.at("child");
  EXPECT_EQ(child.at("mode"), "transport");
  EXPECT_EQ(child.at("suite"), "aes128-sha256");
  EXPECT_EQ(child.at("pfs_group"), "curve25519");
  EXPECT_EQ(child.at("udp_encapsulated"), false);
  EXPECT_EQ(child.at("lifetime").at("seconds"), 1200);
  EXPECT_EQ(child.at("lifetime").at("kilobytes"), 5000);
  EXPECT_EQ(child.at("selectors").at("initiator"), "192.0.2.7/32 tcp any");
  EXPECT_EQ(child.at("selectors").at("responder"), "192.0.2.10/32 tcp 3260");
  for (const char* list : {"obstacles", "changes", "tried_before"})
    EXPECT_TRUE(told.at(list).empty()) << list;
  const json& initiator = told.at("initiator");
  EXPECT_EQ(initiator.at("end"), "A");
  EXPECT_EQ(initiator.at("record"), "one");
  EXPECT_EQ(initiator.at("address"), "192.0.2.7");
  EXPECT_EQ(initiator.at("address_by"), "given");
  EXPECT_EQ(initiator.at("identity"), "ipv4:192.0.2.7");
  EXPECT_EQ(initiator.at("word"), "0x37");
  EXPECT_EQ(initiator.at("fingerprint"), told.at("responder").at("fingerprint"));
  EXPECT_EQ(initiator.at("weak_key"), false);
  EXPECT_EQ(told.at("responder").at("address_by"), "the peer of A");
  EXPECT_EQ(told.at("responder").at("identity"), "fqdn:array.example");
}

TEST_F(Check, TellsAllThatIsInTheWayAndTheSmallestChange) {
  const std::string a = Write("a", File("0x27", kKey, R"(, "peer": "192.0.2.10")"));
  const std::string b = Write("b", File("0x37", kOther, R"(, "peer": "192.0.2.31")"));
  const json told = Ask({a, b}, 3);
  std::vector<std::string> codes;
  for (const json& obstacle : told.at("obstacles")) {
    EXPECT_EQ(obstacle.at("end"), "B");
    codes.push_back(obstacle.at("code"));
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"KEYS_DIFFER", "PFS_MISMATCH"}));
  EXPECT_EQ(told.at("obstacles").at(1).at("refusals").at(0).at("rule"), "PFS_ENABLED");
  EXPECT_THAT(told.at("obstacles").at(1).at("text").get<std::string>(),
              Not(HasSubstr("phase 1 is fine")));
  EXPECT_EQ(told.at("phase1").at("suite"), "aes128-sha256-curve25519");
  EXPECT_TRUE(told.at("child").is_null());
  const json& best = told.at("changes").at(0);
  EXPECT_TRUE(best.at("lowers").empty());
  ASSERT_EQ(best.at("edits").size(), 2U);
  const json& word = best.at("edits").at(0).at("member") == "key" ? best.at("edits").at(1)
                                                                  : best.at("edits").at(0);
  EXPECT_EQ(word.at("end"), "A");
  EXPECT_EQ(word.at("from"), "0x27");
  EXPECT_EQ(word.at("to"), "0x37");
  EXPECT_EQ(word.at("text"), "in A: securityFlags 0x27 -> 0x37 (add PFS_ENABLED)");
  // Who can only change B gives up PFS.
  const json& alone = told.at("changes").back();
  for (const json& edit : alone.at("edits")) EXPECT_EQ(edit.at("end"), "B");
  EXPECT_EQ(alone.at("lowers"), json::parse(R"(["no PFS"])"));
}

TEST_F(Check, ProposesSuitesIdentitiesAndAddresses) {
  const std::string a =
      Write("a", File("0x27", kKey, R"(, "peer": "192.0.2.10", "identity": "fqdn:hba.example")"));
  const std::string suite = Write("b", File("0x27", kKey, "", "aes256gcm16-esn"));
  EXPECT_EQ(FirstEdit(Ask({a, suite}, 3)), "in A: esp: add aes256gcm16-esn");
  const std::string identity =
      Write("c", File("0x27", kKey, R"(, "peerIdentity": "fqdn:other.example")"));
  EXPECT_EQ(FirstEdit(Ask({a, identity}, 3)),
            "in A: identity fqdn:hba.example -> fqdn:other.example");
  const std::string bound = Write("d", File("0x27", kKey, R"(, "peer": "192.0.2.31")"));
  const json told = Ask({a, bound, "--a", "local=192.0.2.32"}, 3);
  EXPECT_EQ(told.at("obstacles").at(0).at("code"), "NO_KEY");
  EXPECT_THAT(told.dump(), HasSubstr("'one' is bound to the peer 192.0.2.31"));
  EXPECT_EQ(FirstEdit(told), "in B: peer 192.0.2.31 -> 192.0.2.32");
  const std::string port = Write("e", File("0x27", kKey));
  const json selectors = Ask({a, port, "--b", "target-port=3261", "--b", "local=192.0.2.10"}, 3);
  EXPECT_EQ(selectors.at("obstacles").at(0).at("code"), "SELECTORS");
  EXPECT_EQ(FirstEdit(selectors), "in A: socket 3260 -> 3261");
}

TEST_F(Check, NamesTheMemberThatIsThere) {
  const std::string defaults = R"("defaults": {"ike": "aes128-sha256-curve25519"})";
  const std::string key = R"("key": "hex:)" + std::string(kKey) + "\"";
  const std::string b = Write("b", File("0x37", kKey));
  const std::string portal = R"({"portals": [{"address": "192.0.2.10", )" + key;
  EXPECT_EQ(FirstEdit(Ask(
                {Write("a", portal + R"(, "passedFlags": "0x27"}], )" + defaults + "}"), b}, 3)),
            "in A: passedFlags 0x27 -> 0x37 (add PFS_ENABLED)");
  EXPECT_EQ(FirstEdit(Ask(
                {Write("c", portal + R"(, "securityBitmap": "0x27"}], )" + defaults + "}"), b}, 3)),
            "in A: securityBitmap 0x27 -> 0x37 (add PFS_ENABLED)");
  EXPECT_EQ(
      FirstEdit(Ask({Write("d", R"({"logins": [{"target": "iqn.x", "address": "192.0.2.10", )" +
                                    key + R"(, "passedFlags": "0x27"}], )" + defaults + "}"),
                     b},
                    3)),
      "in A: passedFlags 0x27 -> 0x37 (add PFS_ENABLED)");
  const std::string file = Write("key", std::string("0x") + kOther + "\n");
  const std::string a = Write("e", File("0x37", kKey));
  EXPECT_THAT(FirstEdit(Ask({a, b, "--a", "key-file=" + file}, 3)),
              StartsWith("in A: key-file: the same as in B"));
  EXPECT_THAT(FirstEdit(Ask({Write("f", File("0x37", kOther)), b}, 3)),
              StartsWith("in A: key: the same as in B"));
}

TEST_F(Check, BothEndsOfOneFileAgreeOnTheTcpPortOfItsPortals) {
  const auto with = [](const std::string& portals) {
    std::string file = File("0x27", kKey);
    return file.insert(1, R"("portals": [)" + portals + "], ");
  };
  const std::string first = R"({"address": "192.0.2.10", "socket": 3270})";
  const std::string one = Write("one", with(first));
  EXPECT_EQ(Ask({one, one}, 0).at("child").at("selectors").at("responder"),
            "192.0.2.10/32 tcp 3270");
  const std::string two = Write("two", with(first + R"(, {"address": "192.0.2.11"})"));
  for (const auto& [address, port] :
       {std::pair("192.0.2.10", "3270"), {"192.0.2.11", "3260"}, {"192.0.2.12", "3260"}}) {
    const json told = Ask({two, two, "--a", std::string("peer=") + address}, 0);
    EXPECT_EQ(told.at("child").at("selectors").at("responder"),
              std::string(address) + "/32 tcp " + port);
  }
  const std::string other = Write("other", with(R"({"address": "192.0.2.10", "socket": 3271})"));
  const json told = Ask({one, other}, 3);
  EXPECT_EQ(told.at("obstacles").at(0).at("code"), "SELECTORS");
  EXPECT_EQ(FirstEdit(told), "in A: socket 3270 -> 3271");
}

TEST_F(Check, SaysWhenOnlyLessSecurityHelps) {
  const std::string main = Write("a", File("0x27", kKey));
  const std::string aggressive = Write("b", File("0x2b", kKey));
  const json keeps = Ask({main, aggressive}, 3);
  EXPECT_EQ(FirstEdit(keeps), "in B: securityFlags 0x2b -> 0x2f (add MAIN_MODE_ENABLED)");
  EXPECT_TRUE(keeps.at("changes").at(0).at("lowers").empty());
  EXPECT_EQ(keeps.at("changes").at(1).at("lowers"), json::parse(R"(["aggressive mode"])"));
  const ToolResult text = RunTool({"check", main, aggressive});
  EXPECT_THAT(text.out, HasSubstr("which means aggressive mode"));
}

TEST_F(Check, TriesTheNextExchangeAsConnectDoes) {
  const std::string both = Write("a", File("0x2f", kKey));
  const std::string aggressive = Write("b", File("0x2b", kKey));
  const json told = Ask({both, aggressive}, 0);
  EXPECT_EQ(told.at("exchange"), "aggressive");
  EXPECT_EQ(told.at("tried_before"), json::parse(R"(["main"])"));
  // Not after failed authentication.
  const std::string other = Write("c", File("0x2f", kOther));
  EXPECT_EQ(Ask({both, other}, 3).at("exchange"), "main");
}

TEST_F(Check, RolesAndDirections) {
  const std::string pfs = Write("a", File("0x37", kKey, R"(, "peer": "192.0.2.10")"));
  const std::string plain = Write("b", File("0x27", kKey));
  Ask({pfs, plain}, 0);
  const json told = Ask({pfs, plain, "--role", "responder"}, 3);
  EXPECT_EQ(told.at("initiator").at("end"), "B");
  EXPECT_EQ(told.at("responder").at("end"), "A");
  const ToolResult both = RunTool({"check", pfs, plain, "--both", "--json"});
  EXPECT_EQ(both.exit_code, 3);
  const json directions = json::parse(both.out).at("directions");
  ASSERT_EQ(directions.size(), 2U);
  EXPECT_EQ(directions[0].at("agree"), true);
  EXPECT_EQ(directions[1].at("agree"), false);
}

TEST_F(Check, SeveralRecordsAreServedAndOneIsNamed) {
  const std::string b = Write(
      "b",
      R"({"records": [{"name": "x", "securityFlags": "0x27", "peer": "192.0.2.8", "key": "hex:)" +
          std::string(kOther) +
          R"("}, {"name": "y", "securityFlags": "0x37", "peer": "192.0.2.9", "key": "hex:)" + kKey +
          R"("}], "defaults": {"ike": "aes128-sha256-curve25519"}})");
  const std::string a = Write("a", File("0x27", kKey));
  const json told = Ask({a, b, "--a", "local=192.0.2.9"}, 3);
  EXPECT_EQ(told.at("responder").at("record"), "y");
  EXPECT_EQ(told.at("changes").at(1).at("edits").at(0).at("text"),
            "in B, 'y': securityFlags 0x37 -> 0x27 (remove PFS_ENABLED)");
  EXPECT_EQ(Ask({a, b, "--b", "entry=x"}, 3).at("responder").at("record"), "x");
}

TEST_F(Check, WithholdsTheFingerprintOfAWeakKey) {
  const std::string weak = R"({"records": [{"securityFlags": "0x27", "key": "text:changeme"}]})";
  const json told = Ask({Write("a", weak), Write("b", File("0x27", kKey))}, 3);
  EXPECT_TRUE(told.at("initiator").at("fingerprint").is_null());
  EXPECT_EQ(told.at("initiator").at("weak_key"), true);
  EXPECT_THAT(shown, Not(HasSubstr("changeme")));
}

TEST_F(Check, TellsWhyAnEndHasNoPlanOrNoKey) {
  const std::string fine = Write("a", File("0x27", kKey));
  const json off = Ask({Write("b", File("0x1", kKey)), fine}, 3);
  EXPECT_EQ(off.at("obstacles").at(0).at("end"), "A");
  EXPECT_THAT(off.dump(), HasSubstr("the plan of A: IPSEC_DISABLED"));
  EXPECT_TRUE(off.at("exchange").is_null());
  const json none = Ask({Write("c", R"({"records": [{"securityFlags": "0x27"}]})"), fine}, 3);
  EXPECT_EQ(none.at("obstacles").at(0).at("code"), "NO_KEY");
  EXPECT_THAT(none.dump(), HasSubstr("in A: key: the same as in B"));
}

TEST_F(Check, ReadsStandardInputOnce) {
  const std::string a = Write("a", File("0x27", kKey));
  const ToolResult result = RunTool({"check", a, "-", "--both"}, File("0x27", kKey));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("standard input, 'one'"));
}

TEST_F(Check, BadInputIsNamedWithItsEnd) {
  const std::string a = Write("a", File("0x27", kKey));
  const auto complains = [&](const Arguments& more, const std::string& start) {
    const ToolResult result = RunTool(Arguments{"check"} + more);
    EXPECT_EQ(result.exit_code, 2) << start;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, StartsWith("iscsi-ike: " + start));
  };
  complains({a}, "B: ");
  complains({a, "/nonexistent"}, "B: --config: ");
  complains({a, a, "--b", "frob=1"}, "B: \"frob\": is no setting");
  complains({a, a, "--a", "pcap=/tmp/x"}, "A: \"pcap\": is no setting");
  complains({a, a, "--a", "esp=frob"}, "A: --a esp[0]: ");
  complains({a, a, "--b", "peer-id=ipv4:1"}, "B: --b peer-id: ");
  complains({a, a, "--a", "peer=host"}, "A: --a peer: ");
  complains({a, a, "--a", "ike-lifetime=x"}, "A: --a ike-lifetime: ");
  complains({a, a, "--a", "local=host"}, "A: --a local: ");
  complains({a, a, "--a", "local=192.0.2.1", "--a", "local=192.0.2.2"}, "A: --a local: is one");
  complains({a, a, "--a", "local-ts=host"}, "A: --a local-ts: ");
  complains({a, a, "--b", "remote-ts=host"}, "B: --b remote-ts: ");
  complains({a, a, "--b", "entry=7"}, "B: --b entry: ");
  complains({a, a, "--a", "local=2001:db8::1", "--b", "local=192.0.2.1"},
            "A: --a local: is of another");
  complains({a, a, "--role", "third"}, "--role: ");
  complains({a, a, "--role", "initiator", "--both"}, "--role: ");
  complains({"-", "-"}, "B: ");
}

// The same two files, given to connect and to serve: as they are, and with the proposed change.
TEST_F(Check, SaysWhatConnectAndServeComeTo) {
  const std::string b = Write("b", File("0x37", kKey, R"(, "peer": "127.0.0.2")", "aes256gcm16"));
  const auto connect = [&](const std::string& place, const std::string& file) {
    return RunTool({"connect", "--json", "--portal", place, "--local", "127.0.0.2:0", "--config",
                    file, "--timeout", "3"});
  };
  Serving serving(Arguments{"--config", b});
  const std::string before = Write("a", File("0x27", kKey, "", "aes256gcm16"));
  const json no = Ask({before, b, "--a", "local=127.0.0.2", "--b", "local=127.0.0.1"}, 3);
  EXPECT_EQ(no.at("obstacles").at(0).at("code"), "PFS_MISMATCH");
  EXPECT_EQ(connect(serving.place, before).exit_code, 4);
  const json& edit = no.at("changes").at(0).at("edits").at(0);
  EXPECT_EQ(edit.at("member"), "securityFlags");
  const std::string after = Write("c", File(edit.at("to"), kKey, "", "aes256gcm16"));
  const json yes = Ask({after, b, "--a", "local=127.0.0.2", "--b", "local=127.0.0.1"}, 0);
  const ToolResult established = connect(serving.place, after);
  ASSERT_EQ(established.exit_code, 0) << established.err;
  const json real = json::parse(established.out);
  EXPECT_EQ(real.at("phase1").at("suite"), yes.at("phase1").at("suite"));
  EXPECT_EQ(real.at("phase1").at("exchange"), yes.at("exchange"));
  const json& child = real.at("children").at(0);
  for (const char* member : {"suite", "mode", "pfs_group", "lifetime"})
    EXPECT_EQ(child.at(member), yes.at("child").at(member)) << member;
  EXPECT_EQ(child.at("selectors").at("local"), yes.at("child").at("selectors").at("initiator"));
  EXPECT_EQ(child.at("selectors").at("remote"), yes.at("child").at("selectors").at("responder"));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
