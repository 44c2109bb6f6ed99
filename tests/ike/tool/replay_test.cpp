// connect and serve with --record, and replay of what they wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "ike/tool/config_text.hpp"
#include "policy/config_json.hpp"
#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kKeyDigits = "00112233445566778899aabbccddeeff";

// LastLineOf a text that ends with a newline.
std::string LastLineOf(const std::string& text) {
  const std::size_t end = text.size() - 1;
  return text.substr(text.rfind('\n', end - 1) + 1);
}

mode_t ModeOf(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

class ReplayTool : public testing::Test {
 protected:
  Arguments Connect(const std::string& place, const Arguments& more = {}) const {
    return Arguments{"connect", "--portal", place, "--local", "127.0.0.2:0", "--key-file", key} +
           more;
  }
  // Record lets a connect log in at a serve, both recorded; returns what connect printed.
  std::string Record(const Arguments& serve = {}, const Arguments& connect = {"--flags", "0x27"}) {
    Serving serving(key, "0x27", Arguments{"--record", served} + serve);
    const ToolResult result =
        RunTool(Connect(serving.place, Arguments{"--record", connected} + connect));
    EXPECT_EQ(result.err, "");
    if (result.exit_code == 0) {
      EXPECT_TRUE(serving.process.WaitForOut("phase 1 closed"));
    }
    const ToolResult stopped = serving.Stop();
    EXPECT_EQ(stopped.exit_code, 0);
    serve_out = stopped.out.substr(stopped.out.find('\n') + 1);  // behind "ready"
    return result.out;
  }
  ToolResult Replay(const std::string& file, const Arguments& more = {}) const {
    return RunTool(Arguments{"replay", file, "--key-file", key} + more);
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", std::string("0x") + kKeyDigits + "\n");
  std::string connected = folder.Path("connect.recording");
  std::string served = folder.Path("serve.recording");
  std::string serve_out;
};

TEST_F(ReplayTool, BothEndsComeOutTheSame) {
  const std::string out = Record();
  const ToolResult connect = Replay(connected);
  EXPECT_EQ(connect.exit_code, 0) << connect.err;
  EXPECT_THAT(connect.out, StartsWith(out));
  EXPECT_THAT(LastLineOf(connect.out),
              StartsWith("the same to the last octet: 4 datagrams in, 8 out, 3 events"));
  const ToolResult serve = Replay(served);
  EXPECT_EQ(serve.exit_code, 0) << serve.err;
  EXPECT_THAT(serve.out, StartsWith(serve_out));
  EXPECT_THAT(LastLineOf(serve.out),
              StartsWith("the same to the last octet: 8 datagrams in, 4 out, 4 events"));
}

TEST_F(ReplayTool, AFailureComesOutTheSame) {
  const std::string out = Record({}, {"--flags", "0x27", "--esp", "aes256gcm16"});
  EXPECT_THAT(out, HasSubstr("PEER_REFUSED"));
  const ToolResult connect = Replay(connected);
  EXPECT_EQ(connect.exit_code, 0) << connect.err;
  EXPECT_THAT(connect.out, StartsWith(out));
  const ToolResult serve = Replay(served);
  EXPECT_EQ(serve.exit_code, 0) << serve.err;
  EXPECT_THAT(serve.out, StartsWith(serve_out));
  EXPECT_THAT(serve.out, HasSubstr("NO_PHASE2_PROPOSAL"));
}

// Both modes, one after the other, and nobody there: only timers.
TEST_F(ReplayTool, SilenceComesOutTheSame) {
  const ToolResult result =
      RunTool(Connect("127.0.0.1:9", {"--flags", "0x2f", "--timeout", "2", "--record", connected}));
  EXPECT_EQ(result.exit_code, 5);
  const ToolResult replay = Replay(connected);
  EXPECT_EQ(replay.exit_code, 0) << replay.out << replay.err;
  EXPECT_THAT(replay.out, StartsWith(result.out));
  EXPECT_THAT(ReadFile(connected), HasSubstr("\"peer\":1"));
}

TEST_F(ReplayTool, AggressiveModeWithNatAndSourcePortsComesOutTheSame) {
  Serving serving(key, "0x3b", {"--record", served, "--nat-port", "0", "--dh-threads", "2"});
  const ToolResult result =
      RunTool(Connect(serving.place, {"--record", connected, "--flags", "0x3b", "--nat", "force",
                                      "--nat-port", "0", "--peer-nat-port", serving.nat_port(),
                                      "--source-port", "40001", "--source-port", "40002"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(serving.process.WaitForOut("phase 1 closed"));
  serving.Stop();
  const ToolResult connect = Replay(connected);
  EXPECT_EQ(connect.exit_code, 0) << connect.out << connect.err;
  EXPECT_THAT(connect.out, StartsWith(result.out));
  const ToolResult serve = Replay(served);
  EXPECT_EQ(serve.exit_code, 0) << serve.out << serve.err;
}

TEST_F(ReplayTool, JsonIsThatOfTheCommandAndAVerdict) {
  Record();
  const ToolResult connect = Replay(connected, {"--json"});
  EXPECT_EQ(json::parse(connect.out.substr(0, connect.out.find('\n')))["outcome"], "established");
  const json verdict = json::parse(LastLineOf(connect.out));
  EXPECT_EQ(verdict["event"], "replay");
  EXPECT_EQ(verdict["verdict"], "same");
  EXPECT_EQ(verdict["datagrams_in"], 4);
  EXPECT_EQ(verdict["complete"], true);
  EXPECT_EQ(verdict["parting"], nullptr);
}

TEST_F(ReplayTool, TheFileIsPrivateAndHasNoKey) {
  Record();
  for (const std::string& file : {connected, served}) {
    EXPECT_EQ(ModeOf(file), 0600U);
    const std::string text = ReadFile(file);
    EXPECT_THAT(text, Not(HasSubstr(kKeyDigits)));
    EXPECT_THAT(text, Not(HasSubstr("\"keys\"")));
    EXPECT_THAT(text, Not(HasSubstr(key))) << "the name of the key file";
    EXPECT_THAT(text, HasSubstr("\"fingerprints\":[\""));
  }
}

TEST_F(ReplayTool, WithRecordedKeysNoneIsNeeded) {
  Record({"--record-keys"}, {"--flags", "0x27", "--record-keys"});
  for (const std::string& file : {connected, served}) {
    EXPECT_THAT(ReadFile(file), HasSubstr(std::string("\"keys\":[\"") + kKeyDigits + "\"]"));
    EXPECT_EQ(RunTool({"replay", file}).exit_code, 0);
  }
  EXPECT_EQ(RunTool(Connect("127.0.0.1:9", {"--flags", "0x27", "--record-keys"})).exit_code, 2);
}

TEST_F(ReplayTool, AMissingOrAnotherKeyIsToldBeforeTheRun) {
  Record();
  const ToolResult missing = RunTool({"replay", connected});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_EQ(missing.out, "");
  EXPECT_THAT(missing.err, HasSubstr("the recording holds no key"));
  const std::string other = folder.Write("other", "0xffeeddccbbaa99887766554433221100\n");
  const ToolResult wrong = RunTool({"replay", connected, "--key-file", other});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, HasSubstr("is another key than the recorded one"));
}

// No fingerprint of a weak key is written; whether it is the right one shows in the run.
TEST_F(ReplayTool, AWeakKeyHasNoFingerprint) {
  key = folder.Write("weak", "abc");
  Serving serving(key, "0x27", {"--record", served});
  EXPECT_EQ(RunTool(Connect(serving.place, {"--flags", "0x27"})).exit_code, 0);
  serving.Stop();
  EXPECT_THAT(ReadFile(served), HasSubstr("\"fingerprints\":[\"\"]"));
  EXPECT_EQ(Replay(served).exit_code, 0);
  const std::string other = folder.Write("other", "0xffeeddccbbaa99887766554433221100\n");
  const ToolResult wrong = RunTool({"replay", served, "--key-file", other});
  EXPECT_EQ(wrong.exit_code, 4);
  EXPECT_THAT(wrong.out, HasSubstr("parted at line "));
}

TEST_F(ReplayTool, SettingsOfAConfigAreRecordedWithoutItsKeys) {
  const std::string config =
      folder.Write("config.json", R"({
    "records": [
      {"name": "caf)"
                                  "\xc3\xa9"
                                  R"(", "securityFlags": "0x27", "peer": "127.0.0.2",
       "key": "hex:00112233445566778899aabbccddeeff", "peerIdentity": "ipv4:127.0.0.2"},
      {"name": "second", "securityFlags": "0x2b", "identity": "fqdn:portal.example",
       "peerIdentity": "fqdn:hba2.example", "key": "text:not recorded, never, 9182734655"}],
    "portals": [{"address": "127.0.0.1", "securityBitmap": "0x27"}],
    "defaults": {"ike": "aes128-sha256-modp2048", "groupKey": "text:the group has this 4711 42"}})");
  Serving serving(Arguments{"--config", config, "--record", served});
  EXPECT_EQ(RunTool(Connect(serving.place, {"--flags", "0x27"})).exit_code, 0);
  // With the key of the other.
  const ToolResult wrong = RunTool(
      Connect(serving.place, {"--flags", "0x2b", "--id", "fqdn:hba2.example", "--timeout", "3"}));
  EXPECT_NE(wrong.exit_code, 0) << wrong.out;
  const ToolResult stopped = serving.Stop();
  const std::string text = ReadFile(served);
  EXPECT_THAT(text, AllOf(Not(HasSubstr(kKeyDigits)), Not(HasSubstr("never")),
                          Not(HasSubstr("the group"))));
  EXPECT_THAT(text, Not(HasSubstr(config)));
  const ToolResult replay = RunTool({"replay", served, "--config", config});
  EXPECT_EQ(replay.exit_code, 0) << replay.out << replay.err;
  EXPECT_THAT(replay.out, StartsWith(stopped.out.substr(stopped.out.find('\n') + 1)));
  EXPECT_THAT(replay.out, HasSubstr("key of 'caf"));
  const ToolResult one = Replay(served);
  EXPECT_EQ(one.exit_code, 2);
  EXPECT_THAT(one.err, HasSubstr("is missing among those given, 1 of them"));
}

TEST_F(ReplayTool, ATornRecordingIsReplayedAsFarAsItGoes) {
  Record();
  const std::string text = ReadFile(connected);
  const std::string torn = folder.Write("torn", text.substr(0, text.size() - 400));
  const ToolResult result = Replay(torn);
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(LastLineOf(result.out), HasSubstr("is torn off, and was left out"));
  const std::string whole_lines = text.substr(0, text.rfind('\n', text.size() - 2) + 1);
  const std::string killed = folder.Write("killed", whole_lines);
  EXPECT_THAT(Replay(killed).out, HasSubstr("the recording breaks off"));
}

TEST_F(ReplayTool, WhereAnOctetDiffersItParts) {
  Record();
  std::string text = ReadFile(served);
  const std::size_t at = text.find("\"octets\":\"", text.find("\"out\":\"datagram\"")) + 10 + 200;
  text[at] = text[at] == '0' ? '1' : '0';
  const ToolResult result = Replay(folder.Write("changed", text));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, HasSubstr("parted at line 3, behind "));
  EXPECT_THAT(result.out, HasSubstr("other ones from offset 100 on"));
  const ToolResult as_json = Replay(folder.Path("changed"), {"--json"});
  EXPECT_EQ(json::parse(LastLineOf(as_json.out))["parting"]["line"], 3);
}

TEST_F(ReplayTool, WhatIsNoRecordingIsRefusedWithItsLine) {
  Record();
  std::string text = ReadFile(connected);
  const auto refused = [&](const std::string& content, const std::string& rule) {
    const ToolResult result = Replay(folder.Write("bad", content));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(rule));
    EXPECT_THAT(result.err, Not(HasSubstr(kKeyDigits)));
  };
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    return changed.replace(changed.find(from), from.size(), to);
  };
  refused("", "line 1: is no whole line with the head of a recording");
  refused("hello\n", "line 1: is no JSON");
  refused(text + "{}\n", "stands behind the end");
  // A recording decides neither what is read nor what is written nor which command it is.
  refused(with("--flags=0x27", "--config=/etc/passwd"), "has an argument that is no setting");
  refused(with("--flags=0x27", "--pcap=/tmp/x"), "has an argument that is no setting");
  refused(with("--flags=0x27", "--help"), "has an argument that is no setting");
  refused(with("--flags=0x27", "--key=x"), "has an argument that is no setting");
  refused(with("--flags=0x27", "--nonsense"), "--nonsense: is no option of connect");
  refused(with("\"connect\"", "\"load\""), "only connect and serve can be replayed");
  refused(with("\"key_given\":true", "\"key_given\":false"), "no key is given");
}

