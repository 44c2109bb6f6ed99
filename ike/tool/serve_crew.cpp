#include "ike/tool/serve_crew.hpp"

#include <thread>
#include <vector>

namespace iscsi_ike::ike::tool {

ServeCrew::ServeCrew(const Options& options, std::deque<Station>& stations,
                     const EngineConfig& config, unsigned dh_threads, Observer* observer,
                     RunRecording& recording, bool several)
    : stations_(stations) {
  const auto count = static_cast<std::uint32_t>(stations.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    EngineConfig own = config;
    own.cookie_shard = {i, count};
    runs_.emplace_back(options, stations[i], std::move(own), dh_threads, observer,
                       recording.is_open() ? &recording : nullptr, several);
  }
}

void ServeCrew::Start() {
  for (ServeRun& run : runs_) run.Start();
  stations_.front().reactor.OnTermination([this](int) {
    for (std::size_t i = 0; i < runs_.size(); ++i)
      stations_[i].reactor.Post([&run = runs_[i]] { run.Leave(); });
  });
}

ServeSummary ServeCrew::Serve() {
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < stations_.size(); ++i)
    threads.emplace_back([&station = stations_[i]] { station.reactor.Run(); });
  stations_.front().reactor.Run();
  for (std::thread& thread : threads) thread.join();
  ServeSummary all;
  for (const ServeRun& run : runs_) all.Add(run.summary());
  return all;
}

}  // namespace iscsi_ike::ike::tool
