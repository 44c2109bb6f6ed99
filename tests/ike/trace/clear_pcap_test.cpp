#include "ike/trace/clear_pcap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "ike/wire/payload.hpp"
#include "samples.hpp"

namespace iscsi_ike::ike {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::size_t kBeforePayload = 8 + 20 + 20 + 8;  // block, packet, IPv4, UDP

class ClearPcap : public testing::Test {
 protected:
  // A HASH payload of four octets with padding, encrypted.
  MessageTrace Message() const {
    MessageTrace message;
    message.local = EndpointOf("192.0.2.1", port_);
    message.remote = EndpointOf("192.0.2.2", 4500);
    message.header.next = PayloadType::kHash;
    message.header.exchange = ExchangeType::kQuick;
    message.header.flags = kFlagEncryption;
    message.header.id = MessageId{7};
    message.header.length = 60;
    message.payloads = payloads_;
    return message;
  }
  std::size_t Count() const { return blocks_.size() - 2; }
  // The UDP payload of the last packet.
  Octets Last() const {
    const Octets& block = blocks_.back();
    const auto size = static_cast<std::size_t>(block[20] | block[21] << 8U) - 28;
    const auto start = block.begin() + kBeforePayload;
    return {start, start + static_cast<std::ptrdiff_t>(size)};
  }

  std::uint16_t port_ = 500;
  Octets payloads_ = {0, 0, 0, 8, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0};
  std::vector<Octets> blocks_;
  ClearPcapWriter writer_{
      [this](crypto::Octets octets) { blocks_.emplace_back(octets.begin(), octets.end()); },
      ClockFrom(std::chrono::microseconds(0)), 4500};
};

TEST_F(ClearPcap, TakesFlagAndPaddingAway) {
  writer_.OnMessage(Message());
  ASSERT_EQ(Count(), 1U);
  ASSERT_TRUE(ReadHeader(Last()).ok());
  EXPECT_EQ(ReadHeader(Last())->flags, 0);
  EXPECT_EQ(ReadHeader(Last())->length, 36U);
  EXPECT_EQ(ReadHeader(Last())->id, MessageId{7});
  EXPECT_EQ(Last().size(), 36U);
}

TEST_F(ClearPcap, MarksWhatIsAtTheNatPort) {
  port_ = 4500;
  writer_.OnMessage(Message());
  const Octets last = Last();
  ASSERT_EQ(last.size(), 40U);
  EXPECT_THAT(Octets(last.begin(), last.begin() + 4), testing::Each(0));
  EXPECT_EQ(ReadHeader(crypto::Octets(last).subspan(4))->length, 36U);
}

TEST_F(ClearPcap, KeepsWhatIsNoPayloadChain) {
  payloads_ = Octets(16, 0xff);
  writer_.OnMessage(Message());
  EXPECT_EQ(Last().size(), 44U);
}

TEST_F(ClearPcap, LeavesRetransmissionsOut) {
  MessageTrace message = Message();
  message.retransmission = true;
  writer_.OnMessage(message);
  EXPECT_EQ(Count(), 0U);
}

TEST_F(ClearPcap, TakesClearNoticesAsDatagramsAndOnce) {
  MessageTrace message = Message();
  message.header.exchange = ExchangeType::kInformational;
  message.header.flags = 0;
  message.header.initiator.octets[0] = 1;
  message.header.length = 36;
  Octets datagram;
  Writer writer(datagram);
  WriteHeader(writer, message.header);
  writer.Put(crypto::Octets(payloads_).first(8));
  writer_.OnDatagram({}, Direction::kReceived, message.local, message.remote, datagram);
  writer_.OnMessage(message);
  ASSERT_EQ(Count(), 1U);
  EXPECT_EQ(Last(), datagram);
  datagram[18] = static_cast<std::uint8_t>(ExchangeType::kQuick);
  datagram[19] = kFlagEncryption;
  writer_.OnDatagram({}, Direction::kReceived, message.local, message.remote, datagram);
  writer_.OnDatagram({}, Direction::kReceived, EndpointOf("192.0.2.1", 4500), message.remote,
                     Octets{0xff});
  EXPECT_EQ(Count(), 1U);
}

}  // namespace
}  // namespace iscsi_ike::ike
