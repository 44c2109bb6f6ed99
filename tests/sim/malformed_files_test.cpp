// Every datagram of the public captures, the malformed ones first of all, to both ends of a session
// in each state: as it is, and with the cookies of the session. Nothing of these files is in the
// tree.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "ike/trace/capture.hpp"
#include "tests/support/engine_states.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {
namespace {

constexpr std::size_t kCookies = 16;

// DatagramsOf: those of a capture; a file that is none is one datagram.
std::vector<Bytes> DatagramsOf(const std::filesystem::path& path) {
  const std::string file = ReadFile(path);
  const ike::Octets octets(reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
  const auto capture = ike::ReadCapture(octets);
  if (!capture) {
    const ike::Octets first = octets.first(std::min<std::size_t>(octets.size(), 2048));
    return {{first.begin(), first.end()}};
  }
  std::vector<Bytes> datagrams;
  for (const ike::CapturedDatagram& datagram : capture->datagrams)
    datagrams.push_back(datagram.octets);
  return datagrams;
}

std::vector<std::vector<Bytes>> AllFiles() {
  std::vector<std::vector<Bytes>> files;
  for (const char* folder : {"malformed", "captures", "raw"}) {
    for (const auto& path : VectorFiles(folder)) files.push_back(DatagramsOf(path));
  }
  return files;
}

// WithCookiesOf puts the cookies of the latest datagram in place, behind a marker if there is one.
void WithCookiesOf(const SimNet& net, Bytes& octets) {
  if (net.log.empty()) return;
  const auto message = MessageOf(net.log.back().datagram);
  const bool marked = octets.size() > 4 && std::all_of(octets.begin(), octets.begin() + 4,
                                                       [](std::uint8_t o) { return o == 0; });
  const std::size_t at = marked ? 4 : 0;
  if (octets.size() < at + kCookies || message.size() < kCookies) return;
  std::copy_n(message.begin(), kCookies, octets.begin() + static_cast<std::ptrdiff_t>(at));
}

EndSettings SettingsFor(const EngineState& state) {
  EndSettings end = QuickEnd(state.word);
  end.adjust_peer = [](ike::PeerConfig& peer) { peer.fragment_above = 1232; };
  return end;
}

// Feed gives how many datagrams were fed.
std::size_t Feed(const EngineState& state, const std::vector<Bytes>& file, bool own_cookies) {
  const PairIn in = Reach(state, SettingsFor(state));
  EXPECT_TRUE(in.reached) << state.name;
  SimNet& net = in.pair->net;
  std::size_t fed = 0;
  for (Bytes octets : file) {
    if (own_cookies) WithCookiesOf(net, octets);
    for (Node* node : {in.reader, in.writer}) {
      const Node& other = *(node == in.reader ? in.writer : in.reader);
      for (const std::uint16_t port : {ike::kIkePort, ike::kIkeNattPort})
        net.Inject(*node, {other.endpoint().address, port}, octets, port), ++fed;
    }
  }
  net.Run();
  EXPECT_TRUE(net.IsIdle()) << state.name;
  // Under foreign cookies it is noise, which harms nobody.
  if (!own_cookies && state.stage != SessionStage::kClosing) {
    EXPECT_TRUE(in.pair->Established()) << state.name;
  }
  return fed;
}

TEST(MalformedFiles, DoNoHarmInAnyState) {
  if (const std::string why = WhyNoVectors(); !why.empty()) GTEST_SKIP() << why;
  const std::vector<std::vector<Bytes>> files = AllFiles();
  std::size_t fed = 0;
  std::size_t states = 0;
  for (const EngineState& state : EngineStates()) {
    if (state.word != kMainPfsWord && state.word != kAggressivePfsWord) continue;
    ++states;
    for (const std::vector<Bytes>& file : files) {
      for (const bool own_cookies : {false, true}) fed += Feed(state, file, own_cookies);
    }
  }
  EXPECT_GT(fed, states * files.size());
  std::cout << files.size() << " files, " << states << " states, " << fed << " datagrams\n";
}

}  // namespace
}  // namespace iscsi_ike::test
