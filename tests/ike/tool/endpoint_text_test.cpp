// Endpoints and selectors as they are typed.
#include "ike/tool/endpoint_text.hpp"

#include <gtest/gtest.h>

namespace iscsi_ike::ike::tool {
namespace {

std::string Read(std::string_view text) {
  const auto endpoint = ParseEndpoint(text, "--portal", 500, false);
  return endpoint ? endpoint->ToString() : "error";
}

TEST(EndpointText, ReadsAddressesWithAndWithoutPort) {
  EXPECT_EQ(Read("192.0.2.1"), "192.0.2.1:500");
  EXPECT_EQ(Read("192.0.2.1:4500"), "192.0.2.1:4500");
  EXPECT_EQ(Read("2001:db8::1"), "[2001:db8::1]:500");
  EXPECT_EQ(Read("[2001:db8::1]"), "[2001:db8::1]:500");
  EXPECT_EQ(Read("[2001:db8::1]:1500"), "[2001:db8::1]:1500");
}

TEST(EndpointText, RefusesEverythingElse) {
  for (const char* text :
       {"", "host", "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:0", "192.0.2.1:65536", "[2001:db8::1",
        "[2001:db8::1]500", "[]:500", "fe80::1%eth0", "192.0.2"})
    EXPECT_EQ(Read(text), "error") << text;
}

std::string Select(std::string_view text) {
  const auto selector = ParseSelector(text, "--local-ts");
  return selector ? ToString(*selector) : "error";
}

TEST(SelectorText, ReadsBothNotations) {
  EXPECT_EQ(Select("192.0.2.1 tcp 3260"), Select("192.0.2.1/32[tcp/3260]"));
  EXPECT_EQ(Select("192.0.2.1/32 tcp 3260"), "192.0.2.1/32 tcp 3260");
  EXPECT_EQ(Select("10.0.0.0/8 tcp"), Select("10.0.0.0/8[tcp]"));
  EXPECT_EQ(Select("2001:db8::/64 tcp any"), Select("2001:db8::/64[6]"));
}

TEST(SelectorText, ReadsWhatThePrinterPrints) {
  for (const char* text : {"192.0.2.0/24", "192.0.2.1 udp 53", "10.0.0.0/8 tcp", "::1 any",
                           "0.0.0.0/0", "192.0.2.128/25 17 53"}) {
    const std::string printed = Select(text);
    EXPECT_EQ(Select(printed), printed) << text;
  }
}

TEST(SelectorText, RefusesEverythingElse) {
  for (const char* text :
       {"", "host", "192.0.2.1/33", "192.0.2.1 tpc", "192.0.2.1 tcp 70000", "192.0.2.1 any 80",
        "192.0.2.1 tcp 1 2", "192.0.2.1 icmp", "192.0.2.1 1 80", "10.1.0.0/8", "192.0.2.1/31",
        "2001:db8::1/64", "0.0.0.1/0"})
    EXPECT_EQ(Select(text), "error") << text;
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
