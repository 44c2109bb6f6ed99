#include "ike/trace/recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/random.hpp"
#include "ike/trace/recorder.hpp"
#include "samples.hpp"

namespace iscsi_ike::ike {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::vector<std::uint8_t> kOctets = {0x00, 0x7f, 0x80, 0xff};

RecordingHead SampleHead() {
  RecordingHead head;
  head.tool = "iscsi-ike 0.0.0";
  head.command = "serve";
  head.arguments = {"--flags=0x27", "--id=fqdn:\"odd\"\\name"};
  head.config = R"({"records":[{"key":"text:key 1"}]})";
  head.fingerprints = {"76d4acc0", ""};
  head.local = {EndpointOf("192.0.2.1"), EndpointOf("2001:db8::1", 4500)};
  head.nat_port = 4500;
  head.begin = Time(Duration(1234567));
  head.seed = crypto::Secret::CopyOf(std::vector<std::uint8_t>(crypto::kSeedSize, 0x5a));
  return head;
}

// SampleText has every kind of line.
std::string SampleText(const RecordingHead& head = SampleHead()) {
  std::string text;
  Recorder recorder(head, [&](std::string_view line) { text += line; });
  const Endpoint local = EndpointOf("192.0.2.1");
  const Endpoint remote = EndpointOf("2001:db8::2", 65535);
  const auto peer = std::make_shared<const PeerConfig>();
  const policy::Selector selector{policy::IpAddress::V4({192, 0, 2, 1}), 24, 17, 500};
  const std::vector<Input> inputs = {
      ConnectCalled{peer},
      ConnectCalled{std::make_shared<const PeerConfig>()},
      ConnectCalled{peer},
      NegotiateCalled{SessionId{1}, {selector, std::nullopt}},
      CloseCalled{SessionId{2}},
      RenewCalled{SessionId{3}},
      RenewChildCalled{SessionId{4}, ChildId{5}},
      CloseChildCalled{SessionId{6}, ChildId{7}},
      UseReported{SessionId{8}, ChildId{9}, UINT64_MAX},
      DatagramArrived{local, remote, kOctets},
      TimeoutHandled{},
      DhFinished{crypto::DhTicket{UINT64_MAX}, crypto::DhOutcome::kBadPeerValue}};
  Time now = head.begin;
  for (const Input& input : inputs) recorder.OnInput(now += Duration(10), input);
  recorder.OnDatagram(now, Direction::kReceived, local, remote, kOctets);  // an input already
  recorder.OnDatagram(now, Direction::kSent, local, remote, kOctets);
  recorder.OnEvent(PeerNotified{SessionId{1}, NotifyType{40001}, "caf\xc3\xa9 \xff"});
  recorder.End();
  return text;
}

// Recordings outlive the release that wrote them: this is version 1, to the octet.
TEST(Recording, IsWrittenAsItAlwaysWas) {
  const std::string text = SampleText();
  EXPECT_THAT(text,
              StartsWith(R"({"recording":"iscsi-ike","version":1,"tool":"iscsi-ike 0.0.0",)"
                         R"("command":"serve","arguments":["--flags=0x27",)"
                         R"("--id=fqdn:\"odd\"\\name"],"config":true,"key_given":false,)"
                         R"("fingerprints":["76d4acc0",""],"local":["192.0.2.1:500",)"
                         R"("[2001:db8::1]:4500"],"nat_port":4500,"begin":1234567,"seed":"5a)"));
  EXPECT_EQ(text.substr(text.find("{\"at\"")), R"({"at":10,"in":"connect","peer":0}
{"at":20,"in":"connect","peer":1}
{"at":30,"in":"connect","peer":0}
{"at":40,"in":"negotiate","session":1,"local_ts":"192.0.2.1/24 17 500"}
{"at":50,"in":"close","session":2}
{"at":60,"in":"renew","session":3}
{"at":70,"in":"renew child","session":4,"child":5}
{"at":80,"in":"close child","session":6,"child":7}
{"at":90,"in":"use","session":8,"child":9,"octets":18446744073709551615}
{"at":100,"in":"datagram","local":"192.0.2.1:500","remote":"[2001:db8::2]:65535","octets":"007f80ff"}
{"at":110,"in":"timeout"}
{"at":120,"in":"dh","ticket":18446744073709551615,"outcome":"bad peer value"}
{"out":"datagram","local":"192.0.2.1:500","remote":"[2001:db8::2]:65535","octets":"007f80ff"}
{"out":"event","text":"the peer notifies unknown (40001): caf\\xc3\\xa9 \\xff\n"}
{"out":"end"}
)");
}

