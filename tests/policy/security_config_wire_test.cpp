// The methods of MSiSCSI_SecurityConfigOperations as octets, typed in by hand from iscsiop.h.
#include "policy/security_config_wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace iscsi_ike::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Octets = std::vector<std::uint8_t>;

const Octets kSetKey = {0x01, 0,    0,    0,     // PortNumber 1
                        0xEE, 0xEE, 0xEE, 0xEE,  // filler of the compiler, any content
                        0x27, 0,    0,    0,    0,   0,   0,   0x80,  // SecurityFlags
                        2,    0xEE, 0xEE, 0xEE,                       // IdType FQDN, filler
                        0x0B, 0,    0,    0,                          // IdSize
                        0x05, 0,    0,    0,                          // KeySize
                        'h',  'b',  'a',  '.',  'e', 'x', 'a', 'm',  'p', 'l', 'e',  // Id
                        'S',  '3',  'c',  'r',  '3'};  // Key, right behind

const Octets kGetKey = {0x01, 0,    0,    0,                                         // PortNumber
                        2,    0xEE, 0xEE, 0xEE,                                      // IdType
                        0x0B, 0,    0,    0,                                         // IdSize
                        'h',  'b',  'a',  '.',  'e', 'x', 'a', 'm', 'p', 'l', 'e'};  // Id

const Octets kSetGroup = {0x04, 0, 0, 0, 'o', 'u', 'r', 's'};

const Octets kSetGuid = {0x25, 0x33, 0x1F, 0x39, 0xA3, 0x0B, 0x83, 0x40,
                         0xA8, 0x61, 0xCF, 0x4F, 0x6F, 0x97, 0xA5, 0x27};

// ISCSI_IP_Address, 548 octets; everything that its Type does not name is rubbish.
Octets AddressOf(std::uint8_t type) {
  Octets address(548, 0xEE);
  address[0] = type;
  address[1] = address[2] = address[3] = 0;
  return address;
}
Octets V4(std::initializer_list<std::uint8_t> octets) {
  Octets address = AddressOf(1);
  std::copy(octets.begin(), octets.end(), address.begin() + 4);
  return address;
}
Octets V6(std::initializer_list<std::uint8_t> octets, std::uint8_t scope = 0) {
  Octets address = AddressOf(2);
  std::copy(octets.begin(), octets.end(), address.begin() + 8);
  std::fill_n(address.begin() + 28, 4, std::uint8_t{0});
  address[29] = scope;
  return address;
}
Octets TextAddress(std::string_view text, std::size_t count) {
  Octets address = AddressOf(0);
  address[32] = static_cast<std::uint8_t>(count);
  address[33] = static_cast<std::uint8_t>(count >> 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    address[34 + 2 * i] = static_cast<std::uint8_t>(text[i]);
    address[35 + 2 * i] = 0;
  }
  return address;
}
Octets TextAddress(std::string_view text) { return TextAddress(text, 2 * text.size()); }

Octets SetTunnel(const Octets& destination, const Octets& outer) {
  Octets in = {0xFF, 0xFF, 0xFF, 0xFF};
  in.insert(in.end(), destination.begin(), destination.end());
  in.insert(in.end(), outer.begin(), outer.end());
  return in;
}
Octets GoldenTunnel() { return SetTunnel(V4({192, 0, 2, 9}), V4({198, 51, 100, 1})); }

HbaCapabilities TwoPorts() {
  HbaCapabilities capabilities;
  capabilities.port_count = 2;
  return capabilities;
}
Identity Hba() { return *Identity::Parse("fqdn:hba.example", ""); }
IpAddress Address(std::string_view text) { return IpAddress::Parse(text).value(); }

struct SecurityConfigWireTest : testing::Test {
  HbaStatus Call(std::uint32_t method, const Octets& in, const WmiOptions& options = {}) {
    // A block of its own, so that a sanitizer sees the end of it.
    const auto block = std::make_unique<std::uint8_t[]>(in.size());
    std::copy(in.begin(), in.end(), block.get());
    last = Invoke(cache, method, {block.get(), in.size()}, options);
    EXPECT_EQ(last.error.has_value(), last.status != HbaStatus::kSuccess);
    if (!last.out.empty()) {
      const auto status = static_cast<std::uint32_t>(last.status);
      EXPECT_EQ(last.out.at(0), status & 0xFF);
      EXPECT_EQ(last.out.at(1), status >> 8 & 0xFF);
      EXPECT_EQ(last.out.at(2), status >> 16 & 0xFF);
      EXPECT_EQ(last.out.at(3), status >> 24);
    }
    return last.status;
  }
  [[nodiscard]] bool IsEmpty() const {
    return cache.key_count() == 0 && cache.tunnel_count() == 0 && !cache.has_group_key() &&
           cache.generational_guid() == GenerationalGuid{};
  }
  std::string Outer(std::string_view destination) {
    const auto outer = cache.TunnelOuter(0, Address(destination));
    return outer ? outer->ToString() : "none";
  }
  SecurityCache cache{TwoPorts()};
  WmiAnswer last;
};

