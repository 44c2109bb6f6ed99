#include <gtest/gtest.h>

#include <array>

#include "ike/wire/delete_payload.hpp"
#include "ike/wire/notify.hpp"
#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using test::kInitiatorCookie;
using test::kResponderCookie;
using test::ToHex;

// R-U-THERE with sequence 12345678 (RFC 3706 section 5.3).
constexpr std::string_view kRUThere = "0000000101108d28112233445566778899aabbccddeeff0012345678";
// Two ESP SAs.
constexpr std::string_view kDeleteTwo = "0000000103040002c0ffee01c0ffee02";

TEST(Notify, ReadsRUThere) {
  const Bytes body = FromHex(kRUThere);
  const Wire<NotifyView> notify = ParseNotify(body);
  ASSERT_TRUE(notify);
  EXPECT_EQ(notify->doi, 1U);
  EXPECT_EQ(notify->protocol, ProtocolId::kIsakmp);
  EXPECT_EQ(notify->type, NotifyType::kRUThere);
  EXPECT_TRUE(notify->SpiIsCookies(kInitiatorCookie, kResponderCookie));
  EXPECT_FALSE(notify->SpiIsCookies(kResponderCookie, kInitiatorCookie));
  EXPECT_EQ(notify->DataAsU32(), 0x12345678U);
}

TEST(Notify, RoundTrip) {
  Bytes body;
  Writer writer(body);
  WriteNotify(writer, NotifyType::kRUThere, kInitiatorCookie, kResponderCookie,
              FromHex("12345678"));
  EXPECT_EQ(ToHex(body), kRUThere);
  const Wire<NotifyView> notify = ParseNotify(body);
  ASSERT_TRUE(notify);
  Bytes again;
  Writer second(again);
  WriteNotify(second, *notify);
  EXPECT_EQ(again, body);
}

TEST(Notify, AnyTruncationIsSafe) {
  test::ForEachTruncation(FromHex(kRUThere), [](Octets octets) {
    const Wire<NotifyView> notify = ParseNotify(octets);
    EXPECT_EQ(notify.ok(), octets.size() >= 24) << octets.size();
    if (notify) {
      EXPECT_FALSE(notify->DataAsU32()) << "data cut short";
    } else {
      EXPECT_EQ(notify.error().notify, NotifyType::kPayloadMalformed);
    }
  });
}

TEST(Notify, TakesTheGenericDoiAndNoOther) {
  Bytes body = FromHex("000000000000000e");
  EXPECT_TRUE(ParseNotify(body));
  body[3] = 2;
  const Wire<NotifyView> notify = ParseNotify(body);
  ASSERT_FALSE(notify);
  EXPECT_EQ(notify.error().notify, NotifyType::kDoiNotSupported);
}

TEST(Notify, ASpiOfAnotherSizeIsNoPairOfCookies) {
  const Bytes body = FromHex("000000010104000e01020304");
  const Wire<NotifyView> notify = ParseNotify(body);
  ASSERT_TRUE(notify);
  EXPECT_FALSE(notify->SpiIsCookies(kInitiatorCookie, kResponderCookie));
}

TEST(Delete, ReadsTheSpisOfEsp) {
  const Bytes body = FromHex(kDeleteTwo);
  const Wire<DeleteView> deletion = ParseDelete(body);
  ASSERT_TRUE(deletion);
  EXPECT_EQ(deletion->protocol, ProtocolId::kEsp);
  ASSERT_EQ(deletion->count(), 2U);
  EXPECT_EQ(deletion->SpiAt(0), Spi{0xc0ffee01});
  EXPECT_EQ(deletion->SpiAt(1), Spi{0xc0ffee02});
  EXPECT_EQ(deletion->SpiAt(2), std::nullopt);
  EXPECT_FALSE(deletion->NamesCookies(kInitiatorCookie, kResponderCookie));
}

TEST(Delete, RoundTrip) {
  Bytes esp;
  Writer writer(esp);
  const std::array<Spi, 2> spis{Spi{0xc0ffee01}, Spi{0xc0ffee02}};
  WriteDelete(writer, ProtocolId::kEsp, spis);
  EXPECT_EQ(ToHex(esp), kDeleteTwo);

  Bytes isakmp;
  Writer second(isakmp);
  WriteDelete(second, kInitiatorCookie, kResponderCookie);
  const Wire<DeleteView> deletion = ParseDelete(isakmp);
  ASSERT_TRUE(deletion);
  EXPECT_TRUE(deletion->NamesCookies(kInitiatorCookie, kResponderCookie));
  EXPECT_FALSE(deletion->NamesCookies(kResponderCookie, kInitiatorCookie));
  EXPECT_EQ(deletion->SpiAt(0), std::nullopt) << "cookies are no SPI of 4 octets";
}

TEST(Delete, RefusesEveryTruncation) {
  test::ForEachTruncation(FromHex(kDeleteTwo), [](Octets octets) {
    const Wire<DeleteView> deletion = ParseDelete(octets);
    ASSERT_FALSE(deletion) << octets.size();
    EXPECT_EQ(deletion.error().notify, NotifyType::kPayloadMalformed);
  });
}

TEST(Delete, IpcompHasShortAndLongNumbers) {
  for (const char* hex : {"00000001040200011122", "000000010404000111223344"}) {
    const Bytes body = FromHex(hex);
    const Wire<DeleteView> deletion = ParseDelete(body);
    ASSERT_TRUE(deletion) << hex;
    EXPECT_EQ(deletion->SpiAt(0).has_value(), deletion->spi_size == 4) << hex;
  }
}

TEST(Delete, RefusesWhatDoesNotFitTheProtocol) {
  struct {
    const char* hex;
    NotifyType notify;
  } const cases[] = {
      {"0000000203040001c0ffee01", NotifyType::kDoiNotSupported},
      {"0000000109040001c0ffee01", NotifyType::kInvalidProtocolId},
      {"0000000103100001112233445566778899aabbccddeeff00", NotifyType::kInvalidSpi},
      {"0000000101040001c0ffee01", NotifyType::kInvalidSpi},
      {"000000010300ffff", NotifyType::kInvalidSpi},
      {"0000000104030001112233", NotifyType::kInvalidSpi},
      {"000000010304ffffc0ffee01", NotifyType::kPayloadMalformed},
      {"0000000103040001c0ffee0100", NotifyType::kPayloadMalformed},
  };
  for (const auto& c : cases) {
    const Bytes body = FromHex(c.hex);
    const Wire<DeleteView> deletion = ParseDelete(body);
    ASSERT_FALSE(deletion) << c.hex;
    EXPECT_EQ(deletion.error().notify, c.notify) << c.hex;
  }
}

}  // namespace
}  // namespace iscsi_ike::ike
