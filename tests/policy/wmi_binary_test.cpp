// Structures of Windows as files, typed in by hand from iscsidsc.h and iscsiop.h.
#include "policy/wmi_binary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Bytes = std::vector<std::uint8_t>;

const Bytes kInfo64 = {0x01, 0,    0,    0,    0xEE, 0xEE, 0xEE, 0xEE,  // AuthMethod, filler
                       0x27, 0,    0,    0,    0,    0,    0,    0,     // SecurityFlags
                       0x02, 0xEE, 0xEE, 0xEE,                          // IdType FQDN, filler
                       0x07, 0,    0,    0,                             // IdLengthInBytes
                       0x30, 0,    0,    0,    0,    0,    0,    0,     // Id: 48
                       0x06, 0,    0,    0,    0xEE, 0xEE, 0xEE, 0xEE,  // KeyLengthInBytes, filler
                       0x38, 0,    0,    0,    0,    0,    0,    0,     // Key: 56
                       'h',  'b',  'a',  '.',  'c',  'o',  'm',  0xEE,  //
                       's',  '3',  'c',  'r',  '3',  't'};

const Bytes kInfo32 = {0x01, 0,    0,    0,    0xEE, 0xEE, 0xEE, 0xEE,  // AuthMethod, filler
                       0x27, 0,    0,    0,    0,    0,    0,    0,     // SecurityFlags
                       0x01, 0xEE, 0xEE, 0xEE,                          // IdType IPv4, filler
                       0x04, 0,    0,    0,                             // IdLengthInBytes
                       0x2E, 0,    0,    0,                             // Id: 46
                       0x06, 0,    0,    0,                             // KeyLengthInBytes
                       0x28, 0,    0,    0,    0xEE, 0xEE, 0xEE, 0xEE,  // Key: 40, filler
                       's',  '3',  'c',  'r',  '3',  't',  192,  0,    2, 1};

Parsed<Config> Read(const Bytes& octets, WmiBinary kind, const WmiBinaryOptions& options = {}) {
  return ParseWmiBinary(crypto::Secret::CopyOf(octets), kind, "f.bin", options);
}

Config Accept(const Bytes& octets, WmiBinary kind, const WmiBinaryOptions& options = {}) {
  auto config = Read(octets, kind, options);
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().Text());
  return config.ok() ? *std::move(config) : Config{};
}

std::string Refuse(const Bytes& octets, WmiBinary kind, const WmiBinaryOptions& options = {}) {
  const auto config = Read(octets, kind, options);
  EXPECT_FALSE(config.ok());
  return config.ok() ? "" : config.error().Text();
}

std::string KeyText(const crypto::Secret& key) {
  return {key.Expose().begin(), key.Expose().end()};
}

// With changes one octet.
Bytes With(Bytes octets, std::size_t at, std::uint8_t value) {
  octets.at(at) = value;
  return octets;
}

TEST(IkeInfoTest, Of64Bits) {
  const Config config = Accept(kInfo64, WmiBinary::kIkeInfo);
  ASSERT_EQ(config.records.size(), 1U);
  EXPECT_EQ(config.records[0].flags.word(), 0x27U);
  EXPECT_EQ(config.records[0].identity->ToString(), "fqdn:hba.com");
  EXPECT_EQ(KeyText(config.records[0].key), "s3cr3t");
  EXPECT_EQ(config.records[0].name, "fqdn:hba.com");
}

TEST(IkeInfoTest, Of32Bits) {
  const Config config = Accept(kInfo32, WmiBinary::kIkeInfoX86);
  ASSERT_EQ(config.records.size(), 1U);
  EXPECT_EQ(config.records[0].identity->ToString(), "ipv4:192.0.2.1");
  EXPECT_EQ(KeyText(config.records[0].key), "s3cr3t");
}

TEST(IkeInfoTest, PointersMayBeAddresses) {
  Bytes octets = kInfo64;
  for (const std::size_t at : {24U, 40U}) {
    octets[at + 1] = 0x10;  // + 0x7ff0'00001000
    octets[at + 4] = 0xF0;
    octets[at + 5] = 0x7F;
  }
  WmiBinaryOptions options;
  options.address = 0x7FF000001000;
  EXPECT_EQ(KeyText(Accept(octets, WmiBinary::kIkeInfo, options).records[0].key), "s3cr3t");
  EXPECT_EQ(Refuse(octets, WmiBinary::kIkeInfo),
            "f.bin: Id: points past the 62 octets of the file; it is read as an offset, unless the "
            "address of the structure is given");
  options.address = 0x7FF000002000;
  EXPECT_EQ(Refuse(octets, WmiBinary::kIkeInfo, options),
            "f.bin: Id: points before the structure at 0x7ff000002000");
}

