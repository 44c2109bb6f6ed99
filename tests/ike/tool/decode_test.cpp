// decode: what demo recorded, read back; hexadecimal text; bad files; the audit of a key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kGoodMessage[] =
    "112233445566778800000000000000000110020000000000000000580000003c000000010000000100000030010100"
    "01000000280101000080010007800e010080020004800300018004000e800b0001000c000400007080";

std::vector<json> Lines(const std::string& out) {
  std::vector<json> lines;
  std::istringstream stream(out);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

class DecodeTool : public testing::Test {
 protected:
  // Record runs a demo; its capture and key log are at pcap_ and keys_.
  void Record(const std::string& flags, const std::string& key = "0x00112233445566778899aabb") {
    psk_ = folder_.Write("psk", key);
    const ToolResult demo = RunTool({"demo", "--flags", flags, "--key-file", psk_, "--pcap", pcap_,
                                     "--keylog", keys_, "--json"});
    ASSERT_EQ(demo.exit_code, 0) << demo.err;
  }
  std::vector<json> Decode(std::vector<std::string> options) {
    options.insert(options.begin(), {"decode", pcap_, "--json"});
    const ToolResult result = RunTool(options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return Lines(result.out);
  }

  TemporaryFolder folder_;
  std::string pcap_ = folder_.Path("demo.pcapng");
  std::string keys_ = folder_.Path("demo.keys");
  std::string psk_;
};

// NamesOf all messages but informational ones, of which there are as many as the ends like.
std::vector<std::string> NamesOf(const std::vector<json>& lines) {
  std::vector<std::string> names;
  for (const json& line : lines) {
    const std::string name = line.at("message").at("name");
    if (name != "INFO") names.push_back(name);
  }
  return names;
}

TEST_F(DecodeTool, DecryptsADemoWithItsKeyLogAndFindsNoFault) {
  Record("0x37");
  const std::vector<json> lines = Decode({"--keylog", keys_});
  EXPECT_THAT(NamesOf(lines),
              ElementsAre("MM1", "MM2", "MM3", "MM4", "MM5", "MM6", "QM1", "QM2", "QM3"));
  for (const json& line : lines) {
    const json& message = line.at("message");
    const bool clear = message["name"] < "MM5" && message["name"] >= "MM1";
    EXPECT_EQ(message.at("protection"), clear ? "clear" : "decrypted") << message["name"];
    EXPECT_EQ(message.at("faults"), json::array()) << message["name"];
    EXPECT_EQ(message.at("repeats"), nullptr);
    EXPECT_EQ(line.at("kind"), "isakmp");
  }
  EXPECT_EQ(lines[0]["message"]["sender"], "initiator");
  EXPECT_EQ(lines[1]["message"]["sender"], "responder");
}

TEST_F(DecodeTool, WithoutTheKeyTellsThatMessagesAreSealed) {
  Record("0x27");
  const std::vector<json> lines = Decode({});
  EXPECT_EQ(lines.at(4)["message"]["protection"], "sealed");
  EXPECT_THAT(lines.at(4)["message"]["why"].get<std::string>(), HasSubstr("no key"));
}

TEST_F(DecodeTool, TextHasEveryAttributeByNameAndNumber) {
  Record("0x2b");
  const ToolResult result = RunTool({"decode", pcap_, "--keylog", keys_});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* text :
       {"AM1, aggressive mode (4), from the initiator, in clear", "payload: SA (1)",
        "attribute group (4): modp2048 (14)", "AM3, aggressive mode (4), from the initiator, dec",
        "attribute encapsulation (4): transport (2)", "ID type: IPV4_ADDR (1)", "0 with faults"}) {
    EXPECT_THAT(result.out, HasSubstr(text));
  }
}

TEST_F(DecodeTool, TryPskTellsTheKeyOfAnAggressiveModeFromAnother) {
  Record("0x2b", "correct horse battery staple");
  const ToolResult right = RunTool({"decode", pcap_, "--try-psk", psk_});
  EXPECT_EQ(right.exit_code, 0) << right.err;
  EXPECT_THAT(right.out, HasSubstr("HASH_R matches"));
  EXPECT_THAT(right.out + right.err, Not(HasSubstr("horse")));
  const std::string other = folder_.Write("other", "correct horse battery stapler");
  const ToolResult wrong = RunTool({"decode", pcap_, "--try-psk", other, "--json"});
  EXPECT_EQ(wrong.exit_code, 4);
  EXPECT_EQ(json::parse(wrong.out).at("outcome"), "no match");
  EXPECT_THAT(wrong.out + wrong.err, Not(HasSubstr("horse")));
}

TEST_F(DecodeTool, TryPskHasNothingToJudgeInMainMode) {
  Record("0x27");
  const ToolResult result = RunTool({"decode", pcap_, "--try-psk", psk_, "--json"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(json::parse(result.out).at("outcome"), "none");
}

// A key file in the place of a capture: an easy slip beside --try-psk.
TEST(Decode, ShowsNothingOfTextThatIsNoIsakmp) {
  for (const char* text : {"0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
                           "00112233445566778899aabbccddeeff\n"}) {
    const ToolResult result = RunTool({"decode", "-"}, text);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, testing::HasSubstr("holds no IKE"));
    EXPECT_THAT(result.err, testing::Not(testing::HasSubstr("0405")));
  }
}

TEST(Decode, ReadsHexadecimalTextFromStandardInput) {
  const std::string hex = kGoodMessage;
  const ToolResult result = RunTool({"decode", "-"}, hex + "\n\n# a comment\n" + hex + "\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("a repetition of frame 1"));
  EXPECT_THAT(result.out, HasSubstr("2 messages, 0 with faults"));
}

TEST(Decode, SaysInASentenceWhatIsWrong) {
  std::string hex = kGoodMessage;
  hex.replace(2 * 29, 2, "05");  // RESERVED of the SA payload
  const ToolResult result = RunTool({"decode", "-"}, hex);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("  ! at 29: The reserved octet is 5, not 0"));
}

TEST(Decode, RefusesWhatIsNoCapture) {
  const TemporaryFolder folder;
  const std::string gzip = folder.Write("a.gz", "\x1f\x8b\x08");
  const std::string text = folder.Write("a.txt", "no octets here\n");
  const std::string empty = folder.Write("empty", "");
  for (const auto& [file, why] : {std::pair{gzip, "gunzip"},
                                  {text, "line 1"},
                                  {empty, "holds no IKE"},
                                  {folder.Path("none"), "cannot be opened"}}) {
    const ToolResult result = RunTool({"decode", file});
    EXPECT_EQ(result.exit_code, 2) << file;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(why));
  }
}

TEST(Decode, RefusesABadKeyLogWithoutQuotingIt) {
  const TemporaryFolder folder;
  const std::string keys = folder.Write("keys", "# table\n1122334455667788,zzsecretzz\n");
  const ToolResult result = RunTool({"decode", "-", "--keylog", keys}, kGoodMessage);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("line 2"));
  EXPECT_THAT(result.err, Not(HasSubstr("secret")));
}

TEST(Decode, RefusesTwoFilesFromStandardInputAndBadPorts) {
  EXPECT_EQ(RunTool({"decode", "-", "--keylog", "-"}, "").exit_code, 2);
  EXPECT_EQ(RunTool({"decode", "-", "--port", "0"}, kGoodMessage).exit_code, 2);
  EXPECT_EQ(RunTool({"decode"}).exit_code, 2);
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
