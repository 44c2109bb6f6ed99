#include "policy/target_portal.hpp"

#include <algorithm>

#include "policy/reason.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

ReasonCode ReasonFor(WordSource source) {
  switch (source) {
    case WordSource::kEntry:
      return ReasonCode::kWordFromEntry;
    case WordSource::kCall:
      return ReasonCode::kWordFromCall;
    case WordSource::kPortal:
      return ReasonCode::kWordFromPortal;
    case WordSource::kIsns:
      return ReasonCode::kWordFromIsns;
    case WordSource::kDefaultBitmap:
      return ReasonCode::kWordFromDefault;
    case WordSource::kNone:
      break;
  }
  return ReasonCode::kWordFromNowhere;
}

// OverriddenReason: a default is there to give way.
ReasonCode OverriddenReason(WordSource source) {
  return source == WordSource::kDefaultBitmap ? ReasonCode::kDefaultOverridden
                                              : ReasonCode::kExistingPolicyWins;
}

struct Candidate {
  WordSource source;
  std::optional<SecurityFlags> word;
};

std::string Describe(const Candidate& candidate) {
  return std::string(Name(candidate.source)) + " " + candidate.word->ToHex();
}

// CandidatesOf those sources that say something, in the order of WordSource.
std::vector<Candidate> CandidatesOf(const WordSources& sources) {
  std::vector<Candidate> candidates = {{WordSource::kEntry, sources.entry},
                                       {WordSource::kCall, sources.call}};
  for (const SecurityFlags word : sources.later_calls)
    candidates.push_back({WordSource::kCall, word});
  candidates.push_back({WordSource::kPortal, sources.portal});
  candidates.push_back({WordSource::kIsns, sources.isns});
  candidates.push_back({WordSource::kDefaultBitmap, sources.default_bitmap});
  std::erase_if(candidates, [](const Candidate& candidate) { return !candidate.word; });
  return candidates;
}

}  // namespace

std::string_view Name(WordSource source) {
  switch (source) {
    case WordSource::kEntry:
      return "existing entry";
    case WordSource::kCall:
      return "passed word";
    case WordSource::kPortal:
      return "portal bitmap";
    case WordSource::kIsns:
      return "iSNS bitmap";
    case WordSource::kDefaultBitmap:
      return "default bitmap";
    case WordSource::kNone:
      return "nowhere";
  }
  return "?";
}

bool TargetPortal::LeadsTo(std::string_view target) const {
  return targets.empty() ||
         std::any_of(targets.begin(), targets.end(),
                     [&](const std::string& one) { return SameName(one, target); });
}

WordInForce ResolveWord(const WordSources& sources) {
  WordInForce result;
  for (const Candidate& candidate : CandidatesOf(sources)) {
    if (!candidate.word->IsValid()) {
      result.reasons.push_back(MakeReason(ReasonCode::kSourceNotValid, Describe(candidate)));
    } else if (result.source == WordSource::kNone) {
      result.word = *candidate.word;
      result.source = candidate.source;
      result.reasons.push_back(MakeReason(ReasonFor(candidate.source), result.word.ToHex()));
    } else if (*candidate.word != result.word) {
      result.reasons.push_back(
          MakeReason(OverriddenReason(candidate.source),
                     Describe(candidate) + " gives way to " + result.word.ToHex()));
    }
  }
  if (result.source == WordSource::kNone) {
    result.reasons.push_back(MakeReason(ReasonCode::kWordFromNowhere));
  }
  return result;
}

std::vector<Reason> OverriddenBy(SecurityFlags given, const WordSources& sources) {
  std::vector<Reason> reasons;
  for (const Candidate& candidate : CandidatesOf(sources)) {
    if (!candidate.word->IsValid() || *candidate.word == given) continue;
    reasons.push_back(MakeReason(ReasonCode::kWordGiven,
                                 given.ToHex() + " stands before " + Describe(candidate)));
  }
  return reasons;
}

}  // namespace iscsi_ike::policy
