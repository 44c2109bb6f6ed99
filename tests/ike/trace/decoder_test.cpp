// The decoder on whole negotiations: what it calls the messages, what it decrypts, and what it
// makes of captures in which messages stand twice, are missing, forged, in fragments or behind a
// marker.
#include "ike/trace/decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "ike/trace/decode_report.hpp"
#include "ike/wire/fragment.hpp"
#include "tests/ike/wire/wire_test.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::ike {
namespace {

using test::Bytes;
using test::Pair;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

using Datagrams = std::vector<CapturedDatagram>;

const std::vector<std::string> kMainNames{"MM1", "MM2", "MM3", "MM4", "MM5",
                                          "MM6", "QM1", "QM2", "QM3"};

// Negotiation is what one phase 1 and one quick mode put on the network, and its key.
struct Negotiation {
  explicit Negotiation(std::uint64_t word, std::string ike = "aes128-sha256-curve25519") {
    test::EndSettings end = test::QuickEnd(word);
    end.ike = std::move(ike);
    // Only what is under test goes over the network.
    Pair pair(end, end);
    EXPECT_TRUE(pair.Login());
    for (const test::Sent& sent : pair.net.log) {
      CapturedDatagram captured;
      captured.frame = datagrams.size() + 1;
      captured.source = sent.datagram.local;
      captured.destination = sent.datagram.remote;
      captured.octets = sent.datagram.octets;
      const Wire<Header> header = ReadHeader(captured.octets);
      if (header && header->exchange == ExchangeType::kInformational) continue;
      datagrams.push_back(std::move(captured));
    }
    const Wire<Header> header = ReadHeader(datagrams.at(0).octets);
    cookie = header ? header->initiator : Cookie{};
    key = pair.initiator->recorder.KeyOf("Ka");
    EXPECT_FALSE(key.empty());
  }

  [[nodiscard]] KeyTable Keys() const {
    KeyTable table;
    LoggedKey copy;
    copy.Assign(key);
    table[cookie.octets].push_back(std::move(copy));
    return table;
  }
  // WithoutEnds: as hexadecimal text has them.
  [[nodiscard]] Datagrams WithoutEnds() const {
    Datagrams bare = datagrams;
    for (CapturedDatagram& datagram : bare) datagram.source = datagram.destination = std::nullopt;
    return bare;
  }

