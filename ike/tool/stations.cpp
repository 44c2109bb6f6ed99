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

SocketsOf SocketsAt(std::deque<Station>& stations) {
  std::vector<net::UdpTransport*> transports;
  for (Station& station : stations) transports.push_back(&station.transport);
  return SocketsOf(std::move(transports));
}

}  // namespace iscsi_ike::ike::tool