Result<Recording, std::string> Read(std::string_view text) {
  return ReadRecording({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

template <class Call>
const Call& CallOf(const Recording& recording, std::size_t index) {
  return std::get<Call>(std::get<RecordedInput>(recording.lines.at(index).what).call);
}

TEST(Recording, HeadComesBack) {
  const auto recording = Read(SampleText());
  ASSERT_TRUE(recording.ok()) << recording.error();
  const RecordingHead& head = recording->head;
  const RecordingHead sample = SampleHead();
  EXPECT_EQ(head.tool, sample.tool);
  EXPECT_EQ(head.command, sample.command);
  EXPECT_EQ(head.arguments, sample.arguments);
  EXPECT_EQ(head.config, sample.config);
  EXPECT_FALSE(head.key_given);
  EXPECT_EQ(head.fingerprints, sample.fingerprints);
  EXPECT_TRUE(head.keys.empty());
  EXPECT_EQ(head.local, sample.local);
  EXPECT_EQ(head.nat_port, 4500);
  EXPECT_EQ(head.begin, sample.begin);
  EXPECT_TRUE(crypto::ConstantTimeEqual(head.seed.Expose(), sample.seed.Expose()));
  EXPECT_TRUE(recording->complete);
  EXPECT_EQ(recording->torn, 0U);
}

TEST(Recording, KeysComeBackWhereTheyAreRecorded) {
  RecordingHead head = SampleHead();
  head.key_given = true;
  head.config.clear();
  head.keys.push_back(crypto::Secret::CopyOf(kOctets));
  head.keys.push_back(crypto::Secret::CopyOf({kOctets.data(), 1}));
  const auto recording = Read(SampleText(head));
  ASSERT_TRUE(recording.ok()) << recording.error();
  EXPECT_TRUE(recording->head.key_given);
  EXPECT_EQ(recording->head.config, "");
  ASSERT_EQ(recording->head.keys.size(), 2U);
  EXPECT_TRUE(crypto::ConstantTimeEqual(recording->head.keys[0].Expose(), kOctets));
  EXPECT_EQ(recording->head.keys[1].size(), 1U);
}

TEST(Recording, InputsComeBackInOrder) {
  const auto recording = Read(SampleText());
  ASSERT_TRUE(recording.ok()) << recording.error();
  ASSERT_EQ(recording->lines.size(), 14U);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(recording->lines[i].number, i + 3);
    EXPECT_EQ(std::get<RecordedInput>(recording->lines[i].what).at,
              Time(Duration(1234567 + 10 * (static_cast<int>(i) + 1))));
  }
  EXPECT_EQ(CallOf<RecordedConnect>(*recording, 0).peer, 0U);
  EXPECT_EQ(CallOf<RecordedConnect>(*recording, 1).peer, 1U);
  EXPECT_EQ(CallOf<RecordedConnect>(*recording, 2).peer, 0U);
  const auto& negotiate = CallOf<NegotiateCalled>(*recording, 3);
  EXPECT_EQ(negotiate.session, SessionId{1});
  EXPECT_EQ(negotiate.offer.local,
            (policy::Selector{policy::IpAddress::V4({192, 0, 2, 1}), 24, 17, 500}));
  EXPECT_FALSE(negotiate.offer.remote);
  EXPECT_EQ(CallOf<CloseCalled>(*recording, 4).session, SessionId{2});
  EXPECT_EQ(CallOf<RenewCalled>(*recording, 5).session, SessionId{3});
  EXPECT_EQ(CallOf<RenewChildCalled>(*recording, 6).child, ChildId{5});
  EXPECT_EQ(CallOf<CloseChildCalled>(*recording, 7).child, ChildId{7});
  EXPECT_EQ(CallOf<UseReported>(*recording, 8).octets, UINT64_MAX);
  const auto& arrival = CallOf<RecordedArrival>(*recording, 9);
  EXPECT_EQ(arrival.datagram.local, EndpointOf("192.0.2.1"));
  EXPECT_EQ(arrival.datagram.remote, EndpointOf("2001:db8::2", 65535));
  EXPECT_EQ(arrival.datagram.octets, kOctets);
  static_cast<void>(CallOf<TimeoutHandled>(*recording, 10));
  EXPECT_EQ(CallOf<DhFinished>(*recording, 11).ticket, crypto::DhTicket{UINT64_MAX});
  EXPECT_EQ(CallOf<DhFinished>(*recording, 11).outcome, crypto::DhOutcome::kBadPeerValue);
  EXPECT_EQ(std::get<Datagram>(recording->lines[12].what).octets, kOctets);
  EXPECT_EQ(std::get<RecordedEvent>(recording->lines[13].what).text,
            RecordedText(PeerNotified{SessionId{1}, NotifyType{40001}, "caf\xc3\xa9 \xff"}));
}

// Cut anywhere: in the head it is no recording; behind it the whole lines count.
TEST(Recording, TruncatedAtEveryLengthIsReadAsFarAsItGoes) {
  const std::string text = SampleText();
  const std::size_t head = text.find('\n', text.find('\n') + 1) + 1;
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto recording = Read(std::string_view(text).substr(0, size));
    ASSERT_EQ(recording.ok(), size >= head) << size;
    if (!recording.ok()) {
      EXPECT_THAT(recording.error(), StartsWith("line "));
      continue;
    }
    EXPECT_FALSE(recording->complete) << size;
    const auto lines = static_cast<std::size_t>(std::count(
        text.begin() + static_cast<long>(head), text.begin() + static_cast<long>(size), '\n'));
    EXPECT_EQ(recording->lines.size(), lines) << size;
    EXPECT_EQ(recording->torn, text[size - 1] == '\n' ? 0U : lines + 3) << size;
  }
}

// Every octet changed in a few ways: read or refused, never more.
TEST(Recording, AnyOctetChangedIsReadOrRefusedWithItsLine) {
  std::string text = SampleText();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char was = text[i];
    for (const char octet : {'\0', '"', '9', '{', '[', '\n', '\\', '\xe6', '\xff'}) {
      text[i] = octet;
      const auto recording = Read(text);
      if (!recording.ok()) {
        EXPECT_THAT(recording.error(), StartsWith("line "));
        EXPECT_THAT(recording.error(), Not(HasSubstr("5a5a")));
      }
    }
    text[i] = was;
  }
}

