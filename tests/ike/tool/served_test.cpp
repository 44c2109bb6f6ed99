// serve with several records: which key each peer gets, and that why-key says the same.
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

// The keys of tests/golden/portal.example.json.
const std::string kHba1 = "9d1c6a2f0be57843d6aa41f7305ec289";
const std::string kHba2 = "47e0b95d12fc8a6e3387d05b61c9f4a2";
const std::string kHba3 = "c25fa8316be4709d8f13d2467ab90ce5";
const std::string kGroup = "e80a7d4cb2915f36a4de06893b7fc154";

std::string Example() { return ReadFile(ISCSI_IKE_SOURCE_DIR "/tests/golden/portal.example.json"); }

// Hba is one initiator and what is to become of it.
struct Hba {
  const char* name;
  const char* address;
  const char* mode;
  const char* word;
  const char* identity;  // empty: the address
  std::string key;
  const char* record;  // whose key serve uses; empty: refused
  const char* match;   // or the code of the refusal
};

void PrintTo(const Hba& hba, std::ostream* out) { *out << hba.name; }

class Served : public testing::Test {
 protected:
  ToolResult Connect(const std::string& place, const Hba& hba) const {
    const std::string key = folder.Write("key", "0x" + hba.key);
    Arguments line{"connect", "--portal", place,        "--local", std::string(hba.address) + ":0",
                   "--flags", hba.word,   "--key-file", key,       "--timeout",
                   "2",       "--mode",   hba.mode};
    if (*hba.identity != '\0') line = line + Arguments{"--id", hba.identity};
    return RunTool(line);
  }
  // LastOf is the last line of serve for an event.
  static json LastOf(const std::string& out, const std::string& event) {
    std::istringstream lines(out);
    json last;
    for (std::string line; std::getline(lines, line);)
      if (json object = json::parse(line); object.at("event") == event) last = std::move(object);
    return last;
  }
  ToolResult ServeFails(const std::string& text, const Arguments& more = {}) const {
    return RunTool(
        Arguments{"serve", "--local", "127.0.0.1:0", "--config", folder.Write("bad.json", text)} +
        more);
  }

  TemporaryFolder folder;
  std::string config = folder.Write("portal.json", Example());
};

class EachHba : public Served, public testing::WithParamInterface<Hba> {};

TEST_P(EachHba, GetsTheKeyThatWhyKeyNames) {
  const Hba& hba = GetParam();
  const bool served = *hba.record != '\0';
  Arguments ask{"why-key", "--json", "--config", config, "--peer", hba.address, "--mode", hba.mode};
  if (*hba.identity != '\0') ask = ask + Arguments{"--peer-id", hba.identity};
  const ToolResult why = RunTool(ask);
  ASSERT_EQ(why.exit_code, served ? 0 : 3) << why.err;
  const json answer = json::parse(why.out);

  Serving serving(Arguments{"--json", "--config", config});
  const ToolResult result = Connect(serving.place, hba);
  const std::string event = served ? "phase1_established" : "failed";
  EXPECT_EQ(result.exit_code == 0, served) << result.out;
  ASSERT_TRUE(serving.process.WaitForOut("\"event\":\"" + event + "\""));
  const ToolResult stopped = serving.Stop();
  const json line = LastOf(stopped.out, event);
  if (served) {
    EXPECT_EQ(answer.at("record"), hba.record);
    EXPECT_EQ(answer.at("match"), hba.match);
    EXPECT_EQ(line.at("record"), hba.record);
    EXPECT_EQ(line.at("match"), hba.match);
    EXPECT_EQ(answer.at("refusal"), nullptr);
    EXPECT_THAT(stopped.err,
                HasSubstr("'" + std::string(hba.record) + "': key fingerprint " +
                          answer.at("candidates")[0].at("fingerprint").get<std::string>()));
  } else {
    EXPECT_EQ(answer.at("record"), nullptr);
    EXPECT_EQ(answer.at("refusal").at("code"), hba.match);
    EXPECT_EQ(line.at("failure").at("code"), hba.match);
    EXPECT_EQ(line.at("record"), nullptr);
  }
  for (const std::string& key : {kHba1, kHba2, kHba3, kGroup})
    EXPECT_THAT(why.out + why.err + stopped.out + stopped.err, Not(HasSubstr(key)));
}