TEST_F(SecurityConfigWireTest, SetPresharedKeyForId) {
  EXPECT_EQ(Call(1, kSetKey), HbaStatus::kSuccess);
  EXPECT_THAT(last.out, ElementsAre(0, 0, 0, 0));
  const auto found = cache.Find(1, Address("192.0.2.9"), Hba());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->record.flags.word(), 0x80000000'00000027U);
  const crypto::Octets key = found->record.key.Expose();
  EXPECT_EQ(std::string(key.begin(), key.end()), "S3cr3");
  EXPECT_FALSE(cache.Find(0, Address("192.0.2.9"), Hba()));
}

TEST_F(SecurityConfigWireTest, GetPresharedKeyForIdGivesTheWordAndNothingElse) {
  EXPECT_EQ(Call(2, kGetKey), HbaStatus::kPresharedKeyUnavailable);
  EXPECT_THAT(last.out, ElementsAre(0x27, 0, 0xFF, 0xEF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  Call(1, kSetKey);
  EXPECT_EQ(Call(2, kGetKey), HbaStatus::kSuccess);
  EXPECT_THAT(last.out, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0x27, 0, 0, 0, 0, 0, 0, 0x80));
}

TEST_F(SecurityConfigWireTest, SetGroupPresharedKey) {
  EXPECT_EQ(Call(3, kSetGroup), HbaStatus::kSuccess);
  const auto found = cache.Find(0, Address("192.0.2.9"), Hba());
  ASSERT_TRUE(found);
  const crypto::Octets key = found->record.key.Expose();
  EXPECT_EQ(std::string(key.begin(), key.end()), "ours");
}

TEST_F(SecurityConfigWireTest, SetTunnelModeOuterAddress) {
  EXPECT_EQ(GoldenTunnel().size(), 1100U);
  EXPECT_EQ(Call(4, GoldenTunnel()), HbaStatus::kSuccess);
  EXPECT_EQ(Outer("192.0.2.9"), "198.51.100.1");
}

TEST_F(SecurityConfigWireTest, ClearCache) {
  Call(1, kSetKey);
  Call(3, kSetGroup);
  Call(4, GoldenTunnel());
  EXPECT_EQ(Call(5, {}), HbaStatus::kSuccess);
  EXPECT_THAT(last.out, ElementsAre(0, 0, 0, 0));
  EXPECT_TRUE(IsEmpty());
}

TEST_F(SecurityConfigWireTest, SetGenerationalGuid) {
  EXPECT_EQ(Call(6, kSetGuid), HbaStatus::kSuccess);
  const GenerationalGuid& guid = cache.generational_guid();
  EXPECT_EQ(Octets(guid.begin(), guid.end()), kSetGuid);
  EXPECT_EQ(Call(1, kSetKey), HbaStatus::kSuccess);
  EXPECT_EQ(cache.generational_guid(), GenerationalGuid{});
}

TEST_F(SecurityConfigWireTest, NoOtherMethod) {
  for (const std::uint32_t method : {0U, 7U, 0x101U, 0xFFFFFFFFU}) {
    EXPECT_EQ(Call(method, kSetKey), HbaStatus::kRequestNotSupported);
    EXPECT_TRUE(last.out.empty());
  }
  EXPECT_TRUE(IsEmpty());
}

TEST_F(SecurityConfigWireTest, CutAnywhereNothingIsTaken) {
  const std::pair<std::uint32_t, Octets> calls[] = {
      {1, kSetKey}, {2, kGetKey}, {3, kSetGroup}, {4, GoldenTunnel()}, {6, kSetGuid}};
  for (const auto& call : calls) {
    for (std::size_t size = 0; size < call.second.size(); ++size) {
      EXPECT_EQ(Call(call.first, Octets(call.second.begin(),
                                        call.second.begin() + static_cast<std::ptrdiff_t>(size))),
                HbaStatus::kInvalidParameter)
          << call.first << ": " << size;
    }
  }
  EXPECT_TRUE(IsEmpty());
}

TEST_F(SecurityConfigWireTest, FillerIsToleratedMoreOnlyIfAsked) {
  const std::pair<std::uint32_t, Octets> calls[] = {
      {1, kSetKey}, {2, kGetKey}, {3, kSetGroup}, {4, GoldenTunnel()}, {6, kSetGuid}, {5, {}}};
  for (const auto& call : calls) {
    Octets padded = call.second;
    padded.resize(padded.size() + 7, 0xEE);
    EXPECT_EQ(Call(call.first, padded), HbaStatus::kSuccess) << call.first;
    padded.push_back(0);
    EXPECT_EQ(Call(call.first, padded), HbaStatus::kInvalidParameter) << call.first;
    padded.resize(5000, 0xEE);
    EXPECT_EQ(Call(call.first, padded, {Ipv4Order::kNetwork, true}), HbaStatus::kSuccess);
  }
}

// A number of 4 octets that is hostile in whatever arithmetic it goes into.
constexpr std::uint32_t kHostile[] = {0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFF5, 0xFFFFFFE4, 0xFFFFFFF0,
                                      0x80000000, 0x7FFFFFFF, 0x00010000, 0x0B000000, 1025};

void Put(Octets& in, std::size_t at, std::uint32_t number) {
  for (std::size_t i = 0; i < 4; ++i) in[at + i] = static_cast<std::uint8_t>(number >> 8 * i);
}

TEST_F(SecurityConfigWireTest, HostileSizesAreRefused) {
  for (const bool any_trailing : {false, true}) {
    const WmiOptions options{Ipv4Order::kNetwork, any_trailing};
    for (const std::uint32_t hostile : kHostile) {
      Octets in = kSetKey;
      Put(in, 20, hostile);
      EXPECT_EQ(Call(1, in, options), HbaStatus::kIdIncorrectSize) << hostile;
      Put(in, 24, hostile);  // both
      EXPECT_EQ(Call(1, in, options), HbaStatus::kIdIncorrectSize) << hostile;
      in = kSetKey;
      Put(in, 24, hostile);
      EXPECT_EQ(Call(1, in, options), HbaStatus::kInvalidParameter) << hostile;
      Put(in, 20, 0U - hostile);  // the sum is 0 in 32 bits
      EXPECT_NE(Call(1, in, options), HbaStatus::kSuccess) << hostile;
      in = kGetKey;
      Put(in, 8, hostile);
      EXPECT_EQ(Call(2, in, options), HbaStatus::kIdIncorrectSize) << hostile;
      in = kSetGroup;
      Put(in, 0, hostile);
      EXPECT_EQ(Call(3, in, options), HbaStatus::kInvalidParameter) << hostile;
    }
  }
  EXPECT_TRUE(IsEmpty());
}

TEST_F(SecurityConfigWireTest, SizesOneOffAreRefusedOrReachTheMethod) {
  Octets in = kSetKey;
  Put(in, 24, 6);
  EXPECT_EQ(Call(1, in), HbaStatus::kInvalidParameter);
  EXPECT_THAT(last.error->Text(), HasSubstr("has 44 octets; by its sizes it has 45"));
  in = kSetKey;
  Put(in, 24, 0);
  EXPECT_EQ(Call(1, in), HbaStatus::kInvalidParameter);
  EXPECT_EQ(last.error->place, "SetPresharedKeyForId.Key");
  in = kSetKey;
  Put(in, 20, 0);
  in.resize(28 + 5);
  EXPECT_EQ(Call(1, in), HbaStatus::kIdIncorrectSize);
  in = kSetGroup;
  Put(in, 0, 0);
  EXPECT_EQ(Call(3, in), HbaStatus::kInvalidParameter);
  EXPECT_TRUE(IsEmpty());
}

TEST_F(SecurityConfigWireTest, TheLongestFits) {
  Octets in = kSetKey;
  in.resize(28);
  const std::string label(63, 'a');
  const std::string name = label + "." + label + "." + label + "." + label;
  in.insert(in.end(), name.begin(), name.end());
  in.insert(in.end(), kLongestKey, 'k');
  Put(in, 20, 255);
  Put(in, 24, kLongestKey);
  EXPECT_EQ(Call(1, in), HbaStatus::kSuccess);
}

TEST_F(SecurityConfigWireTest, PortAndTypeReachTheMethod) {
  Octets in = kSetKey;
  in[0] = 2;
  EXPECT_EQ(Call(1, in), HbaStatus::kInvalidPortNumber);
  EXPECT_THAT(last.out, ElementsAre(0x2D, 0, 0xFF, 0xEF));
  in = kSetKey;
  in[16] = 11;
  EXPECT_EQ(Call(1, in), HbaStatus::kIdTypeNotSupported);
  in[16] = 1;
  EXPECT_EQ(Call(1, in), HbaStatus::kIdIncorrectSize);
}

TEST_F(SecurityConfigWireTest, AddressesOfEveryType) {
  const Octets v6 = V6({0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9});
  EXPECT_EQ(Call(4, SetTunnel(v6, TextAddress("2001:db8::1"))), HbaStatus::kSuccess);
  EXPECT_EQ(Outer("2001:db8::9"), "2001:db8::1");
  EXPECT_EQ(Call(4, SetTunnel(TextAddress("192.0.2.8"), v6)), HbaStatus::kSuccess);
  EXPECT_EQ(Outer("192.0.2.8"), "2001:db8::9");
  EXPECT_EQ(Call(4, SetTunnel(AddressOf(3), v6)), HbaStatus::kInvalidParameter);
  EXPECT_EQ(last.error->place, "SetTunnelModeOuterAddress_IN.DestinationAddress.Type");
  EXPECT_EQ(Call(4, SetTunnel(v6, AddressOf(3))), HbaStatus::kNoTunnelOuterAddress);
  EXPECT_EQ(Outer("2001:db8::9"), "2001:db8::1");  // EMPTY takes nothing away
  for (const std::uint8_t type : Octets{4, 5, 0xFF}) {
    EXPECT_EQ(Call(4, SetTunnel(v6, AddressOf(type))), HbaStatus::kInvalidParameter);
  }
  Octets high = V4({192, 0, 2, 1});
  high[3] = 1;  // Type 0x01000001
  EXPECT_EQ(Call(4, SetTunnel(v6, high)), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Call(4, SetTunnel(v6, V6({0xFE, 0x80}, 3))), HbaStatus::kRequestNotSupported);
  EXPECT_EQ(Call(4, SetTunnel(v6, V4({0, 0, 0, 0}))), HbaStatus::kInvalidParameter);
}

TEST_F(SecurityConfigWireTest, TheOrderOfAnIpv4AddressIsAnOption) {
  const Octets in = SetTunnel(V4({9, 2, 0, 192}), V4({1, 100, 51, 198}));
  EXPECT_EQ(Call(4, in, {Ipv4Order::kNumber, false}), HbaStatus::kSuccess);
  EXPECT_EQ(Outer("192.0.2.9"), "198.51.100.1");
}

TEST_F(SecurityConfigWireTest, TextIsCountedAndEndsAtAZero) {
  const Octets v4 = V4({192, 0, 2, 9});
  const std::string text = "198.51.100.1";
  EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress(text))), HbaStatus::kSuccess);
  EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress(text + '\0'))), HbaStatus::kSuccess);
  EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress(text + std::string(244, '\0')))),
            HbaStatus::kSuccess);  // the whole field counted, as drivers do it
  EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress(text, 22))), HbaStatus::kRequestNotSupported);
  EXPECT_THAT(last.error->Text(), HasSubstr("\"198.51.100.\" is no address"));
  for (const std::size_t count : {1U, 23U, 514U, 0xFFFEU, 0xFFFFU}) {
    EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress(text, count))), HbaStatus::kInvalidParameter)
        << count;
  }
  EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress(text + '\0', 514))), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress("", 0))), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress(std::string(4, '\0')))),
            HbaStatus::kInvalidParameter);
  Octets wide = TextAddress(text);
  wide[35] = 1;  // U+0131
  EXPECT_EQ(Call(4, SetTunnel(v4, wide)), HbaStatus::kInvalidParameter);
  EXPECT_EQ(Call(4, SetTunnel(v4, TextAddress("198.51.100.1 "))), HbaStatus::kInvalidParameter);
}

