#include "ike/tool/why_key.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/policy_no.hpp"
#include "ike/tool/served_checks.hpp"
#include "ike/tool/why_key_report.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using policy::ExchangeMode;

Checked<ExchangeMode> ParseMode(const std::string& text) {
  if (text.empty() || text == "main") return ExchangeMode::kMain;
  if (text == "aggressive") return ExchangeMode::kAggressive;
  return Usage("--mode", policy::Quote(text) + " is not main or aggressive");
}

Checked<PeerQuery> QueryOf(const WhyKeyOptions& options) {
  if (options.peer.empty()) return Usage("--peer", "is missing: the address of the peer");
  const auto peer = ParseEndpoint(options.peer, "--peer", kIkePort, false);
  if (!peer) return Failure(peer.error());
  const auto mode = ParseMode(options.mode);
  if (!mode) return Failure(mode.error());
  PeerQuery query{{}, *peer, *mode, policy::Identity::OfAddress(peer->address)};
  if (!options.peer_id.empty()) {
    auto identity = policy::Identity::Parse(options.peer_id, "--peer-id");
    if (!identity) return Usage(identity.error());
    query.identity = std::move(identity).value();
  }
  if (options.local.empty()) return query;
  const auto local = ParseEndpoint(options.local, "--local", kIkePort, false);
  if (!local) return Failure(local.error());
  query.local = *local;
  return query;
}

// Obstacle is why a candidate is passed over: a code and a sentence.
struct Obstacle {
  std::string code;
  std::string text;
};

Obstacle Unusable(const PeerConfig& peer) {
  if (peer.plan.outcome == policy::Outcome::kPlan)
    return {"NO_KEY", "it has no key, and there is none elsewhere"};
  const PolicyNo no = WhyNot(peer.plan);
  return {no.code, no.code + ": " + no.text};
}

Obstacle WrongMode(policy::SecurityFlags word, ExchangeMode mode) {
  const bool main = mode == ExchangeMode::kMain;
  const bool set =
      word.Has(main ? policy::SecurityFlag::kMainMode : policy::SecurityFlag::kAggressiveMode);
  return {"MODE", std::string(main ? "MAIN" : "AGGRESSIVE") + "_MODE_ENABLED is " +
                      (set ? "set, but the plan leaves the mode out" : "clear")};
}

Obstacle ObstacleOf(const PeerCandidate& candidate, const PeerQuery& query,
                    policy::SecurityFlags word) {
  const PeerConfig& peer = *candidate.peer;
  switch (*candidate.passed_over) {
    case PassedOver::kUnusable:
      return Unusable(peer);
    case PassedOver::kLocalAddress:
      return {"LOCAL_ADDRESS", peer.local.address.IsUnspecified()
                                   ? query.local.address.ToString() + " is a portal of its own"
                                   : "it is served at " + peer.local.address.ToString() + " alone"};
    case PassedOver::kRemoteAddress:
      return {"PEER_ADDRESS", "bound to another address, " + peer.remote->address.ToString()};
    case PassedOver::kMode:
      return WrongMode(word, query.mode);
    case PassedOver::kIdentity:
      return {"IDENTITY", "for another identity, " + peer.peer_identity->ToString()};
  }
  return {};
}

KeyCandidate InWords(const PeerCandidate& candidate, const PeerQuery& query, const Served& served) {
  KeyCandidate one;
  one.record = served.name.empty() ? candidate.peer->name : served.name;
  one.portal = served.portal;
  one.word = served.settings.word.ToHex();
  one.candidate = candidate;
  if (candidate.passed_over) {
    Obstacle obstacle = ObstacleOf(candidate, query, served.settings.word);
    one.code = std::move(obstacle.code);
    one.text = std::move(obstacle.text);
  } else {
    one.text = Explain(*candidate.peer, candidate.match);
  }
  one.found = served.settings.found;
  return one;
}

// AddFingerprints: text does not show those of keys that are passed over.
void AddFingerprints(const std::vector<Served>& served, bool passed_over_too, KeyAnswer& answer) {
  FewFingerprints few;
  for (KeyCandidate& one : answer.candidates) {
    if (!one.code.empty() && !passed_over_too) continue;
    if (!IsUsable(served[one.candidate.index])) continue;
    const auto fingerprint = few.Of(*one.candidate.peer);
    one.fingerprint = fingerprint.value_or("left out");
    one.left_out = !fingerprint.has_value();
    if (one.left_out) ++answer.fingerprints_left_out;
  }
}

void AddNotes(const EngineConfig& config, const WhyKeyOptions& options, KeyAnswer& answer) {
  const PeerQuery& query = answer.query;
  std::vector<std::string>& notes = answer.notes;
  const bool main = query.mode == ExchangeMode::kMain;
  if (main)
    notes.emplace_back(
        "main mode needs the key before the identity is known, so that no identity "
        "can choose it (RFC 2409 section 5.4)");
  if (!main && options.peer_id.empty())
    notes.emplace_back("without --peer-id the identity is taken to be the address");
  if (!answer.refusal) {
    const auto& wanted = answer.candidates.front().candidate.peer->peer_identity;
    if (main && wanted && wanted != query.identity)
      notes.push_back("'" + answer.candidates.front().record + "' demands the identity " +
                      wanted->ToString() + ": any other is refused with PEER_IDENTITY after MM5");
  }
  bool elsewhere = false;
  for (const KeyCandidate& one : answer.candidates) {
    elsewhere |= one.code == "LOCAL_ADDRESS";
    if (one.code.empty())
      if (const auto note = RivalNote(config, one.candidate.index, query.mode))
        notes.push_back(*note);
  }
  if (elsewhere && options.local.empty())
    notes.emplace_back("portals have answers of their own: --local tells that of one");
  if (answer.fingerprints_left_out > 0)
    notes.push_back("fingerprints take time: those of the first " +
                    std::to_string(FewFingerprints::kMostKeys) + " keys are shown, and " +
                    std::to_string(answer.fingerprints_left_out) +
                    " left out; --entry shows that of one record");
}

Checked<ExitCode> TryWhyKey(const Options& options) {
  if (!options.policy.HasConfig() && options.policy.flags.empty())
    return Usage("--config", "is missing, and so is --flags: one of them is what serve is given");
  const auto query = QueryOf(options.why_key);
  if (!query) return Failure(query.error());
  Ends ends;
  if (!query->local.address.IsUnspecified()) ends.local = query->local;
  const auto served = ReadServed(options, ends);
  if (!served) return Failure(served.error());
  auto config = ServingConfig(options, *served, 0);
  if (!config) return Failure(config.error());

  KeyAnswer answer{*query, {}, {}, {}, 0};
  for (const PeerCandidate& candidate : PeerCandidates(*config, *query))
    answer.candidates.push_back(InWords(candidate, *query, (*served)[candidate.index]));
  if (auto selected = SelectPeer(*config, *query); !selected)
    answer.refusal = std::move(selected).error();
  AddFingerprints(*served, options.output.json, answer);
  AddNotes(*config, options.why_key, answer);
  Print(options.output.json ? AnswerJson(answer) : AnswerText(answer));
  return answer.refusal ? ExitCode::kPolicy : ExitCode::kOk;
}

}  // namespace

ExitCode RunWhyKey(const Options& options) {
  const auto code = TryWhyKey(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