  Datagrams datagrams;
  Cookie cookie;
  Bytes key;
};

std::vector<DecodedMessage> DecodeAll(KeyTable keys, const Datagrams& datagrams) {
  Decoder decoder(std::move(keys));
  std::vector<DecodedMessage> messages;
  for (const CapturedDatagram& datagram : datagrams) {
    DecodedDatagram decoded = decoder.Decode(datagram, DatagramKind::kIsakmp);
    messages.push_back(std::move(decoded.message.value()));
    if (decoded.assembled) messages.push_back(std::move(*decoded.assembled));
  }
  return messages;
}

std::vector<std::string> NamesOf(const std::vector<DecodedMessage>& messages) {
  std::vector<std::string> names;
  for (const DecodedMessage& message : messages) names.push_back(message.name);
  return names;
}

void ExpectAllOpen(const std::vector<DecodedMessage>& messages) {
  for (const DecodedMessage& message : messages) {
    EXPECT_NE(message.protection, DecodedMessage::Protection::kSealed)
        << message.name << ": " << message.sealed_why;
    for (const Fault& fault : message.faults) {
      ADD_FAILURE() << message.name << " at " << fault.offset << ": " << fault.text;
    }
  }
}

TEST(Decoder, NamesAndDecryptsMainModeWithEveryCipher) {
  for (const char* ike : {"aes128-sha256-curve25519", "aes256-sha1-modp1024", "3des-sha1-modp1024",
                          "aes192-sha384-ecp384"}) {
    SCOPED_TRACE(ike);
    const Negotiation negotiation(test::kMainPfsWord, ike);
    const auto messages = DecodeAll(negotiation.Keys(), negotiation.datagrams);
    EXPECT_THAT(NamesOf(messages), ElementsAreArray(kMainNames));
    ExpectAllOpen(messages);
    EXPECT_EQ(messages.at(6).sender, Role::kInitiator);
    EXPECT_EQ(messages.at(7).sender, Role::kResponder);
  }
}

TEST(Decoder, NamesAndDecryptsAggressiveMode) {
  const Negotiation negotiation(test::kAggressiveWord);
  const auto messages = DecodeAll(negotiation.Keys(), negotiation.datagrams);
  EXPECT_THAT(NamesOf(messages), ElementsAre("AM1", "AM2", "AM3", "QM1", "QM2", "QM3"));
  ExpectAllOpen(messages);
}

TEST(Decoder, NeedsNoAddresses) {
  const Negotiation negotiation(test::kMainWord);
  const auto messages = DecodeAll(negotiation.Keys(), negotiation.WithoutEnds());
  EXPECT_THAT(NamesOf(messages), ElementsAreArray(kMainNames));
  ExpectAllOpen(messages);
}

TEST(Decoder, ARepetitionIsNamedAndMovesNoChain) {
  const Negotiation negotiation(test::kMainWord);
  Datagrams twice;
  for (std::size_t i = 0; i < negotiation.datagrams.size(); ++i) {
    twice.push_back(negotiation.datagrams[i]);
    twice.push_back(negotiation.datagrams[i]);
    if (i > 0) twice.push_back(negotiation.datagrams[i - 1]);
  }
  const auto messages = DecodeAll(negotiation.Keys(), twice);
  ExpectAllOpen(messages);
  std::size_t first = 0;
  for (const DecodedMessage& message : messages) first += message.repeats == 0 ? 1 : 0;
  EXPECT_EQ(first, negotiation.datagrams.size());
  EXPECT_EQ(messages.at(1).repeats, 1U);
  EXPECT_EQ(messages.at(1).name, "MM1");
}

TEST(Decoder, GoesOnBehindAMessageThatTheCaptureLacks) {
  const Negotiation negotiation(test::kMainWord);
  for (const std::size_t lost : {4U, 5U, 6U, 7U}) {
    SCOPED_TRACE("without " + kMainNames[lost]);
    Datagrams datagrams = negotiation.datagrams;
    datagrams.erase(datagrams.begin() + static_cast<std::ptrdiff_t>(lost));
    const auto messages = DecodeAll(negotiation.Keys(), datagrams);
    // The message that follows in the same exchange, or whose IV comes from the lost one, is
    // sealed.
    std::size_t sealed = 0;
    for (const DecodedMessage& message : messages) {
      if (message.protection != DecodedMessage::Protection::kSealed) continue;
      ++sealed;
      EXPECT_THAT(message.sealed_why, HasSubstr("lacks the message before"));
    }
    EXPECT_EQ(sealed, 1U);
  }
}

TEST(Decoder, AForgedMessageDoesNotMoveTheChain) {
  const Negotiation negotiation(test::kMainWord);
  Datagrams datagrams = negotiation.datagrams;
  for (const std::size_t at : {8U, 7U, 6U, 5U, 4U}) {
    CapturedDatagram forged = datagrams[at];
    for (std::size_t i = kHeaderSize; i < forged.octets.size(); ++i) forged.octets[i] ^= 0x5aU;
    datagrams.insert(datagrams.begin() + static_cast<std::ptrdiff_t>(at), forged);
  }
  const auto messages = DecodeAll(negotiation.Keys(), datagrams);
  std::size_t open = 0;
  for (const DecodedMessage& message : messages) {
    open += message.protection != DecodedMessage::Protection::kSealed ? 1U : 0U;
  }
  EXPECT_EQ(open, negotiation.datagrams.size());
}

TEST(Decoder, SaysWhyAMessageStaysSealed) {
  const Negotiation negotiation(test::kMainWord);
  const auto why = [](KeyTable keys, const Datagrams& datagrams) {
    return DecodeAll(std::move(keys), datagrams).back().sealed_why;
  };
  EXPECT_THAT(why({}, negotiation.datagrams), HasSubstr("no key for initiator cookie"));
  EXPECT_THAT(why(negotiation.Keys(), {negotiation.datagrams[4]}), HasSubstr("cipher and hash"));
  Datagrams no_keys{negotiation.datagrams[0], negotiation.datagrams[1], negotiation.datagrams[4]};
  EXPECT_THAT(why(negotiation.Keys(), no_keys), HasSubstr("key exchange payloads"));
  KeyTable wrong = negotiation.Keys();
  wrong.begin()->second[0].ExposeMutable()[0] ^= 1U;
  EXPECT_THAT(why(std::move(wrong), negotiation.datagrams), HasSubstr("another key"));
  KeyTable both = negotiation.Keys();
  LoggedKey other;
  other.Assign(Bytes(16, 7));
  both.begin()->second.insert(both.begin()->second.begin(), std::move(other));
  EXPECT_EQ(why(std::move(both), negotiation.datagrams), "");
}

// InFragments cuts a message as [MS-IKEE] section 2.2.3.1 draws it.
Datagrams InFragments(const CapturedDatagram& datagram, std::size_t size) {
  Header header = ReadHeader(datagram.octets).value();
  header.next = PayloadType::kFragment;
  header.flags = 0;
  Datagrams fragments;
  for (std::size_t at = 0; at < datagram.octets.size(); at += size) {
    const std::size_t here = std::min(size, datagram.octets.size() - at);
    FragmentView view;
    view.id = 1;
    view.number = static_cast<std::uint8_t>(at / size + 1);
    view.last = at + here == datagram.octets.size();
    view.data = Octets(datagram.octets).subspan(at, here);
    CapturedDatagram fragment = datagram;
    fragment.octets.clear();
    Writer writer(fragment.octets);
    WriteHeader(writer, header);
    PayloadChain chain(writer, kHeaderNextAt);
    chain.Begin(PayloadType::kFragment);
    WriteFragment(writer, view);
    chain.End();
    PatchHeaderLength(writer);
    fragments.push_back(std::move(fragment));
  }
  return fragments;
}

TEST(Decoder, PutsFragmentsTogetherInAnyOrder) {
  const Negotiation negotiation(test::kMainWord);
  Datagrams datagrams;
  for (const CapturedDatagram& datagram : negotiation.datagrams) {
    Datagrams fragments = InFragments(datagram, 40);
    datagrams.insert(datagrams.end(), fragments.rbegin(), fragments.rend());
    datagrams.push_back(fragments[0]);  // late and of no use
  }
  const auto messages = DecodeAll(negotiation.Keys(), datagrams);
  ExpectAllOpen(messages);
  std::vector<std::string> names = NamesOf(messages);
  std::erase(names, "FRAGMENT");
  EXPECT_THAT(names, ElementsAreArray(kMainNames));
}

TEST(Decoder, BlamesFragmentsThatDoNotFit) {
  const Negotiation negotiation(test::kMainWord);
  Datagrams fragments = InFragments(negotiation.datagrams[0], 40);
  CapturedDatagram other = fragments[0];
  other.octets.back() ^= 1U;
  CapturedDatagram last = fragments[1];
  last.octets[kHeaderSize + 7] = 1;
  const auto messages = DecodeAll({}, {fragments[0], other, fragments[2], last});
  EXPECT_THAT(messages.at(1).faults, Contains(Field(&Fault::text, HasSubstr("with other octets"))));
  EXPECT_THAT(messages.at(3).faults, Contains(Field(&Fault::text, HasSubstr("higher number"))));
}

// Changed decodes a negotiation in which octet `at` of message `index` has another value; returns
// the faults of that message.
std::vector<Fault> Changed(const Negotiation& negotiation, std::size_t index,
                           const std::function<void(Bytes&)>& change) {
  Datagrams datagrams = negotiation.datagrams;
  change(datagrams[index].octets);
  return DecodeAll(negotiation.Keys(), datagrams).at(index).faults;
}

TEST(Decoder, JudgesAMessageByItsExchange) {
  const Negotiation main(test::kMainWord, "aes128-sha256-modp1024");
  const auto says = [](const std::string& text) {
    return Contains(Field(&Fault::text, HasSubstr(text)));
  };
  EXPECT_THAT(Changed(main, 1, [](Bytes& octets) { octets[59] = 5; }), says("was not offered"));
  EXPECT_THAT(Changed(main, 2, [](Bytes& octets) { octets[16] = 8; }),
              AllOf(says("MM3 lacks the payload KE (4)"), says("HASH (8) has no place in MM3"),
                    says("sha256 makes 32")));
  EXPECT_THAT(Changed(main, 3, [](Bytes& octets) { octets[8] ^= 1U; }),
              says("responder cookie was"));
  EXPECT_THAT(Changed(main, 4, [](Bytes& octets) { octets[19] = 0; }), says("MM5 is encrypted"));
  EXPECT_THAT(Changed(main, 4, [](Bytes& octets) { octets.pop_back(); }),
              AllOf(says("the message ends after"), says("no whole number of blocks")));
  EXPECT_THAT(Changed(main, 8,
                      [&main](Bytes& octets) {
                        octets = main.datagrams[6].octets;
                        octets[18] = 5;
                      }),
              says("that of another exchange"));
}

TEST(Decoder, JudgesNotificationsInClear) {
  const Bytes connected = test::FromHex(
      "1122334455667788 99aabbccddeeff00 0b100500 00000001 00000028 0000000c 00000001 01004000");
  CapturedDatagram datagram;
  datagram.octets = connected;
  const auto messages = DecodeAll({}, {datagram});
  EXPECT_EQ(messages.at(0).name, "INFO");
  EXPECT_THAT(messages.at(0).faults,
              ElementsAre(Field(&Fault::text, HasSubstr("A status notification in clear"))));
}

TEST(Decoder, TriesAKeyOnAggressiveModeOnly) {
  const Negotiation negotiation(test::kAggressiveWord);
  const auto verdict = [](const Datagrams& datagrams, std::string_view psk) {
    Decoder decoder({});
    for (const CapturedDatagram& datagram : datagrams) {
      (void)decoder.Decode(datagram, DatagramKind::kIsakmp);
    }
    return TryPsk(*decoder.phases().at(0), test::FromText(psk));
  };
  const std::string key = test::EndSettings().key;
  EXPECT_EQ(verdict(negotiation.datagrams, key), PskVerdict::kMatch);
  EXPECT_EQ(verdict(negotiation.WithoutEnds(), key), PskVerdict::kMatch);
  EXPECT_EQ(verdict(negotiation.datagrams, key + " "), PskVerdict::kNoMatch);
  EXPECT_EQ(verdict({negotiation.datagrams[0]}, key), PskVerdict::kIncomplete);
  EXPECT_EQ(verdict({negotiation.datagrams[1]}, key), PskVerdict::kIncomplete);
  EXPECT_EQ(verdict(Negotiation(test::kMainWord).datagrams, key), PskVerdict::kIncomplete);
}

TEST(Decoder, SurvivesEveryTruncationAndEveryChangedOctet) {
  const Negotiation negotiation(test::kMainWord);
  for (std::size_t index = 0; index < negotiation.datagrams.size(); ++index) {
    const auto decode = [&](Octets octets) {
      Datagrams datagrams(negotiation.datagrams.begin(),
                          negotiation.datagrams.begin() + static_cast<std::ptrdiff_t>(index + 1));
      datagrams[index].octets.assign(octets.begin(), octets.end());
      return DecodeAll(negotiation.Keys(), datagrams).at(index).faults.size();
    };
    test::ForEachTruncation(negotiation.datagrams[index].octets,
                            [&decode](Octets cut) { EXPECT_GT(decode(cut), 0U); });
  }
  test::ForEachOctetChanged(negotiation.datagrams[1].octets, [&](Octets octets) {
    CapturedDatagram changed = negotiation.datagrams[1];
    changed.octets.assign(octets.begin(), octets.end());
    (void)DecodeAll(negotiation.Keys(), {negotiation.datagrams[0], changed});
  });
}

TEST(KeyTable, ReadsWhatWiresharkReads) {
  const auto read = [](std::string_view text) { return ReadKeyTable(test::FromText(text)); };
  const auto table = read(
      "# keys\n1122334455667788,00112233445566778899aabbccddeeff\r\n\n"
      "\"0x1122334455667788\", \"0xAA\"\n99aabbccddeeff00,bb");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->size(), 2U);
  EXPECT_EQ(table->at(test::kInitiatorCookie.octets).size(), 2U);
  EXPECT_EQ(table->at(test::kInitiatorCookie.octets)[1].Expose()[0], 0xaa);
  for (const char* bad : {"1122334455667788", "11,22", "1122334455667788,", "1122334455667788,abc",
                          "112233445566778g,aa", "1122334455667788,zz"}) {
    const auto refused = read(std::string("# first\n") + bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_THAT(refused.error(), HasSubstr("line 2"));
  }
  EXPECT_FALSE(read("1122334455667788," + std::string(66, 'a')));
}

CapturedDatagram On(std::uint16_t from, std::uint16_t to, std::string_view hex) {
  CapturedDatagram datagram;
  const auto address = policy::IpAddress::Parse("192.0.2.1").value();
  datagram.source = Endpoint{address, from};
  datagram.destination = Endpoint{address, to};
  datagram.octets = test::FromHex(hex);
  return datagram;
}

constexpr std::string_view kBare = "1122334455667788000000000000000000100200000000000000001c";

TEST(IkeDatagrams, TellsMarkersEspAndKeepalives) {
  Capture capture;
  const std::string marked = "00000000" + std::string(kBare);
  capture.datagrams = {
      On(500, 500, kBare),  On(4500, 4500, marked), On(4500, 4500, "c0ffee0100000001aabb"),
      On(4500, 4500, "ff"), On(5000, 6000, kBare),  On(53, 5353, "00")};
  const IkeDatagrams standard(capture, {});
  EXPECT_FALSE(standard.guessed());
  std::vector<DatagramKind> kinds;
  for (const CapturedDatagram* datagram : standard.chosen()) {
    kinds.push_back(standard.KindOf(*datagram));
  }
  EXPECT_THAT(kinds, ElementsAre(DatagramKind::kIsakmp, DatagramKind::kMarkedIsakmp,
                                 DatagramKind::kEsp, DatagramKind::kKeepalive));
  const std::uint16_t port = 6000;
  EXPECT_EQ(IkeDatagrams(capture, {&port, 1}).chosen().size(), 5U);
}

TEST(IkeDatagrams, TriesOtherPortsWhenNoneIsOnThoseOfIke) {
  Capture capture;
  const std::string marked = "00000000" + std::string(kBare);
  capture.datagrams = {On(53, 5353, "00"), On(5000, 6000, kBare), On(5001, 6001, marked),
                       On(5001, 6001, "c0ffee01000000010000")};
  const IkeDatagrams guessed(capture, {});
  EXPECT_TRUE(guessed.guessed());
  ASSERT_EQ(guessed.chosen().size(), 3U);
  EXPECT_EQ(guessed.KindOf(*guessed.chosen()[0]), DatagramKind::kIsakmp);
  EXPECT_EQ(guessed.KindOf(*guessed.chosen()[1]), DatagramKind::kMarkedIsakmp);
  EXPECT_EQ(guessed.KindOf(*guessed.chosen()[2]), DatagramKind::kEsp);
}

// Every file of the public captures is read without harm; those of negotiations hold messages that
// are in order.
TEST(DecoderVectors, PublicCapturesAreDecoded) {
  if (const std::string why = test::WhyNoVectors(); !why.empty()) GTEST_SKIP() << why;
  std::size_t messages = 0;
  for (const char* folder : {"captures", "malformed"}) {
    for (const auto& path : test::VectorFiles(folder)) {
      SCOPED_TRACE(path.filename().string());
      const auto capture = ReadCapture(test::FromText(test::ReadFile(path)));
      if (!capture) continue;
      const IkeDatagrams datagrams(*capture, {});
      Decoder decoder({});
      std::size_t here = 0;
      for (const CapturedDatagram* datagram : datagrams.chosen()) {
        const DecodedDatagram decoded = decoder.Decode(*datagram, datagrams.KindOf(*datagram));
        EXPECT_NE(DecodeText(*datagram, decoded, {}), "");
        EXPECT_NE(DecodeJson(*datagram, decoded), "");
        here += decoded.message ? 1U : 0U;
      }
      EXPECT_TRUE(here > 0 || std::string_view(folder) != "captures");
      messages += here;
    }
  }
  EXPECT_GT(messages, 0U);
  std::cout << messages << " messages\n";
}

TEST(DecoderVectors, AKeyIsFoundInAPublicAggressiveMode) {
  if (const std::string why = test::WhyNoVectors(); !why.empty()) GTEST_SKIP() << why;
  std::size_t tried = 0;
  for (const auto& path : test::VectorFiles("captures")) {
    if (path.filename().string().find("aggressive-mode-simple") == std::string::npos) continue;
    const auto capture = ReadCapture(test::FromText(test::ReadFile(path)));
    ASSERT_TRUE(capture);
    const IkeDatagrams datagrams(*capture, {});
    Decoder decoder({});
    for (const CapturedDatagram* datagram : datagrams.chosen()) {
      (void)decoder.Decode(*datagram, datagrams.KindOf(*datagram));
    }
    for (const SeenPhase1* seen : decoder.phases()) {
      if (seen->exchange != ExchangeType::kAggressive) continue;
      ++tried;
      EXPECT_EQ(TryPsk(*seen, test::FromText("Wollowitz")), PskVerdict::kMatch);
      EXPECT_EQ(TryPsk(*seen, test::FromText("Wolowitz")), PskVerdict::kNoMatch);
    }
  }
  EXPECT_GT(tried, 0U);
}

}  // namespace
}  // namespace iscsi_ike::ike
