// All 128 words of the seven flags, twice: against the golden text, and against the table worked
// out anew from the bits, so that a slip in the one cannot hide in the other.
#include <gtest/gtest.h>

#include <algorithm>

#include "golden.hpp"
#include "policy/reason.hpp"
#include "policy/text.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::policy {
namespace {

template <class Modes>
std::string Names(const Modes& modes) {
  std::vector<std::string> names;
  for (const auto mode : modes) names.emplace_back(Name(mode));
  return names.empty() ? "-" : Join(names, ",");
}

std::string Line(std::uint64_t word, Role role) {
  TranslateRequest request;
  request.word = SecurityFlags(word);
  request.role = role;
  const Plan plan = Translate(request);
  std::string line = request.word.ToHex();
  line += role == Role::kInitiator ? " initiator " : " responder ";
  line += std::string(Name(plan.outcome)) + " exchanges=" + Names(plan.exchanges) +
          " pfs=" + (plan.pfs ? "yes" : "no") + " encapsulation=" + Names(plan.encapsulations) +
          " reasons=";
  std::vector<std::string> codes;
  for (const Reason& reason : plan.reasons) codes.emplace_back(reason.code);
  return line + Join(codes, ",") + "\n";
}

TEST(Words, All128AreAsPublished) {
  std::string text;
  for (std::uint64_t word = 0; word < 128; ++word) {
    text += Line(word, Role::kInitiator) + Line(word, Role::kResponder);
  }
  ExpectGolden("words.txt", text);
}

struct Expected {
  const char* outcome = "plan";
  std::string exchanges = "-";
  bool pfs = false;
  std::string encapsulation = "-";
};

Expected FromTheTable(unsigned word) {
  if (word % 2 == 0) return {"unspecified"};
  if (word / 2 % 2 == 0) return {"disabled"};
  const unsigned modes = word / 4 % 4;
  if (modes == 0) return {"rejected"};
  const unsigned preferred = word / 32;
  return {"plan",
          modes == 1   ? "main"
          : modes == 2 ? "aggressive"
                       : "main,aggressive",
          word / 16 % 2 == 1,
          preferred == 1   ? "transport"
          : preferred == 2 ? "tunnel"
                           : "tunnel,transport"};
}

TEST(Words, All128FollowFromTheBits) {
  for (unsigned word = 0; word < 128; ++word) {
    for (const Role role : {Role::kInitiator, Role::kResponder}) {
      TranslateRequest request;
      request.word = SecurityFlags(word);
      request.role = role;
      const Plan plan = Translate(request);
      const Expected expected = FromTheTable(word);
      EXPECT_EQ(Name(plan.outcome), expected.outcome) << word;
      EXPECT_EQ(Names(plan.exchanges), expected.exchanges) << word;
      EXPECT_EQ(plan.pfs, expected.pfs) << word;
      EXPECT_EQ(Names(plan.encapsulations), expected.encapsulation) << word;
      EXPECT_EQ(plan.phase1.empty(), plan.outcome != Outcome::kPlan) << word;
      EXPECT_EQ(HasError(plan.reasons), plan.outcome == Outcome::kRejected) << word;
      EXPECT_FALSE(plan.reasons.empty()) << word;
    }
  }
}

// Whatever the circumstances, a plan can be used and a refusal says why.
TEST(Words, EveryCircumstanceGivesAUsablePlanOrAReason) {
  for (unsigned word = 0; word < 128; ++word) {
    for (unsigned around = 0; around < 4096; ++around) {
      TranslateRequest request;
      request.word = SecurityFlags(word);
      request.role = (around & 1) != 0 ? Role::kResponder : Role::kInitiator;
      request.key_binding = static_cast<KeyBinding>(around >> 1 & 3);
      request.own_address_dynamic = (around & 8) != 0;
      request.peer_address_dynamic = (around & 16) != 0;
      request.strict = (around & 32) != 0;
      request.strict_microsoft = (around & 64) != 0;
      request.assume_main = (around & 128) != 0;
      request.require_ipsec = (around & 256) != 0;
      request.refuse_pfs = (around & 512) != 0;
      if ((around & 1024) != 0) request.identity = *Identity::Parse("fqdn:h.example", "");
      request.gateway_required = (around & 2048) != 0;
      const Plan plan = Translate(request);
      const bool planned = plan.outcome == Outcome::kPlan;
      ASSERT_EQ(HasError(plan.reasons), plan.outcome == Outcome::kRejected);
      ASSERT_EQ(planned, !plan.exchanges.empty() && !plan.encapsulations.empty());
    }
  }
}

// Whatever the list, an aggressive offer is its suites of one group, in their order, and no others.
TEST(Words, AggressiveOffersHaveTheGroupOfTheirFirstSuite) {
  const auto offered = [](std::string_view ike) {
    TranslateRequest request;
    request.word = SecurityFlags(0x2b);
    request.suites = *ChooseSuites({"", ike, ""});
    std::vector<std::string> suites;
    for (const Phase1Suite& suite : AggressiveSuites(Translate(request)))
      suites.push_back(ToString(suite));
    return Join(suites, ",");
  };
  EXPECT_EQ(offered("aes256-sha1-modp2048,3des-sha1-modp1024,aes128-sha1-modp2048"),
            "aes256-sha1-modp2048,aes128-sha1-modp2048");
  EXPECT_EQ(offered("3des-sha1-modp1024,aes256-sha1-modp2048"), "3des-sha1-modp1024");
  EXPECT_EQ(offered("aes256-sha384-ecp384"), "aes256-sha384-ecp384");
}

}  // namespace
}  // namespace iscsi_ike::policy
