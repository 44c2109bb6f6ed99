#include "ike/tool/replay_what_if.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/console.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Side is one of two reactions to the same input.
struct Side {
  StepLog::Entry entry;
  const FedOutput& output;
  [[nodiscard]] bool Sent(std::string_view name) const {
    return std::find(entry.sent.begin(), entry.sent.end(), name) != entry.sent.end();
  }
  [[nodiscard]] bool Received(std::string_view name) const {
    return std::find(entry.received.begin(), entry.received.end(), name) != entry.received.end();
  }
  // Blames: an event gives this as the cause, of an end or not.
  [[nodiscard]] bool Blames(FailureCode code) const {
    return std::any_of(output.events.begin(), output.events.end(), [&](const Event& event) {
      const auto* failed = std::get_if<Failed>(&event);
      const auto* diagnosed = std::get_if<Diagnosed>(&event);
      return (failed != nullptr && failed->failure.code == code) ||
             (diagnosed != nullptr && diagnosed->suspicion.code == code);
    });
  }
};

// BoundNote: why the peer's recorded answers end to be of use, where that is not what they say.
std::string BoundNote(const Side& recorded, const Side& changed, bool other_offer) {
  if (recorded.Sent("QM1") && changed.Sent("QM1"))
    return "QM1 offers something else; the recorded QM2 is encrypted in a chain that begins with "
           "the "
           "recorded QM1 (RFC 2409 Appendix B), and cannot be read behind another";
  if (!other_offer) return {};
  if (recorded.Sent("MM5") && changed.Sent("MM5"))
    return "the peer's choice is one of the other offer too; HASH_I of MM5 covers the whole offer "
           "(RFC 2409 section 5), so the answers recorded from here on do not fit it";
  const bool hash =
      changed.Blames(FailureCode::kHashMismatch) || changed.Blames(FailureCode::kKeysDiffer);
  if (recorded.Received("AM2") && hash)
    return "the peer's choice is one of the other offer too; HASH_R of its answer covers the whole "
           "recorded offer (RFC 2409 section 5), so it cannot fit the other";
  return {};
}

class Comparison {
 public:
  Comparison(const Options& options, const Recording& recording, ReplaySettings recorded,
             ReplaySettings changed)
      : options_(options),
        recording_(recording),
        runs_(recording, Watched(std::move(recorded), recorded_log_),
              Watched(std::move(changed), changed_log_)) {}

  ExitCode Run() {
    while (auto turn = runs_.Next()) {
      const Side recorded{recorded_log_.Take(), turn->recorded};
      const Side changed{changed_log_.Take(), turn->changed};
      if (turn->other_offer) {
        other_offer_ = true;
        if (!options_.output.json)
          Print("another offer, " + Both(*turn->input, recorded, changed) + "\n");
      }
      if (runs_.parted()) return Parted(*turn->input, recorded, changed);
    }
    return Ended();
  }

 private:
  static ReplaySettings Watched(ReplaySettings settings, StepLog& log) {
    settings.observer = &log;
    return settings;
  }

  [[nodiscard]] std::string SetText() const { return policy::Join(options_.replay.set, ", "); }

  [[nodiscard]] std::string Both(const RecordedLine& input, const Side& recorded,
                                 const Side& changed) const {
    return InputText(input, recording_.head.begin) + "\nas recorded:\n" +
           ReactionText(recorded.entry, recorded.output) + "with " + SetText() + ":\n" +
           ReactionText(changed.entry, changed.output);
  }

  [[nodiscard]] JsonText& Begin(JsonText& json, std::string_view verdict) const {
    json.Begin().Key("event").Text("replay").Key("verdict").Text(verdict);
    WriteCounts(json, runs_.replay().counts());
    json.Key("complete").Bool(recording_.complete).Key("set");
    json.List(options_.replay.set, [](JsonText& j, const auto& one) { j.Text(one); });
    return json.Key("other_offer").Bool(other_offer_).Key("parting");
  }

  ExitCode Parted(const RecordedLine& input, const Side& recorded, const Side& changed) const {
    const std::string note = BoundNote(recorded, changed, other_offer_);
    if (!options_.output.json) {
      Print("parted at " + Both(input, recorded, changed));
      if (!note.empty()) Print("note: " + note + "\n");
      return ExitCode::kNegotiationFailed;
    }
    JsonText json;
    Begin(json, "parted").Begin().Key("line").Number(input.number);
    json.Key("recorded").Text(ReactionText(recorded.entry, recorded.output));
    json.Key("now").Text(ReactionText(changed.entry, changed.output)).Key("note");
    note.empty() ? json.Null() : json.Text(note);
    Print(json.End().End().Line());
    return ExitCode::kNegotiationFailed;
  }

  // Ended: nothing parted, or not even the recorded settings gave what was recorded.
  [[nodiscard]] ExitCode Ended() const {
    if (const auto& parting = runs_.replay().parting())
      return Complain(
          {ExitCode::kNegotiationFailed, "FILE: line " + std::to_string(parting->line) +
                                             ": the recorded settings part from it already; look "
                                             "at that first, without --set"});
    if (options_.output.json) {
      JsonText json;
      Print(Begin(json, "same").Null().End().Line());
    } else {
      Print("with " + SetText() + " the same: " + CountsText(runs_.replay().counts()) + "\n");
    }
    return ExitCode::kOk;
  }

  const Options& options_;
  const Recording& recording_;
  StepLog recorded_log_;
  StepLog changed_log_;
  WhatIf runs_;
  bool other_offer_ = false;
};

}  // namespace

ExitCode RunWhatIf(const Options& options, const Recording& recording, ReplaySettings recorded,
                   ReplaySettings changed) {
  return Comparison(options, recording, std::move(recorded), std::move(changed)).Run();
}

void WriteCounts(JsonText& json, const ReplayCounts& counts) {
  json.Key("datagrams_in").Number(counts.datagrams_in);
  json.Key("datagrams_out").Number(counts.datagrams_out).Key("events").Number(counts.events);
}

}  // namespace iscsi_ike::ike::tool
