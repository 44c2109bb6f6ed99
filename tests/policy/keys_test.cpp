// Pre-shared keys: the record and its strength.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/key_strength.hpp"
#include "policy/preshared_key.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

crypto::Octets Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

crypto::Secret Key(std::string_view text) { return crypto::Secret::CopyOf(Bytes(text)); }

TEST(PresharedKeyTest, HoldsTheFiveProperties) {
  const auto record = PresharedKey::Make(1, SecurityFlags(0x27), 2, Bytes("hba.example"),
                                         Key("s3cr3t"), "records[0]");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->flags.word(), 0x27U);
  EXPECT_EQ(record->identity->ToString(), "fqdn:hba.example");
  EXPECT_TRUE(crypto::ConstantTimeEqual(record->key.Expose(), Bytes("s3cr3t")));
}

TEST(PresharedKeyTest, RefusesWithPlaceAndRule) {
  const auto refuse = [](std::uint32_t method, std::uint32_t type, std::string_view id,
                         std::string_view key) {
    const auto record =
        PresharedKey::Make(method, SecurityFlags(), type, Bytes(id), Key(key), "records[0]");
    return record.ok() ? "" : record.error().Text();
  };
  EXPECT_EQ(refuse(2, 2, "h", "k"),
            "records[0].AuthMethod: is 2; only 1, pre-shared key, is supported");
  EXPECT_THAT(refuse(0, 2, "h", "k"), HasSubstr("AuthMethod: is 0"));
  EXPECT_THAT(refuse(1, 11, "h", "k"), HasSubstr("records[0].IdType"));
  EXPECT_THAT(refuse(1, 1, "h", "k"), HasSubstr("records[0].Id: has 1 octets"));
  EXPECT_THAT(refuse(1, 2, "h", ""), HasSubstr("records[0].Key: is empty"));
  EXPECT_THAT(refuse(1, 2, "h", std::string(1025, 'k')), HasSubstr("more than 1024"));
  EXPECT_EQ(refuse(1, 2, "h", std::string(1024, 'k')), "");
}

TEST(KeyStrengthTest, EstimatesFollowTheShapeOfTheKey) {
  const auto bits = [](std::string_view key) { return EstimateKeyBits(Bytes(key)); };
  EXPECT_EQ(bits(""), 0U);
  EXPECT_LT(bits("password"), 16U);
  EXPECT_LT(bits("Password123"), 32U);
  EXPECT_LT(bits("s3cr3t"), 16U);
  EXPECT_LT(bits("aaaaaaaaaaaaaaaaaaaaaaaa"), 16U);
  EXPECT_LT(bits("abcdefghijklmnop"), 32U);
  EXPECT_LT(bits("qwertyuiop1234567890"), 40U);
  EXPECT_LT(bits("abababababababababababab"), 24U);
  EXPECT_LT(bits("12345678"), 20U);
  EXPECT_LT(bits("k7Q!k7Q!k7Q!k7Q!k7Q!k7Q!"), 40U);
  EXPECT_GT(bits("9fK2mQx7RbT4wYz8LcVn5HsJ"), 96U);
  EXPECT_GT(bits("e7c91f04b2a86d35f0187ce24a93bd56"), 96U);
  EXPECT_GT(bits(std::string_view("\x00\xA7\x13\xF9\x5C\x81\xE2\x3D\x98\x04\xB6\x7F\xC1\x2A\x55"
                                  "\xEE",
                                  16)),
            120U);
}

TEST(KeyStrengthTest, EveryTruncationIsEstimated) {
  std::string key;
  for (int i = 0; i < 256; ++i) {
    EXPECT_LE(EstimateKeyBits(Bytes(key)), 8 * key.size() + 16);
    key.push_back(static_cast<char>(i * 37));
  }
}

TEST(KeyStrengthTest, WarnsWithoutShowingTheKey) {
  const std::vector<ExchangeMode> main = {ExchangeMode::kMain};
  const std::vector<ExchangeMode> both = {ExchangeMode::kMain, ExchangeMode::kAggressive};
  EXPECT_EQ(KeyReasons(Bytes("changeme"), main).size(), 1U);
  const auto reasons = KeyReasons(Bytes("changeme"), both);
  ASSERT_EQ(reasons.size(), 2U);
  EXPECT_EQ(reasons[0].code, "WEAK_KEY");
  EXPECT_EQ(reasons[1].code, "AGGRESSIVE_WEAK_KEY");
  EXPECT_EQ(reasons[1].severity, Severity::kWarning);
  EXPECT_THAT(reasons[0].text, HasSubstr("in 8 octets"));
  EXPECT_THAT(reasons[0].text, Not(HasSubstr("changeme")));
  EXPECT_TRUE(KeyReasons(Bytes("e7c91f04b2a86d35f0187ce24a93bd56"), both).empty());
}

TEST(KeyStrengthTest, AFingerprintIsShownWhereNobodyGains) {
  const std::vector<ExchangeMode> both = {ExchangeMode::kMain, ExchangeMode::kAggressive};
  const auto shown = [&](const char* key) {
    return ShownFingerprint(Bytes(key), KeyReasons(Bytes(key), both));
  };
  EXPECT_EQ(shown("e7c91f04b2a86d35f0187ce24a93bd56"),
            crypto::Fingerprint(Bytes("e7c91f04b2a86d35f0187ce24a93bd56")));
  EXPECT_EQ(shown("changeme"), "");
  EXPECT_EQ(ShownFingerprint({}, {}), "");
}

}  // namespace
}  // namespace iscsi_ike::policy
