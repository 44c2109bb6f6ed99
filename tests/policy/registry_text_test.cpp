// DefaultSecurityBitmap from files as regedit exports them.
#include "policy/registry_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/config_texts.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHeader = "Windows Registry Editor Version 5.00\r\n\r\n";
constexpr std::string_view kUsualKey =
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ISCSI\\Discovery "
    "Values]\r\n";

Parsed<SecurityFlags> Read(std::string_view text, const RegistryOptions& options = {}) {
  return ParseRegistryText(Octets(text), "f.reg", options);
}

std::string Exported(std::string_view data, std::string_view key = kUsualKey) {
  return std::string(kHeader) + std::string(key) +
         "\"DefaultSecurityBitmap\"=" + std::string(data) + "\r\n\r\n";
}

std::string RefuseFile(std::string_view text, const RegistryOptions& options = {}) {
  const auto word = Read(text, options);
  EXPECT_FALSE(word.ok()) << text;
  return word.ok() ? "" : word.error().Text();
}

TEST(RegistryTest, ReadsWhatRegeditWrites) {
  const auto utf16 = ParseRegistryText(Octets(Utf16(Exported("dword:00000027"), true, true)), "f");
  ASSERT_TRUE(utf16.ok());
  EXPECT_EQ(utf16->word(), 0x27U);
  EXPECT_EQ(Read(Exported("dword:00000027"))->word(), 0x27U);
  EXPECT_EQ(Read(Exported("dword:ffffffff"))->word(), 0xFFFFFFFFU);
  const std::string old = "REGEDIT4\n\n[HKEY_CURRENT_USER\\Gr\xFC\xDF]\n\"\xE4\"=\"\xF6\"\n" +
                          std::string(kUsualKey) + "\"defaultsecuritybitmap\" = DWORD:27\n";
  EXPECT_EQ(Read(old)->word(), 0x27U);
}

TEST(RegistryTest, TheKeyHasSeveralSpellings) {
  for (const std::string_view key :
       {"[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows NT\\Current Version\\ISCSI\\Discovery "
        "Values]\n",
        "[hklm\\software\\microsoft\\windowsnt\\currentversion\\iscsi\\discoveryvalues\\]\n"})
    EXPECT_EQ(Read(Exported("dword:00000007", key))->word(), 7U) << key;
  const std::string_view other = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor\\iSCSI]\n";
  EXPECT_THAT(RefuseFile(Exported("dword:7", other)),
              HasSubstr("f.reg: has no DefaultSecurityBitmap in the key HKEY_LOCAL_MACHINE"));
  const std::string_view longer =
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ISCSI\\Discovery]\n";
  EXPECT_THAT(RefuseFile(Exported("dword:7", longer)),
              HasSubstr("; it has one in " + std::string(longer.substr(0, longer.size() - 1))));
  EXPECT_EQ(Read(Exported("dword:7", other), {"HKLM\\Software\\vendor\\ISCSI", {}})->word(), 7U);
  EXPECT_THAT(RefuseFile(Exported("dword:7"), {"HKLM\\Software\\Vendor\\iSCSI", {}}),
              HasSubstr("in the key HKLM\\Software\\Vendor\\iSCSI"));
}

