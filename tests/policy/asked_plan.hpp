// Questions to the translator, and what there is to say about its answers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/translate.hpp"

namespace iscsi_ike::policy {

inline TranslateRequest Ask(std::uint64_t word) {
  TranslateRequest request;
  request.word = SecurityFlags(word);
  return request;
}

inline TranslateRequest AskResponder(std::uint64_t word) {
  TranslateRequest request = Ask(word);
  request.role = Role::kResponder;
  return request;
}

inline std::vector<std::string> Codes(const Plan& plan) {
  std::vector<std::string> codes;
  for (const Reason& reason : plan.reasons) codes.emplace_back(reason.code);
  return codes;
}

inline std::string TextOf(const Plan& plan, std::string_view code) {
  for (const Reason& reason : plan.reasons) {
    if (reason.code == code) return reason.text;
  }
  return "";
}

inline void ExpectRejected(const Plan& plan, const char* code) {
  EXPECT_EQ(plan.outcome, Outcome::kRejected);
  EXPECT_THAT(Codes(plan), ::testing::Contains(code));
  EXPECT_THAT(plan.exchanges, ::testing::IsEmpty());
  EXPECT_THAT(plan.encapsulations, ::testing::IsEmpty());
  EXPECT_THAT(plan.phase1, ::testing::IsEmpty());
  EXPECT_THAT(plan.phase2, ::testing::IsEmpty());
  EXPECT_FALSE(plan.pfs);
}

inline Identity HostName() { return *Identity::Parse("fqdn:hba1.example", "--id"); }

}  // namespace iscsi_ike::policy