TEST_F(ReplayTool, StepsShowMessagesDecisionsAndEvents) {
  Record();
  const ToolResult result = Replay(served, {"--step"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("line 2, +"));
  EXPECT_THAT(result.out, HasSubstr(" s: a datagram of 232 octets from 127.0.0.2:"));
  for (const char* text :
       {"\n  MM1   |----", "# phase 1: proposal 1 transform 1 chosen: aes128-sha256-modp2048",
        " s: Diffie-Hellman is computed\n", "\n  QM3   |====", "\n  next timer in ",
        "\n  child SA 1 established: transport mode\n", "DELETE ISAKMP(1)"})
    EXPECT_THAT(result.out, HasSubstr(text));
  EXPECT_THAT(LastLineOf(result.out), StartsWith("the same to the last octet: "));
  EXPECT_EQ(Replay(served, {"--step", "--json"}).exit_code, 2);
  EXPECT_EQ(Replay(served, {"--step", "--set", "flags=0x27"}).exit_code, 2);
}

TEST_F(ReplayTool, OtherSettingsPartWhereTheyRefuse) {
  Record();
  const ToolResult pfs = Replay(served, {"--set", "flags=0x37"});
  EXPECT_EQ(pfs.exit_code, 4) << pfs.err;
  EXPECT_THAT(pfs.out, StartsWith("parted at line "));
  EXPECT_THAT(pfs.out, HasSubstr("as recorded:\n  QM1 "));
  EXPECT_THAT(pfs.out, HasSubstr("# phase 2: proposal 1 chosen: aes128-sha256-esn"));
  EXPECT_THAT(pfs.out, HasSubstr("with flags=0x37:\n  QM1 "));
  EXPECT_THAT(pfs.out, HasSubstr("PFS_MISMATCH"));
  const json parting =
      json::parse(Replay(served, {"--set", "flags=0x37", "--json"}).out)["parting"];
  EXPECT_THAT(parting["now"].get<std::string>(), HasSubstr("PFS_MISMATCH"));
}

TEST_F(ReplayTool, OtherSettingsThatThePeerDoesNotNoticeDoNotPart) {
  Record();
  const ToolResult same = Replay(served, {"--set", "timeout=10", "--set", "strict=true"});
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_THAT(same.out, StartsWith("with timeout=10, strict=true the same: 8 datagrams in"));
}

TEST_F(ReplayTool, AnotherOfferIsJudgedByThePeersChoice) {
  Record();
  const ToolResult refused = Replay(connected, {"--set", "ike=aes256-sha256-modp2048"});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.out, StartsWith("another offer, line 2, +"));
  EXPECT_THAT(refused.out, HasSubstr("the responder chose a phase-1 transform that was not"));
  EXPECT_THAT(refused.out, Not(HasSubstr("note: ")));
  const ToolResult taken = Replay(connected, {"--set", "ike=aes128-sha256-modp2048"});
  EXPECT_EQ(taken.exit_code, 4);
  EXPECT_THAT(taken.out, HasSubstr("note: the peer's choice is one of the other offer too"));
  const ToolResult quick = Replay(connected, {"--set", "esp=aes128-sha1"});
  EXPECT_EQ(quick.exit_code, 4);
  EXPECT_THAT(quick.out, StartsWith("parted at line 10, "));
  EXPECT_THAT(quick.out, HasSubstr("note: QM1 offers something else"));
}

