#include "ike/tool/serve_run.hpp"

#include <utility>
#include <vector>

#include "ike/tool/console.hpp"
#include "ike/tool/event_line.hpp"
#include "ike/tool/report.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Renumber gives the sessions of an event numbers that no other engine gives.
void Renumber(const CookieShard& shard, Event& event) {
  const auto move = [&shard](SessionId& id) {
    const auto number = static_cast<std::uint32_t>(id);
    if (number != 0) id = SessionId{(number - 1) * shard.count + shard.index + 1};
  };
  std::visit(
      [&](auto& e) {
        if constexpr (requires { e.sa; })
          move(e.sa.session);
        else
          move(e.session);
        if constexpr (requires { e.replaced; }) move(e.replaced);
      },
      event);
}

}  // namespace

ServeRun::ServeRun(const Options& options, Station& station, EngineConfig config,
                   unsigned dh_threads, Observer* observer, RunRecording* recording, bool several)
    : output_(options.output),
      station_(station),
      shard_(config.cookie_shard),
      several_(several),
      recording_(recording),
      node_(station.reactor, station.transport, std::move(config),
            recording == nullptr ? random_ : recording->random(), observer, dh_threads) {}

void ServeRun::Start() {
  node_.transport.OnSendTrouble([this](const net::NetError& error) {
    if (output_.verbosity > 0) Warn(error.Text());
  });
  node_.loop.Start([this](Event event) { OnEvent(std::move(event)); }, [this] { Flush(); });
}

void ServeRun::OnEvent(Event event) {
  if (recording_ != nullptr) recording_->Note(event);
  summary_.Count(event);
  const SessionId session = SessionOf(event);
  if (const auto* phase1 = std::get_if<Phase1Established>(&event)) {
    const bool told = !output_.quiet && (output_.json || several_);
    sessions_[session] = told ? std::make_unique<const Phase1Established>(*phase1) : nullptr;
  }
  const bool silent = std::holds_alternative<PeerUnresponsive>(event);
  const auto* failed = std::get_if<Failed>(&event);
  const bool over =
      std::holds_alternative<SessionClosed>(event) || (failed != nullptr && !failed->child);
  if (!output_.quiet) {
    const auto known = sessions_.find(session);
    Tell(std::move(event), known == sessions_.end() ? nullptr : known->second.get());
  }
  if (silent) node_.loop.Close(session);
  if (over) sessions_.erase(session);
}

void ServeRun::Tell(Event event, const Phase1Established* phase1) {
  const std::string record = RecordOf(event, phase1);
  Renumber(shard_, event);
  lines_ += output_.json ? EventLine(event, phase1, record) : EventOneLine(event, record);
}

// RecordOf: the name of the record whose key an event is about, where there are several.
std::string ServeRun::RecordOf(const Event& event, const Phase1Established* phase1) const {
  if (!several_) return {};
  if (const auto* failed = std::get_if<Failed>(&event)) return failed->peer_name;
  if (const auto* diagnosed = std::get_if<Diagnosed>(&event)) return diagnosed->peer_name;
  return phase1 != nullptr ? phase1->peer_name : std::string();
}

// Flush prints what one turn has to tell with one call, so that neither the calls nor a reader that
// is slow hold up each event, and lines of several engines stay whole.
void ServeRun::Flush() {
  if (lines_.empty()) return;
  Print(lines_);
  lines_.clear();
}

ServeSummary ServeRun::Summary() const {
  ServeSummary summary = summary_;
  summary.lost = station_.transport.Lost();
  summary.counters = node_.engine.counters();
  return summary;
}

// Leave closes in small steps: a burst of Deletes would overrun the peers' sockets and our own.
// With the last one the sockets close, too: some peers begin anew at once.
void ServeRun::Leave() {
  constexpr std::size_t kAtOnce = 64;
  std::vector<SessionId> some;
  for (const auto& [session, phase1] : sessions_) {
    if (some.size() == kAtOnce) break;
    some.push_back(session);
  }
  for (const SessionId session : some) {
    node_.loop.Close(session);
    sessions_.erase(session);
  }
  if (!sessions_.empty()) return station_.reactor.After(Duration(1), [this] { Leave(); });
  node_.loop.Stop();
  Flush();
  station_.reactor.Stop();
}

}  // namespace iscsi_ike::ike::tool
