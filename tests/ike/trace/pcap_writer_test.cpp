#include "ike/trace/pcap_writer.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "samples.hpp"

namespace iscsi_ike::ike {
namespace {

using Octets = std::vector<std::uint8_t>;

// Capture reads back what the writer wrote, by the drawings of the pcapng draft and not by the
// code.
struct Block {
  std::uint32_t type = 0;
  Octets body;
};

std::uint32_t Little(const Octets& octets, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | octets.at(at + i);
  return value;
}
std::uint32_t Big(const Octets& octets, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | octets.at(at + i);
  return value;
}

struct Packet {
  std::uint64_t stamp = 0;
  std::uint32_t flags = 0;
  Octets octets;
};

Packet PacketOf(const Block& block) {
  EXPECT_EQ(block.type, 6U);
  EXPECT_EQ(Little(block.body, 0, 4), 0U);
  const std::uint32_t size = Little(block.body, 12, 4);
  EXPECT_EQ(Little(block.body, 16, 4), size);
  Packet packet;
  packet.stamp = std::uint64_t{Little(block.body, 4, 4)} << 32 | Little(block.body, 8, 4);
  const auto packet_at = block.body.begin() + 20;
  packet.octets.assign(packet_at, packet_at + static_cast<std::ptrdiff_t>(size));
  const std::size_t options = 20 + (size + 3) / 4 * 4;
  EXPECT_EQ(Little(block.body, options, 2), 2U);
  EXPECT_EQ(Little(block.body, options + 2, 2), 4U);
  packet.flags = Little(block.body, options + 4, 4);
  EXPECT_EQ(Little(block.body, options + 8, 4), 0U);
  EXPECT_EQ(block.body.size(), options + 12);
  return packet;
}

// Folded is the ones' complement sum of 16-bit words; 0xffff over data with a right checksum.
std::uint32_t Folded(Octets octets) {
  if (octets.size() % 2 != 0) octets.push_back(0);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); i += 2) sum += Big(octets, i, 2);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint32_t>(sum);
}

std::uint32_t UdpSum(const Octets& ip, std::size_t addresses_at, std::size_t addresses_size,
                     std::size_t udp_at) {
  Octets pseudo(ip.begin() + static_cast<std::ptrdiff_t>(addresses_at),
                ip.begin() + static_cast<std::ptrdiff_t>(addresses_at + addresses_size));
  const auto size = ip.size() - udp_at;
  pseudo.insert(pseudo.end(),
                {0, 17, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)});
  pseudo.insert(pseudo.end(), ip.begin() + static_cast<std::ptrdiff_t>(udp_at), ip.end());
  return Folded(std::move(pseudo));
}

class PcapWriterTest : public testing::Test {
 protected:
  void Datagram(Direction direction, const char* local, const char* remote, const Octets& octets) {
    writer_.OnDatagram(Time(Duration(1500)), direction, EndpointOf(local, 500),
                       EndpointOf(remote, 4500), octets);
  }
  Packet Last() { return PacketOf(blocks_.back()); }

  std::vector<Block> blocks_;
  PcapWriter writer_{
      [this](crypto::Octets octets) {
        const Octets all(octets.begin(), octets.end());
        ASSERT_EQ(all.size() % 4, 0U);
        ASSERT_GE(all.size(), 12U);
        EXPECT_EQ(Little(all, 4, 4), all.size());
        EXPECT_EQ(Little(all, all.size() - 4, 4), all.size());
        blocks_.push_back({Little(all, 0, 4), Octets(all.begin() + 8, all.end() - 4)});
      },
      ClockFrom(std::chrono::microseconds(0x1234567890123456))};
};

TEST_F(PcapWriterTest, BeginsWithASectionAndARawInterfaceInMicroseconds) {
  ASSERT_EQ(blocks_.size(), 2U);
  EXPECT_EQ(blocks_[0].type, 0x0a0d0d0aU);
  EXPECT_EQ(Little(blocks_[0].body, 0, 4), 0x1a2b3c4dU);
  EXPECT_EQ(Little(blocks_[0].body, 4, 4), 1U);  // major 1, minor 0
  EXPECT_EQ(Little(blocks_[0].body, 8, 4), 0xffffffffU);
  EXPECT_EQ(Little(blocks_[0].body, 12, 4), 0xffffffffU);

  EXPECT_EQ(blocks_[1].type, 1U);
  EXPECT_EQ(Little(blocks_[1].body, 0, 2), 101U);
  const Octets resolution{9, 0, 1, 0, 6, 0, 0, 0};
  EXPECT_NE(std::search(blocks_[1].body.begin(), blocks_[1].body.end(), resolution.begin(),
                        resolution.end()),
            blocks_[1].body.end());
}

