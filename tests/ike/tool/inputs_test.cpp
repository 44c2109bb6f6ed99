// Settings from Windows: iscsicli lines, structures, registry files, alone and together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kRegistry =
    "Windows Registry Editor Version 5.00\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ISCSI\\Discovery "
    "Values]\r\n\"DefaultSecurityBitmap\"=dword:00000037\r\n";

class Inputs : public testing::Test {
 protected:
  static json Explained(const Arguments& arguments, const std::string& input = {}) {
    const ToolResult result = RunTool(Arguments{"explain", "--json"} + arguments, input);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? json::parse(result.out) : json();
  }
  static std::string Refused(const Arguments& arguments, const std::string& input = {}) {
    const ToolResult result = RunTool(Arguments{"explain"} + arguments, input);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_EQ(result.out, "");
    return result.err;
  }
  static std::vector<std::string> Codes(const json& explained) {
    std::vector<std::string> codes;
    for (const json& reason : explained.at("reasons")) codes.push_back(reason.at("code"));
    return codes;
  }

  TemporaryFolder folder;
  std::string lines =
      folder.Write("lines.txt",
                   "# of the storage team\n"
                   "iscsicli PSKey * * 0x27 2 hba1.example 0x9d1c6a2f0be57843d6aa41f7305ec289 T\n"
                   "iscsicli LoginTarget iqn.x T 192.0.2.10 3260 * * 0x2b 1 * * * * * * * * * 0\n");
};

TEST_F(Inputs, IscsicliLinesAreExplained) {
  const json plan = Explained({"--iscsicli", lines});
  EXPECT_EQ(plan.at("word"), "0x27");
  EXPECT_EQ(plan.at("outcome"), "plan");
  EXPECT_EQ(plan.at("identity"), "fqdn:hba1.example");
  EXPECT_THAT(Codes(plan), AllOf(Contains("WORD_FROM_ENTRY"), Contains("EXISTING_POLICY_WINS"),
                                 Contains("KEY_FROM_ENTRY"), Contains("MAIN_MODE_KEY_BY_ADDRESS")));
  EXPECT_EQ(Explained({"--iscsicli", "-"}, ReadFile(lines)), plan);
}

TEST_F(Inputs, IscsicliLinesAreTakenAsArguments) {
  const json plan = Explained({"--iscsicli", lines});
  const std::string record =
      "iscsicli PSKey * * 0x27 2 hba1.example 0x9d1c6a2f0be57843d6aa41f7305ec289 T";
  const std::string login = "LoginTarget iqn.x T 192.0.2.10 3260 * * 0x2b 1 * * * * * * * * * 0";
  EXPECT_EQ(Explained({"--iscsicli-line", record, "--iscsicli-line=" + login}), plan);
  const std::string file = folder.Write("login.txt", login + "\n");
  EXPECT_EQ(Explained({"--iscsicli", file, "--iscsicli-line", record}), plan);
  EXPECT_EQ(
      Explained({"--iscsicli-line", "GroupKey \"one two\" T", "--iscsicli-line", login}).at("word"),
      "0x2b");
  const std::string error =
      Refused({"--iscsicli-line", login, "--iscsicli-line", "PSKey * * 0x27 4 192.0.2.0 s3cr3t T"});
  EXPECT_THAT(error, StartsWith("iscsi-ike: --iscsicli-line: command line: line 2: PSKey: <Id "
                                "Type>: is 4; "));
  EXPECT_THAT(error, Not(HasSubstr("s3cr3t")));
}

