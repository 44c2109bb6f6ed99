// Memory of sessions and allocations, printed as a table and, with --json FILE, for results.py.
// With limits it judges, too: exit status 1 when one is exceeded.
#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "bench/memory_figures.hpp"
#include "bench/suites.hpp"

namespace iscsi_ike::bench {
namespace {

constexpr const char* kUsage =
    "usage: memory_bench [OPTION=VALUE ...]\n"
    "  --json=FILE             write the figures as JSON\n"
    "  --sessions=N            that each figure is the average of; default 1000\n"
    "  --max-half-open=OCTETS  main mode, the first message answered\n"
    "  --max-keyed=OCTETS      half-open with Diffie-Hellman values\n"
    "  --max-established=OCTETS  one child, either end, while it lingers and after\n"
    "  --max-dropped=N         allocations for a datagram of no use\n";

struct Options {
  std::string json;
  std::map<std::string, double, std::less<>> numbers{{"sessions", 1000}};
  [[nodiscard]] double Limit(std::string_view name) const {
    const auto found = numbers.find(name);
    return found == numbers.end() ? std::numeric_limits<double>::infinity() : found->second;
  }
};

bool Parse(std::string_view argument, Options& options) {
  const std::size_t equals = argument.find('=');
  if (!argument.starts_with("--") || equals == std::string_view::npos) return false;
  const std::string name(argument.substr(2, equals - 2));
  const std::string_view value = argument.substr(equals + 1);
  if (name == "json") {
    options.json = value;
    return true;
  }
  unsigned number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  options.numbers[name] = number;
  return error == std::errc{} && end == value.data() + value.size() &&
         std::string_view(kUsage).find("--" + name + "=") != std::string_view::npos;
}

// Report collects figures and judges them.
class Report {
 public:
  explicit Report(const Options& options) : options_(options) {}

  void Add(const std::string& name, const char* limit, double octets, double allocations = -1) {
    const double value = octets >= 0 ? octets : allocations;
    const bool over = limit != nullptr && value > options_.Limit(limit);
    good_ &= !over;
    std::printf("%-52s %10.1f %s%s\n", name.c_str(), value, octets >= 0 ? "octets" : "allocations",
                over ? "  TOO MUCH" : "");
    lines_ += (lines_.empty() ? "  " : ",\n  ") + ("{\"name\": \"" + name + "\", \"bytes\": ") +
              Number(octets) + ", \"allocations\": " + Number(allocations) + "}";
  }

  [[nodiscard]] bool Finish() const {
    if (options_.json.empty()) return good_;
    std::ofstream file(options_.json);
    file << "[\n" << lines_ << "\n]\n";
    return file.good() && good_;
  }

 private:
  static std::string Number(double value) { return value < 0 ? "null" : std::to_string(value); }
  const Options& options_;
  std::string lines_;
  bool good_ = true;
};

void AddSessions(Report& report, const PairSettings& settings, std::size_t sessions,
                 const std::string& name, bool main) {
  report.Add("Memory/half_open/" + name, main ? "max-half-open" : "max-keyed",
             HalfOpenOctets(settings, sessions));
  if (main) {
    report.Add("Memory/half_open_keyed/" + name, "max-keyed",
               KeyedHalfOpenOctets(settings, sessions));
  }
  const Ends fresh = SessionOctets(settings, sessions, Moment::kEstablished);
  const Ends lingered = SessionOctets(settings, sessions, Moment::kLingered);
  const Ends children = SessionOctets(settings, sessions, Moment::kChildren);
  for (double Ends::*end : {&Ends::initiator, &Ends::responder}) {
    const std::string tail = name + (end == &Ends::initiator ? "/initiator" : "/responder");
    report.Add("Memory/established_fresh/" + tail, "max-established", fresh.*end);
    report.Add("Memory/established/" + tail, "max-established", lingered.*end);
    report.Add("Memory/further_child/" + tail, nullptr,
               (children.*end - lingered.*end) / static_cast<double>(kFurtherChildren));
  }
  report.Add("Allocations/negotiation/" + name, nullptr, -1, NegotiationAllocations(settings));
}

void AddCheckpoints(Report& report, const PairSettings& settings, std::size_t sessions,
                    const std::string& name) {
  report.Add("Checkpoint/half_open/" + name, nullptr, HalfOpenCheckpointOctets(settings, sessions));
  const Ends fresh = CheckpointOctets(settings, sessions, Moment::kEstablished);
  const Ends lingered = CheckpointOctets(settings, sessions, Moment::kLingered);
  for (double Ends::*end : {&Ends::initiator, &Ends::responder}) {
    const std::string tail = name + (end == &Ends::initiator ? "/initiator" : "/responder");
    report.Add("Checkpoint/established_fresh/" + tail, nullptr, fresh.*end);
    report.Add("Checkpoint/established/" + tail, nullptr, lingered.*end);
  }
}

bool Measure(const Options& options) {
  const auto sessions = static_cast<std::size_t>(options.numbers.at("sessions"));
  Report report(options);
  const Named& pfs = kPfs[0];
  for (const Named& mode : kModes) {
    for (const Named& suite : {kSuites[1], kSuites[4]}) {
      PairSettings settings = SettingsOf(mode, pfs, suite);
      settings.lanes = crypto::DhLanes::kWhereThereAre;
      const std::string name = std::string(mode.name) + '/' + pfs.name + '/' + suite.name;
      AddSessions(report, settings, sessions, name, &mode == kModes.data());
      AddCheckpoints(report, settings, sessions, name);
    }
  }
  // The offer is kept until HASH_I is there: four suites are the default.
  PairSettings offer = SettingsOf(kModes[0], pfs, kSuites[1]);
  offer.ike =
      "aes128-sha256-modp2048,aes256-sha256-modp2048,aes128-sha1-modp2048,aes256-sha1-modp2048";
  report.Add("Memory/half_open/main/nopfs/modp2048/4_suites", "max-half-open",
             HalfOpenOctets(offer, sessions));
  for (const MemoryFigure& figure : DroppedAllocations(SettingsOf(kModes[0], pfs, kSuites[4])))
    report.Add("Allocations/dropped/" + figure.name, "max-dropped", -1, figure.allocations);
  return report.Finish();
}

}  // namespace
}  // namespace iscsi_ike::bench

int main(int count, char** arguments) {
  iscsi_ike::bench::Options options;
  for (int i = 1; i < count; ++i) {
    if (iscsi_ike::bench::Parse(arguments[i], options)) continue;
    std::fputs(iscsi_ike::bench::kUsage, stderr);
    return 2;
  }
  try {
    return iscsi_ike::bench::Measure(options) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "memory_bench: %s\n", error.what());
    return 1;
  }
}