// A text of two lines with the second replaced.
std::string WithLine(const std::string& line) {
  RecordingHead head = SampleHead();
  head.config.clear();
  const std::string text = SampleText(head);
  return text.substr(0, text.find('\n') + 1) + "{\"at\":5,\"in\":\"timeout\"}\n" + line + "\n";
}

TEST(Recording, BrokenRulesAreNamedWithTheirLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "line 3: is no JSON"},
      {"{}", "line 3: out is missing"},
      {"[]", "line 3: is no object"},
      {"7", "line 3: is no object"},
      {"{\"out\":\"end\"", "line 3: is no JSON"},
      {"{\"out\":\"end\"} {}", "line 3: is no JSON"},
      {"{\"out\":\"\xe6", "line 3: is not UTF-8"},
      {"{\"out\":\"\xed\xa0\x80\"}", "line 3: is not UTF-8"},
      {"{\"out\":{}}", "line 3: holds an object in an object"},
      {"{\"out\":[[]]}", "line 3: holds a list in a list"},
      {"{\"out\":[1]}", "line 3: holds a list of something else than texts"},
      {"{\"out\":null}", "line 3: holds null"},
      {"{\"at\":-1,\"in\":\"timeout\"}", "line 3: holds a negative number"},
      {"{\"at\":5.5,\"in\":\"timeout\"}", "line 3: holds a fraction"},
      {"{\"at\":4,\"in\":\"timeout\"}", "line 3: at is before that of the input above"},
      {"{\"at\":9999999999999999,\"in\":\"timeout\"}", "line 3: at is more than 4503599627370496"},
      {"{\"at\":5,\"in\":\"timeout\",\"in\":\"timeout\"}", "line 3: has \"in\" twice"},
      {"{\"at\":5,\"in\":\"timeout\",\"x\":1}", "line 3: \"x\" is not known here"},
      {"{\"at\":5,\"in\":\"sleep\"}", "line 3: in is no input of the engine"},
      {"{\"at\":\"5\",\"in\":\"timeout\"}", "line 3: at is not a whole number"},
      {"{\"in\":\"timeout\"}", "line 3: at is missing"},
      {"{\"at\":5,\"in\":\"close\"}", "line 3: session is missing"},
      {"{\"at\":5,\"in\":\"close\",\"session\":4294967296}",
       "line 3: session is more than 4294967295"},
      {"{\"at\":5,\"in\":\"dh\",\"ticket\":1,\"outcome\":\"\"}",
       "line 3: outcome is none of a Diffie-Hellman job"},
      {"{\"at\":5,\"in\":\"negotiate\",\"session\":1,\"local_ts\":\"192.0.2.1/33 6 1\"}",
       "line 3: local_ts is not ADDRESS/BITS PROTOCOL PORT"},
      {"{\"out\":\"datagram\",\"local\":\"192.0.2.1\",\"remote\":\"192.0.2.1:1\",\"octets\":\"\"}",
       "line 3: local is no address and port"},
      {"{\"out\":\"datagram\",\"local\":\"192.0.2.1:1\",\"remote\":\"[192.0.2.1]:1\",\"octets\":"
       "\"\"}",
       "line 3: remote is no address and port"},
      {"{\"out\":\"datagram\",\"local\":\"192.0.2.1:1\",\"remote\":\"[::1]:65536\",\"octets\":"
       "\"\"}",
       "line 3: remote is no address and port"},
      {"{\"out\":\"datagram\",\"local\":\"192.0.2.1:1\",\"remote\":\"[::1]:1\",\"octets\":\"0\"}",
       "line 3: octets are no datagram in hexadecimal"},
      {"{\"out\":\"datagram\",\"local\":\"192.0.2.1:1\",\"remote\":\"[::1]:1\",\"octets\":\"0g\"}",
       "line 3: octets are no datagram in hexadecimal"},
      {"{\"out\":\"noise\"}", "line 3: out is no output of the engine"},
      {"{\"out\":\"end\"}\n{\"out\":\"end\"}", "line 4: stands behind the end"},
  };
  for (const auto& [line, error] : cases) {
    const auto recording = Read(WithLine(line));
    ASSERT_FALSE(recording.ok()) << line;
    EXPECT_EQ(recording.error(), error) << line;
  }
  const std::string huge(2 * 65536, '0');
  EXPECT_THAT(
      Read(WithLine("{\"out\":\"datagram\",\"local\":\"192.0.2.1:1\",\"remote\":\"[::1]:1\","
                    "\"octets\":\"" +
                    huge + "\"}"))
          .error(),
      HasSubstr("octets are no datagram"));
}