TEST_F(Inputs, AKeyInAnIscsicliLineIsWarnedOfAndWiped) {
  const auto warned = [](const std::string& line) {
    return RunTool({"explain", "--default-bitmap", "0x27", "--iscsicli-line", line}).err;
  };
  for (const char* line :
       {"PSKey * * 0x27 2 hba1.example a-key-of-some-length T", "GroupKey a-key-of-some-length T",
        "LoginTarget iqn.x T * * * * 0x2b 1 * * * * * * * * a-key-of-some-length 0"})
    EXPECT_EQ(warned(line),
              "iscsi-ike: warning: --iscsicli-line: every user of this machine may "
              "have seen the key; use --iscsicli\n");
  EXPECT_EQ(warned("AddTargetPortal 192.0.2.10 3260"), "");

  const std::string key = "a-key-of-some-length";
  ToolProcess serve({"serve", "--local", "127.0.0.1:0", "--iscsicli-line",
                     "PSKey * * 0x27 1 127.0.0.1 " + key + " T",
                     "--iscsicli-line=GroupKey " + key + "-2 T"});
  ASSERT_TRUE(serve.WaitForOut("ready"));
  const std::string listed = ReadFile("/proc/" + std::to_string(serve.pid()) + "/cmdline");
  EXPECT_THAT(listed, AllOf(HasSubstr("--iscsicli-line"), Not(HasSubstr(key))));
}