TEST(IkeInfoTest, EveryMemberIsChecked) {
  const auto refuse = [](std::size_t at, std::uint8_t value) {
    return Refuse(With(kInfo64, at, value), WmiBinary::kIkeInfo);
  };
  EXPECT_EQ(refuse(0, 2), "f.bin: AuthMethod: is 2; only 1, pre-shared key, is supported");
  EXPECT_THAT(refuse(16, 4), HasSubstr("f.bin: IdType: is 4; IdType is 1 (IPv4)"));
  EXPECT_THAT(refuse(16, 1), HasSubstr("f.bin: Id: has 7 octets; IdType 1 (IPv4) has 4"));
  EXPECT_THAT(refuse(20, 16), HasSubstr("f.bin: Id: points past the 62 octets"));
  EXPECT_THAT(refuse(21, 1), HasSubstr("f.bin: IdLengthInBytes: is 263; 255 is the most"));
  EXPECT_THAT(refuse(24, 47),
              HasSubstr("f.bin: Id: points into the structure itself, which has 48"));
  EXPECT_THAT(refuse(24, 0), HasSubstr("Id: points into the structure"));
  EXPECT_THAT(refuse(31, 0x80), HasSubstr("Id: points past"));
  EXPECT_EQ(refuse(32, 0), "f.bin: Key: is empty; a pre-shared key has octets");
  EXPECT_THAT(refuse(32, 7), HasSubstr("f.bin: Key: points past the 62 octets"));
  EXPECT_THAT(refuse(33, 5), HasSubstr("f.bin: KeyLengthInBytes: is 1286; 1024 is the most"));
  EXPECT_THAT(refuse(40, 63), HasSubstr("f.bin: Key: points past"));
  for (std::size_t at = 0; at < 48; ++at)
    for (const std::uint8_t value : Bytes{0x00, 0x7F, 0xFF}) {
      const auto config = Read(With(kInfo64, at, value), WmiBinary::kIkeInfo);
      EXPECT_THAT(config ? "" : config.error().Text(), Not(HasSubstr("s3cr3t")));
    }
}

TEST(IkeInfoTest, CutAtEveryOctet) {
  for (std::size_t size = 0; size < kInfo64.size(); ++size)
    Refuse(Bytes(kInfo64.begin(), kInfo64.begin() + static_cast<std::ptrdiff_t>(size)),
           WmiBinary::kIkeInfo);
  for (std::size_t size = 0; size < kInfo32.size(); ++size)
    Refuse(Bytes(kInfo32.begin(), kInfo32.begin() + static_cast<std::ptrdiff_t>(size)),
           WmiBinary::kIkeInfoX86);
  EXPECT_EQ(Refuse({1, 2, 3}, WmiBinary::kIkeInfo),
            "f.bin: has 3 octets; the structure alone has 48");
  EXPECT_THAT(Refuse(Bytes(kLargestWmiBinary + 1), WmiBinary::kIkeInfo), HasSubstr("64 KiB"));
}

Bytes SetKey(std::uint8_t port) {
  return {port, port, port, port, 0xEE, 0xEE, 0xEE, 0xEE, 0x27, 0,   0,   0,   0,  0,
          0,    0,    2,    0xEE, 0xEE, 0xEE, 7,    0,    0,    0,   6,   0,   0,  0,
          'h',  'b',  'a',  '.',  'c',  'o',  'm',  's',  '3',  'c', 'r', '3', 't'};
}

TEST(SetKeyTest, IsARecordForItsPort) {
  const Config config = Accept(SetKey(0), WmiBinary::kSetKey);
  ASSERT_EQ(config.records.size(), 1U);
  EXPECT_EQ(config.records[0].initiator.port, 0U);
  EXPECT_EQ(config.records[0].name, "fqdn:hba.com (port 0)");
  EXPECT_EQ(KeyText(config.records[0].key), "s3cr3t");
  EXPECT_FALSE(Accept(SetKey(0xFF), WmiBinary::kSetKey).records[0].initiator.port);
  EXPECT_THAT(Refuse(With(SetKey(0), 16, 9), WmiBinary::kSetKey),
              HasSubstr("f.bin: SetPresharedKeyForId_IN.IdType: is 9"));
  EXPECT_THAT(Refuse(With(SetKey(0), 24, 99), WmiBinary::kSetKey),
              HasSubstr("f.bin: SetPresharedKeyForId_IN: has 41 octets; by its sizes it has 134"));
}

