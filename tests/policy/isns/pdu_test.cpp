#include "policy/isns/pdu.hpp"

#include <gmock/gmock.h>

#include "tests/policy/isns/isns_test.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using testing::HasSubstr;

// One PDU with a payload of so many octets.
Bytes Pdu(std::string_view version_function, std::uint16_t flags, std::string_view xid_sequence,
          std::size_t payload = 4) {
  Bytes out = FromHex(version_function);
  out.push_back(static_cast<std::uint8_t>(payload >> 8));
  out.push_back(static_cast<std::uint8_t>(payload));
  out.push_back(static_cast<std::uint8_t>(flags >> 8));
  out.push_back(static_cast<std::uint8_t>(flags));
  const Bytes rest = FromHex(xid_sequence);
  out.insert(out.end(), rest.begin(), rest.end());
  out.insert(out.end(), payload, 0xab);
  return out;
}

constexpr std::uint16_t kFirst = kFromServer | kFirstPdu;
constexpr std::uint16_t kMiddle = kFromServer;
constexpr std::uint16_t kLast = kFromServer | kLastPdu;

// FaultOf reads PDUs one after the other and gives the error.
std::string FaultOf(const std::vector<Bytes>& pdus, std::size_t most = kMaxMessageSize) {
  MessageReader reader(most);
  for (const Bytes& pdu : pdus) {
    Octets rest = pdu;
    const auto message = reader.Take(rest);
    if (message) continue;
    Octets more = pdus.front();
    EXPECT_FALSE(reader.Take(more).ok()) << "an error is final";
    return message.error().Text();
  }
  return {};
}

TEST(IsnsPdu, ReadsWhatIsnsdSent) {
  const RawMessage message = Whole(kTargetShown);
  EXPECT_EQ(message.function, ResponseTo(Function::kDevAttrQry));
  EXPECT_EQ(message.flags, kFromServer);
  EXPECT_EQ(message.transaction, 5);
  EXPECT_EQ(message.payload.size(), 240U);
  EXPECT_EQ(ToHex(WriteMessage(message)), kTargetShown);
}

TEST(IsnsPdu, WritesARequestAsIsnsdReadsIt) {
  const RawMessage message = Whole(kQueryTarget);
  EXPECT_EQ(message.flags, kFromClient);
  EXPECT_EQ(ToHex(WriteMessage(message)), kQueryTarget);
}

TEST(IsnsPdu, PiecesOfAnySizeMakeTheSameMessage) {
  const Bytes octets = FromHex(kAllShown);
  const RawMessage whole = Whole(kAllShown);
  for (std::size_t piece = 1; piece <= octets.size(); ++piece) {
    MessageReader reader;
    int messages = 0;
    for (std::size_t at = 0; at < octets.size(); at += piece) {
      Octets rest = Octets(octets).subspan(at, std::min(piece, octets.size() - at));
      const auto message = reader.Take(rest);
      ASSERT_TRUE(message.ok());
      EXPECT_TRUE(rest.empty());
      if (!*message) {
        EXPECT_TRUE(reader.midway());
        continue;
      }
      ++messages;
      EXPECT_EQ((*message)->payload, whole.payload);
    }
    EXPECT_EQ(messages, 1) << piece;
    EXPECT_FALSE(reader.midway());
  }
}

TEST(IsnsPdu, SeveralMessagesInOnePieceComeOneByOne) {
  Bytes octets = FromHex(kTargetShown);
  const Bytes second = FromHex(kAllShown);
  octets.insert(octets.end(), second.begin(), second.end());
  MessageReader reader;
  Octets rest = octets;
  const auto one = reader.Take(rest);
  ASSERT_TRUE(one.ok() && *one);
  EXPECT_EQ((*one)->transaction, 5);
  EXPECT_EQ(rest.size(), second.size());
  const auto two = reader.Take(rest);
  ASSERT_TRUE(two.ok() && *two);
  EXPECT_EQ((*two)->transaction, 6);
}

TEST(IsnsPdu, LargeMessagesGoInSeveralPdus) {
  RawMessage message{Function::kDevAttrReg, kFromClient | kReplace, 0x1234, {}};
  for (const std::size_t size : {0U, 4U, 65532U, 65536U, 131064U, 200000U}) {
    message.payload.assign(size, 0);
    for (std::size_t i = 0; i < size; ++i) message.payload[i] = static_cast<std::uint8_t>(i * 7);
    const Bytes octets = WriteMessage(message);
    const std::size_t pdus = std::max<std::size_t>(1, (size + kMaxPduPayload - 1) / kMaxPduPayload);
    ASSERT_EQ(octets.size(), size + 12 * pdus);
    std::size_t at = 0;
    for (std::size_t pdu = 0; pdu < pdus; ++pdu) {
      const unsigned flags = static_cast<unsigned>(octets[at + 6] << 8 | octets[at + 7]);
      EXPECT_EQ(flags, 0x9000U | (pdu == 0 ? 0x0400U : 0U) | (pdu + 1 == pdus ? 0x0800U : 0U));
      EXPECT_EQ(octets[at + 11], pdu);
      at += 12U + static_cast<unsigned>(octets[at + 4] << 8 | octets[at + 5]);
    }
    EXPECT_EQ(at, octets.size());
    MessageReader reader;
    Octets rest = octets;
    const auto read = reader.Take(rest);
    ASSERT_TRUE(read.ok() && *read) << size;
    EXPECT_EQ((*read)->payload, message.payload);
    EXPECT_EQ((*read)->flags, message.flags);
    EXPECT_EQ((*read)->transaction, message.transaction);
  }
}

