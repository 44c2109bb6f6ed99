// Captures as others write them: both byte orders of both formats, every link type, hexadecimal
// text in its many shapes; and whatever is cut off or broken.
#include "ike/trace/capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using std::chrono::microseconds;
using test::Bytes;
using test::FromHex;
using test::ToHex;
using testing::HasSubstr;

// UDP from port 500 to 4500, payload "ike".
constexpr std::string_view kUdp = "01f41194000b0000696b65";
const std::string kIpv4 = "4500001f000000004011 0000c0000201c0000202" + std::string(kUdp);
const std::string kIpv6 =
    "60000000000b114020010db800000000000000000000000120010db8000000000000000000000002" +
    std::string(kUdp);

Bytes Little(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8U),
          static_cast<std::uint8_t>(number >> 16U), static_cast<std::uint8_t>(number >> 24U)};
}
Bytes Big(std::uint32_t number) {
  Bytes octets = Little(number);
  std::reverse(octets.begin(), octets.end());
  return octets;
}

// PcapOf one frame, at 5 s and 7 ticks.
Bytes PcapOf(std::uint32_t link, const std::string& frame, bool little = false,
             std::uint32_t magic = 0xa1b2c3d4) {
  const auto number = little ? Little : Big;
  const Bytes octets = FromHex(frame);
  const auto size = static_cast<std::uint32_t>(octets.size());
  return test::Concat({number(magic), number(0x00040002), number(0), number(0), number(65535),
                       number(link), number(5), number(7), number(size), number(size), octets});
}

Bytes Block(bool little, std::uint32_t type, const Bytes& body) {
  const auto number = little ? Little : Big;
  Bytes padded = body;
  while (padded.size() % 4 != 0) padded.push_back(0);
  const auto size = static_cast<std::uint32_t>(padded.size() + 12);
  return test::Concat({number(type), number(size), padded, number(size)});
}

// PcapngOf one raw IP frame in an enhanced packet block, time stamps in `resolution`.
Bytes PcapngOf(bool little, const std::string& frame, std::uint8_t resolution,
               std::uint64_t stamp) {
  const auto number = little ? Little : Big;
  const Bytes octets = FromHex(frame);
  const auto size = static_cast<std::uint32_t>(octets.size());
  const Bytes link = little ? Bytes{101, 0, 0, 0} : Bytes{0, 101, 0, 0};
  const Bytes option = little ? Bytes{9, 0, 1, 0, resolution} : Bytes{0, 9, 0, 1, resolution};
  return test::Concat(
      {Block(little, 0x0a0d0d0a,
             test::Concat({number(0x1a2b3c4d), number(1), number(0xffffffff), number(0xffffffff)})),
       Block(little, 1, test::Concat({link, number(0), option})), Block(little, 99, {1, 2, 3, 4}),
       Block(little, 6,
             test::Concat({number(0), number(static_cast<std::uint32_t>(stamp >> 32U)),
                           number(static_cast<std::uint32_t>(stamp)), number(size), number(size),
                           octets}))});
}

Capture Read(const Bytes& file) {
  auto capture = ReadCapture(test::ExactCopy(file).octets());
  EXPECT_TRUE(capture.ok());
  return capture ? std::move(*capture) : Capture{};
}

std::string OnlyPayload(const Bytes& file) {
  const Capture capture = Read(file);
  if (capture.datagrams.size() != 1) return "none";
  const CapturedDatagram& datagram = capture.datagrams[0];
  EXPECT_EQ(datagram.frame, 1U);
  EXPECT_EQ(datagram.missing, 0U);
  EXPECT_EQ(datagram.source.value().port, 500);
  EXPECT_EQ(datagram.destination.value().port, 4500);
  return ToHex(datagram.octets);
}

