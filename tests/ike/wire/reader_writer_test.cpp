#include <gtest/gtest.h>

#include "ike/wire/reader.hpp"
#include "ike/wire/writer.hpp"
#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using test::ToHex;

TEST(Reader, ReadsBigEndianAndShrinks) {
  const Bytes octets = FromHex("01 0203 04050607 0809");
  Reader reader(octets);
  std::uint8_t u8 = 0;
  std::uint16_t u16 = 0;
  std::uint32_t u32 = 0;
  Octets rest;
  ASSERT_TRUE(reader.ReadU8(u8) && reader.ReadU16(u16) && reader.ReadU32(u32));
  EXPECT_EQ(u8, 1);
  EXPECT_EQ(u16, 0x0203);
  EXPECT_EQ(u32, 0x04050607U);
  EXPECT_EQ(reader.offset(), 7U);
  EXPECT_EQ(reader.remaining(), 2U);
  ASSERT_TRUE(reader.ReadOctets(2, rest));
  EXPECT_EQ(ToHex(rest), "0809");
  EXPECT_TRUE(reader.empty());
}

TEST(Reader, AReadThatDoesNotFitChangesNothing) {
  const Bytes octets = FromHex("010203");
  Reader reader(octets);
  std::uint32_t u32 = 7;
  Octets out;
  EXPECT_FALSE(reader.ReadU32(u32));
  EXPECT_FALSE(reader.ReadOctets(4, out));
  EXPECT_FALSE(reader.Skip(static_cast<std::size_t>(-1)));
  EXPECT_EQ(u32, 7U);
  EXPECT_EQ(reader.remaining(), 3U);
}

TEST(Writer, AppendsAndPatches) {
  Bytes out = FromHex("ff");
  Writer writer(out);
  writer.U8(1);
  writer.U16(0x0203);
  const std::size_t mark = writer.Mark();
  writer.U32(0x04050607);
  writer.Zero(2);
  writer.PatchU16(mark, 0xaabb);
  writer.Patch(mark + 4, FromHex("cc"));
  EXPECT_EQ(ToHex(out), "ff010203aabb0607cc00");
  EXPECT_EQ(ToHex(writer.Since(mark)), "aabb0607cc00");
}

TEST(PayloadChain, LinksTheHeaderAndThePayloads) {
  Bytes out(28);
  Writer writer(out);
  PayloadChain chain(writer, 16);
  EXPECT_EQ(chain.first(), PayloadType::kNone);
  chain.Begin(PayloadType::kId);
  EXPECT_EQ(chain.body_at(), 32U);
  writer.U16(0xabcd);
  chain.End();
  chain.Add(PayloadType::kHash, FromHex("0102"));
  EXPECT_EQ(chain.first(), PayloadType::kId);
  EXPECT_EQ(out[16], 5);
  EXPECT_EQ(ToHex(Octets(out).subspan(28)), "08000006abcd000000060102");
}

TEST(PayloadChain, WithoutALinkRemembersItsFirstType) {
  Bytes out;
  Writer writer(out);
  PayloadChain chain(writer);
  chain.Add(PayloadType::kHash, {});
  chain.Add(PayloadType::kNonce, {});
  EXPECT_EQ(chain.first(), PayloadType::kHash);
  EXPECT_EQ(ToHex(out), "0a00000400000004");
}

}  // namespace
}  // namespace iscsi_ike::ike
