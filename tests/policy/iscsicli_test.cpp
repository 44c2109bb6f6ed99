// Lines of iscsicli: every argument in its place, what they say, and that no error shows a key.
#include "policy/iscsicli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/text.hpp"
#include "tests/policy/config_texts.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Parsed<Config> Read(std::string_view text, KeyNotation notation = KeyNotation::kIscsicli) {
  return ParseIscsicli(Octets(text), "l.txt", notation);
}

Config Lines(std::string_view text) {
  auto config = Read(text);
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().Text()) << "\n" << text;
  return config.ok() ? *std::move(config) : Config{};
}

std::string RefuseLines(std::string_view text, KeyNotation notation = KeyNotation::kIscsicli) {
  const auto config = Read(text, notation);
  EXPECT_FALSE(config.ok()) << text;
  return config.ok() ? "" : config.error().Text();
}

// What people have in their scripts (from public ones), with flags and a key put in.
constexpr std::string_view kLogin =
    "iscsicli PersistentLoginTarget iqn.2001-04.example:disk1 t 192.0.2.10 3261 "
    "Root\\ISCSIPRT\\0000_0 -1 0x27 0x00000003 * * * * * user s3cr3tpass * 0x00112233 0";

TEST(IscsicliTest, PsKeyIsARecord) {
  const Config config =
      Lines("PSKey Root\\ISCSIPRT\\0000_0 2 0x27 2 hba1.example \"correct horse\" T\n");
  ASSERT_EQ(config.records.size(), 1U);
  const PresharedKey& record = config.records[0];
  EXPECT_EQ(record.initiator, (Initiator{"Root\\ISCSIPRT\\0000_0", 2}));
  EXPECT_EQ(record.flags.word(), 0x27U);
  EXPECT_EQ(record.identity->ToString(), "fqdn:hba1.example");
  EXPECT_EQ(KeyText(record.key), "correct horse");
  EXPECT_EQ(record.name, "fqdn:hba1.example (Root\\ISCSIPRT\\0000_0 port 2)");
  EXPECT_FALSE(record.peer);
}

TEST(IscsicliTest, EveryIdentityTypeAndBothNotationsOfNumbersAndKeys) {
  const Config config = Lines(
      "pskey * * 39 1 192.0.2.1 0x736563 T\n"
      "PSKEY * -1 0x0000002B 2 hba.example key F\n"
      "PSKey * 0xffffffff 0x27 3 hba@example.com key true\n"
      "PSKey * 4294967295 7 5 2001:db8::1 0Xff FALSE\n"
      "PSKey * 0 * 0x2 hba.example key 1\n");
  ASSERT_EQ(config.records.size(), 5U);
  EXPECT_EQ(config.records[0].identity->ToString(), "ipv4:192.0.2.1");
  EXPECT_EQ(config.records[0].flags.word(), 39U);
  EXPECT_EQ(KeyText(config.records[0].key), "sec");
  EXPECT_EQ(config.records[1].identity->ToString(), "fqdn:hba.example");
  EXPECT_EQ(config.records[2].identity->ToString(), "user_fqdn:hba@example.com");
  EXPECT_EQ(config.records[3].identity->ToString(), "ipv6:2001:db8::1");
  EXPECT_EQ(KeyText(config.records[3].key), "\xff");
  for (std::size_t i = 0; i < 4; ++i) EXPECT_FALSE(config.records[i].initiator.port) << i;
  EXPECT_EQ(config.records[4].initiator.port, 0U);
  EXPECT_EQ(config.records[4].flags.word(), 0U);
}

TEST(IscsicliTest, TheSameIdentityAgainReplaces) {
  const Config config = Lines(
      "PSKey * * 0x27 1 192.0.2.1 first T\nPSKey * 1 0x27 1 192.0.2.1 other T\n"
      "PSKey * * 0x2b 1 192.0.2.1 second T\n");
  ASSERT_EQ(config.records.size(), 2U);
  EXPECT_EQ(KeyText(config.records[0].key), "second");
  EXPECT_EQ(config.records[0].flags.word(), 0x2BU);
  EXPECT_EQ(KeyText(config.records[1].key), "other");
}

