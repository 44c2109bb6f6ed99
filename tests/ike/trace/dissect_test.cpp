// A message as a tree of fields: names, numbers and offsets of real octets, and the sentence for
// each thing that is wrong.
#include "ike/trace/dissect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ike/wire/wire_test.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

struct Dissected {
  std::vector<ike::Field> fields;
  std::vector<Fault> faults;
  std::vector<PayloadSpan> payloads;
  [[nodiscard]] std::string Text() const { return FieldsText(fields, ""); }
};

Dissected Payloads(PayloadType first, const Bytes& octets, PayloadContext context = {}) {
  Dissected result;
  const test::ExactCopy copy(octets);
  result.payloads = DissectPayloads(first, copy.octets(), context, result.fields, result.faults);
  for (PayloadSpan& payload : result.payloads) payload.body = {};
  return result;
}

Dissected OnePayload(PayloadType type, const std::string& body, PayloadContext context = {}) {
  const Bytes octets = FromHex(body);
  const auto size = static_cast<std::uint8_t>(octets.size() + 4);
  return Payloads(type, test::Concat({Bytes{0, 0, 0, size}, octets}), context);
}

Dissected HeaderOf(const std::string& hex) {
  Dissected result;
  const Bytes octets = FromHex(hex);
  (void)DissectHeader(test::ExactCopy(octets).octets(), result.fields, result.faults);
  return result;
}

auto FaultAt(std::size_t offset, const std::string& text) {
  return AllOf(Field(&Fault::offset, offset), Field(&Fault::text, HasSubstr(text)));
}

TEST(Dissect, HeaderHasEveryFieldWithItsPlace) {
  const Dissected header = HeaderOf("1122334455667788 99aabbccddeeff00 08102000 a1b2c3d4 0000001c");
  EXPECT_THAT(header.faults, ElementsAre(FaultAt(19, "in clear")));
  EXPECT_EQ(header.Text(),
            "    0  initiator cookie: 1122334455667788\n"
            "    8  responder cookie: 99aabbccddeeff00\n"
            "   16  next payload: HASH (8)\n"
            "   17  version: 1.0 (16)\n"
            "   18  exchange type: quick mode (32)\n"
            "   19  flags: none (0)\n"
            "   20  message ID: 0xa1b2c3d4 (2712847316)\n"
            "   24  length: 28\n");
}

