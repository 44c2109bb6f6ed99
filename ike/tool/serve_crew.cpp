#include "ike/tool/serve_crew.hpp"

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ike/tool/console.hpp"

namespace iscsi_ike::ike::tool {

ServeCrew::ServeCrew(const Options& options, std::deque<Station>& stations,
                     const EngineConfig& config, unsigned dh_threads, Observer* observer,
                     RunRecording& recording, bool several)
    : stations_(stations), json_(options.output.json), spare_(stations.front().reactor) {
  const auto count = static_cast<std::uint32_t>(stations.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    EngineConfig own = config;
    own.cookie_shard = {i, count};
    runs_.emplace_back(options, stations[i], std::move(own), dh_threads, observer,
                       recording.is_open() ? &recording : nullptr, several);
  }
}

void ServeCrew::Start(IsnsRegistrar* registrar) {
  for (ServeRun& run : runs_) run.Start();
  spare_.Watch();
  stations_.front().reactor.OnRequest([this] { Report(); });
  stations_.front().reactor.OnTermination([this, registrar](int) {
    if (registrar == nullptr) return LeaveAll();
    registrar->Leave([this] { LeaveAll(); });
  });
  if (registrar != nullptr) registrar->Start();
}

void ServeCrew::LeaveAll() {
  for (std::size_t i = 0; i < runs_.size(); ++i)
    stations_[i].reactor.Post([&run = runs_[i]] { run.Leave(); });
}

// Report gathers what each engine says on its own thread, and prints the sum.
void ServeCrew::Report() {
  struct Gathered {
    std::mutex mutex;
    std::size_t left;
    ServeSummary all;
  };
  auto gathered = std::make_shared<Gathered>();
  gathered->left = runs_.size();
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    stations_[i].reactor.Post([this, &run = runs_[i], gathered] {
      const std::scoped_lock lock(gathered->mutex);
      gathered->all.Add(run.Summary());
      if (--gathered->left == 0) Print(json_ ? gathered->all.Line() : gathered->all.Text());
    });
  }
}

ServeSummary ServeCrew::Serve() {
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < stations_.size(); ++i)
    threads.emplace_back([&station = stations_[i]] { station.reactor.Run(); });
  stations_.front().reactor.Run();
  for (std::thread& thread : threads) thread.join();
  ServeSummary all;
  for (const ServeRun& run : runs_) all.Add(run.Summary());
  return all;
}

}  // namespace iscsi_ike::ike::tool