TEST_F(PcapWriterTest, WritesIpv4WithRightChecksums) {
  const Octets payload{1, 2, 3, 4, 5};  // odd
  Datagram(Direction::kSent, "192.0.2.1", "198.51.100.7", payload);
  const Packet packet = Last();
  EXPECT_EQ(packet.stamp, 0x1234567890123456ULL + 1500000);
  EXPECT_EQ(packet.flags, 2U);
  const Octets& ip = packet.octets;
  ASSERT_EQ(ip.size(), 20U + 8 + 5);
  EXPECT_EQ(ip[0], 0x45);
  EXPECT_EQ(Big(ip, 2, 2), ip.size());
  EXPECT_EQ(ip[9], 17);
  EXPECT_EQ(Folded(Octets(ip.begin(), ip.begin() + 20)), 0xffffU);
  EXPECT_EQ(Big(ip, 12, 4), 0xc0000201U);
  EXPECT_EQ(Big(ip, 16, 4), 0xc6336407U);
  EXPECT_EQ(Big(ip, 20, 2), 500U);
  EXPECT_EQ(Big(ip, 22, 2), 4500U);
  EXPECT_EQ(Big(ip, 24, 2), 13U);
  EXPECT_EQ(UdpSum(ip, 12, 8, 20), 0xffffU);
  EXPECT_EQ(Octets(ip.begin() + 28, ip.end()), payload);
}

TEST_F(PcapWriterTest, WritesIpv6WithRightChecksums) {
  const Octets payload{9, 8, 7, 6};
  Datagram(Direction::kReceived, "2001:db8::1", "2001:db8::2", payload);
  const Packet packet = Last();
  EXPECT_EQ(packet.flags, 1U);
  const Octets& ip = packet.octets;
  ASSERT_EQ(ip.size(), 40U + 8 + 4);
  EXPECT_EQ(ip[0], 0x60);
  EXPECT_EQ(Big(ip, 4, 2), 12U);
  EXPECT_EQ(ip[6], 17);
  EXPECT_EQ(ip[23], 2);  // received: from the remote end
  EXPECT_EQ(ip[39], 1);
  EXPECT_EQ(Big(ip, 40, 2), 4500U);
  EXPECT_EQ(Big(ip, 42, 2), 500U);
  EXPECT_EQ(UdpSum(ip, 8, 32, 40), 0xffffU);
}

TEST_F(PcapWriterTest, NeverWritesAZeroUdpChecksum) {
  // All payloads of two octets: for one of them the sum comes out as zero.
  int full = 0;
  for (unsigned word = 0; word <= 0xffff; ++word) {
    Datagram(Direction::kSent, "192.0.2.1", "192.0.2.2",
             {static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)});
    const std::uint32_t checksum = Big(Last().octets, 26, 2);
    ASSERT_NE(checksum, 0U);
    full += checksum == 0xffff ? 1 : 0;
    blocks_.clear();
  }
  EXPECT_GE(full, 1);
}

TEST_F(PcapWriterTest, TakesTheLargestDatagramAndLeavesOutWhatCannotBe) {
  Datagram(Direction::kSent, "192.0.2.1", "192.0.2.2", Octets(65507, 0x5a));
  EXPECT_EQ(blocks_.size(), 3U);
  EXPECT_EQ(UdpSum(Last().octets, 12, 8, 20), 0xffffU);
  Datagram(Direction::kSent, "192.0.2.1", "192.0.2.2", Octets(65508, 0x5a));
  Datagram(Direction::kSent, "192.0.2.1", "2001:db8::2", {1});
  EXPECT_EQ(blocks_.size(), 3U);
  Datagram(Direction::kSent, "192.0.2.1", "192.0.2.2", {});
  EXPECT_EQ(Last().octets.size(), 28U);
}

}  // namespace
}  // namespace iscsi_ike::ike
