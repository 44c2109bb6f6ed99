// The reader of captures is itself fed from files: it must read what it says, and survive anything.
#include "tests/support/pcap_reader.hpp"

#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::test {
namespace {

// IPv4, UDP 500 to 500, payload "ike".
constexpr std::string_view kPacket =
    "4500001f000000004011000000000000000000 00"
    "01f401f4000b0000"
    "696b65";

Bytes PcapOf(std::string_view link, std::string_view before_ip) {
  const Bytes frame = FromHex(std::string(before_ip) + std::string(kPacket));
  Bytes file =
      FromHex("a1b2c3d40002000400000000000000000000ffff" + std::string(link) + "0000000000000000");
  const auto size = static_cast<std::uint8_t>(frame.size());
  const Bytes sizes{0, 0, 0, size, 0, 0, 0, size};
  return Concat({file, sizes, frame});
}

std::string OnlyPayload(const Bytes& file) {
  const auto capture = ReadCapture(file);
  if (!capture || capture->datagrams.size() != 1) return "none";
  const auto message = IsakmpOf(capture->datagrams[0]);
  return message ? ToHex(*message) : "not ISAKMP";
}

TEST(PcapReader, ReadsEveryLinkType) {
  EXPECT_EQ(OnlyPayload(PcapOf("00000065", "")), "696b65") << "raw";
  EXPECT_EQ(OnlyPayload(PcapOf("00000000", "02000000")), "696b65") << "loopback";
  EXPECT_EQ(OnlyPayload(PcapOf("00000001", "0000000000000000000000000800")), "696b65");
  EXPECT_EQ(OnlyPayload(PcapOf("00000001", "000000000000000000000000810000010800")), "696b65");
  EXPECT_EQ(OnlyPayload(PcapOf("00000071", "00000001000600000000000000000800")), "696b65");
}

TEST(PcapReader, ReadsPcapngOfBothByteOrders) {
  const std::string packet(kPacket);
  EXPECT_EQ(OnlyPayload(FromHex("0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
                                "0000000100000014006500000000000000000014"
                                "0000000600000040000000000000000000000000 0000001f0000001f" +
                                packet + "00 00000040")),
            "696b65");
  EXPECT_EQ(OnlyPayload(FromHex("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000"
                                "0100000014000000650000000000000014000000"
                                "0600000040000000000000000000000000000000 1f0000001f000000" +
                                packet + "00 40000000")),
            "696b65");
}

TEST(PcapReader, KnowsTheNonEspMarker) {
  UdpDatagram datagram{4500, 4500, FromHex("00000000aabb")};
  ASSERT_TRUE(IsakmpOf(datagram));
  EXPECT_EQ(ToHex(*IsakmpOf(datagram)), "aabb");
  datagram.payload = FromHex("ff");
  EXPECT_FALSE(IsakmpOf(datagram)) << "keepalive";
  datagram.payload = FromHex("c0ffee0100000001");
  EXPECT_FALSE(IsakmpOf(datagram)) << "ESP";
  EXPECT_FALSE(IsakmpOf(UdpDatagram{53, 1024, FromHex("00")}));
}

TEST(PcapReader, AnyTruncationIsSafe) {
  ForEachTruncation(PcapOf("00000001", "0000000000000000000000000800"),
                    [](ike::Octets octets) { (void)ReadCapture(octets); });
  EXPECT_FALSE(ReadCapture({}));
  EXPECT_FALSE(ReadCapture(FromHex("1f8b080000000000")));
}

}  // namespace
}  // namespace iscsi_ike::test
