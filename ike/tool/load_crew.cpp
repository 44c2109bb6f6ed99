#include "ike/tool/load_crew.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "ike/trace/fan_out.hpp"

namespace iscsi_ike::ike::tool {

// Member is one engine of the crew, and what it has told of its result.
struct LoadCrew::Member {
  Member(LoadPlan share, std::vector<std::shared_ptr<const PeerConfig>> hbas, Station& at)
      : station(at), run(std::move(share), std::move(hbas), at.reactor) {}

  Station& station;
  LoadRun run;
  crypto::SystemRandom random;
  FanOut both;  // where somebody else watches, too
  std::unique_ptr<Node> node;
  LoadResult told;
  std::uint64_t seconds = 0;  // told so often
  bool ended = false;
};

LoadCrew::LoadCrew(const LoadPlan& plan, const std::vector<std::shared_ptr<const PeerConfig>>& hbas,
                   bool keep, std::deque<Station>& stations)
    : plan_(plan), keep_(keep) {
  const std::size_t count = stations.size();
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::shared_ptr<const PeerConfig>> own;
    for (std::size_t hba = i; hba < hbas.size(); hba += count) own.push_back(hbas[hba]);
    members_.emplace_back(ShareOf(plan, i, count), std::move(own), stations[i]);
  }
}

LoadCrew::~LoadCrew() = default;

LoadResult LoadCrew::Run(const EngineConfig& config, Observer* observer, const Progress& progress) {
  progress_ = &progress;
  std::uint32_t index = 0;
  for (Member& member : members_) {
    EngineConfig own = config;
    own.cookie_shard = {index++, static_cast<std::uint32_t>(members_.size())};
    Observer* seen_by = &member.run;
    if (observer != nullptr) {
      member.both.Add(*observer);
      member.both.Add(member.run);
      seen_by = &member.both;
    }
    member.node = std::make_unique<Node>(member.station.reactor, member.station.transport,
                                         std::move(own), member.random, seen_by);
  }
  members_.front().station.reactor.OnTermination([this](int) {
    for (Member& member : members_)
      member.station.reactor.Post([&run = member.run] { run.Interrupt(); });
  });
  own_cpu_before_ = OwnCpuTime();
  if (plan_.peer_process) peer_cpu_before_ = CpuTimeOf(*plan_.peer_process);
  began_ = LoadRun::Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < members_.size(); ++i)
    threads.emplace_back([this, &member = members_[i]] { Work(member); });
  Work(members_.front());
  for (std::thread& thread : threads) thread.join();
  return std::move(last_);
}

void LoadCrew::Work(Member& member) {
  member.run.Begin(*member.node, began_, [this, &member](const LoadResult& result, bool ended) {
    OnNews(member, result, ended);
  });
  member.station.reactor.Run();
}

void LoadCrew::OnNews(Member& member, const LoadResult& result, bool ended) {
  const std::lock_guard lock(mutex_);
  member.told = result;
  member.ended = ended;
  if (!ended) ++member.seconds;
  if (std::ranges::all_of(members_, &Member::ended)) {
    last_ = Sum();
    CloseAll();
  } else if (ToldByAll() > progressed_) {
    progressed_ = ToldByAll();
    (*progress_)(Sum());
  }
}

// ToldByAll is the second of which all that have not ended have told.
std::uint64_t LoadCrew::ToldByAll() const {
  std::uint64_t seconds = UINT64_MAX;
  for (const Member& member : members_)
    if (!member.ended) seconds = std::min(seconds, member.seconds);
  return seconds;
}

LoadResult LoadCrew::Sum() const {
  LoadResult sum;
  for (const Member& member : members_) sum.Add(member.told);
  sum.time = LoadRun::Clock::now() - began_;
  sum.own_cpu = OwnCpuTime() - own_cpu_before_;
  if (!peer_cpu_before_) return sum;
  const auto peer = CpuTimeOf(*plan_.peer_process);
  sum.peer_cpu_known = peer.has_value();
  if (peer) sum.peer_cpu = *peer - *peer_cpu_before_;
  return sum;
}

// CloseAll: what is held is deleted when the clock has stopped for all.
void LoadCrew::CloseAll() {
  for (Member& member : members_)
    member.station.reactor.Post([this, &run = member.run] { run.Close(keep_); });
}

}  // namespace iscsi_ike::ike::tool
