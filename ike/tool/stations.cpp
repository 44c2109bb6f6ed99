#include "ike/tool/stations.hpp"

#include "ike/tool/number_text.hpp"
#include "ike/tool/watch.hpp"

namespace iscsi_ike::ike::tool {

Checked<std::unique_ptr<std::deque<Station>>> MakeStations(const Options& options) {
  std::uint64_t count = 1;
  if (!options.network.threads.empty()) {
    const auto given = ParseNumber(options.network.threads, "--threads", 1, 256);
    if (!given) return Failure(given.error());
    count = *given;
  }
  if (count > 1 && IsWatched(options.output))
    return Usage("--threads",
                 "-v and the output files show one engine: give one thread or none of them");
  if (count > 1 && options.network.segment)
    return Usage("--segment",
                 "passes the datagrams of many sessions as one, which cannot be steered to several "
                 "--threads");
  auto stations = std::make_unique<std::deque<Station>>();
  for (std::uint64_t i = 0; i < count; ++i) stations->emplace_back();
  return stations;
}

void SegmentIfAsked(const Options& options, std::deque<Station>& stations) {
  if (options.network.segment) stations.front().transport.Segment();
}

Status<ToolError> KeepUnread(const Options& options, std::deque<Station>& stations) {
  constexpr std::uint64_t kMostKib = 1U << 20U;
  if (options.network.receive_buffer.empty()) return Done{};
  const auto kib = ParseNumber(options.network.receive_buffer, "--receive-buffer", 64, kMostKib);
  if (!kib) return Failure(kib.error());
  for (Station& station : stations)
    station.transport.KeepUnread(static_cast<std::uint32_t>(*kib * 1024));
  return Done{};
}

SocketsOf SocketsAt(std::deque<Station>& stations, bool strangers) {
  std::vector<net::UdpTransport*> transports;
  for (Station& station : stations) transports.push_back(&station.transport);
  return SocketsOf(std::move(transports), strangers);
}

}  // namespace iscsi_ike::ike::tool
