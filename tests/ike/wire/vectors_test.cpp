// Every file of the public test vectors that holds messages, through every parser: captures of real
// negotiations must parse, malformed ones must do no harm, transcripts must hold the payloads they
// name.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ike/wire/describe.hpp"
#include "ike/wire/esp_transform.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "tests/ike/wire/wire_test.hpp"
#include "tests/support/pcap_reader.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::FromHex;
using test::ReadFile;
using test::VectorFiles;
using Json = nlohmann::json;

#define ISCSI_IKE_NEEDS_VECTORS() \
  if (const std::string why = test::WhyNoVectors(); !why.empty()) GTEST_SKIP() << why

// Outcome of running some octets through the parsers: nothing, or the first error as text.
std::string RunSa(const Payload& payload) {
  const Wire<SaView> sa = ParseSa(payload.body);
  if (!sa) return DescribeError(sa.error());
  for (const ProposalView proposal : sa->proposals()) {
    for (const TransformView transform : proposal.transforms()) {
      if (proposal.protocol == ProtocolId::kIsakmp) {
        const auto decoded = DecodePhase1(transform);
        if (!decoded) return DescribeError(decoded.error());
        (void)ToSuite(*decoded);
      }
      if (proposal.protocol == ProtocolId::kEsp) {
        const auto decoded = DecodeEsp(transform);
        if (!decoded) return DescribeError(decoded.error());
        (void)ToSuite(*decoded);
      }
    }
  }
  return {};
}

std::string RunPayloads(PayloadType first, Octets octets) {
  const Wire<PayloadList> list = ParsePayloads(first, octets);
  if (!list) return DescribeError(list.error());
  std::string error;
  DescribePayloads(*list, [&error](const Payload&, std::string_view line) {
    if (error.empty() && line.find('<') != std::string_view::npos) error = line;
  });
  for (const Payload& payload : *list) {
    if (payload.type == PayloadType::kSa && error.empty()) error = RunSa(payload);
  }
  return error;
}

std::string RunMessage(Octets message) {
  const test::ExactCopy copy(message);
  const Octets octets = copy.octets();
  const Wire<Header> read = ReadHeader(octets);
  if (!read) return DescribeError(read.error());
  EXPECT_FALSE(DescribeHeader(*read).empty());
  const Wire<Header> header = ParseHeader(octets);
  // What a wrong header announces is still walked, for the harm it may do.
  const std::size_t end = header ? header->length : octets.size();
  const std::string error = RunPayloads(read->next, octets.first(end).subspan(kHeaderSize));
  if (!header) return DescribeError(header.error());
  return header->encrypted() ? std::string() : error;
}