TEST(IscsicliTest, GroupKeyAndTunnelAddr) {
  const Config config = Lines(
      "GroupKey old T\nGroupKey 0x0102 F\nTunnelAddr * * 192.0.2.9 198.51.100.1 T\n"
      "TunnelAddr Root\\A 3 2001:db8::9 2001:db8::1 F\nTunnelAddr * -1 192.0.2.9 198.51.100.2 T");
  EXPECT_EQ(KeyText(config.defaults.group_key), "\x01\x02");
  ASSERT_EQ(config.tunnels.size(), 2U);
  EXPECT_EQ(config.tunnels[0].outer.ToString(), "198.51.100.2");
  EXPECT_EQ(config.tunnels[0].initiator, Initiator());
  EXPECT_EQ(config.tunnels[1].initiator, (Initiator{"Root\\A", 3}));
  EXPECT_EQ(config.tunnels[1].destination.ToString(), "2001:db8::9");
}

TEST(IscsicliTest, AddTargetPortalIsAPortalWithWhatWasPassed) {
  const Config config = Lines(
      "AddTargetPortal 192.0.2.10 3260\n"
      "AddTargetPortal array.example 3261 Root\\A 1 0x27 1 0 0 * * * * s3cr3t 0\n"
      "QAddTargetPortal 2001:db8::10\nQAddTargetPortal 192.0.2.11 user s3cr3t\n"
      "AddTargetPortal 192.0.2.10 3260 * * 0x37 0x2\n");
  ASSERT_EQ(config.portals.size(), 4U);
  EXPECT_EQ(config.portals[0].address->ToString(), "192.0.2.10");
  EXPECT_EQ(config.portals[0].passed.word.word(), 0x37U);  // of the last line
  EXPECT_FALSE(config.portals[0].passed.require_ipsec);
  EXPECT_EQ(config.portals[0].bitmap.word(), 0U);
  EXPECT_EQ(config.portals[1].host, "array.example");
  EXPECT_EQ(config.portals[1].socket, 3261);
  EXPECT_EQ(config.portals[1].passed.word.word(), 0x27U);
  EXPECT_TRUE(config.portals[1].passed.require_ipsec);
  EXPECT_EQ(config.portals[2].address->ToString(), "2001:db8::10");
  EXPECT_EQ(config.portals[3].socket, 3260);
}

TEST(IscsicliTest, APortalAddedTwiceWithTwoWordsIsAContradiction) {
  EXPECT_EQ(RefuseLines("AddTargetPortal 192.0.2.10 3260 * * 0x27\n\n"
                        "AddTargetPortal 192.0.2.10 3260 * * 0x37\n"),
            "l.txt: line 3: AddTargetPortal: <Security Flags>: is 0x37, and 0x27 for the same "
            "portal at l.txt: line 1");
}

TEST(IscsicliTest, LoginTargetIsALogin) {
  const Config config =
      Lines(std::string(kLogin) +
            "\nLoginTarget iqn.x T * * * * * * * * * * * * * * * 0\n"
            "LoginTarget iqn.y T array.example * * * 7 * * * * * * * * * * 2 "
            "0x0001000000000000 0 0 1 0x2 0 0 2\n"
            "AddConnection ffff-1 * * 192.0.2.12 3260 0x37 1 * * * * * * * * *\n");
  ASSERT_EQ(config.logins.size(), 4U);
  const Login& login = config.logins[0];
  EXPECT_EQ(login.target, "iqn.2001-04.example:disk1");
  EXPECT_EQ(login.address->ToString(), "192.0.2.10");
  EXPECT_EQ(login.socket, 3261);
  EXPECT_EQ(login.initiator, (Initiator{"Root\\ISCSIPRT\\0000_0", std::nullopt}));
  EXPECT_EQ(login.passed.word.word(), 0x27U);
  EXPECT_TRUE(login.passed.require_ipsec);
  EXPECT_EQ(login.key.size(), 4U);
  EXPECT_FALSE(config.logins[1].address);
  EXPECT_TRUE(config.logins[1].host.empty());
  EXPECT_FALSE(config.logins[1].socket);
  EXPECT_TRUE(config.logins[1].key.empty());
  EXPECT_EQ(config.logins[1].passed.word.word(), 0U);
  EXPECT_EQ(config.logins[2].host, "array.example");
  EXPECT_EQ(config.logins[3].target, "");
  EXPECT_EQ(config.logins[3].passed.word.word(), 0x37U);
}

