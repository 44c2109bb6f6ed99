// flooder: sends first messages of IKE at a rate, spoofed but for the real kinds, and tells as JSON
// what was really sent.
//
//   flooder --kind main --to 192.0.2.1 --rate 50000 --seconds 60
//
// --rate 0: as fast as it can. --sources A.B.C.D/N: where the senders pretend to be; --also ADDR:
// every second datagram comes from there (replay: from whom it was). --identity TYPE:VALUE for
// aggressive; --pcap FILE for replay: what went to port 500 there. --seed N; without, the clock's.
// The real kinds are sent from port 500 of this host, the others need CAP_NET_RAW.
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/pcap_reader.hpp"
#include "tests/trust/flood/flood_messages.hpp"
#include "tests/trust/flood/real_host.hpp"
#include "tests/trust/flood/spoofed_sender.hpp"

namespace iscsi_ike::trust {

namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t stopped = 0;

struct Arguments {
  std::string kind = "main";
  FloodSettings messages;
  Place target;
  std::uint32_t sources = 0x10000000;  // 16.0.0.0/4
  unsigned prefix = 4;
  std::optional<std::uint32_t> also;
  std::uint64_t rate = 0;
  double seconds = 1;
};

template <class T>
bool ReadNumber(const std::string& text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && at == end;
}

bool ReadAddress(const std::string& text, std::uint32_t& value) {
  const auto address = ParseAddress(text.c_str());
  if (address) value = *address;
  return address.has_value();
}

bool ReadSources(const std::string& text, Arguments& arguments) {
  const std::size_t slash = text.find('/');
  return slash != std::string::npos && ReadAddress(text.substr(0, slash), arguments.sources) &&
         ReadNumber(text.substr(slash + 1), arguments.prefix) && arguments.prefix >= 1 &&
         arguments.prefix <= 32;
}

// ReadRecorded takes what an initiator at any other port sent to port 500.
bool ReadRecorded(const std::string& path, FloodSettings& settings) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<std::uint8_t> octets((std::istreambuf_iterator<char>(file)), {});
  const auto capture = test::ReadCapture(octets);
  if (!capture) return false;
  for (const test::UdpDatagram& datagram : capture->datagrams)
    if (datagram.destination_port == 500 && datagram.source_port != 500)
      settings.recorded.push_back(datagram.payload);
  return !settings.recorded.empty();
}

bool Read(const std::string& name, const std::string& value, Arguments& a) {
  if (name == "--kind") {
    const auto kind = FloodKindOf(value);
    if (kind) a.messages.kind = *kind;
    a.kind = value;
    return kind.has_value();
  }
  if (name == "--to") return ReadAddress(value, a.target.address);
  if (name == "--port") return ReadNumber(value, a.target.port);
  if (name == "--rate") return ReadNumber(value, a.rate);
  if (name == "--seconds") return ReadNumber(value, a.seconds);
  if (name == "--seed") return ReadNumber(value, a.messages.seed);
  if (name == "--sources") return ReadSources(value, a);
  if (name == "--also") return ReadAddress(value, a.also.emplace());
  if (name == "--pcap") return ReadRecorded(value, a.messages);
  if (name == "--identity") return !(a.messages.identity = value).empty();
  return false;
}

std::optional<Arguments> Parse(std::span<char*> words) {
  Arguments arguments;
  arguments.messages.seed = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
  for (std::size_t i = 1; i < words.size(); i += 2) {
    if (i + 1 == words.size() || !Read(words[i], words[i + 1], arguments)) {
      std::fprintf(stderr, "flooder: %s: unknown, without a value or with a wrong one\n", words[i]);
      return std::nullopt;
    }
  }
  if (arguments.target.address == 0) {
    std::fprintf(stderr, "flooder: --to is missing\n");
    return std::nullopt;
  }
  if (arguments.messages.kind == FloodKind::kReplay && arguments.messages.recorded.empty()) {
    std::fprintf(stderr, "flooder: replay needs a --pcap\n");
    return std::nullopt;
  }
  return arguments;
}

constexpr std::chrono::milliseconds kMostBehind{5};