TEST_F(Inputs, ErrorsNameFileLineAndArgumentAndNoKey) {
  const std::string error =
      Refused({"--iscsicli", folder.Write("bad.txt", "\nPSKey * * 0x27 4 192.0.2.0 s3cr3t T\n")});
  EXPECT_THAT(error, StartsWith("iscsi-ike: --iscsicli: "));
  EXPECT_THAT(error, HasSubstr("bad.txt: line 2: PSKey: <Id Type>: is 4; "));
  EXPECT_THAT(error, Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(Refused({"--iscsicli", folder.Write("empty.txt", "# nothing\n")}),
              HasSubstr("empty.txt: has no record, no portal, no login and no defaults"));
  EXPECT_THAT(Refused({"--iscsicli", folder.Path("none.txt")}), HasSubstr("cannot be opened"));
}

TEST_F(Inputs, SourcesGoTogetherAndDoNotContradict) {
  const std::string word_nothing =
      folder.Write("nothing.txt", "PSKey * * 0 1 192.0.2.1 a-key-of-some-length T\n");
  const std::string reg = folder.Write("d.reg", kRegistry);
  const json plan = Explained({"--iscsicli", word_nothing, "--reg", reg});
  EXPECT_EQ(plan.at("word"), "0x37");
  EXPECT_THAT(Codes(plan), Contains("WORD_FROM_DEFAULT"));
  EXPECT_EQ(Explained({"--iscsicli", word_nothing, "--default-bitmap", "0x7"}).at("word"), "0x7");
  EXPECT_EQ(Explained({"--reg", reg, "--default-bitmap", "0x37"}).at("word"), "0x37");
  EXPECT_EQ(
      Refused({"--reg", reg, "--default-bitmap", "0x7"}),
      "iscsi-ike: --default-bitmap: the default bitmap is 0x7, and in --reg: " + reg + " 0x37\n");
  const std::string config = folder.Write(
      "c.json", R"({"records":[{"identity":"fqdn:hba1.example","securityFlags":"0x37"}]})");
  EXPECT_EQ(Refused({"--config", config, "--iscsicli", lines}),
            "iscsi-ike: --iscsicli: " + lines +
                ": the record of fqdn:hba1.example has the word 0x27, and in --config: " + config +
                " 0x37\n");
}

TEST_F(Inputs, StructuresInOctets) {
  std::string info(48, '\0');
  const auto put = [&](std::size_t at, int value) { info[at] = static_cast<char>(value); };
  put(0, 1);
  put(8, 0x27);
  put(16, 1);
  put(20, 4);
  put(24, 48);
  put(32, 6);
  put(40, 52);
  info += std::string("\xC0\x00\x02\x01", 4) + "s3cr3t";
  const std::string file = folder.Write("info.bin", info);
  EXPECT_EQ(Explained({"--wmi-binary", file}).at("identity"), "ipv4:192.0.2.1");
  EXPECT_EQ(Explained({"--wmi-binary", "ike-info=" + file}).at("word"), "0x27");
  put(25, 0x10);
  put(41, 0x10);
  const std::string placed = folder.Write("placed.bin", info);
  EXPECT_EQ(Explained({"--wmi-binary", placed, "--wmi-address", "0x1000"}).at("word"), "0x27");
  EXPECT_THAT(Refused({"--wmi-binary", placed}), HasSubstr("placed.bin: Id: points past the 58"));
  EXPECT_THAT(Refused({"--wmi-binary", "set-group-key=" + file}),
              HasSubstr("SetGroupPresharedKey_IN"));
  EXPECT_THAT(Refused({"--wmi-binary", file, "--wmi-address", "x"}), HasSubstr("is no number"));
  EXPECT_THAT(Refused({"--wmi-binary", "bogus=" + file}),
              AllOf(HasSubstr("--wmi-binary: \"bogus\" is no layout, and there is no file"),
                    HasSubstr("layouts are ike-info, ike-info-x86, set-key, ")));
  EXPECT_THAT(Refused({"--wmi-binary", "set-key="}), HasSubstr("has no file behind the ="));
  EXPECT_EQ(Explained({"--wmi-binary", folder.Write("a=b.bin", ReadFile(file))}).at("word"),
            "0x27");
  EXPECT_THAT(Refused({"--wmi-binary", file, "--wmi-byte-order", "x"}),
              HasSubstr("--wmi-byte-order: \"x\" is not network or number"));
  EXPECT_THAT(Refused({"0x27", "--wmi-text", "counted"}), HasSubstr("is about --wmi-binary"));
}

TEST_F(Inputs, TheOrderOfIpv4AddressesHoldsForJsonToo) {
  const std::string config = folder.Write(
      "p.json", R"({"Address": {"Type": 1, "IpV4Address": 3221225994}, "SecurityBitmap": 39})");
  const std::string script = folder.Write("portal.txt", "AddTargetPortal 192.0.2.10 3260\n");
  const Arguments both{"--config", config, "--iscsicli", script};
  // 0xC000020A is 192.0.2.10 as a number, so that both files are about the same portal.
  EXPECT_EQ(Explained(both + Arguments{"--wmi-byte-order", "number"}).at("word"), "0x27");
  EXPECT_THAT(Codes(Explained(both)), Contains("NO_PORTAL_CHOSEN"));
  EXPECT_EQ(Explained(both + Arguments{"--portal", "10.2.0.192"}).at("word"), "0x27");
}

TEST_F(Inputs, OptionsThatAreAboutNothingAreErrors) {
  EXPECT_THAT(Refused({"0x27", "--reg-key", "HKLM\\x"}), HasSubstr("is about --reg"));
  EXPECT_THAT(Refused({"0x27", "--reg-type", "dword"}), HasSubstr("is about --reg"));
  EXPECT_THAT(Refused({"0x27", "--wmi-byte-order", "number"}),
              HasSubstr("is about --wmi-binary and"));
  EXPECT_THAT(Refused({"--default-bitmap", "0x100000000"}), HasSubstr("32 bits"));
  EXPECT_THAT(Refused({"--default-bitmap", "x"}), HasSubstr("--default-bitmap: \"x\" is no"));
  EXPECT_THAT(Refused({"--config", "-", "--iscsicli", "-"}),
              HasSubstr("--iscsicli: standard input is that of --config already"));
  EXPECT_THAT(Refused({"--iscsicli", lines, "--key-notation", "x"}),
              HasSubstr("--key-notation: \"x\" is not iscsicli or equallogic"));
  EXPECT_THAT(Refused({"--reg", folder.Write("d.reg", kRegistry), "--reg-type", "sz"}),
              HasSubstr("is REG_DWORD; REG_SZ is expected"));
}

TEST_F(Inputs, ALineInThePlaceOfAFileIsNotRepeated) {
  const std::string said = Refused({"--iscsicli", "PSKey * * 0x27 1 192.0.2.1 SeCrEt T"});
  EXPECT_THAT(said, HasSubstr("--iscsicli: takes a file with lines; one line goes into"));
  EXPECT_THAT(said, Not(HasSubstr("SeCrEt")));
  const std::string spaced = folder.Write("two words.txt", "PSKey * * 0x27 1 192.0.2.1 k T\n");
  EXPECT_EQ(Explained({"--iscsicli", spaced}).at("word"), "0x27");
}

TEST_F(Inputs, KeyNotationHoldsForKeyFilesToo) {
  const std::string key = folder.Write("key", "abcde");
  EXPECT_EQ(RunTool({"explain", "0x27", "--key-file", key}).exit_code, 0);
  EXPECT_THAT(Refused({"0x27", "--key-file", key, "--key-notation", "equallogic"}),
              HasSubstr("--key-file: has 6 to 64 characters on EqualLogic arrays"));
  EXPECT_THAT(Refused({"--iscsicli", folder.Write("g.txt", "GroupKey abcde T\n"), "--key-notation",
                       "equallogic"}),
              HasSubstr("line 1: GroupKey: <Key>: has 6 to 64 characters"));
}

TEST_F(Inputs, WhyKeyTellsWhereWordAndKeyAreFrom) {
  const Arguments ask{"why-key", "--iscsicli", lines, "--peer", "192.0.2.31"};
  const ToolResult text = RunTool(ask);
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("\n               WORD_FROM_ENTRY: "));
  EXPECT_THAT(text.out,
              HasSubstr("EXISTING_POLICY_WINS: an existing policy is in force and a later "
                        "word is not: passed word 0x2b gives way to 0x27"));
  const json answer = json::parse(RunTool(ask + Arguments{"--json"}).out);
  const json& found = answer.at("candidates").at(0).at("found");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].at("code"), "WORD_FROM_ENTRY");
  EXPECT_EQ(found[1].at("severity"), "warning");
  EXPECT_EQ(found[2].at("code"), "KEY_FROM_ENTRY");
}