TEST(IscsicliTest, ScriptsHaveCommentsAndOtherCommands) {
  const Config config = Lines(
      "# a comment\r\n:: another\r\nrem PSKey\r\nREM\r\n\r\n   \r\n"
      "@iscsicli.exe ListTargets\r\niscsicli CHAPSecret \"s3cr3t \"\r\nISCSICLI GroupKey k T\r\n"
      "@rem done");
  EXPECT_EQ(KeyText(config.defaults.group_key), "k");
  EXPECT_TRUE(config.records.empty());
  EXPECT_TRUE(Lines("").records.empty());
}

TEST(IscsicliTest, ScriptsAreUtf8OrUtf16) {
  for (const bool little : {true, false}) {
    auto config = ParseIscsicli(Octets(Utf16("GroupKey gr\xFCn T\r\n", little, true)), "l.txt");
    ASSERT_TRUE(config.ok());
    EXPECT_EQ(KeyText(config->defaults.group_key), "gr\xC3\xBCn");
  }
  EXPECT_THAT(RefuseLines("GroupKey \xFF T"), HasSubstr("malformed UTF-8"));
}

TEST(IscsicliTest, OneCallIsReadFromItsArguments) {
  IscsicliReader reader;
  const std::array<std::string_view, 3> call = {"GroupKey", "a b", "T"};
  ASSERT_TRUE(reader.Add(call, "argv").ok());
  EXPECT_EQ(KeyText(reader.Take().defaults.group_key), "a b");
  IscsicliReader other;
  EXPECT_EQ(other.Add({}, "argv").error().Text(), "argv: has no command");
}