void WaitUntil(Clock::time_point when) {
  const auto since = when.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const timespec at{seconds.count(), (since - seconds).count()};
  (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
}

// AtRate calls send(count) so that it keeps to the rate by the millisecond, and returns the seconds
// that it took. What it falls behind by more than a few of them is left out, so that a busy machine
// does not turn into bursts.
template <class Send>
double AtRate(const Arguments& arguments, Send send) {
  const Clock::time_point began = Clock::now();
  const auto over = began + std::chrono::duration_cast<Clock::duration>(
                                std::chrono::duration<double>(arguments.seconds));
  Clock::time_point tick = began;
  double due = 0;
  for (Clock::time_point now = began; now < over && stopped == 0; now = Clock::now()) {
    if (arguments.rate == 0) {
      send(SpoofedSender::kMost);
      continue;
    }
    tick = std::max(tick, now - kMostBehind);
    due += static_cast<double>(arguments.rate) * 0.001;
    const auto whole = static_cast<std::size_t>(due);
    send(whole);
    due -= static_cast<double>(whole);
    WaitUntil(tick += std::chrono::milliseconds(1));
  }
  return std::chrono::duration<double>(Clock::now() - began).count();
}

// Flood is what comes from addresses that nobody is at.
class Flood {
 public:
  Flood(const Arguments& arguments, SpoofedSender& sender)
      : arguments_(arguments),
        sender_(sender),
        messages_(arguments.messages),
        dice_(~arguments.messages.seed) {}

  void Send(std::size_t count) {
    for (; count > 0; --count) sender_.Add(Source(), messages_.Next());
    sender_.Flush();
  }

 private:
  Place Source() {
    if (arguments_.also && (++turn_ & 1U) != 0) return {*arguments_.also, 500};
    const auto host = static_cast<std::uint32_t>(dice_.Next()) & (0xffffffffU >> arguments_.prefix);
    return {arguments_.prefix == 32 ? arguments_.sources : (arguments_.sources | host), 500};
  }

  const Arguments& arguments_;
  SpoofedSender& sender_;
  FloodMessages messages_;
  Dice dice_;
  std::uint64_t turn_ = 0;
};

// RealFlood is what comes from one host that answers: each MM2 gets its MM3, and nothing else does.
class RealFlood {
 public:
  RealFlood(const Arguments& arguments, RealHost& host)
      : host_(host), messages_(arguments.messages) {}

  void Send(std::size_t count) {
    for (; count > 0; --count) (void)host_.Send(messages_.Next());
    // A few of them each time, so that the first messages keep to their rate.
    for (int most = 256; most > 0; --most) {
      const auto received = host_.Receive();
      if (received.empty()) return;
      const auto third = messages_.Third(received);
      if (!third.empty() && host_.Send(third)) ++thirds_;
    }
  }

  [[nodiscard]] std::uint64_t thirds() const { return thirds_; }

 private:
  RealHost& host_;
  FloodMessages messages_;
  std::uint64_t thirds_ = 0;
};

// Tell: `thirds` of the datagrams are MM3. Returns the exit status.
template <class Sender>
int Tell(const Arguments& arguments, const Sender& sender, double seconds, std::uint64_t thirds) {
  const std::uint64_t firsts = sender.datagrams() - thirds;
  const nlohmann::json told{{"kind", arguments.kind},
                            {"rate_wanted", arguments.rate},
                            {"seconds", seconds},
                            {"sent", sender.datagrams()},
                            {"firsts", firsts},
                            {"thirds", thirds},
                            {"octets", sender.octets()},
                            {"refused", sender.refused()},
                            {"rate", static_cast<double>(firsts) / seconds}};
  std::printf("%s\n", told.dump().c_str());
  return sender.datagrams() > 0 ? 0 : 1;
}

int FloodSpoofed(const Arguments& arguments) {
  auto sender = SpoofedSender::Open(arguments.target);
  if (!sender) {
    std::fprintf(stderr, "flooder: no raw socket: %s\n", std::strerror(errno));
    return 1;
  }
  Flood flood(arguments, *sender);
  const double seconds = AtRate(arguments, [&flood](std::size_t count) { flood.Send(count); });
  return Tell(arguments, *sender, seconds, 0);
}

int FloodReal(const Arguments& arguments) {
  auto host = RealHost::Open(arguments.target);
  if (!host) {
    std::fprintf(stderr, "flooder: no socket at port 500: %s\n", std::strerror(errno));
    return 1;
  }
  RealFlood flood(arguments, *host);
  const double seconds = AtRate(arguments, [&flood](std::size_t count) { flood.Send(count); });
  return Tell(arguments, *host, seconds, flood.thirds());
}

int Main(std::span<char*> words) {
  const auto arguments = Parse(words);
  if (!arguments) return 2;
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stopped = 1; });
  return IsReal(arguments->messages.kind) ? FloodReal(*arguments) : FloodSpoofed(*arguments);
}

}  // namespace

}  // namespace iscsi_ike::trust

int main(int argc, char** argv) {
  return iscsi_ike::trust::Main({argv, static_cast<std::size_t>(argc)});
}