INSTANTIATE_TEST_SUITE_P(
    Portal, EachHba,
    testing::Values(Hba{"MainByAddress", "127.0.0.2", "main", "0x27", "", kHba1, "hba 1",
                        "address"},
                    Hba{"MainByAddressOfTwo", "127.0.0.4", "main", "0x47", "fqdn:hba3.example",
                        kHba3, "hba 3", "address"},
                    Hba{"AggressiveByIdentity", "127.0.0.3", "aggressive", "0x2b",
                        "fqdn:hba2.example", kHba2, "hba 2", "identity"},
                    Hba{"AggressiveByIdentityElsewhere", "127.0.0.9", "aggressive", "0x2b",
                        "fqdn:hba2.example", kHba2, "hba 2", "identity"},
                    Hba{"AggressiveByIdentityAndAddress", "127.0.0.4", "aggressive", "0x4b",
                        "fqdn:hba3.example", kHba3, "hba 3", "identity"},
                    Hba{"GroupKeyForStrangers", "127.0.0.9", "main", "0x27", "", kGroup,
                        "group key", "group key"},
                    Hba{"StrangerInAggressiveMode", "127.0.0.9", "aggressive", "0x2b",
                        "fqdn:hba9.example", kGroup, "", "PEER_IDENTITY"},
                    Hba{"IdentityAtAWrongAddress", "127.0.0.3", "aggressive", "0x4b",
                        "fqdn:hba3.example", kHba3, "", "PEER_IDENTITY"}),
    [](const auto& hba) { return hba.param.name; });

TEST_F(Served, AWrongKeyIsToldWithTheRecordAndWhy) {
  Serving serving(Arguments{"--config", config});
  EXPECT_THAT(serving.process.out(),
              HasSubstr(", 4 records: 'hba 1' 0x27, 'hba 2' 0x2b, 'hba 3' 0x4f, 'group key' 0x27"));
  const Hba hba{"", "127.0.0.2", "main", "0x27", "", kGroup, "", ""};
  EXPECT_EQ(Connect(serving.place, hba).exit_code, 5);
  EXPECT_TRUE(serving.process.WaitForOut("KEYS_DIFFER"));
  EXPECT_THAT(serving.Stop().out,
              AllOf(HasSubstr(", key of 'hba 1': KEYS_DIFFER"),
                    HasSubstr("the key of 'hba 1', bound to the peer's address 127.0.0.2")));
}

TEST_F(Served, TheWrongIdentityInMainModeIsToldWithTheRecord) {
  Serving serving(Arguments{"--config", config});
  const Hba hba{"", "127.0.0.4", "main", "0x47", "fqdn:hba9.example", kHba3, "", ""};
  EXPECT_EQ(Connect(serving.place, hba).exit_code, 4);
  EXPECT_TRUE(serving.process.WaitForOut(", key of 'hba 3': PEER_IDENTITY"));
  const ToolResult why = RunTool(
      {"why-key", "--config", config, "--peer", "127.0.0.4", "--peer-id", "fqdn:hba9.example"});
  EXPECT_EQ(why.exit_code, 0);
  EXPECT_THAT(why.out, HasSubstr("'hba 3' demands the identity fqdn:hba3.example"));
}

