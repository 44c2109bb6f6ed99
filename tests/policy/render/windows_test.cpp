// Lines of iscsicli and PowerShell: the order of arguments, the word, and quoting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "read_back.hpp"

namespace iscsi_ike::policy::render {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Request Asked(std::uint64_t word, std::string_view initiator = "") {
  Request request = Ask(word, Role::kResponder, "", initiator);
  request.with_key = true;
  return request;
}

std::vector<std::string> CommandsOf(const Request& request) {
  const auto rendering = Render(Target::kWindows, request);
  EXPECT_TRUE(rendering) << rendering.error().Text();
  if (!rendering) return {};
  return ReadStatements(FileNamed(*rendering, "iscsicli.cmd").text, "rem ");
}

std::string ScriptOf(const Request& request) {
  const auto rendering = Render(Target::kWindows, request);
  EXPECT_TRUE(rendering) << rendering.error().Text();
  return rendering ? FileNamed(*rendering, "iscsi.ps1").text : "";
}

TEST(WindowsTest, AnInitiatorForMainModeAndTransport) {
  const Request request = Asked(0x27);
  EXPECT_THAT(CommandsOf(request),
              ElementsAre("iscsicli PSKey * * 0x27 1 192.0.2.1 \x01 T",
                          "iscsicli AddTargetPortal 192.0.2.10 3260 * * 0x27 0x1 * * * * * * * *"));
  const std::string script = ScriptOf(request);
  for (const char* part :
       {"$key = [byte[]](\x01)\n", "AuthMethod = [uint32]1\n", "SecurityFlags = [uint64]0x27\n",
        "IdType = [uint32]1\n", "Id = [byte[]](192,0,2,1)\n", "-MethodName SetIScsiIKEInfo",
        "InitiatorPortNumber = [uint32]::MaxValue", "Persist = $true"})
    EXPECT_THAT(script, HasSubstr(part));
  EXPECT_EQ(FileNamed(*Render(Target::kWindows, request), "iscsi.ps1").key_form, KeyForm::kDecimal);
}

TEST(WindowsTest, TheWordHasOneModeAndOneEncapsulationOrNone) {
  const auto word_of = [](std::uint64_t word) {
    const std::string line = CommandsOf(Asked(word, "fqdn:hba.example")).front();
    return line.substr(line.find("0x"), 4);
  };
  EXPECT_EQ(word_of(0x2F), "0x27");
  EXPECT_EQ(word_of(0x6F), "0x7 ");
  EXPECT_EQ(word_of(0x0B), "0xb ");
  EXPECT_EQ(word_of(0x5B), "0x5b");
  EXPECT_EQ(word_of(0x37), "0x37");
}

TEST(WindowsTest, ATunnelHasItsOuterAddress) {
  const auto commands = CommandsOf(Asked(0x47));
  EXPECT_THAT(commands, Contains("iscsicli TunnelAddr * * 192.0.2.10 192.0.2.10 T"));
  EXPECT_THAT(ScriptOf(Asked(0x47)), HasSubstr("SetIScsiTunnelModeOuterAddress"));
  EXPECT_THAT(CommandsOf(Asked(0x27)), Not(Contains(HasSubstr("TunnelAddr"))));
}

TEST(WindowsTest, AGroupKeyHasNoIdentity) {
  Request request = Asked(0x27);
  request.group_key = true;
  EXPECT_EQ(CommandsOf(request).front(), "iscsicli GroupKey \x01 T");
  EXPECT_THAT(ScriptOf(request), HasSubstr("SetIScsiGroupPresharedKey"));
  request.peer_address.reset();
  EXPECT_EQ(CommandsOf(request).front(), "iscsicli GroupKey \x01 T");
}

TEST(WindowsTest, WhatItCannotBeIsRefused) {
  EXPECT_THAT(Render(Target::kWindows, Ask(0x27)).error().Text(), HasSubstr("initiator"));
  Request request = Asked(0x27);
  request.peer_address.reset();
  EXPECT_THAT(Render(Target::kWindows, request).error().Text(), HasSubstr("identity or address"));
  EXPECT_THAT(Render(Target::kWindows, Asked(0x2B, "user_fqdn:*a@x")).error().Text(),
              HasSubstr("begins with *"));
}

TEST(WindowsTest, NoOctetOfAnIdentityLeavesItsArgument) {
  for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~")) {
    const std::string name = std::string("a") + c + "@x";
    const Request request = Asked(0x2B, "user_fqdn:" + name);
    const std::string line = CommandsOf(request).front();
    const std::string prefix = "iscsicli PSKey * * 0x2b 3 ";
    ASSERT_TRUE(line.starts_with(prefix)) << line;
    const std::string argument = line.substr(prefix.size(), line.find(" \x01") - prefix.size());
    // Between quotes cmd.exe looks for variables alone.
    std::string read;
    if (argument.starts_with('"')) {
      for (std::size_t i = 1; i + 1 < argument.size(); ++i) {
        if (argument[i] == '%') ++i;
        read += argument[i];
      }
    } else {
      EXPECT_EQ(argument.find_first_of("!%&'=?^`{|}~<>"), std::string::npos) << argument;
      read = argument;
    }
    EXPECT_EQ(read, name);
    std::string numbers;
    for (const char octet : name)
      numbers += (numbers.empty() ? "" : ",") + std::to_string(static_cast<int>(octet));
    EXPECT_THAT(ScriptOf(request), HasSubstr("Id = [byte[]](" + numbers + ")\n"));
  }
}

TEST(WindowsTest, WithoutTheKeyACommentShowsTheCommand) {
  Request request = Asked(0x27);
  request.with_key = false;
  EXPECT_THAT(CommandsOf(request), Not(Contains(HasSubstr("PSKey"))));
  EXPECT_THAT(FileNamed(*Render(Target::kWindows, request), "iscsicli.cmd").text,
              HasSubstr("rem iscsicli PSKey * * 0x27 1 192.0.2.1 0x... T"));
}

}  // namespace
}  // namespace iscsi_ike::policy::render
