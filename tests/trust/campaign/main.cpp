// The simulation campaign: see --help.
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/random.hpp"
#include "tests/trust/campaign/run.hpp"
#include "tests/trust/result.hpp"

namespace iscsi_ike::trust {
namespace {

constexpr const char* kHelp = R"(usage: trust_campaign [option]...

Random schedules over two engines in virtual time: loss, duplication, reordering, corruption, truncation, delay to
minutes, replays, translators that forget, restarts with and without a checkpoint, clocks that jump and go back, key
agreements that are slow, fail or get lost, randomness that fails, memory that cannot be had at the n-th allocation of
a call; all words, both ends initiating, renewals, fragments, other keys, other settings. A story is what one seed
tells: some logins under its own troubles, then peace.

Checked after every call of an engine: the keys of each phase 1 and each child agree crosswise; nothing is established
unless the other end has the same keys and took part; nothing under another key; bounds of sessions and of octets held;
and every block that was allocated within the call and freed is searched, in full, for every secret known by then (PSK,
SKEYID and SKEYID_d, _a, _e, the cipher key, KEYMAT, private values and shared secrets of key agreements: the first and
the last eight octets of each), then poisoned. In peace: everything comes to rest, a login comes up, all that is closed
leaves no session, timer or octet behind.

  --negotiations N   go on until so many logins have come to an end (default 20000)
  --workers N        processes, each with its own stories (default: 2)
  --first-seed N     where the stories begin (default 1)
  --seed N           tell this one story alone
  --trace            say what happens in it
  --no-memory-faults  allocations never fail
  --result FILE      write the figures there
)";

struct Options {
  std::string program;  // as it was called
  std::uint64_t negotiations = 20000;
  unsigned workers = 2;
  std::uint64_t first_seed = 1;
  std::optional<std::uint64_t> seed;
  bool trace = false;
  bool memory_faults = true;
  std::string result;
};

// Slot is what a worker shows who started it.
struct Slot {
  std::uint64_t seed = 0;  // of the story that is being told
  std::uint64_t failures = 0;
  Tally tally;
  std::uint64_t peak_rss = 0;  // octets
};

constexpr unsigned kMostSeconds = 120;  // of one story, which takes milliseconds; then it is killed
constexpr std::uint64_t kMostFailures = 20;  // of a worker; then it stops

void NoteFailure(const Options& options, std::uint64_t seed, const char* what) {
  const auto number = static_cast<unsigned long long>(seed);
  std::fprintf(stderr, "seed %llu: %s\n  again: %s --seed %llu --trace%s\n", number, what,
               options.program.c_str(), number, options.memory_faults ? "" : " --no-memory-faults");
}

// Tell is one story from beginning to end; false: something does not hold.
bool Tell(const Options& options, std::uint64_t seed, Tally& tally) {
  bool fine = true;
  MemoryFigures before = Memory();
  Story story = MakeStory(seed);
  if (!options.memory_faults) story.odds.memory_failed = 0;
  if (options.trace)
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), Describe(story).c_str());
  try {
    Run run(story, tally, options.trace);
    run.Tell();
  } catch (const Violation& violation) {
    NoteFailure(options, seed, violation.what());
    fine = false;
  } catch (const std::exception& error) {
    NoteFailure(options, seed, error.what());
    fine = false;
  }
  static_cast<void>(StopFailing());
  Found found;
  if (!Sweep(found) && fine) {
    NoteFailure(options, seed, "a secret in memory freed at the end");
    fine = false;
  }
  ForgetSecrets();
  ++tally.stories;
  tally.secrets += Memory().secrets - before.secrets;
  tally.blocks_swept += Memory().blocks_swept - before.blocks_swept;
  tally.octets_swept += Memory().octets_swept - before.octets_swept;
  return fine;
}

std::uint64_t PeakRss() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

// Work tells the stories of one worker, from `seed` on, until its share is done.
void Work(const Options& options, std::uint64_t seed, Slot& slot) {
  const std::uint64_t share = (options.negotiations + options.workers - 1) / options.workers;
  for (; slot.tally.negotiations < share && slot.failures < kMostFailures;
       seed += options.workers) {
    slot.seed = seed;
    alarm(kMostSeconds);
    if (!Tell(options, seed, slot.tally)) ++slot.failures;
  }
  alarm(0);
  slot.seed = 0;
  slot.peak_rss = std::max(slot.peak_rss, PeakRss());
}