TEST_F(Served, EachPortalSpeaksForRecordsAtItsOwnAddress) {
  const std::string portals = folder.Write("portals.json", R"({
    "records": [{"name": "a", "peer": "127.0.0.2"},
                {"name": "b", "peer": "127.0.0.3", "securityFlags": "0x27", "key": "hex:)" +
                                                               kHba2 + R"("}],
    "portals": [{"address": "127.0.0.5", "securityBitmap": "0x27", "key": "hex:)" +
                                                               kHba1 + R"("},
                {"address": "127.0.0.6", "securityBitmap": "0x2b", "key": "hex:)" +
                                                               kHba3 + R"("}]})");
  ToolProcess serve({"serve", "--local", "0.0.0.0:0", "--json", "--config", portals});
  ASSERT_TRUE(serve.WaitForOut("\n"));
  const json ready = json::parse(serve.out());
  EXPECT_EQ(ready.at("records").size(), 5U) << "b serves at all addresses, a at the portals";
  const std::string listening = ready.at("listening")[0];
  const std::string port = listening.substr(listening.rfind(':'));
  const auto outcome = [&](const std::string& portal, const Hba& hba) {
    const ToolResult why = RunTool({"why-key", "--json", "--config", portals, "--peer", hba.address,
                                    "--mode", hba.mode, "--local", portal});
    EXPECT_EQ(why.exit_code, *hba.record != '\0' ? 0 : 3) << why.out;
    return Connect(portal + port, hba).exit_code;
  };
  EXPECT_EQ(outcome("127.0.0.5", {"", "127.0.0.2", "main", "0x27", "", kHba1, "a", ""}), 0);
  EXPECT_EQ(outcome("127.0.0.6", {"", "127.0.0.2", "aggressive", "0x2b", "", kHba3, "a", ""}), 0);
  EXPECT_EQ(outcome("127.0.0.6", {"", "127.0.0.2", "main", "0x27", "", kHba3, "", ""}), 4);
  EXPECT_EQ(outcome("127.0.0.6", {"", "127.0.0.3", "main", "0x27", "", kHba2, "b", ""}), 0);
  EXPECT_EQ(outcome("127.0.0.7", {"", "127.0.0.3", "main", "0x27", "", kHba2, "b", ""}), 0);
  EXPECT_NE(outcome("127.0.0.7", {"", "127.0.0.2", "main", "0x27", "", kHba1, "", ""}), 0);
}

TEST_F(Served, PortalsWithoutRecordsServeEachWithItsKey) {
  const std::string portals = folder.Write("bare.json", R"({"portals": [
    {"address": "127.0.0.5", "key": "hex:)" + kHba1 +
                                                            R"("},
    {"address": "127.0.0.6", "key": "hex:)" + kHba2 +
                                                            R"("}],
    "defaults": {"securityBitmap": "0x27"}})");
  ToolProcess serve({"serve", "--local", "0.0.0.0:0", "--config", portals});
  ASSERT_TRUE(serve.WaitForOut("\n"));
  EXPECT_THAT(serve.out(), HasSubstr("2 records: 'any' at 127.0.0.5 0x27, 'any' at 127.0.0.6"));
  const auto at = serve.out().find("0.0.0.0:") + 7;
  const std::string port = serve.out().substr(at, serve.out().find(',', at) - at);
  const auto outcome = [&](const std::string& portal, const std::string& key) {
    return Connect(portal + port, {"", "127.0.0.2", "main", "0x27", "", key, "", ""}).exit_code;
  };
  EXPECT_EQ(outcome("127.0.0.5", kHba1), 0);
  EXPECT_EQ(outcome("127.0.0.6", kHba2), 0);
  EXPECT_NE(outcome("127.0.0.6", kHba1), 0);
}

TEST_F(Served, OnePeerAloneGetsItsOwnRecordFirst) {
  const std::string two = folder.Write("two.json", R"({"records": [
    {"name": "any", "securityFlags": "0x27", "key": "hex:)" +
                                                       kHba1 +
                                                       R"("},
    {"name": "other", "securityFlags": "0x27", "peer": "127.0.0.3", "key": "hex:)" +
                                                       kHba3 +
                                                       R"("},
    {"name": "own", "securityFlags": "0x27", "peer": "127.0.0.2", "key": "hex:)" +
                                                       kHba2 + R"("}]})");
  Serving serving(Arguments{"--config", two, "--peer", "127.0.0.2"});
  EXPECT_THAT(serving.process.out(), HasSubstr("2 records: 'own' 0x27, 'any' 0x27"));
  const Hba hba{"", "127.0.0.2", "main", "0x27", "", kHba2, "", ""};
  EXPECT_EQ(Connect(serving.place, hba).exit_code, 0);
  EXPECT_NE(Connect(serving.place, {"", "127.0.0.3", "main", "0x27", "", kHba3, "", ""}).exit_code,
            0);
  EXPECT_THAT(serving.Stop().err, HasSubstr("warning: 'any' is never used in main mode: 'own'"));
}

