#include "ike/tool/replay.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "ike/tool/config_inputs.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/input_text.hpp"
#include "ike/tool/json_text.hpp"
#include "ike/tool/recorded_keys.hpp"
#include "ike/tool/replay_tale.hpp"
#include "ike/tool/replay_what_if.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kLargestRecording = std::size_t{256} << 20U;

Checked<Recording> ReadRecordingFile(const std::string& path) {
  const auto file = ReadInput(path, "FILE", kLargestRecording);
  if (!file) return Failure(file.error());
  if (IsReadableByOthers(path))
    Warn("FILE: " + path + " can be read by others, and gives the sessions away; chmod 600 is due");
  auto recording = ReadRecording(file->Expose());
  if (!recording) return Usage(path == "-" ? "standard input" : path, recording.error());
  return std::move(*recording);
}

// Remark tells how a recording ends that is not whole; empty for one that is.
std::string Remark(const Recording& recording) {
  if (recording.torn != 0)
    return "line " + std::to_string(recording.torn) + " is torn off, and was left out";
  return recording.complete ? "" : "the recording breaks off: what recorded did not end by itself";
}

std::string VerdictLine(const Recording& recording, const Replay& replay) {
  const auto& parting = replay.parting();
  JsonText json;
  json.Begin().Key("event").Text("replay").Key("verdict").Text(parting ? "parted" : "same");
  WriteCounts(json, replay.counts());
  json.Key("complete").Bool(recording.complete).Key("parting");
  if (!parting) return json.Null().End().Line();
  json.Begin().Key("line").Number(parting->line).Key("recorded").Text(parting->recorded);
  return json.Key("now").Text(parting->now).End().End().Line();
}

std::string VerdictText(const Recording& recording, const Replay& replay) {
  const std::string remark = Remark(recording);
  std::string text;
  if (const auto& parting = replay.parting()) {
    text = "parted at line " + std::to_string(parting->line) + ", behind " +
           CountsText(replay.counts()) + " that were the same\n  recorded: " + parting->recorded +
           "\n  now: " + parting->now + "\n";
  } else {
    text = "the same to the last octet: " + CountsText(replay.counts()) + "\n";
  }
  return remark.empty() ? text : text + "  (" + remark + ")\n";
}

// Pause waits for Enter on a terminal; false: 'q' or the end of input.
bool Pause() {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) return true;
  PrintError("-- Enter: next, q: stop --");
  int first = std::getchar();
  for (int c = first; c != '\n' && c != EOF;) c = std::getchar();
  return first != 'q' && first != EOF;
}

ExitCode Judge(const Options& options, const Recording& recording, const Replay& replay) {
  Print(options.output.json ? VerdictLine(recording, replay) : VerdictText(recording, replay));
  return replay.parting() ? ExitCode::kNegotiationFailed : ExitCode::kOk;
}

ExitCode Run(const Options& options, const Recording& recording, ReplayPlan plan, Command command) {
  ReplayTale tale(command, plan, options.output.json);
  Replay replay(recording, std::move(plan.settings));
  while (const RecordedLine* line = replay.NextInput()) {
    const FedOutput output = replay.Step();
    const std::string text = tale.Take(std::get<RecordedInput>(line->what), output);
    if (!text.empty()) Print(text);
  }
  if (const std::string text = tale.Finish(); !text.empty()) Print(text);
  return Judge(options, recording, replay);
}

ExitCode RunSteps(const Options& options, const Recording& recording, ReplayPlan plan) {
  StepLog log;
  plan.settings.observer = &log;
  Replay replay(recording, std::move(plan.settings));
  while (const RecordedLine* line = replay.NextInput()) {
    const FedOutput output = replay.Step();
    Print(StepText(*line, recording.head.begin, log.Take(), output) + "\n");
    if (replay.NextInput() != nullptr && !Pause()) return ExitCode::kOk;
  }
  return Judge(options, recording, replay);
}

Status<ToolError> CheckTogether(const Options& options) {
  const ReplayOptions& replay = options.replay;
  int users = (replay.file == "-" ? 1 : 0) + (options.key.file == "-" ? 1 : 0);
  for (const InputFile& input : InputFiles(options.policy)) users += input.path == "-" ? 1 : 0;
  if (users > 1) return Usage("FILE", "standard input can be only one of the files");
  if (replay.step && !replay.set.empty())
    return Usage("--step", "walks the recording as it is; --set shows where two settings part");
  if (replay.step && options.output.json)
    return Usage("--step", "is text for people; --json tells the outcome");
  return Done{};
}

// PlanOf: `refused` may stand in the plan of what is set.
Checked<ReplayPlan> PlanOf(const RecordingHead& head, const std::vector<crypto::Secret>& keys,
                           const std::vector<std::string>& set, Command& command) {
  const auto recorded = OptionsOf(head, keys, set);
  if (!recorded) return Failure(recorded.error());
  command = recorded->command;
  return PlanReplay(*recorded, head);
}

Checked<ExitCode> TryReplay(const Options& options) {
  if (auto checked = CheckTogether(options); !checked) return Failure(checked.error());
  const auto recording = ReadRecordingFile(options.replay.file);
  if (!recording) return Failure(recording.error());
  const auto keys = KeysFor(recording->head, options);
  if (!keys) return Failure(keys.error());
  Command command = Command::kConnect;
  auto plan = PlanOf(recording->head, *keys, {}, command);
  if (!plan) return Failure(plan.error());
  if (plan->refused) return Usage("FILE", "line 1: these settings allow no negotiation");
  if (options.replay.step) return RunSteps(options, *recording, std::move(*plan));
  if (options.replay.set.empty()) return Run(options, *recording, std::move(*plan), command);
  auto changed = PlanOf(recording->head, *keys, options.replay.set, command);
  if (!changed) return Failure(changed.error());
  if (changed->refused) return Refuse(*changed->refused, options.output.json);
  return RunWhatIf(options, *recording, std::move(plan->settings), std::move(changed->settings));
}

}  // namespace

ExitCode RunReplay(const Options& options) {
  const auto code = TryReplay(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