TEST(Dissect, HeaderFaults) {
  const auto faults = [](const std::string& hex) { return HeaderOf(hex).faults; };
  EXPECT_THAT(faults("0000000000000000 0000000000000000 01100200 00000000 0000001c"),
              ElementsAre(FaultAt(0, "initiator cookie is zero")));
  EXPECT_THAT(faults("1122334455667788 1122334455667788 01100200 00000000 0000001c"),
              ElementsAre(FaultAt(8, "Both cookies are the same")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 05100201 00000000 0000001c"),
              ElementsAre(FaultAt(8, "encrypted")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 01110200 00000000 0000001c"),
              ElementsAre(FaultAt(17, "version is 1.1")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 21202208 00000000 0000001c"),
              ElementsAre(FaultAt(17, "IKEv2")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 01106300 00000000 0000001c"),
              ElementsAre(FaultAt(18, "Exchange type 99")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 01100280 00000000 0000001c"),
              ElementsAre(FaultAt(19, "does not define")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 01100200 00000001 0000001c"),
              ElementsAre(FaultAt(20, "message ID is zero")));
  EXPECT_THAT(faults("1122334455667788 99aabbccddeeff00 08102001 00000000 0000001c"),
              ElementsAre(FaultAt(20, "Only phase 1")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 01100200 00000000 0000001b"),
              ElementsAre(FaultAt(24, "less than the 28")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 01100200 00000000 0000001d"),
              ElementsAre(FaultAt(24, "ends after 28 octets")));
  EXPECT_THAT(faults("1122334455667788 0000000000000000 01100200 00000000 0000001c 00"),
              ElementsAre(FaultAt(28, "1 octet after the end")));
  EXPECT_THAT(faults("112233"), ElementsAre(FaultAt(0, "Only 3 octets")));
}

TEST(Dissect, SaHasProposalsTransformsAndAttributesByNameAndNumber) {
  const Dissected sa = OnePayload(PayloadType::kSa, std::string(test::kSaBody));
  EXPECT_THAT(sa.faults, IsEmpty());
  for (const char* line :
       {"   28  payload: SA (1)\n", "   32    DOI: IPsec (1)\n", "   40    proposal: 1\n",
        "   45      protocol: ISAKMP (1)\n", "   48      transform: 1\n",
        "   53        transform ID: KEY_IKE (1)\n",
        "   56        attribute encryption (1): AES-CBC (7)\n",
        "   60        attribute key length (14): 256\n",
        "   80        attribute life duration (12): 28800, sent variable in octets (4)\n"}) {
    EXPECT_THAT(sa.Text(), HasSubstr(line));
  }
}

// Faults of an SA whose one octet at `at` (of the message) is changed.
std::vector<Fault> SaFaults(std::size_t at, std::uint8_t value) {
  Bytes body = FromHex(test::kSaBody);
  body.at(at - 32) = value;
  return OnePayload(PayloadType::kSa, test::ToHex(body)).faults;
}

TEST(Dissect, SaFaults) {
  EXPECT_THAT(SaFaults(35, 9), Contains(FaultAt(32, "Domain of interpretation 9")));
  EXPECT_THAT(SaFaults(39, 2), ElementsAre(FaultAt(36, "Situation 2")));
  EXPECT_THAT(SaFaults(40, 1), Contains(FaultAt(40, "Behind a proposal")));
  EXPECT_THAT(SaFaults(41, 7), ElementsAre(FaultAt(41, "reserved octet is 7")));
  EXPECT_THAT(SaFaults(43, 0x31), ElementsAre(FaultAt(42, "length of the proposal is 49")));
  EXPECT_THAT(SaFaults(45, 77), Contains(FaultAt(45, "Protocol 77")));
  EXPECT_THAT(SaFaults(46, 200), ElementsAre(FaultAt(46, "SPI size is 200")));
  EXPECT_THAT(SaFaults(47, 2), ElementsAre(FaultAt(48, "announces 2 transforms and has 1")));
  EXPECT_THAT(SaFaults(48, 3), ElementsAre(FaultAt(88, "announces another")));
  EXPECT_THAT(SaFaults(51, 0x20), Contains(FaultAt(80, "8 octets after the last transform")));
  EXPECT_THAT(SaFaults(53, 9), ElementsAre(FaultAt(53, "Transform ID 9")));
  EXPECT_THAT(SaFaults(55, 1), ElementsAre(FaultAt(54, "reserved octets")));
  EXPECT_THAT(SaFaults(57, 0x63), Contains(FaultAt(56, "Attribute 99")));
  EXPECT_THAT(SaFaults(59, 99), Contains(FaultAt(58, "Value 99 of attribute encryption (1)")));
  EXPECT_THAT(SaFaults(61, 0x02), Contains(FaultAt(64, "repeated with another value")));
  EXPECT_THAT(SaFaults(59, 5), Contains(FaultAt(48, "cipher of fixed key")));
  EXPECT_THAT(SaFaults(64, 0), Contains(FaultAt(64, "is basic, but was sent as variable")));
  EXPECT_THAT(SaFaults(83, 200), Contains(FaultAt(80, "longer than what is left")));
}

TEST(Dissect, TransformsInDisorderAndTwice) {
  const std::string transform = "0101000080010007800e01008002000480030001 8004000e";
  const std::string sa = "00000001 00000001 00000048 01010002 03000020" + transform +
                         "0000000000000000" + "00000020" + transform;
  // The first is 28 octets long; its length is set right here.
  std::string body = sa;
  body.replace(body.find("03000020"), 8, "0300001c");
  body.replace(body.find("00000020"), 8, "0000001c");
  body.replace(body.find("0000000000000000"), 16, "");
  body.replace(body.find("00000048"), 8, "00000040");
  EXPECT_THAT(OnePayload(PayloadType::kSa, body).faults,
              ElementsAre(FaultAt(80, "Transform 1 stands behind transform 1"),
                          FaultAt(76, "offers the same as transform 1")));
}

TEST(Dissect, BodiesByFieldAndTheirFaults) {
  EXPECT_THAT(OnePayload(PayloadType::kId, "02000000 6861722e6578").Text(),
              HasSubstr("   36    data: har.ex: 6861722e6578\n"));
  EXPECT_THAT(OnePayload(PayloadType::kId, "01000000 c00002").faults,
              ElementsAre(FaultAt(36, "size of their type")));
  EXPECT_THAT(OnePayload(PayloadType::kId, "0106 0cbc c0000201").faults,
              ElementsAre(FaultAt(33, "protocol and port")));
  EXPECT_THAT(OnePayload(PayloadType::kId, "0106 0cbc c0000201", {.phase1 = false}).faults,
              IsEmpty());
  EXPECT_THAT(OnePayload(PayloadType::kNonce, "01020304050607").faults,
              ElementsAre(FaultAt(32, "7 octets; 8 to 256")));
  EXPECT_THAT(OnePayload(PayloadType::kNotify, "00000001 01 00 000e 6e6f").Text(),
              AllOf(HasSubstr("notify type: NO-PROPOSAL-CHOSEN (14)"), HasSubstr("data: no:")));
  EXPECT_THAT(OnePayload(PayloadType::kNotify, "00000001 01 09 000e").faults,
              ElementsAre(FaultAt(37, "SPI size is 9")));
  EXPECT_THAT(OnePayload(PayloadType::kNotify, "00000001 01 00 8d28 0102").faults,
              ElementsAre(FaultAt(40, "4 octets, not 2")));
  EXPECT_THAT(OnePayload(PayloadType::kNotify, "00000001 03 00 6000 80010001 80020e10").Text(),
              HasSubstr("attribute life duration (2): 3600"));
  EXPECT_THAT(OnePayload(PayloadType::kDelete, "00000001 03 04 0002 00000101 00000102").faults,
              IsEmpty());
  EXPECT_THAT(OnePayload(PayloadType::kDelete, "00000001 03 04 0003 00000101 00000102").faults,
              ElementsAre(FaultAt(38, "do not fill")));
  EXPECT_THAT(OnePayload(PayloadType::kNatOa, "01 000001 c0000201").faults,
              ElementsAre(FaultAt(33, "reserved octets")));
  EXPECT_THAT(OnePayload(PayloadType::kFragment, "0001 00 01 aa").faults,
              ElementsAre(FaultAt(34, "umber")));
  EXPECT_THAT(OnePayload(PayloadType::kVendorId, "afcad71368a1f1c96b8696fc77570100").Text(),
              HasSubstr("vendor ID: dead peer detection"));
}

TEST(Dissect, ChainFaults) {
  EXPECT_THAT(Payloads(PayloadType::kHash, FromHex("0800000800000000")).faults,
              ElementsAre(FaultAt(36, "ends where the payload HASH (8)")));
  EXPECT_THAT(Payloads(PayloadType::kHash, FromHex("00000003")).faults,
              ElementsAre(FaultAt(30, "less than the 4 octets")));
  EXPECT_THAT(Payloads(PayloadType::kHash, FromHex("00000009aabb")).faults,
              ElementsAre(FaultAt(30, "only 6 octets are left")));
  EXPECT_THAT(Payloads(PayloadType::kHash, FromHex("0000")).faults,
              ElementsAre(FaultAt(28, "Only 2 octets for the generic header")));
  EXPECT_THAT(Payloads(PayloadType::kProposal, FromHex("00000004")).faults,
              ElementsAre(FaultAt(28, "only within an SA")));
  EXPECT_THAT(Payloads(static_cast<PayloadType>(99), FromHex("00000004")).faults,
              ElementsAre(FaultAt(28, "Payload type 99")));
  EXPECT_THAT(Payloads(PayloadType::kHash, FromHex("0000000400")).faults,
              ElementsAre(FaultAt(32, "1 octet after the last payload")));
  EXPECT_THAT(Payloads(PayloadType::kHash, FromHex("0000000400"), {.encrypted = true}).faults,
              IsEmpty());
}

TEST(Dissect, TextIsFitForATerminalWhateverComes) {
  const Dissected id = OnePayload(PayloadType::kId, "02000000 1b5b324a0a41");
  for (const char c : id.Text()) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
}

TEST(Dissect, SurvivesEveryTruncationAndEveryChangedOctet) {
  const Bytes sa = test::Concat({FromHex("0500003c"), FromHex(test::kSaBody),
                                 FromHex(std::string(test::kMessage5Clear).substr(0, 24))});
  const Bytes quick = FromHex(test::kQuickAfterHash);
  for (const auto& [first, octets] : {std::pair{PayloadType::kSa, sa}, {PayloadType::kSa, quick}}) {
    const PayloadType type = first;
    const auto walk = [type](Octets cut) {
      std::vector<ike::Field> fields;
      std::vector<Fault> faults;
      DissectPayloads(type, cut, {}, fields, faults);
      // Every octet is in exactly one field.
      std::size_t end = kHeaderSize;
      for (const ike::Field& field : fields) {
        EXPECT_EQ(field.offset, end);
        end += field.size;
      }
      EXPECT_EQ(end, kHeaderSize + cut.size());
      return faults.size();
    };
    test::ForEachTruncation(octets, [&walk](Octets cut) { EXPECT_GT(walk(cut), 0U); });
    test::ForEachOctetChanged(octets, [&walk](Octets changed) { (void)walk(changed); });
  }
}

}  // namespace
}  // namespace iscsi_ike::ike