// WarmUp fills what is made once and kept for ever, so that no story is charged with it. False:
// not even plain logins are as they should be.
bool WarmUp() {
  Tally tally;
  bool fine = true;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Story story = MakeStory(seed);
    story.odds = {};
    try {
      Run run(story, tally, false);
      run.Prime();
    } catch (const Violation& violation) {
      std::fprintf(stderr, "a plain login: %s\n", violation.what());
      fine = false;
    }
  }
  Found found;
  static_cast<void>(Sweep(found));
  ForgetSecrets();
  return fine;
}

pid_t Start(const Options& options, std::uint64_t seed, Slot& slot) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody would read what it finds
  Work(options, seed, slot);
  std::fflush(nullptr);
  _exit(0);
}

// Run keeps the workers going: one that a story kills is noted and followed by another.
void RunWorkers(const Options& options, Slot* slots) {
  std::vector<pid_t> workers;
  for (unsigned i = 0; i < options.workers; ++i)
    workers.push_back(Start(options, options.first_seed + i, slots[i]));
  for (unsigned left = options.workers; left != 0;) {
    int status = 0;
    const pid_t ended = wait(&status);
    const auto it = std::find(workers.begin(), workers.end(), ended);
    if (it == workers.end()) continue;
    Slot& slot = slots[it - workers.begin()];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      --left;
      continue;
    }
    ++slot.failures;
    NoteFailure(options, slot.seed, "the process has ended in the midst of it");
    if (slot.failures >= kMostFailures)
      --left;
    else
      *it = Start(options, slot.seed + options.workers, slot);
  }
}

int Campaign(const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  void* const shared = mmap(nullptr, sizeof(Slot) * options.workers, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return std::perror("mmap"), 1;
  auto* const slots = static_cast<Slot*>(shared);
  for (unsigned i = 0; i < options.workers; ++i) new (&slots[i]) Slot;
  RunWorkers(options, slots);
  Tally all;
  CampaignResult result{.name = "campaign", .failures = 0};
  std::uint64_t peak = 0;
  for (unsigned i = 0; i < options.workers; ++i) {
    all.Add(slots[i].tally);
    result.failures += slots[i].failures;
    peak = std::max(peak, slots[i].peak_rss);
  }
  result.count = all.negotiations;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  result.figures = all.Figures();
  result.figures["negotiations_per_second"] = static_cast<double>(result.count) / result.seconds;
  result.figures["workers"] = options.workers;
  result.figures["peak_rss_octets_of_a_worker"] = static_cast<double>(peak);
  for (const auto& [name, value] : result.figures) std::printf("%-32s %.0f\n", name.c_str(), value);
  std::printf("campaign: %llu negotiations, %llu failures, %.1f s\n",
              static_cast<unsigned long long>(result.count),
              static_cast<unsigned long long>(result.failures), result.seconds);
  if (!options.result.empty() && !WriteResults(options.result, {result}))
    return std::perror(options.result.c_str()), 1;
  if (result.count == 0) (void)std::fputs("campaign: nothing was run\n", stderr);
  return result.failures == 0 && result.count != 0 ? 0 : 1;
}

std::optional<Options> Read(int count, char** words) {
  Options options;
  options.program = words[0];
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const auto next = [&] { return i + 1 < count ? words[++i] : ""; };
    const auto number = [&] { return std::strtoull(next(), nullptr, 10); };
    if (word == "--negotiations") {
      options.negotiations = number();
    } else if (word == "--workers") {
      options.workers = static_cast<unsigned>(std::max(1ULL, number()));
    } else if (word == "--first-seed") {
      options.first_seed = number();
    } else if (word == "--seed") {
      options.seed = number();
    } else if (word == "--trace") {
      options.trace = true;
    } else if (word == "--no-memory-faults") {
      options.memory_faults = false;
    } else if (word == "--result") {
      options.result = next();
    } else {
      return std::nullopt;
    }
  }
  return options;
}

int Main(int count, char** words) {
  const auto options = Read(count, words);
  if (!options)
    return std::fputs(kHelp, stdout), count == 2 && words[1] == std::string("--help") ? 0 : 2;
  if (!crypto::InitializeCrypto()) return 1;
  if (!WarmUp()) return 1;
  if (!options->seed) return Campaign(*options);
  Tally tally;
  const bool fine = Tell(*options, *options->seed, tally);
  std::printf("seed %llu: %llu negotiations, %llu established, %s\n",
              static_cast<unsigned long long>(*options->seed),
              static_cast<unsigned long long>(tally.negotiations),
              static_cast<unsigned long long>(tally.established), fine ? "fine" : "NOT FINE");
  return fine ? 0 : 1;
}

}  // namespace
}  // namespace iscsi_ike::trust

int main(int count, char** words) { return iscsi_ike::trust::Main(count, words); }