// HASH_R of AM2 covers the offer, so that the choice is all that can be judged.
TEST_F(ReplayTool, AnotherOfferInAggressiveModeIsToldOfItsHash) {
  Serving serving(key, "0x2b");
  ASSERT_EQ(RunTool(Connect(serving.place, {"--flags", "0x2b", "--record", connected})).exit_code,
            0);
  const ToolResult taken = Replay(connected, {"--set", "ike=aes128-sha256-modp2048"});
  EXPECT_EQ(taken.exit_code, 4) << taken.err;
  EXPECT_THAT(taken.out,
              HasSubstr("note: the peer's choice is one of the other offer too; HASH_R"));
}

TEST_F(ReplayTool, SettingsThatAllowNothingArePolicysNo) {
  Record();
  EXPECT_EQ(Replay(served, {"--set", "flags=0x3"}).exit_code, 3);
  EXPECT_EQ(Replay(connected, {"--set", "flags=0x3"}).exit_code, 3);
}

TEST_F(ReplayTool, WhatIsNoSettingCannotBeSet) {
  Record();
  for (const char* set : {"flags", "=0x27", "key=abc", "key-file=x", "config=x", "pcap=x",
                          "nonsense=1", "json=true", "flags=nonsense"}) {
    const ToolResult result = Replay(served, {"--set", set});
    EXPECT_EQ(result.exit_code, 2) << set << result.out;
    EXPECT_EQ(result.out, "") << set;
  }
}