// What a replay shows of an event goes to a terminal.
TEST(Recording, TextsOfEventsAreLinesOfPrintableAscii) {
  const std::string begin = R"({"out":"event","text":")";
  EXPECT_TRUE(Read(WithLine(begin + R"( the peer ~\n  answers\n"})")).ok());
  const char* const texts[] = {R"(\u001b]0;owned\u0007)",
                               R"(a\tb)",
                               R"(a\rb)",
                               R"(\u001f)",
                               R"(\u007f)",
                               R"(\u0000)",
                               R"(\u009b)",
                               "caf\xc3\xa9",
                               "\xe2\x80\xae"};
  for (const char* const text : texts) {
    const auto recording = Read(WithLine(begin + text + "\"}"));
    ASSERT_FALSE(recording.ok()) << text;
    EXPECT_EQ(recording.error(), "line 3: text is not lines of printable ASCII") << text;
  }
}

TEST(Recording, NoTextOfAnEventIsWrittenThatIsNotRead) {
  std::string octets;
  for (int octet = 0; octet < 256; ++octet) octets += static_cast<char>(octet);
  const std::string text = RecordedText(PeerNotified{SessionId{1}, NotifyType{40001}, octets});
  EXPECT_THAT(text, HasSubstr("\\x00\\x01"));
  EXPECT_THAT(text, HasSubstr("~\\x7f\\x80"));
  EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                          [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
}

// The head of SampleHead without settings, and as many empty lines.
std::string WithEmptyLines(std::size_t count) {
  return SampleText().substr(0, SampleText().find('\n', SampleText().find('\n') + 1) + 1) +
         std::string(count, '\n');
}

TEST(Recording, HasABoundedNumberOfLines) {
  static_assert(kMostRecordedLines * sizeof(RecordedLine) <= std::size_t{512} << 20U);
  EXPECT_EQ(Read(WithEmptyLines(kMostRecordedLines)).error(), "line 3: is no JSON");
  EXPECT_EQ(Read(WithEmptyLines(kMostRecordedLines + 1)).error(),
            "line 2097155: is one too many: 2097152 may follow the head");
}

TEST(Recording, HeadsThatAreNoneAreRefused) {
  const std::string text = SampleText();
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const auto recording = Read(changed);
    EXPECT_FALSE(recording.ok()) << to;
    return recording.ok() ? std::string() : recording.error();
  };
  EXPECT_EQ(with("\"recording\":\"iscsi-ike\"", "\"recording\":\"other\""),
            "line 1: recording is not of iscsi-ike");
  EXPECT_THAT(with("\"version\":1", "\"version\":2"), HasSubstr("line 1: version is not 1"));
  EXPECT_THAT(with("5a5a", "5a"), HasSubstr("line 1: seed is not 32 to 32 octets"));
  std::string whole;
  for (std::size_t i = 0; i < crypto::kSeedSize; ++i) whole += "5a";
  for (const char* seed : {"", "5", "5a5"})
    EXPECT_THAT(with(whole, seed), HasSubstr("line 1: seed is not"));
  EXPECT_THAT(with("\"seed\"", "\"keys\":[\"00\"],\"seed\""),
              HasSubstr("line 1: keys are not as many as the fingerprints"));
  EXPECT_THAT(with("\"nat_port\":4500", "\"nat_port\":65536"), HasSubstr("line 1: nat_port"));
  EXPECT_EQ(
      with("{\"at\":10,\"in\":\"connect\",\"peer\":0}\n", "{\"out\":\"event\",\"text\":\"\"}\n"),
      "line 3: out stands before any input");
  EXPECT_EQ(Read("").error(), "line 1: is no whole line with the head of a recording");
  EXPECT_EQ(Read("\n").error(), "line 1: is no JSON");
}

}  // namespace
}  // namespace iscsi_ike::ike