Octets AsOctets(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(WireVectors, CapturesOfNegotiationsParse) {
  ISCSI_IKE_NEEDS_VECTORS();
  std::size_t messages = 0;
  for (const auto& path : VectorFiles("captures")) {
    SCOPED_TRACE(path.filename().string());
    const std::string file = ReadFile(path);
    const auto capture = test::ReadCapture(AsOctets(file));
    if (!capture) continue;
    std::size_t here = 0;
    for (const test::UdpDatagram& datagram : capture->datagrams) {
      const auto message = test::IsakmpOf(datagram);
      if (!message) continue;
      ++here;
      EXPECT_EQ(RunMessage(*message), "") << "message " << here;
    }
    EXPECT_GT(here, 0U);
    messages += here;
  }
  EXPECT_GT(messages, 0U);
  std::cout << messages << " messages\n";
}

TEST(WireVectors, MalformedCapturesDoNoHarm) {
  ISCSI_IKE_NEEDS_VECTORS();
  std::size_t datagrams = 0;
  std::size_t refused = 0;
  for (const auto& path : VectorFiles("malformed")) {
    SCOPED_TRACE(path.filename().string());
    const std::string file = ReadFile(path);
    const auto capture = test::ReadCapture(AsOctets(file));
    if (!capture) continue;
    for (const test::UdpDatagram& datagram : capture->datagrams) {
      ++datagrams;
      // Whatever the port and the marker say: each is only more noise.
      const Octets message = test::IsakmpOf(datagram).value_or(datagram.payload);
      if (!RunMessage(message).empty()) ++refused;
    }
  }
  EXPECT_GT(datagrams, 0U);
  EXPECT_GT(refused, 0U);
  std::cout << datagrams << " datagrams, " << refused << " refused\n";
}

TEST(WireVectors, RawMessagesDoNoHarmWholeOrCutShort) {
  ISCSI_IKE_NEEDS_VECTORS();
  std::size_t messages = 0;
  std::size_t refused = 0;
  for (const auto& path : VectorFiles("raw")) {
    SCOPED_TRACE(path.filename().string());
    const std::string file = ReadFile(path);
    ++messages;
    if (!RunMessage(AsOctets(file)).empty()) ++refused;
    test::ForEachTruncation(AsOctets(file),
                            [](Octets octets) { EXPECT_NE(RunMessage(octets), ""); });
  }
  EXPECT_GT(messages, 0U);
  EXPECT_LT(refused, messages);
  std::cout << messages << " messages, " << refused << " refused\n";
}

// Transcripts write "N" and "D" where the registry has the whole word.
std::string TranscriptName(PayloadType type) {
  if (type == PayloadType::kNotify) return "N";
  if (type == PayloadType::kDelete) return "D";
  return std::string(NameOf(type));
}

void RunTranscriptMessage(const Json& message) {
  const Bytes datagram = FromHex(message.at("hex").get<std::string>());
  EXPECT_EQ(RunMessage(datagram), "");
  const Wire<Header> header = ParseHeader(datagram);
  ASSERT_TRUE(header);
  EXPECT_EQ(ToNumber(header->exchange), message.at("exchange").get<int>());
  EXPECT_EQ(header->encrypted(), message.at("encrypted").get<bool>());
  Bytes octets(datagram.begin() + kHeaderSize, datagram.end());
  if (header->encrypted()) {
    if (!message.contains("plaintext")) return;
    octets = FromHex(message.at("plaintext").get<std::string>());
    // A message under the wrong key has no payloads to name.
    if (!message.contains("payloads") || !message.at("payloads").is_array()) return;
  }
  const test::ExactCopy copy(octets);
  EXPECT_EQ(RunPayloads(header->next, copy.octets()), "");
  const Wire<PayloadList> list = ParsePayloads(header->next, copy.octets(), ChainRules::kStrict);
  ASSERT_TRUE(list);
  std::vector<std::string> names;
  for (const Payload& payload : *list) names.push_back(TranscriptName(payload.type));
  EXPECT_EQ(names, message.at("payloads").get<std::vector<std::string>>());
  if (message.contains("padding")) {
    EXPECT_EQ(test::ToHex(list->padding()), message.at("padding").get<std::string>());
  }
}

// Messages stand in arrays called "messages", at any depth.
std::size_t RunTranscript(const Json& json) {
  std::size_t messages = 0;
  if (!json.is_structured()) return 0;
  for (const auto& [key, value] : json.items()) {
    if (key != "messages" || !value.is_array()) {
      messages += RunTranscript(value);
      continue;
    }
    for (const Json& message : value) {
      SCOPED_TRACE("message " + std::to_string(++messages));
      RunTranscriptMessage(message);
    }
  }
  return messages;
}

TEST(WireVectors, TranscriptsHoldThePayloadsTheyName) {
  ISCSI_IKE_NEEDS_VECTORS();
  std::size_t messages = 0;
  for (const auto& path : VectorFiles("transcripts")) {
    SCOPED_TRACE(path.filename().string());
    const Json json = Json::parse(ReadFile(path), nullptr, false);
    ASSERT_FALSE(json.is_discarded());
    const std::size_t here = RunTranscript(json);
    EXPECT_GT(here, 0U);
    messages += here;
  }
  EXPECT_GT(messages, 0U);
  std::cout << messages << " messages\n";
}

}  // namespace
}  // namespace iscsi_ike::ike