TEST(RegistryTest, OtherTypesAreRefusedByNameUnlessAskedFor) {
  const auto refuse = [](std::string_view data) { return RefuseFile(Exported(data)); };
  EXPECT_EQ(refuse("hex(b):27,00,00,00,00,00,00,00"),
            "f.reg: line 4: DefaultSecurityBitmap: is REG_QWORD; REG_DWORD is expected");
  EXPECT_THAT(refuse("hex:27,00,00,00"), HasSubstr("is REG_BINARY"));
  EXPECT_THAT(refuse("\"0x27\""), HasSubstr("is REG_SZ; REG_DWORD"));
  EXPECT_THAT(refuse("hex(2):30,00"), HasSubstr("is REG_EXPAND_SZ"));
  EXPECT_THAT(refuse("hex(5):00,00,00,27"), HasSubstr("is REG_DWORD_BIG_ENDIAN"));
  EXPECT_THAT(refuse("hex(7):30,00"), HasSubstr("is REG_MULTI_SZ"));
  EXPECT_THAT(refuse("hex(99):30"), HasSubstr("is of a type that is not known"));
  EXPECT_THAT(refuse("-"), HasSubstr("is taken away by this file"));
  EXPECT_THAT(refuse(""), HasSubstr("not known"));
  const auto read = [](std::string_view data, RegistryType type) {
    const auto word = Read(Exported(data), {"", type});
    return word ? word->ToHex() : word.error().rule;
  };
  EXPECT_EQ(read("hex(b):27,00,00,00,00,00,00,00", RegistryType::kQword), "0x27");
  EXPECT_EQ(read("hex:27,00,\\\r\n  00,00", RegistryType::kBinary), "0x27");
  EXPECT_EQ(read("\"0x27\"", RegistryType::kString), "0x27");
  EXPECT_EQ(read("\"39\"", RegistryType::kString), "0x27");
  EXPECT_EQ(read("dword:27", RegistryType::kQword), "is REG_DWORD; REG_QWORD is expected");
  EXPECT_EQ(read("hex(b):27,00,00,00,01,00,00,00", RegistryType::kQword),
            "is 0x100000027; a bitmap has 32 bits");
  EXPECT_EQ(read("\"0x27", RegistryType::kString), "is no REG_SZ that can be read");
}

TEST(RegistryTest, DataThatIsNone) {
  for (const std::string_view data : {"dword:", "dword:123456789", "dword:0x27", "dword:2g"})
    EXPECT_THAT(RefuseFile(Exported(data)), HasSubstr("is no REG_DWORD that can be read")) << data;
  for (const std::string_view data :
       {"hex:27,00,00", "hex:27,00,00,0", "hex:27,00,00,00,00", "hex:"})
    EXPECT_THAT(RefuseFile(Exported(data), {"", RegistryType::kBinary}), HasSubstr("no REG_BINARY"))
        << data;
}

TEST(RegistryTest, WhatStandsTwiceMustBeTheSame) {
  const std::string once = Exported("dword:27");
  const std::string spelled =
      "[HKLM\\Software\\Microsoft\\Windows NT\\Current Version\\ISCSI\\Discovery Values]\n"
      "; said again\n\"DefaultSecurityBitmap\"=dword:";
  EXPECT_EQ(Read(once + spelled + "27\n")->word(), 0x27U);
  EXPECT_EQ(RefuseFile(once + spelled + "37\n"),
            "f.reg: line 8: DefaultSecurityBitmap: is 0x37, and 0x27 at f.reg: line 4: "
            "DefaultSecurityBitmap");
}

TEST(RegistryTest, RefusesWhatIsNoRegistryFile) {
  EXPECT_EQ(RefuseFile(""),
            "f.reg: line 1: is neither \"Windows Registry Editor Version 5.00\" nor \"REGEDIT4\"");
  EXPECT_THAT(RefuseFile("[HKLM]\n"), HasSubstr("line 1: is neither"));
  EXPECT_THAT(RefuseFile(std::string(kHeader)), HasSubstr("has no DefaultSecurityBitmap"));
  EXPECT_THAT(RefuseFile(std::string(kHeader) + "[-" + std::string(kUsualKey.substr(1)) +
                         "\"DefaultSecurityBitmap\"=dword:27\n"),
              HasSubstr("has no DefaultSecurityBitmap"));
  EXPECT_THAT(RefuseFile("Windows Registry Editor Version 5.00\n\xFF"), HasSubstr("UTF-8"));
  const std::string whole = Exported("dword:00000027");
  for (std::size_t size = 0; size <= whole.find("dword:") + 6; ++size)
    RefuseFile(whole.substr(0, size));
}

TEST(RegistryTest, TypesHaveNames) {
  EXPECT_EQ(RegistryTypeByName("REG_DWORD"), RegistryType::kDword);
  EXPECT_EQ(RegistryTypeByName("qword"), RegistryType::kQword);
  EXPECT_EQ(RegistryTypeByName("reg_sz"), RegistryType::kString);
  EXPECT_EQ(Name(RegistryType::kBinary), "binary");
  EXPECT_EQ(RegistryTypeByName("float"), std::nullopt);
}

}  // namespace
}  // namespace iscsi_ike::policy