TEST_F(ReplayTool, TheRecordingIsWrittenToNoOtherFileAndThroughNoLink) {
  for (const char* other : {"--pcap", "--secrets"}) {
    const ToolResult result = RunTool(
        Connect("127.0.0.1:9", {"--flags", "0x27", other, connected, "--record", connected}));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err,
                StartsWith(std::string("iscsi-ike: --record: is the file of ") + other + " too"));
  }
  const ToolResult input = RunTool(Connect("127.0.0.1:9", {"--flags", "0x27", "--record", key}));
  EXPECT_EQ(input.exit_code, 2);
  EXPECT_THAT(input.err, HasSubstr("--record: is the file of --key-file; an input is not"));
  EXPECT_THAT(ReadFile(key), HasSubstr(kKeyDigits));
  const std::string link = folder.Path("link");
  ASSERT_EQ(symlink(folder.Path("elsewhere").c_str(), link.c_str()), 0);
  EXPECT_EQ(RunTool(Connect("127.0.0.1:9", {"--flags", "0x27", "--record", link})).exit_code, 2);
}

TEST_F(ReplayTool, OneEngineIsRecorded) {
  const ToolResult result = RunTool({"serve", "--local", "127.0.0.1:0", "--flags", "0x27",
                                     "--key-file", key, "--threads", "2", "--record", served});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("iscsi-ike: --threads: "));
}

