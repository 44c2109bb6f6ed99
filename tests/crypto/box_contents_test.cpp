#include "crypto/box_contents.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace iscsi_ike::test {
namespace {

const std::vector<std::uint8_t> kRun = {0xaa, 0xbb, 0xcc};
const std::vector<std::uint8_t> kWhole = {0x07, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
                                          0x07, 0xfe, 0x00, 0x03, 0xaa, 0xbb, 0xcc};

void PackSample(crypto::BoxWriter& writer) {
  writer.Number(7, 1);
  writer.Number(0x01020304050607fe, 8);
  writer.PutSized(kRun, 2);
}

TEST(BoxContents, NumbersBeginWithTheMostSignificantOctet) {
  const crypto::Secret contents = crypto::PackBox(&PackSample);
  const crypto::Octets octets = contents.Expose();
  EXPECT_EQ(std::vector<std::uint8_t>(octets.begin(), octets.end()), kWhole);
}

TEST(BoxContents, NumbersAreCutToTheirSize) {
  const auto pack = [](crypto::BoxWriter& writer) { writer.Number(0x010203, 2); };
  const crypto::Secret contents = crypto::PackBox(pack);
  EXPECT_EQ(crypto::BoxReader(contents.Expose()).Number(2), 0x0203U);
}

TEST(BoxContents, WhatIsWrittenComesBack) {
  crypto::BoxReader reader(kWhole);
  EXPECT_EQ(reader.Number(1), 7U);
  EXPECT_EQ(reader.rest().size(), 13U);
  EXPECT_EQ(reader.Number(8), 0x01020304050607feU);
  EXPECT_TRUE(crypto::ConstantTimeEqual(reader.TakeSized(2), kRun));
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.Take(0).empty());
  EXPECT_TRUE(reader.ok());
}

// No octet behind the room changes, and the writer still tells how many there should have been.
TEST(BoxContents, NothingIsWrittenPastTheRoom) {
  for (std::size_t room = 0; room <= kWhole.size(); ++room) {
    std::vector<std::uint8_t> octets(kWhole.size() + 8, 0x5a);
    crypto::BoxWriter writer(crypto::MutableOctets(octets).first(room));
    PackSample(writer);
    writer.Number(0, 0);
    EXPECT_EQ(writer.size(), kWhole.size()) << room;
    const std::size_t written = room < 1 ? 0 : room < 9 ? 1 : room < 11 ? 9 : room < 14 ? 11 : 14;
    EXPECT_EQ(octets[written], 0x5a) << room;
    EXPECT_TRUE(
        std::equal(octets.begin(), octets.begin() + static_cast<long>(written), kWhole.begin()))
        << room;
  }
}

// Cut at every length: what is whole is read, and behind the cut nothing is.
TEST(BoxContents, PastTheEndAllIsNothing) {
  for (std::size_t size = 0; size < kWhole.size(); ++size) {
    crypto::BoxReader reader(crypto::Octets(kWhole).first(size));
    EXPECT_EQ(reader.Number(1), size >= 1 ? 7U : 0U) << size;
    EXPECT_EQ(reader.Number(8), size >= 9 ? 0x01020304050607feU : 0U) << size;
    EXPECT_TRUE(reader.TakeSized(2).empty()) << size;
    EXPECT_FALSE(reader.ok()) << size;
    EXPECT_TRUE(reader.rest().empty()) << size;
    EXPECT_EQ(reader.Number(1), 0U) << size;
    EXPECT_TRUE(reader.Take(0).empty()) << size;
  }
}

TEST(BoxContents, NoSizeIsTooLargeToBeRefused) {
  const std::vector<std::uint8_t> huge(8, 0xff);
  crypto::BoxReader reader(huge);
  EXPECT_TRUE(reader.TakeSized(8).empty());
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace iscsi_ike::test