TEST_F(SecurityConfigWireTest, NamesAreNotResolved) {
  EXPECT_EQ(Call(4, SetTunnel(TextAddress("target.example"), V4({192, 0, 2, 1}))),
            HbaStatus::kRequestNotSupported);
  EXPECT_EQ(last.error->Text(),
            "SetTunnelModeOuterAddress_IN.DestinationAddress.TextAddress: \"target.example\" is no "
            "address, and names are not resolved here");
  EXPECT_TRUE(IsEmpty());
}

TEST_F(SecurityConfigWireTest, EveryOctetMayBeAnything) {
  const std::pair<std::uint32_t, Octets> calls[] = {
      {1, kSetKey}, {2, kGetKey}, {3, kSetGroup}, {4, GoldenTunnel()}};
  for (const auto& call : calls) {
    for (std::size_t at = 0; at < call.second.size(); ++at) {
      for (const int octet : {0, 1, 0x7F, 0x80, 0xFF}) {
        Octets in = call.second;
        in[at] = static_cast<std::uint8_t>(octet);
        Call(call.first, in);
        if (last.error) {
          EXPECT_THAT(last.error->Text(), Not(HasSubstr("S3cr")));
        }
      }
    }
  }
}

TEST(SecurityCapabilitiesWireTest, IsLaidOutLikeTheClass) {
  SecurityCapabilities security;
  security.protect_isns = false;
  security.certificates = true;
  EXPECT_THAT(WriteSecurityCapabilities(security),
              ElementsAre(1, 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0));
  security.encryption.clear();
  EXPECT_EQ(WriteSecurityCapabilities(security).size(), 8U);
}

}  // namespace
}  // namespace iscsi_ike::policy