TEST(IscsicliTest, ErrorsNameTheLineAndTheArgument) {
  const auto pskey = [](std::string_view rest) {
    return RefuseLines("\n\nPSKey " + std::string(rest));
  };
  EXPECT_THAT(pskey("* * 0x27 4 192.0.2.0 s3cr3t T"),
              StartsWith("l.txt: line 3: PSKey: <Id Type>: is 4; IdType is 1 (IPv4), 2 (FQDN)"));
  EXPECT_THAT(pskey("* * 0x27 * x s3cr3t T"), HasSubstr("<Id Type>: is *"));
  EXPECT_THAT(pskey("* * 0x27 1 2001:db8::1 s3cr3t T"),
              HasSubstr("PSKey: <Id>: is no IPv4 address, as <Id Type> 1 has it"));
  EXPECT_THAT(pskey("* * 0x27 5 192.0.2.1 s3cr3t T"), HasSubstr("<Id>: is no IPv6 address"));
  EXPECT_THAT(pskey("* * 0x27 2 192.0.2.1 s3cr3t T"), HasSubstr("<Id>: is the text of an address"));
  EXPECT_THAT(pskey("* * 0x27 3 hba s3cr3t T"), HasSubstr("<Id>: has no @"));
  EXPECT_THAT(pskey("* * 0x2g 1 192.0.2.1 s3cr3t T"), HasSubstr("<Security Flags>: is no number"));
  EXPECT_THAT(pskey("* * 0x10000000000000000 1 192.0.2.1 s3cr3t T"), HasSubstr("no number"));
  EXPECT_THAT(pskey("* 0x100000000 1 1 192.0.2.1 s3cr3t T"),
              HasSubstr("<initiator Port>: is past 0xffffffff"));
  EXPECT_THAT(pskey("* -2 1 1 192.0.2.1 s3cr3t T"), HasSubstr("<initiator Port>: is no number"));
  EXPECT_THAT(pskey("* * 0x27 1 192.0.2.1 0x1 T"), HasSubstr("<Key>: 0x is followed by an even"));
  EXPECT_THAT(pskey("* * 0x27 1 192.0.2.1 0x T"), HasSubstr("<Key>: 0x is followed by an even"));
  EXPECT_THAT(pskey("* * 0x27 1 192.0.2.1 0x1g T"), HasSubstr("no hexadecimal digit"));
  EXPECT_THAT(pskey("* * 0x27 1 192.0.2.1 \"\" T"), HasSubstr("<Key>: is empty"));
  EXPECT_THAT(pskey("* * 0x27 1 192.0.2.1 * T"), HasSubstr("<Key>: is *; a key is needed"));
  EXPECT_THAT(pskey("* * 0x27 1 192.0.2.1 " + std::string(1025, 'k') + " T"),
              HasSubstr("<Key>: has more than 1024 octets"));
  EXPECT_THAT(pskey("* * 0x27 1 192.0.2.1 s3cr3t X"), HasSubstr("<persist>: is T or F"));
  EXPECT_THAT(pskey("\"\" * 0x27 1 192.0.2.1 s3cr3t T"), HasSubstr("<Initiator Name>: is empty"));
  EXPECT_THAT(pskey(std::string(257, 'i') + " * 0x27 1 192.0.2.1 s3cr3t T"),
              HasSubstr("<Initiator Name>: has 257 octets; 256 is the most"));
  EXPECT_THAT(pskey("\x01 * 0x27 1 192.0.2.1 s3cr3t T"), HasSubstr("no printable ASCII"));

  EXPECT_THAT(RefuseLines("TunnelAddr * * array.example 192.0.2.1 T"),
              HasSubstr("TunnelAddr: <Destination Address>: is no IPv4 or IPv6 address; names"));
  EXPECT_THAT(RefuseLines("TunnelAddr * * 192.0.2.1 0.0.0.0 T"),
              HasSubstr("<Tunnel Address>: is the address of no host"));
  EXPECT_THAT(RefuseLines("AddTargetPortal * 3260"), HasSubstr("<TargetPortalAddress>: is no"));
  EXPECT_THAT(RefuseLines("AddTargetPortal 192.0.2.1 0"), HasSubstr("<TargetPortalSocket>: is 0"));
  EXPECT_THAT(RefuseLines("AddTargetPortal 192.0.2.1 65536"), HasSubstr("is past 65535"));
  EXPECT_THAT(RefuseLines("AddTargetPortal 192.0.2.1 3260 * * 1 1 x"),
              HasSubstr("<Header Digest>"));
  EXPECT_THAT(RefuseLines("LoginTarget * T * * * * * * * * * * * * * * * 0"),
              HasSubstr("LoginTarget: <TargetName>: is *"));
  EXPECT_THAT(RefuseLines("LoginTarget " + std::string(224, 't') + " T * *"),
              HasSubstr("comes next"));
  EXPECT_THAT(RefuseLines("LoginTarget iqn.x T * * * * * * * * * * * * * * * 2 1 1 1 1"),
              HasSubstr("<Mapping Count>: is 2, and 4 arguments follow; each mapping has 4"));
  EXPECT_THAT(RefuseLines("LoginTarget iqn.x T * * * * * * * * * * * * * * * 1 1 1 1 x"),
              HasSubstr("<OS Lun>: is no number"));
  EXPECT_THAT(RefuseLines("iscsicli"), HasSubstr("line 1: has no command"));
  EXPECT_THAT(RefuseLines("PSKey \"a"), HasSubstr("line 1: has a quote that is not closed"));
}