TEST(SetGroupKeyTest, IsTheGroupKey) {
  EXPECT_EQ(
      KeyText(Accept({4, 0, 0, 0, 'o', 'u', 'r', 's'}, WmiBinary::kSetGroupKey).defaults.group_key),
      "ours");
  EXPECT_THAT(Refuse({0, 0, 0, 0}, WmiBinary::kSetGroupKey),
              HasSubstr("f.bin: SetGroupPresharedKey_IN.Key: is empty"));
  EXPECT_THAT(Refuse({9, 0, 0, 0, 'o'}, WmiBinary::kSetGroupKey), HasSubstr("has 5 octets"));
}

// Tunnel: both addresses of one type, everything else rubbish.
Bytes Tunnel(std::uint8_t type, const Bytes& destination, const Bytes& outer, std::size_t offset) {
  Bytes octets(4, 0xFF);
  for (const Bytes* address : {&destination, &outer}) {
    Bytes field(548, 0xEE);
    field[0] = type;
    field[1] = field[2] = field[3] = 0;
    std::copy(address->begin(), address->end(),
              field.begin() + static_cast<std::ptrdiff_t>(offset));
    octets.insert(octets.end(), field.begin(), field.end());
  }
  return octets;
}
Bytes Utf16(std::string_view text) {
  Bytes octets;
  for (const char c : text) {
    octets.push_back(static_cast<std::uint8_t>(c));
    octets.push_back(0);
  }
  return octets;
}

TEST(SetTunnelTest, IsAnOuterAddressInEitherOrder) {
  const Bytes octets = Tunnel(1, {192, 0, 2, 9}, {198, 51, 100, 1}, 4);
  const Config config = Accept(octets, WmiBinary::kSetTunnel);
  ASSERT_EQ(config.tunnels.size(), 1U);
  EXPECT_EQ(config.tunnels[0].destination.ToString(), "192.0.2.9");
  EXPECT_EQ(config.tunnels[0].outer.ToString(), "198.51.100.1");
  EXPECT_EQ(config.tunnels[0].initiator, Initiator());
  WmiBinaryOptions options;
  options.wmi.ipv4_order = Ipv4Order::kNumber;
  EXPECT_EQ(Accept(octets, WmiBinary::kSetTunnel, options).tunnels[0].destination.ToString(),
            "9.2.0.192");
  EXPECT_THAT(Refuse(Tunnel(1, {0, 0, 0, 0}, {198, 51, 100, 1}, 4), WmiBinary::kSetTunnel),
              HasSubstr("SetTunnelModeOuterAddress_IN.DestinationAddress: is the address of no"));
  EXPECT_THAT(Refuse(Tunnel(1, {192, 0, 2, 9}, {0, 0, 0, 0}, 4), WmiBinary::kSetTunnel),
              HasSubstr("TunnelModeOuterAddress: is the address of no host"));
  EXPECT_THAT(Refuse(Tunnel(3, {}, {}, 4), WmiBinary::kSetTunnel), HasSubstr("is EMPTY"));
  Bytes cut = octets;
  cut.pop_back();
  EXPECT_THAT(Refuse(cut, WmiBinary::kSetTunnel), HasSubstr("has 1099 octets"));
}

TEST(SetTunnelTest, TextIsCountedOrTerminated) {
  Bytes counted = {18, 0};
  const Bytes text = Utf16("192.0.2.9");
  counted.insert(counted.end(), text.begin(), text.end());
  EXPECT_EQ(Accept(Tunnel(0, counted, counted, 32), WmiBinary::kSetTunnel)
                .tunnels[0]
                .destination.ToString(),
            "192.0.2.9");
  Bytes terminated = text;
  terminated.insert(terminated.end(), {0, 0});
  const Bytes octets = Tunnel(0, terminated, terminated, 32);
  WmiBinaryOptions options;
  options.wmi.counted_text = false;
  EXPECT_EQ(Accept(octets, WmiBinary::kSetTunnel, options).tunnels[0].destination.ToString(),
            "192.0.2.9");
  EXPECT_THAT(Refuse(octets, WmiBinary::kSetTunnel), HasSubstr("TextAddress"));
}

TEST(WmiBinaryTest, KindsHaveNames) {
  for (const WmiBinary kind : {WmiBinary::kIkeInfo, WmiBinary::kIkeInfoX86, WmiBinary::kSetKey,
                               WmiBinary::kSetGroupKey, WmiBinary::kSetTunnel})
    EXPECT_EQ(WmiBinaryByName(Name(kind)), kind);
  EXPECT_EQ(WmiBinaryByName("SET-KEY"), WmiBinary::kSetKey);
  EXPECT_EQ(WmiBinaryByName("key.bin"), std::nullopt);
}

}  // namespace
}  // namespace iscsi_ike::policy