TEST(IsnsPdu, SmallPdusAreReassembledFromSingleOctets) {
  RawMessage message{Function::kDevAttrQry, kFromServer, 9, Bytes(100, 0x5a)};
  const Bytes octets = WriteMessage(message, 8);
  EXPECT_EQ(octets.size(), 100U + 13 * 12);
  MessageReader reader;
  int messages = 0;
  for (const std::uint8_t octet : octets) {
    Octets one(&octet, 1);
    const auto read = reader.Take(one);
    ASSERT_TRUE(read.ok());
    if (*read) {
      ++messages;
      EXPECT_EQ((*read)->payload, message.payload);
    }
  }
  EXPECT_EQ(messages, 1);
}

TEST(IsnsPdu, EveryFaultOfAHeaderIsNamed) {
  EXPECT_THAT(FaultOf({Pdu("00028002", kFirst | kLast, "00010000")}), HasSubstr("has version 2"));
  EXPECT_THAT(FaultOf({Pdu("00018002", kFirst | kLast, "00010000", 6)}),
              HasSubstr("no multiple of 4"));
  EXPECT_THAT(FaultOf({Pdu("00018002", kFirst | kLast | kAuthenticated, "00010000")}),
              HasSubstr("authentication block"));
  EXPECT_THAT(FaultOf({Pdu("00018002", kLast, "00010000")}),
              HasSubstr("no message that has begun"));
  EXPECT_THAT(FaultOf({Pdu("00018002", kFirst | kLast, "00010001")}),
              HasSubstr("out of sequence; 0 comes next"));
  EXPECT_EQ(FaultOf({Pdu("00018002", kFirst | kLast, "00010000")}), "");
}

TEST(IsnsPdu, EveryFaultBetweenPdusIsNamed) {
  const Bytes first = Pdu("00018002", kFirst, "00010000");
  EXPECT_EQ(
      FaultOf({first, Pdu("00018002", kMiddle, "00010001"), Pdu("00018002", kLast, "00010002")}),
      "");
  EXPECT_THAT(FaultOf({first, Pdu("00018002", kFirst | kLast, "00010000")}),
              HasSubstr("before the one before it has ended"));
  EXPECT_THAT(FaultOf({first, Pdu("00018002", kLast, "00010002")}),
              HasSubstr("out of sequence; 1 comes next"));
  EXPECT_THAT(FaultOf({first, Pdu("00018003", kLast, "00010001")}),
              HasSubstr("continues a message of DevAttrQryRsp"));
  EXPECT_THAT(FaultOf({first, Pdu("00018002", kLast, "00020001")}), HasSubstr("of transaction 1"));
}

TEST(IsnsPdu, MessagesAreBounded) {
  const Bytes first = Pdu("00018002", kFirst, "00010000", 600);
  const Bytes last = Pdu("00018002", kLast, "00010001", 600);
  EXPECT_EQ(FaultOf({first, last}, 1200), "");
  EXPECT_THAT(FaultOf({first, last}, 1196), HasSubstr("longer than 1196 octets"));
}

TEST(IsnsPdu, SequencesAreBounded) {
  MessageReader reader;
  std::optional<Error> error;
  for (unsigned sequence = 0; sequence <= 0x10000 && !error; ++sequence) {
    Bytes pdu = Pdu("00018002", sequence == 0 ? kFirst : kMiddle, "00010000", 0);
    pdu[10] = static_cast<std::uint8_t>(sequence >> 8);
    pdu[11] = static_cast<std::uint8_t>(sequence);
    Octets rest = pdu;
    const auto read = reader.Take(rest);
    if (!read) error = read.error();
    EXPECT_EQ(error.has_value(), sequence == 0x10000);
  }
  ASSERT_TRUE(error);
  EXPECT_THAT(error->rule, HasSubstr("more than the sequence can count"));
}

TEST(IsnsPdu, ACutMessageIsNoneAndNoError) {
  ForEachCut(FromHex(kTargetShown), [](Octets octets) {
    MessageReader reader;
    const bool empty = octets.empty();
    const auto read = reader.Take(octets);
    ASSERT_TRUE(read.ok());
    EXPECT_FALSE(*read);
    EXPECT_EQ(reader.midway(), !empty);
  });
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
