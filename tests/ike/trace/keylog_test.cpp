#include "ike/trace/keylog.hpp"

#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"

namespace iscsi_ike::ike {
namespace {

std::string Repeat(std::string_view digits, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += digits;
  return text;
}

class KeyLogTest : public testing::Test {
 protected:
  [[nodiscard]] std::string EspLines(const ChildSa& sa) {
    esp_.clear();
    KeyLog(KeyLogSinks{{}, To(esp_), {}}).OnChildKeys(sa);
    return esp_;
  }
  static TextSink To(std::string& text) {
    return [&text](std::string_view line) { text += line; };
  }
  std::string isakmp_, esp_, secrets_;
};

TEST_F(KeyLogTest, IsNotShownAKeyWithoutASink) {
  EXPECT_FALSE(KeyLog(KeyLogSinks{}).WantsSecrets());
  EXPECT_TRUE(KeyLog(KeyLogSinks{To(isakmp_), {}, {}}).WantsSecrets());
  EXPECT_TRUE(KeyLog(KeyLogSinks{{}, To(esp_), {}}).WantsSecrets());
  EXPECT_TRUE(KeyLog(KeyLogSinks{{}, {}, To(secrets_)}).WantsSecrets());
}

TEST_F(KeyLogTest, WritesWiresharksDecryptionTableUnquoted) {
  KeyLog(KeyLogSinks{To(isakmp_), {}, {}}).OnPhase1Keys(SampleKeys().Keys());
  EXPECT_EQ(isakmp_, "0123456789abcdef," + Repeat("ae", 16) + "\n");
}

TEST_F(KeyLogTest, WritesALineOfEspSaForEachDirection) {
  EXPECT_EQ(EspLines(SampleChild()),
            R"("IPv4","192.0.2.2","192.0.2.1","0x00001001","AES-CBC [RFC3602]","0x)" +
                Repeat("e1", 16) + R"(","HMAC-SHA-1-96 [RFC2404]","0x)" + Repeat("a1", 20) +
                "\"\n" + R"("IPv4","192.0.2.1","192.0.2.2","0xc0000002","AES-CBC [RFC3602]","0x)" +
                Repeat("e2", 16) + R"(","HMAC-SHA-1-96 [RFC2404]","0x)" + Repeat("a2", 20) +
                "\"\n");
}

TEST_F(KeyLogTest, LeavesTheKeyEmptyWhereThereIsNone) {
  ChildSa sa = SampleChild();
  sa.suite = {policy::EspCipher::kAesGcm16, 128, policy::EspAuth::kNone, false, {}};
  sa.inbound.integrity.Clear();
  EXPECT_NE(EspLines(sa).find(R"("AES-GCM with 16 octet ICV [RFC4106]","0x)" + Repeat("e1", 16) +
                              R"(","NULL","")"),
            std::string::npos);
}

TEST_F(KeyLogTest, SaysIpv6ForIpv6) {
  ChildSa sa = SampleChild();
  sa.local_endpoint = EndpointOf("2001:db8::1");
  sa.remote_endpoint = EndpointOf("2001:db8::2");
  EXPECT_EQ(EspLines(sa).substr(0, 37), R"("IPv6","2001:db8::2","2001:db8::1","0)");
}

TEST_F(KeyLogTest, DoesNotLetWiresharkCheckWhatItCannot) {
  ChildSa sa = SampleChild();
  sa.suite.auth = policy::EspAuth::kAesXcbc96;
  EXPECT_NE(EspLines(sa).find("ANY 96 bit authentication [no checking]"), std::string::npos);
  sa.suite.auth = policy::EspAuth::kHmacSha256_128;
  sa.suite.esn = true;
  EXPECT_NE(EspLines(sa).find("ANY 128 bit authentication [no checking]"), std::string::npos);
  sa.suite.esn = false;
  EXPECT_NE(EspLines(sa).find("HMAC-SHA-256-128 [RFC4868]"), std::string::npos);
}

TEST_F(KeyLogTest, NamesEveryDerivedKey) {
  KeyLog log(KeyLogSinks{{}, {}, To(secrets_)});
  log.OnPhase1Keys(SampleKeys().Keys());
  log.OnChildKeys(SampleChild());
  EXPECT_EQ(secrets_, "# session 7 cookies 0x0123456789abcdef 0x8877665544332211\nSKEYID " +
                          Repeat("aa", 20) + "\nSKEYID_d " + Repeat("ab", 20) + "\nSKEYID_a " +
                          Repeat("ac", 20) + "\nSKEYID_e " + Repeat("ad", 20) + "\nKa " +
                          Repeat("ae", 16) + "\ninitial_IV " + Repeat("af", 16) +
                          "\n# child 1 of session 7 message 0x00c0ffee\n"
                          "inbound_SPI 00001001\ninbound_encryption " +
                          Repeat("e1", 16) + "\ninbound_integrity " + Repeat("a1", 20) +
                          "\noutbound_SPI c0000002\noutbound_encryption " + Repeat("e2", 16) +
                          "\noutbound_integrity " + Repeat("a2", 20) + "\n");
}

TEST_F(KeyLogTest, GivesTheSinkWholeLines) {
  KeyLog log(KeyLogSinks{{}, {}, [](std::string_view line) {
                           ASSERT_FALSE(line.empty());
                           EXPECT_EQ(line.find('\n'), line.size() - 1);
                         }});
  log.OnPhase1Keys(SampleKeys().Keys());
  log.OnChildKeys(SampleChild());
}

}  // namespace
}  // namespace iscsi_ike::ike
