// What holds for every program that is written for: nothing leaves its place, keys only when asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/render/lines.hpp"
#include "policy/text.hpp"
#include "read_back.hpp"

namespace iscsi_ike::policy::render {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr Target kAll[] = {Target::kStrongswan, Target::kLibreswan, Target::kRacoon,
                           Target::kWindows};

Role RoleFor(Target target) {
  return target == Target::kWindows ? Role::kResponder : Role::kInitiator;
}

// WithoutEsn: suites that every program here has.
Request Common(std::uint64_t word, Role role, std::string_view identity = "",
               std::string_view peer_identity = "") {
  Request request = Ask(word, role, identity, peer_identity);
  std::erase_if(request.plan.phase2, [](const EspSuite& suite) { return suite.esn; });
  return request;
}

Rendering MustRender(Target target, const Request& request) {
  auto rendering = Render(target, request);
  EXPECT_TRUE(rendering) << rendering.error().Text();
  return rendering ? *std::move(rendering) : Rendering{};
}

std::vector<std::string> StatementsOf(const Rendering& rendering) {
  std::vector<std::string> all;
  for (const File& file : rendering.files) {
    for (std::string& line : ReadStatements(file.text, file.text.starts_with("rem") ? "rem " : "#"))
      all.push_back(std::move(line));
  }
  return all;
}

void ExpectOnlyPrintable(const Rendering& rendering, bool with_key) {
  for (const File& file : rendering.files) {
    EXPECT_TRUE(file.text.ends_with('\n')) << file.name;
    for (const char c : file.text)
      ASSERT_TRUE((c >= 0x20 && c < 0x7F) || c == '\n' || (with_key && c == kKeyMark)) << file.name;
  }
}

TEST(Render, NamesGoBothWays) {
  for (const Target target : kAll) {
    const auto found = TargetByName(Name(target), "--for");
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, target);
  }
  EXPECT_EQ(*TargetByName("StrongSwan", "--for"), Target::kStrongswan);
  EXPECT_THAT(TargetByName("openswan\n", "--for").error().Text(),
              AllOf(StartsWith("--for: "), HasSubstr("libreswan"), Not(HasSubstr("\n"))));
}

TEST(Render, EveryWordWithAPlanIsRenderedForEveryProgram) {
  int rendered = 0;
  for (std::uint64_t word = 0; word < 128; ++word) {
    for (const Role role : {Role::kInitiator, Role::kResponder}) {
      const Request request = Common(word, role);
      if (request.plan.outcome != Outcome::kPlan) continue;
      for (const Target target : kAll) {
        if (target == Target::kWindows && role == Role::kInitiator) continue;
        const Rendering rendering = MustRender(target, request);
        ASSERT_FALSE(rendering.files.empty()) << word;
        ExpectOnlyPrintable(rendering, false);
        for (const File& file : rendering.files)
          EXPECT_THAT(file.text, HasSubstr("word " + request.word.ToHex() + ":"));
        ++rendered;
      }
    }
  }
  EXPECT_EQ(rendered, 24 * 7);  // three choices of modes, two of PFS, four of encapsulation
}

TEST(Render, EveryFileBeginsWithACommentOnWhatItWasMadeFrom) {
  for (const Target target : kAll) {
    const Rendering rendering = MustRender(target, Common(0x3F, RoleFor(target)));
    for (const File& file : rendering.files) {
      EXPECT_THAT(file.text, AnyOf(StartsWith("# Made by iscsi-ike render"),
                                   StartsWith("rem Made by iscsi-ike render")));
      EXPECT_THAT(file.text, AllOf(HasSubstr("BOTH_MODES_"), HasSubstr("TRANSPORT_PREFERRED"),
                                   Not(HasSubstr("note SUITES"))));
    }
  }
}

TEST(Render, TheKeyIsMarkedOnlyWhenItIsAskedFor) {
  for (const Target target : kAll) {
    Request request = Common(0x2F, RoleFor(target));
    const Rendering without = MustRender(target, request);
    ExpectOnlyPrintable(without, false);
    request.with_key = true;
    const Rendering with = MustRender(target, request);
    ExpectOnlyPrintable(with, true);
    int marks = 0;
    for (const File& file : with.files)
      marks += static_cast<int>(std::count(file.text.begin(), file.text.end(), kKeyMark));
    EXPECT_GE(marks, 1) << Name(target);
    bool says_where = false;
    for (const File& file : without.files)
      says_where |= file.text.find("goes here") != std::string::npos;
    EXPECT_TRUE(says_where) << Name(target);
  }
}