TEST_F(Served, TheOnlyPortalSpeaksForEveryAddress) {
  const std::string one = folder.Write("one.json", R"({
    "records": [{"name": "a", "peer": "127.0.0.2"}, {"name": "b", "peer": "127.0.0.3"}],
    "portals": [{"address": "192.0.2.1", "securityBitmap": "0x27", "key": "hex:)" +
                                                       kHba1 + R"("}]})");
  Serving serving(Arguments{"--config", one});
  EXPECT_EQ(Connect(serving.place, {"", "127.0.0.3", "main", "0x27", "", kHba1, "", ""}).exit_code,
            0);
}

TEST_F(Served, NoPortalAtLocalIsSaid) {
  const std::string many = folder.Write("many.json", R"({"portals": [
    {"address": "127.0.0.5", "securityBitmap": "0x27", "key": "hex:)" +
                                                         kHba1 + R"("},
    {"address": "127.0.0.6", "securityBitmap": "0x27", "key": "hex:)" +
                                                         kHba1 + R"("}]})");
  const ToolResult result = RunTool({"serve", "--local", "127.0.0.1:0", "--config", many});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("--local: no portal of the config is at 127.0.0.1, of 2; the "
                                    "first is at 127.0.0.5"));
}

TEST_F(Served, ManyPortalsWithOneKeyHaveOneFingerprintAndManyKeysTheFirstSixteen) {
  json same = {{"portals", json::array()}};
  json each = same;
  for (int i = 1; i <= 20; ++i) {
    const std::string last = std::to_string(10 + i);
    json portal = {
        {"address", "127.0.0." + last}, {"securityBitmap", "0x27"}, {"key", "hex:" + kHba1}};
    same["portals"].push_back(portal);
    portal["key"] = "hex:" + kHba1 + last;
    each["portals"].push_back(portal);
  }
  const auto said = [&](const json& file) {
    ToolProcess serve(
        {"serve", "--local", "0.0.0.0:0", "--config", folder.Write("keys.json", file.dump())});
    EXPECT_TRUE(serve.WaitForOut("\n"));
    serve.Signal(SIGTERM);
    return serve.Finish(std::chrono::seconds(5)).err;
  };
  EXPECT_THAT(said(same), Not(HasSubstr("left out")));
  const std::string err = said(each);
  EXPECT_THAT(err, HasSubstr("'any' at 127.0.0.30: key fingerprint left out, policy 0x27"));
  EXPECT_THAT(err, HasSubstr("'any' at 127.0.0.26: key fingerprint "));
  EXPECT_THAT(err, Not(HasSubstr("'any' at 127.0.0.26: key fingerprint left")));
  EXPECT_THAT(err, HasSubstr("the first 16 keys are shown, and 4 left out"));
}

TEST_F(Served, WhyKeyTakesTheOptionsOfServeWithoutAFile) {
  const std::string key = folder.Write("psk", "0x" + kHba1);
  const ToolResult why =
      RunTool({"why-key", "--flags", "0x27", "--key-file", key, "--peer", "127.0.0.2"});
  EXPECT_EQ(why.exit_code, 0) << why.err;
  EXPECT_THAT(why.out, HasSubstr("key            of 'any'"));
  const ToolResult mode = RunTool({"why-key", "--flags", "0x27", "--key-file", key, "--peer",
                                   "127.0.0.2", "--mode", "aggressive"});
  EXPECT_EQ(mode.exit_code, 3) << mode.out;
}

