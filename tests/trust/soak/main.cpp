// The soak in virtual time: see --help.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/random.hpp"
#include "tests/trust/result.hpp"
#include "tests/trust/soak/fleet.hpp"

namespace iscsi_ike::trust {
namespace {

constexpr const char* kHelp = R"(usage: trust_soak [option]...

One portal and its HBAs in virtual time: a phase 1 lives 8 hours, a child one hour, each is renewed; HBAs ask after two
minutes of silence whether the portal lives; two in a hundred datagrams are lost; every HBA has an outage of its network
in about five days, a restart in twenty, the portal's network one in six. Every five minutes each HBA must have its
child, as the portal has it, but in troubles and six minutes after; one look in 100000 may find none, two in a row may
not. No child may be older than its lifetime. Main mode with curve25519, AES-CBC and SHA-256, no PFS: cheap, but nothing
is pretended. Freed memory is searched for secrets as in trust_campaign. Memory held by the engines, on average over a
day, may be no more on the later days than on the earlier ones, but for a tenth; of fewer than five days it is not judged.

  --days N      (default 1)
  --hbas N      (default 20)
  --seed N      (default 1)
  --result FILE write the figures there
)";

struct Options {
  unsigned days = 1;
  unsigned hbas = 20;
  std::uint64_t seed = 1;
  std::string result;
};

// So many looks may have one that finds no child, outside of all troubles.
constexpr std::uint64_t kLooksPerGap = 100000;

struct Day {
  std::uint64_t portal = 0, hbas = 0;  // octets held, on average
};

// Grew: whether the later days held more than the earlier ones; the first is left out.
template <class Of>
bool Grew(const std::vector<Day>& days, Of of) {
  if (days.size() < 5) return false;
  const auto less = [&](const Day& a, const Day& b) { return of(a) < of(b); };
  const auto middle = days.begin() + static_cast<std::ptrdiff_t>((days.size() + 1) / 2);
  const auto early = of(*std::max_element(days.begin() + 1, middle, less));
  const auto late = of(*std::max_element(middle, days.end(), less));
  return late > early + early / 10;
}

CampaignResult Soak(const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  Fleet fleet(options.hbas, options.seed);
  std::vector<Day> days;
  for (unsigned day = 1; day <= options.days; ++day) {
    fleet.RunDay();
    days.push_back({fleet.portal_held(), fleet.hbas_held()});
    std::printf("day %u: portal %llu octets, HBAs %llu\n", day,
                static_cast<unsigned long long>(days.back().portal),
                static_cast<unsigned long long>(days.back().hbas));
    std::fflush(stdout);
  }
  const FleetFigures& f = fleet.figures();
  CampaignResult result{.name = "soak_virtual", .count = f.looks, .failures = f.failures};
  if (Grew(days, [](const Day& d) { return d.portal; })) {
    std::fprintf(stderr, "the portal's memory grows\n");
    ++result.failures;
  }
  if (Grew(days, [](const Day& d) { return d.hbas; })) {
    std::fprintf(stderr, "the HBAs' memory grows\n");
    ++result.failures;
  }
  if (f.gaps > f.looks / kLooksPerGap + 1) {
    std::fprintf(stderr, "%llu looks at no child\n", static_cast<unsigned long long>(f.gaps));
    ++result.failures;
  }
  const std::pair<const char*, std::uint64_t> figures[] = {
      {"days", options.days},
      {"hbas", options.hbas},
      {"logins", f.logins},
      {"logins_failed", f.logins_failed},
      {"children", f.children},
      {"child_renewals", f.child_renewals},
      {"session_renewals_at_both_ends", f.session_renewals},
      {"dpd_questions", f.questions},
      {"peers_found_dead", f.unresponsive},
      {"datagrams", f.datagrams},
      {"datagrams_lost", f.lost},
      {"outages", f.outages},
      {"restarts", f.restarts},
      {"looks_at_none", f.gaps},
      {"looks_at_two_children", f.looks_at_two},
      {"most_children_of_an_hba", f.most_children},
      {"portal_octets_first_day", days.front().portal},
      {"portal_octets_last_day", days.back().portal},
      {"hba_octets_first_day", days.front().hbas},
      {"hba_octets_last_day", days.back().hbas},
      {"secrets_looked_for", Memory().secrets}};
  for (const auto& [name, value] : figures) {
    result.figures[name] = static_cast<double>(value);
    std::printf("%-32s %llu\n", name, static_cast<unsigned long long>(value));
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

int Main(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string_view word = words[i];
    const char* const value = i + 1 < count ? words[i + 1] : "";
    const auto number = std::strtoul(value, nullptr, 10);
    if (word == "--days" && number != 0) {
      options.days = static_cast<unsigned>(number);
    } else if (word == "--hbas" && number != 0) {
      options.hbas = static_cast<unsigned>(number);
    } else if (word == "--seed") {
      options.seed = number;
    } else if (word == "--result") {
      options.result = value;
    } else {
      std::fputs(kHelp, stdout);
      return word == "--help" ? 0 : 2;
    }
  }
  if (!crypto::InitializeCrypto()) return 1;
  const CampaignResult result = Soak(options);
  std::printf("soak: %llu looks at an HBA's child over %u days, %llu failures, %.1f s\n",
              static_cast<unsigned long long>(result.count), options.days,
              static_cast<unsigned long long>(result.failures), result.seconds);
  if (!options.result.empty() && !WriteResults(options.result, {result})) return 1;
  return result.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace iscsi_ike::trust

int main(int count, char** words) { return iscsi_ike::trust::Main(count, words); }
