#include "tests/trust/campaign/tally.hpp"

#include <algorithm>
#include <type_traits>

#include "ike/errors.hpp"

namespace iscsi_ike::trust {
namespace {

struct Count {
  const char* name;
  std::uint64_t Tally::*member;
};
constexpr Count kCounts[] = {
    {"stories", &Tally::stories},
    {"negotiations", &Tally::negotiations},
    {"established", &Tally::established},
    {"cut_off_by_restart", &Tally::cut_off},
    {"closed_early", &Tally::closed},
    {"connects_refused", &Tally::refused},
    {"phase1_established", &Tally::phase1_established},
    {"children_established", &Tally::children_established},
    {"renewals", &Tally::renewals},
    {"calls_checked", &Tally::calls},
    {"datagrams", &Tally::datagrams},
    {"datagrams_lost", &Tally::lost},
    {"datagrams_doubled", &Tally::doubled},
    {"datagrams_changed", &Tally::changed},
    {"datagrams_replayed", &Tally::replayed},
    {"dh_jobs", &Tally::dh_jobs},
    {"dh_failed_or_dropped", &Tally::dh_failed},
    {"restarts", &Tally::restarts},
    {"restored_from_checkpoint", &Tally::restored},
    {"clock_jumps", &Tally::clock_jumps},
    {"random_failures", &Tally::random_failed},
    {"allocation_failures", &Tally::memory_failed},
    {"calls_without_memory", &Tally::starved},
    {"secrets_looked_for", &Tally::secrets},
    {"freed_blocks_searched", &Tally::blocks_swept},
    {"freed_octets_searched", &Tally::octets_swept},
};

}  // namespace

void Tally::Add(const Tally& other) {
  static_assert(std::is_trivially_copyable_v<Tally>);
  for (const Count& count : kCounts) this->*count.member += other.*count.member;
  for (std::size_t i = 0; i < failed.size(); ++i) failed[i] += other.failed[i];
  most_held = std::max(most_held, other.most_held);
  most_per_session = std::max(most_per_session, other.most_per_session);
}

std::map<std::string, double> Tally::Figures() const {
  std::map<std::string, double> figures;
  for (const Count& count : kCounts) figures[count.name] = static_cast<double>(this->*count.member);
  for (std::size_t i = 0; i < failed.size(); ++i) {
    if (failed[i] == 0) continue;
    const auto code = static_cast<ike::FailureCode>(i);
    figures["failed_" + std::string(ike::Name(code))] = static_cast<double>(failed[i]);
  }
  figures["most_octets_of_an_engine"] = static_cast<double>(most_held);
  figures["most_octets_per_session"] = static_cast<double>(most_per_session);
  return figures;
}

}  // namespace iscsi_ike::trust