// A record's name is any text. It must change nothing but comments and the name of a connection.
TEST(Render, NoOctetOfARecordsNameLeavesItsComment) {
  for (const Target target : kAll) {
    Request request = Common(0x2F, RoleFor(target));
    request.name = "x";
    const std::vector<std::string> plain = StatementsOf(MustRender(target, request));
    for (int octet = 0; octet < 256; ++octet) {
      if (IsPlain(std::string(1, static_cast<char>(octet)), "")) continue;
      // Behind the x, so that the connection's name is the same.
      request.name = "x" + std::string(2, static_cast<char>(octet));
      EXPECT_EQ(StatementsOf(MustRender(target, request)), plain) << octet;
    }
    request.name = "x\nconn evil\n  auto=start\n}\n%COMSPEC% & del *.* ^";
    const Rendering rendering = MustRender(target, request);
    ExpectOnlyPrintable(rendering, false);
    EXPECT_THAT(StatementsOf(rendering), Each(Not(HasSubstr("auto=start"))));
    EXPECT_THAT(StatementsOf(rendering), Each(Not(HasSubstr("COMSPEC"))));
    EXPECT_EQ(StatementsOf(rendering).size(), plain.size());
  }
}

TEST(Render, ReasonsAreTextLikeAnyOther) {
  for (const Target target : kAll) {
    Request request = Common(0x27, RoleFor(target));
    const auto plain = StatementsOf(MustRender(target, request));
    request.plan.reasons.push_back({"X", Severity::kWarning, "a\nb\r\nc\0d\x7f\xc3\xa9"});
    const Rendering rendering = MustRender(target, request);
    ExpectOnlyPrintable(rendering, false);
    EXPECT_EQ(StatementsOf(rendering), plain);
  }
}

TEST(Render, AGroupKeyAndATargetWithoutAddress) {
  Request request = Common(0x27, Role::kInitiator);
  request.peer_address.reset();
  for (const Target target : kAll)
    EXPECT_THAT(Render(target, request).error().Text(), HasSubstr("needs the address"));
}

TEST(KeyText, AnyOctetsComeToNumbers) {
  std::vector<std::uint8_t> key(256);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  const std::string marked = std::string("a ") + kKeyMark + "\n" + kKeyMark;
  const crypto::Secret hex = FillKey(marked, KeyForm::kHex, key);
  const std::string text(hex.Expose().begin(), hex.Expose().end());
  std::string digits;
  for (const std::uint8_t octet : key) {
    const std::string pair = Hex(0x100U + octet).substr(3);
    digits += pair;
  }
  EXPECT_EQ(text, "a 0x" + digits + "\n0x" + digits);
  const crypto::Secret decimal = FillKey("(\x01)", KeyForm::kDecimal, std::span(key).first(12));
  EXPECT_EQ(std::string(decimal.Expose().begin(), decimal.Expose().end()),
            "(0,1,2,3,4,5,6,7,8,9,10,11)");
  const std::uint8_t high[] = {255, 100, 99};
  const crypto::Secret three = FillKey("\x01", KeyForm::kDecimal, high);
  EXPECT_EQ(std::string(three.Expose().begin(), three.Expose().end()), "255,100,99");
}

TEST(Lines, CommentsAreOneLineWhateverIsInThem) {
  Lines hash(CommentStyle::kHash);
  hash.Comment(std::string_view("a\nb\0\"\\\xff", 7));
  EXPECT_EQ(hash.text(), "# a\\x0ab\\x00\"\\\\xff\n");
  Lines batch(CommentStyle::kBatch);
  batch.Comment("50% & | < > ^ ! \" /? é\n");
  EXPECT_THAT(batch.text(), StartsWith("rem 50\\x25 \\x26 "));
  for (const char c : std::string_view("%&|<>^!\"?"))
    EXPECT_EQ(batch.text().find(c), std::string::npos) << c;
}

TEST(Lines, BatchArgumentsAreQuotedWhereCmdWouldLook) {
  EXPECT_EQ(BatchArgument("hba.example"), "hba.example");
  EXPECT_EQ(BatchArgument("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(BatchArgument("a&b%PATH%^c@x"), "\"a&b%%PATH%%^c@x\"");
}

}  // namespace
}  // namespace iscsi_ike::policy::render