TEST_F(Served, ARecordWithoutPlanIsLeftOutWithAWarning) {
  const std::string some = folder.Write("some.json", R"({"records": [
    {"name": "none", "securityFlags": "0x03", "key": "text:k"},
    {"securityFlags": "0x27", "key": "hex:)" + kHba1 + R"("}]})");
  Serving serving(Arguments{"--config", some});
  EXPECT_THAT(serving.process.out(), HasSubstr("1 record: 'record 1' 0x27"));
  EXPECT_THAT(serving.Stop().err, HasSubstr("warning: 'none' is not served: NO_PHASE1_MODE: "));
  const ToolResult why = RunTool({"why-key", "--config", some, "--peer", "127.0.0.2"});
  EXPECT_EQ(why.exit_code, 0);
  EXPECT_THAT(why.out, HasSubstr("'none': NO_PHASE1_MODE: "));
}

TEST_F(Served, WithoutAnyPlanEveryReasonIsTold) {
  const std::string text = R"({"records": [
    {"name": "a", "securityFlags": "0x03", "key": "text:k"},
    {"name": "b", "securityFlags": "0x01", "key": "text:k"}]})";
  const ToolResult result = ServeFails(text, {"--json"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("iscsi-ike: policy: 'a': NO_PHASE1_MODE: "));
  EXPECT_THAT(result.err, HasSubstr("iscsi-ike: policy: 'b': IPSEC_DISABLED: "));
  const json failure = json::parse(result.out).at("failure");
  EXPECT_EQ(failure.at("code"), "NO_PHASE1_MODE");
  EXPECT_EQ(failure.at("details").size(), 2U);
}

TEST_F(Served, WhatCannotBeMeantIsRefusedByName) {
  const auto record = [](const std::string& members) {
    return R"({"securityFlags": "0x27", )" + members + "}";
  };
  const auto records = [](const std::string& a, const std::string& b) {
    return R"({"records": [)" + a + ", " + b + "]}";
  };
  const std::string a = record(R"("name": "a", "key": "text:k", "peer": "127.0.0.2")");
  const ToolResult keyless = ServeFails(records(a, record(R"("name": "b", "peer": "127.0.0.3")")));
  EXPECT_EQ(keyless.exit_code, 2);
  EXPECT_THAT(keyless.err, HasSubstr("iscsi-ike: --config: 'b' has no key, and there is none"));
  const ToolResult twice =
      ServeFails(records(a, record(R"("name": "b", "key": "text:l", "peer": "127.0.0.2")")));
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("'b' could never be chosen: 'a' has the same peer and"));
  const std::string open = record(R"("name": "b", "key": "text:l")");
  EXPECT_THAT(ServeFails(records(a, open), {"--peer-id", "fqdn:x.y"}).err,
              StartsWith("iscsi-ike: --peer-id: is said by peerIdentity"));
  EXPECT_THAT(ServeFails(records(a, open), {"--key", "a key of the command line"}).err,
              HasSubstr("iscsi-ike: --key-file: a key is given beside that of 'a'"));
  EXPECT_THAT(ServeFails(records(a, a)).err,
              HasSubstr("records[1].name: \"a\" is the name of records[0] already"));
  const std::string b = record(R"("name": "b", "key": "text:k", "peer": "127.0.0.3")");
  EXPECT_THAT(ServeFails(records(a, b), {"--peer", "127.0.0.9"}).err,
              HasSubstr("no record is for the peer 127.0.0.9; there are 0 \"a\", 1 \"b\""));
}

TEST_F(Served, RecordsThatDifferOnlyInIdentityAreWarnedOfInMainMode) {
  const std::string names = folder.Write("names.json", R"({"records": [
    {"name": "a", "securityFlags": "0x2f", "peerIdentity": "fqdn:a.b", "key": "hex:)" +
                                                           kHba1 + R"("},
    {"name": "b", "securityFlags": "0x2f", "peerIdentity": "fqdn:c.d", "key": "hex:)" +
                                                           kHba2 + R"("}]})");
  const std::string note =
      "'b' is never used in main mode: 'a' comes first, for the same peers; the two differ only in "
      "the identity of the peer";
  EXPECT_THAT(Serving(Arguments{"--config", names}).Stop().err, HasSubstr("warning: " + note));
  EXPECT_THAT(RunTool({"why-key", "--config", names, "--peer", "127.0.0.2"}).out, HasSubstr(note));
  EXPECT_THAT(RunTool({"why-key", "--config", names, "--peer", "127.0.0.2", "--mode", "aggressive",
                       "--peer-id", "fqdn:c.d"})
                  .out,
              AllOf(HasSubstr("of 'b'"), Not(HasSubstr("never used"))));
}