TEST_F(Inputs, OutputsAreNotWrittenOverInputs) {
  const ToolResult result = RunTool({"connect", "--iscsicli", lines, "--pcap", lines});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--pcap: is the file of --iscsicli"));
}

// The lines configure an initiator that really logs in, with the same key at a portal of ours.
TEST_F(Inputs, ConnectAndDemoUseThem) {
  const std::string key = folder.Write("key", "0x9d1c6a2f0be57843d6aa41f7305ec289");
  Serving serving(Arguments{"--flags", "0x27", "--key-file", key});
  const ToolResult result = RunTool({"connect", "--portal", serving.place, "--local", "127.0.0.2:0",
                                     "--iscsicli", lines, "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("hba1.example"));
  const std::string tunnel =
      folder.Write("tunnel.txt", ReadFile(lines) + "TunnelAddr * * 192.0.2.10 198.51.100.1 T\n");
  EXPECT_EQ(RunTool({"demo", "--iscsicli", tunnel, "--json"}).exit_code, 0);
}

// The gateway is negotiated with; what is protected is the way to the portal.
TEST_F(Inputs, AnOuterAddressIsTheOtherEndOfTheTunnel) {
  const std::string key = folder.Write("key", "0x9d1c6a2f0be57843d6aa41f7305ec289");
  Serving serving(
      Arguments{"--flags", "0x47", "--key-file", key, "--local-ts", "192.0.2.10/32 tcp 3260"});
  const std::string port = serving.place.substr(serving.place.rfind(':') + 1);
  const std::string script =
      folder.Write("gateway.txt",
                   "PSKey * * 0x47 1 127.0.0.2 0x9d1c6a2f0be57843d6aa41f7305ec289 T\n"
                   "TunnelAddr * * 192.0.2.10 127.0.0.1 T\n");
  const ToolResult result = RunTool({"connect", "--portal", "192.0.2.10:" + port, "--local",
                                     "127.0.0.2:0", "--iscsicli", script});
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_THAT(result.out, HasSubstr("tunnel mode"));
  EXPECT_THAT(result.out,
              HasSubstr("127.0.0.2/32 tcp any (local), 192.0.2.10/32 tcp 3260 (remote)"));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
