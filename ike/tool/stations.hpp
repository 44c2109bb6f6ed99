// Stations: where the engines of --threads run, each with a reactor and sockets of its own.
#pragma once

#include <deque>
#include <memory>

#include "ike/net/reactor.hpp"
#include "ike/tool/options.hpp"
#include "ike/tool/sockets.hpp"

namespace iscsi_ike::ike::tool {

struct Station {
  net::Reactor reactor;
  net::UdpTransport transport{reactor};
};

// MakeStations reads --threads. Several and an output that shows the messages of one engine are an
// error: captures, key logs and ladders know one engine's sessions. So are several and --segment.
[[nodiscard]] Checked<std::unique_ptr<std::deque<Station>>> MakeStations(const Options& options);

// SegmentIfAsked: once all is bound.
void SegmentIfAsked(const Options& options, std::deque<Station>& stations);

// KeepUnread reads --receive-buffer; once all is bound.
Status<ToolError> KeepUnread(const Options& options, std::deque<Station>& stations);

// SocketsAt: `strangers` may write to them, whom those that are known are kept apart from.
[[nodiscard]] SocketsOf SocketsAt(std::deque<Station>& stations, bool strangers);

}  // namespace iscsi_ike::ike::tool
