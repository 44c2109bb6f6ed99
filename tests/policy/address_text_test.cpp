// Selectors as text: what is printed can be read.
#include "policy/address_text.hpp"

#include <gtest/gtest.h>

namespace iscsi_ike::policy {
namespace {

TEST(AddressText, EverySelectorThatIsPrintedIsRead) {
  for (const char* address : {"192.0.2.0", "2001:db8::"}) {
    for (unsigned protocol = 0; protocol < 256; ++protocol) {
      Selector selector{IpAddress::Parse(address).value(), 24, static_cast<std::uint8_t>(protocol),
                        0};
      if (selector.address.is_v6()) selector.prefix_bits = 32;
      if (protocol == 6 || protocol == 17) selector.port = 3260;
      const auto read = ParseSelector(ToString(selector), "selector");
      ASSERT_TRUE(read.ok()) << ToString(selector);
      EXPECT_EQ(*read, selector) << ToString(selector);
    }
  }
}

TEST(AddressText, TheWordProtocolStandsInFrontOfSomething) {
  EXPECT_FALSE(ParseSelector("192.0.2.1 protocol", "selector").ok());
  EXPECT_FALSE(ParseSelector("192.0.2.1 protocol protocol 5", "selector").ok());
}

}  // namespace
}  // namespace iscsi_ike::policy