// ConfigText: what comes back is what was read, for each form that is read.
TEST(ConfigText, ComesBackAsItWas) {
  const std::string texts[] = {
      ReadFile(std::string(ISCSI_IKE_SOURCE_DIR) + "/tests/golden/config.example.json"),
      ReadFile(std::string(ISCSI_IKE_SOURCE_DIR) + "/tests/golden/portal.example.json"),
      R"({"AuthMethod": 1, "SecurityFlags": 39, "IdType": 1, "Id": [192,0,2,1], "Key": [115,51]})",
      R"({"Address": {"Type": 1, "IpV4Address": 16908480}, "Socket": 3261, "SecurityBitmap": 39,
          "Key": null, "SymbolicName": "array 1"})"};
  const auto parse = [](const std::string& text) {
    const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
    auto config = policy::ParseConfig(crypto::Secret::CopyOf({octets, text.size()}), "text",
                                      {.key_elsewhere = true});
    EXPECT_TRUE(config.ok()) << text << config.error().Text();
    return std::move(config).value();
  };
  const auto name = [](const crypto::Secret& key) { return std::to_string(key.size()); };
  for (const std::string& text : texts) {
    const policy::Config config = parse(text);
    const std::string first = ConfigText(config, name);
    const policy::Config again = parse(first);
    ASSERT_EQ(again.records.size(), config.records.size()) << first;
    ASSERT_EQ(again.portals.size(), config.portals.size()) << first;
    for (std::size_t i = 0; i < config.records.size(); ++i) {
      EXPECT_EQ(again.records[i].flags, config.records[i].flags);
      EXPECT_EQ(again.records[i].identity, config.records[i].identity);
      EXPECT_EQ(again.records[i].peer, config.records[i].peer);
      EXPECT_EQ(again.records[i].peer_identity, config.records[i].peer_identity);
      EXPECT_EQ(again.records[i].name, config.records[i].name);
      EXPECT_EQ(again.records[i].target, config.records[i].target);
      EXPECT_EQ(again.records[i].initiator, config.records[i].initiator);
      EXPECT_EQ(again.records[i].key.empty(), config.records[i].key.empty());
    }
    for (std::size_t i = 0; i < config.portals.size(); ++i) {
      EXPECT_EQ(again.portals[i].address, config.portals[i].address);
      EXPECT_EQ(again.portals[i].host, config.portals[i].host);
      EXPECT_EQ(again.portals[i].socket, config.portals[i].socket);
      EXPECT_EQ(again.portals[i].bitmap, config.portals[i].bitmap);
      EXPECT_EQ(again.portals[i].symbolic_name, config.portals[i].symbolic_name);
      EXPECT_EQ(again.portals[i].group_tag, config.portals[i].group_tag);
      EXPECT_EQ(again.portals[i].passed.word, config.portals[i].passed.word);
      EXPECT_EQ(again.portals[i].passed.require_ipsec, config.portals[i].passed.require_ipsec);
    }
    ASSERT_EQ(again.logins.size(), config.logins.size()) << first;
    for (std::size_t i = 0; i < config.logins.size(); ++i) {
      EXPECT_EQ(again.logins[i].target, config.logins[i].target);
      EXPECT_EQ(again.logins[i].address, config.logins[i].address);
      EXPECT_EQ(again.logins[i].socket, config.logins[i].socket);
      EXPECT_EQ(again.logins[i].initiator, config.logins[i].initiator);
      EXPECT_EQ(again.logins[i].passed.word, config.logins[i].passed.word);
      EXPECT_EQ(again.logins[i].passed.require_ipsec, config.logins[i].passed.require_ipsec);
      EXPECT_EQ(again.logins[i].key.empty(), config.logins[i].key.empty());
    }
    ASSERT_EQ(again.tunnels.size(), config.tunnels.size()) << first;
    for (std::size_t i = 0; i < config.tunnels.size(); ++i) {
      EXPECT_EQ(again.tunnels[i].initiator, config.tunnels[i].initiator);
      EXPECT_EQ(again.tunnels[i].destination, config.tunnels[i].destination);
      EXPECT_EQ(again.tunnels[i].outer, config.tunnels[i].outer);
    }
    EXPECT_EQ(again.defaults.security_bitmap, config.defaults.security_bitmap);
    ASSERT_EQ(again.defaults.suites.has_value(), config.defaults.suites.has_value());
    if (config.defaults.suites) {
      EXPECT_EQ(again.defaults.suites->phase1, config.defaults.suites->phase1);
      EXPECT_EQ(again.defaults.suites->phase2, config.defaults.suites->phase2);
    }
    EXPECT_EQ(again.defaults.group_key.empty(), config.defaults.group_key.empty());
  }
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
