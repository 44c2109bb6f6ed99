#include "ike/tool/try_psk.hpp"

#include <algorithm>
#include <vector>

#include "ike/tool/console.hpp"
#include "ike/tool/hex_text.hpp"
#include "ike/tool/json_text.hpp"
#include "ike/wire/id.hpp"

namespace iscsi_ike::ike::tool {

namespace {

struct Trial {
  const SeenPhase1* seen = nullptr;
  PskVerdict verdict = PskVerdict::kIncomplete;
};

std::string IdentityText(const SeenPhase1& seen) {
  const Wire<IdView> id = ParseId(seen.id_r);
  return id ? Describe(*id) : std::string("unknown");
}

std::string_view VerdictName(PskVerdict verdict) {
  switch (verdict) {
    case PskVerdict::kMatch:
      return "match";
    case PskVerdict::kNoMatch:
      return "no match";
    case PskVerdict::kIncomplete:
      return "incomplete";
    case PskVerdict::kUnsupported:
      return "unsupported";
  }
  return {};
}

std::string_view VerdictText(PskVerdict verdict) {
  switch (verdict) {
    case PskVerdict::kMatch:
      return "the key is the one in use: HASH_R matches";
    case PskVerdict::kNoMatch:
      return "the key is another: HASH_R does not match";
    case PskVerdict::kIncomplete:
      return "cannot be judged: the capture lacks a payload of the first or second message";
    case PskVerdict::kUnsupported:
      return "cannot be judged: it authenticates without a pre-shared key, or with an unknown hash";
  }
  return {};
}

std::vector<Trial> TrialsOf(const Decoder& decoder, crypto::Octets psk) {
  std::vector<Trial> trials;
  for (const SeenPhase1* seen : decoder.phases()) {
    if (seen->exchange == ExchangeType::kAggressive) trials.push_back({seen, TryPsk(*seen, psk)});
  }
  std::sort(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
    return a.seen->answer_frame < b.seen->answer_frame;
  });
  return trials;
}

void PrintText(const std::vector<Trial>& trials) {
  for (const Trial& trial : trials) {
    const SeenPhase1& seen = *trial.seen;
    std::string line = "aggressive mode " + HexText(seen.initiator);
    if (seen.answer_frame != 0) {
      line +=
          ", answer in frame " + std::to_string(seen.answer_frame) + " from " + IdentityText(seen);
    }
    Print(line + ": " + std::string(VerdictText(trial.verdict)) + "\n");
  }
}

void PrintJson(const std::vector<Trial>& trials, std::string_view outcome) {
  JsonText json;
  json.Begin().Key("outcome").Text(outcome);
  json.Key("exchanges").List(trials, [](JsonText& list, const Trial& trial) {
    const SeenPhase1& seen = *trial.seen;
    list.Begin().Key("frame").Number(seen.answer_frame);
    list.Key("initiator_cookie").Text(HexText(seen.initiator));
    list.Key("responder_cookie").Text(HexText(seen.responder));
    list.Key("identity").Text(IdentityText(seen));
    list.Key("verdict").Text(VerdictName(trial.verdict)).End();
  });
  Print(json.End().Line());
}

}  // namespace

ExitCode TryPskOn(const Decoder& decoder, crypto::Octets psk, const std::string& place, bool json) {
  const std::vector<Trial> trials = TrialsOf(decoder, psk);
  const auto any = [&trials](PskVerdict verdict) {
    return std::any_of(trials.begin(), trials.end(),
                       [verdict](const Trial& trial) { return trial.verdict == verdict; });
  };
  const bool match = any(PskVerdict::kMatch);
  const bool judged = match || any(PskVerdict::kNoMatch);
  if (json) {
    PrintJson(trials, match ? "match" : judged ? "no match" : "none");
  } else {
    PrintText(trials);
  }
  if (match) return ExitCode::kOk;
  if (judged) return ExitCode::kNegotiationFailed;
  return Complain({ExitCode::kUsage,
                   place + ": has no aggressive mode with a pre-shared key and both of its first "
                           "messages; in main mode HASH_R is encrypted"});
}

}  // namespace iscsi_ike::ike::tool