TEST_F(Served, AKeyOfTheCommandLineIsForRecordsWithoutOne) {
  const std::string bare = folder.Write("bare.json", R"({"records": [
    {"name": "a", "securityFlags": "0x27", "peer": "127.0.0.2"},
    {"name": "b", "securityFlags": "0x27", "peer": "127.0.0.3"}],
    "defaults": {"securityBitmap": "0x27", "groupKey": "hex:)" +
                                                         kGroup + R"("}})");
  const std::string key = folder.Write("file", "0x" + kHba1);
  Serving serving(Arguments{"--config", bare, "--key-file", key});
  EXPECT_EQ(Connect(serving.place, {"", "127.0.0.3", "main", "0x27", "", kHba1, "", ""}).exit_code,
            0);
  EXPECT_EQ(Connect(serving.place, {"", "127.0.0.4", "main", "0x27", "", kGroup, "", ""}).exit_code,
            0);
}

TEST_F(Served, TheChosenRecordIsServedAlone) {
  Serving serving(Arguments{"--json", "--config", config, "--entry", "hba 1"});
  const json ready = json::parse(serving.process.out());
  EXPECT_EQ(ready.at("records"), json::array());
  EXPECT_THAT(ready.at("policy").get<std::string>(), StartsWith("0x27: main mode"));
  EXPECT_EQ(Connect(serving.place, {"", "127.0.0.2", "main", "0x27", "", kHba1, "", ""}).exit_code,
            0);
  EXPECT_EQ(LastOf(serving.Stop().out, "phase1_established").at("record"), nullptr);
}

TEST_F(Served, WhyKeyWithholdsTheFingerprintOfAWeakKey) {
  const std::string weak = folder.Write("weak.json", R"({"records": [
    {"name": "a", "securityFlags": "0x27", "key": "text:changeme"}]})");
  const ToolResult text = RunTool({"why-key", "--config", weak, "--peer", "127.0.0.2"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, AllOf(HasSubstr("'a': for any address"), HasSubstr("withheld"),
                              Not(HasSubstr("changeme"))));
  const ToolResult object = RunTool({"why-key", "--json", "--config", weak, "--peer", "127.0.0.2"});
  const json candidate = json::parse(object.out).at("candidates")[0];
  EXPECT_EQ(candidate.at("fingerprint"), nullptr);
  EXPECT_EQ(candidate.at("weak_key"), true);
}

TEST_F(Served, WhyKeyNamesTheFlagAndTheMissingKey) {
  const std::string bare = folder.Write("bare.json", R"({"records": [
    {"name": "a", "securityFlags": "0x27", "key": "hex:)" +
                                                         kHba1 +
                                                         R"("},
    {"name": "b", "securityFlags": "0x2b"}]})");
  const ToolResult result = RunTool(
      {"why-key", "--json", "--config", bare, "--peer", "127.0.0.2", "--mode", "aggressive"});
  EXPECT_EQ(result.exit_code, 3);
  const json answer = json::parse(result.out);
  EXPECT_EQ(answer["candidates"][0]["passed_over"], "MODE");
  EXPECT_EQ(answer["candidates"][0]["text"], "AGGRESSIVE_MODE_ENABLED is clear");
  EXPECT_EQ(answer["candidates"][1]["passed_over"], "NO_KEY");
  EXPECT_EQ(answer["refusal"]["code"], "MODE_REFUSED");
  EXPECT_EQ(answer["refusal"]["notify"], "UNSUPPORTED-EXCHANGE-TYPE (29)");
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