TEST(IscsicliTest, OfTooFewArgumentsTheNextIsNamed) {
  EXPECT_EQ(RefuseLines("PSKey * * 0x27"),
            "l.txt: line 1: PSKey: has 3 arguments; <Id Type> comes next (* where nothing is to be "
            "said)");
  EXPECT_THAT(RefuseLines("GroupKey s3cr3t"), HasSubstr("has 1 argument; <Persist> comes next"));
  EXPECT_THAT(RefuseLines("AddTargetPortal 192.0.2.1"), HasSubstr("<TargetPortalSocket> comes"));
  EXPECT_THAT(RefuseLines("PSKey * * 1 1 192.0.2.1 my s3cr3t T"),
              HasSubstr("has 8 arguments; 7 is the most (blanks in one need double quotes)"));
}

// A line that is cut after each argument, and with each argument taken out or doubled: never a
// crash, and whatever is wrong, the key and the password are not told.
TEST(IscsicliTest, NoErrorShowsAKeyOrAPassword) {
  const std::string key = "s3cr3tpass";
  for (const std::string& whole :
       {std::string("PSKey * * 0x27 2 hba.example s3cr3tpass T"),
        std::string("GroupKey s3cr3tpass T"), std::string(kLogin.substr(9)),
        std::string("AddTargetPortal 192.0.2.1 3260 * * 7 1 * * * * * user s3cr3tpass 1")}) {
    const auto words = Split(whole, " ");
    for (std::size_t at = 0; at < words.size(); ++at) {
      std::string without;
      std::string doubled;
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (i != at) without += std::string(words[i]) + " ";
        doubled += std::string(words[i]) + " ";
        if (i == at) doubled += std::string(words[i]) + " ";
      }
      for (const std::string& line : {without, doubled}) {
        const auto config = Read(line);
        EXPECT_THAT(config ? "" : config.error().Text(), Not(HasSubstr(key))) << line;
      }
    }
  }
  EXPECT_THAT(RefuseLines("s3cr3tpass"), Not(HasSubstr(key)));
}

TEST(IscsicliTest, LinesCutAtEveryOctetAreReadOrRefused) {
  const std::string whole = "PSKey A 1 0x27 2 \"hba.example\" 0x00112233 T";
  int read = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto config = Read(whole.substr(0, size));
    if (config && !config->records.empty()) ++read;
  }
  EXPECT_EQ(read, 1);
}

TEST(KeyNotationTest, EqualLogicAllowsLess) {
  const auto group = [](const std::string& key) {
    return Read("GroupKey " + key + " T", KeyNotation::kEqualLogic);
  };
  EXPECT_TRUE(group("abcdef").ok());
  EXPECT_TRUE(group(std::string(64, 'k')).ok());
  EXPECT_TRUE(group("\"six 66\"").ok());
  EXPECT_TRUE(group("0x" + std::string(12, 'a')).ok());
  EXPECT_TRUE(group("0x" + std::string(128, 'a')).ok());
  const auto rule = [&](const std::string& key) {
    return RefuseLines("GroupKey " + key + " T", KeyNotation::kEqualLogic);
  };
  EXPECT_THAT(rule("abcde"), HasSubstr("<Key>: has 6 to 64 characters on EqualLogic arrays"));
  EXPECT_THAT(rule(std::string(65, 'k')), HasSubstr("6 to 64 characters"));
  EXPECT_THAT(rule("gr\xC3\xBCnkohl"), HasSubstr("printable ASCII"));
  EXPECT_THAT(rule("0x" + std::string(10, 'a')), HasSubstr("12 to 128 hexadecimal digits"));
  EXPECT_THAT(rule("0x" + std::string(130, 'a')), HasSubstr("12 to 128 hexadecimal digits"));
  EXPECT_THAT(rule("0x" + std::string(13, 'a')), HasSubstr("even number"));
  EXPECT_EQ(KeyNotationByName("EqualLogic"), KeyNotation::kEqualLogic);
  EXPECT_EQ(KeyNotationByName("other"), std::nullopt);
}

}  // namespace
}  // namespace iscsi_ike::policy
