#include "policy/isns/numbers.hpp"

#include <gtest/gtest.h>

#include <set>

namespace iscsi_ike::policy::isns {
namespace {

TEST(IsnsNumbers, TagsAreInOrderAndHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  std::uint32_t last = 0;
  for (const TagInfo& info : AllTags()) {
    if (info.number != 0) {
      EXPECT_GT(info.number, last);
    }
    last = info.number;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(FindTag(info.number), &info);
  }
  EXPECT_EQ(names.size(), 76U);  // of RFC 4171 section 6.1, vendor ranges left out
}

TEST(IsnsNumbers, NamesAreThoseOfTheRfc) {
  EXPECT_EQ(Name(Tag::kPortalBitmap), "Portal Security Bitmap (27)");
  EXPECT_EQ(Name(Tag::kPortalPhase2), "Portal ISAKMP Phase-2 (29)");
  EXPECT_EQ(Name(Tag::kEntityPhase1), "Entity ISAKMP Phase-1 (11)");
  EXPECT_EQ(Name(static_cast<Tag>(21)), "attribute 21");
  EXPECT_EQ(FindTag(21), nullptr);
  EXPECT_EQ(FindTag(0xffffffff), nullptr);
  EXPECT_EQ(Name(Function::kDevAttrQry), "DevAttrQry");
  EXPECT_EQ(Name(ResponseTo(Function::kDevGetNext)), "DevGetNextRsp");
  EXPECT_EQ(Name(static_cast<Function>(0x80ff)), "function 0x80ff");
  EXPECT_EQ(Name(StatusCode::kSourceUnauthorized), "Source Unauthorized (8)");
  EXPECT_EQ(Name(StatusCode::kRegistrationFeatureNotSupported),
            "Registration Feature Not Supported (23)");
  EXPECT_EQ(Name(static_cast<StatusCode>(4)), "status 4");
  EXPECT_EQ(Name(static_cast<StatusCode>(24)), "status 24");
}

TEST(IsnsNumbers, EveryRefusalTellsWhatToDo) {
  for (std::uint32_t status = 1; status < 30; ++status) {
    EXPECT_GT(Advice(static_cast<StatusCode>(status)).size(), 20U) << status;
  }
  EXPECT_NE(Advice(StatusCode::kSourceUnknown), Advice(StatusCode::kSourceUnauthorized));
  EXPECT_NE(Advice(StatusCode::kSourceUnauthorized).find("discovery domain"),
            std::string_view::npos);
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