TEST(Capture, ReadsPcapOfBothByteOrdersAndResolutions) {
  for (const bool little : {false, true}) {
    const Capture micro = Read(PcapOf(101, kIpv4, little));
    ASSERT_EQ(micro.datagrams.size(), 1U);
    EXPECT_EQ(micro.datagrams[0].time, microseconds(5'000'007));
    EXPECT_EQ(micro.datagrams[0].source.value().ToString(), "192.0.2.1:500");
    const Capture nano = Read(PcapOf(101, kIpv4, little, 0xa1b23c4d));
    ASSERT_EQ(nano.datagrams.size(), 1U);
    EXPECT_EQ(nano.datagrams[0].time, microseconds(5'000'000));
  }
}

TEST(Capture, ReadsPcapngOfBothByteOrdersAndItsTimeStamps) {
  for (const bool little : {false, true}) {
    const Capture micro = Read(PcapngOf(little, kIpv4, 6, 0x1'00000002));
    ASSERT_EQ(micro.datagrams.size(), 1U);
    EXPECT_EQ(micro.datagrams[0].time, microseconds(0x1'00000002));
    EXPECT_TRUE(micro.remarks.empty());
    EXPECT_EQ(Read(PcapngOf(little, kIpv4, 3, 1500)).datagrams.at(0).time, microseconds(1'500'000));
    EXPECT_EQ(Read(PcapngOf(little, kIpv4, 0x81, 3)).datagrams.at(0).time, microseconds(1'500'000));
    EXPECT_EQ(Read(PcapngOf(little, kIpv4, 9, 2'000'001'000)).datagrams.at(0).time,
              microseconds(2'000'001));
  }
}

TEST(Capture, ReadsEveryLinkType) {
  const std::string macs = "000000000001000000000002";
  for (const auto& [link, frame] : {std::pair<std::uint32_t, std::string>{101, kIpv4},
                                    {12, kIpv4},
                                    {228, kIpv4},
                                    {229, kIpv6},
                                    {101, kIpv6},
                                    {0, "02000000" + kIpv4},
                                    {108, "00000018" + kIpv6},
                                    {1, macs + "0800" + kIpv4},
                                    {1, macs + "86dd" + kIpv6},
                                    {1, macs + "810000640800" + kIpv4},
                                    {1, macs + "88a800648100000a0800" + kIpv4},
                                    {113, "000000010006000000000001 00000800" + kIpv4},
                                    {276, "0800000000000001000000060000000000000000" + kIpv4}}) {
    EXPECT_EQ(OnlyPayload(PcapOf(link, frame)), "696b65") << link;
  }
}

TEST(Capture, PassesOverIpv6ExtensionHeadersAndNamesWhatItDoesNotRead) {
  const std::string hop = "6000000000130040" + std::string(64, '1') + "1100000000000000";
  EXPECT_EQ(OnlyPayload(PcapOf(101, hop + std::string(kUdp))), "696b65");
  const std::string fragment = "6000000000132c40" + std::string(64, '1') + "1100000100000000";
  EXPECT_THAT(Read(PcapOf(101, fragment + std::string(kUdp))).remarks.at(0).text,
              HasSubstr("fragment"));
  std::string later = kIpv4;
  later.replace(12, 4, "0001");
  EXPECT_THAT(Read(PcapOf(101, later)).remarks.at(0).text, HasSubstr("fragment"));
  EXPECT_THAT(Read(PcapOf(147, kIpv4)).remarks.at(0).text, HasSubstr("link type 147"));
  std::string tcp = kIpv4;
  tcp.replace(18, 2, "06");
  const Capture other = Read(PcapOf(101, tcp));
  EXPECT_TRUE(other.datagrams.empty() && other.remarks.empty());
}

TEST(Capture, TellsHowMuchOfADatagramWasNotCaptured) {
  const Capture capture = Read(PcapOf(101, kIpv4.substr(0, kIpv4.size() - 2)));
  ASSERT_EQ(capture.datagrams.size(), 1U);
  EXPECT_EQ(ToHex(capture.datagrams[0].octets), "696b");
  EXPECT_EQ(capture.datagrams[0].missing, 1U);
  std::string odd = kIpv4;
  odd.replace(odd.find("000b0000"), 4, "0fff");
  EXPECT_THAT(Read(PcapOf(101, odd)).datagrams.at(0).oddity, HasSubstr("4095"));
  std::string first = kIpv4;
  first.replace(12, 4, "2000");
  EXPECT_THAT(Read(PcapOf(101, first)).datagrams.at(0).oddity, HasSubstr("first IP fragment"));
}

TEST(Capture, SurvivesEveryTruncationAndEveryChangedOctet) {
  const std::string ethernet = "000000000001000000000002810000640800" + kIpv4;
  for (const Bytes& file :
       {PcapOf(1, ethernet), PcapOf(101, kIpv6, true), PcapngOf(true, kIpv4, 6, 9)}) {
    test::ForEachTruncation(file, [](Octets octets) {
      const auto capture = ReadCapture(octets);
      EXPECT_TRUE(!capture || capture->datagrams.empty());
    });
    test::ForEachOctetChanged(file, [](Octets octets) {
      const auto capture = ReadCapture(octets);
      EXPECT_TRUE(!capture || capture->datagrams.size() <= 1);
    });
  }
}

TEST(Capture, SaysThatCompressionComesOff) {
  const auto capture = ReadCapture(FromHex("1f8b0800"));
  ASSERT_FALSE(capture);
  EXPECT_THAT(capture.error(), HasSubstr("gunzip"));
}

std::vector<std::string> Datagrams(std::string_view text) {
  const Bytes octets = test::FromText(text);
  const auto capture = ReadCapture(test::ExactCopy(octets).octets());
  if (!capture) return {capture.error()};
  std::vector<std::string> datagrams;
  for (const CapturedDatagram& datagram : capture->datagrams) {
    datagrams.push_back(ToHex(datagram.octets));
  }
  return datagrams;
}

TEST(HexText, TakesDigitsHoweverTheyAreWritten) {
  const std::vector<std::string> one{"0011aabb"};
  for (const std::string_view text :
       {"0011aabb", "0011AABB\n", "00 11 aa bb", "00:11:aa:bb\r\n", "0x0011aabb", "0011\n  aabb",
        "0x00, 0x11, 0xaa, 0xbb", "0x00,0x11,0xaa,0xbb,", "# comment\n00 11\n# more\naa bb\n"}) {
    EXPECT_EQ(Datagrams(text), one) << text;
  }
  EXPECT_EQ(Datagrams("00 11\n\n\n22\n \n33 44"), (std::vector<std::string>{"0011", "22", "3344"}));
  EXPECT_TRUE(Datagrams("").empty());
}

TEST(HexText, KnowsDumpsWithOffsetsAndCharacters) {
  const std::string octets = "303132333435363738396162636465666162";
  for (const std::string_view text :
       {// xxd
        "00000000: 3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef\n"
        "00000010: 6162                                     ab\n",
        // hexdump -C
        "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
        "00000010  61 62                                             |ab|\n00000012\n",
        // Wireshark
        "0000   30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66   0123456789abcdef\n"
        "0010   61 62   ab\n",
        // tcpdump
        "\t0x0000:  3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef\n"
        "\t0x0010:  6162                                     ab\n"}) {
    EXPECT_EQ(Datagrams(text), std::vector<std::string>{octets}) << text;
  }
}

TEST(HexText, NamesTheLineThatIsNone) {
  EXPECT_THAT(Datagrams("00 11\nhello").at(0), HasSubstr("line 2"));
  EXPECT_THAT(Datagrams("001").at(0), HasSubstr("line 1"));
  EXPECT_THAT(Datagrams(std::string(2 * 65536, 'a')).at(0), HasSubstr("longer"));
}

}  // namespace
}  // namespace iscsi_ike::ike
