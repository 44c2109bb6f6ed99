#include "ike/tool/connect_all_result.hpp"

#include <array>
#include <cstdio>

#include "ike/tool/json_text.hpp"
#include "ike/tool/report.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using Fate = ConnectAllResult::Fate;
using Fates = ConnectAllResult::Fates;

constexpr const char* kColumn = "                ";

void Meet(Fates& fates, const std::string& code, const PortalOutcome& one, const std::string& text,
          const std::vector<std::string>& details) {
  const bool is_one_more = fates.size() < ConnectAllResult::kMostTexts ||
                           fates.find(std::pair(code, text)) != fates.end();
  Fate& fate = fates[{code, is_one_more ? text : std::string()}];
  if (fate.portals++ > 0) return;
  fate = {1, is_one_more ? text : "in other words", details, one.portal};
}

std::string TextOf(const NegotiationFailure& failure) {
  return failure.text.empty() ? std::string(Summary(failure.code)) : failure.text;
}

std::string SecondsText(std::chrono::duration<double> time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f s",  // NOLINT(*-vararg,cert-err33-c)
                time.count());
  return text.data();
}

std::string FatesText(const char* heading, const Fates& fates) {
  std::string text;
  for (const auto& [key, fate] : fates) {
    text += heading + std::to_string(fate.portals) + " " + key.first + ": " + fate.text + "\n";
    text += std::string(kColumn) + (fate.portals > 1 ? "the first: " : "at ") + fate.first + "\n";
    for (const std::string& detail : fate.details) text += kColumn + detail + "\n";
  }
  return text;
}

void WriteFates(JsonText& json, const char* key, const Fates& fates) {
  json.Key(key).List(fates, [](JsonText& j, const auto& one) {
    j.Begin().Key("code").Text(one.first.first).Key("portals").Number(one.second.portals);
    j.Key("text").Text(one.second.text).Key("first").Text(one.second.first).End();
  });
}

std::string EstablishedText(const Outcome& outcome) {
  std::string text =
      std::string(Name(outcome.phase1->mode)) + " mode, " + ToString(outcome.phase1->suite);
  for (const ChildSummary& child : outcome.children)
    text += "; " + std::string(Name(child.encapsulation)) + " mode, " + ToString(child.suite);
  return text;
}

}  // namespace

void ConnectAllResult::Add(const PortalOutcome& one) {
  for (const policy::Reason& warning : one.warnings)
    Meet(warnings, std::string(warning.code), one, warning.text, {});
  if (one.no) {
    ++refused;
    Meet(refusals, one.no->code, one, one.no->text, {});
  } else if (one.outcome.failure) {
    ++failed;
    const NegotiationFailure& failure = *one.outcome.failure;
    Meet(failures, std::string(Name(failure.code)), one, TextOf(failure), failure.details);
  } else {
    ++established;
  }
}

std::string PortalLine(const PortalOutcome& one) {
  const std::string name = one.name.empty() ? "" : " '" + policy::Plain(one.name) + "'";
  const std::string text = one.portal + name + ": ";
  if (one.no) return text + "not negotiated: " + one.no->code + ": " + one.no->text + "\n";
  if (!one.outcome.failure) return text + "established: " + EstablishedText(one.outcome) + "\n";
  const NegotiationFailure& failure = *one.outcome.failure;
  return text + "failed: " + std::string(Name(failure.code)) + ": " + TextOf(failure) + "\n";
}

std::string PortalJson(const PortalOutcome& one) {
  JsonText json;
  json.Begin().Key("portal").Own(one.portal).Key("name").Own(one.name).Key("record");
  one.record.empty() ? json.Null() : json.Own(one.record);
  json.Key("word").Text(one.word.ToHex());
  json.Key("warnings").List(one.warnings, [](JsonText& j, const policy::Reason& reason) {
    j.Begin().Key("code").Text(reason.code).Key("text").Text(reason.text).End();
  });
  one.no ? WritePolicyMembers(json, *one.no, {}) : WriteOutcomeMembers(json, one.outcome);
  return json.End().Line();
}

std::string ProgressLine(const ConnectAllResult& result) {
  return std::to_string(result.done()) + " of " + std::to_string(result.portals) +
         " portals: " + std::to_string(result.established) + " established, " +
         std::to_string(result.failed) + " failed, " + std::to_string(result.refused) +
         " not negotiated\n";
}

std::string SummaryText(const ConnectAllResult& result) {
  const std::uint64_t unfinished = result.portals - result.done();
  std::string text = "portals         " + std::to_string(result.portals) + " in " +
                     SecondsText(result.time) + "\nestablished     " +
                     std::to_string(result.established) + "\n";
  text += FatesText("failed          ", result.failures);
  text += FatesText("not negotiated  ", result.refusals);
  text += FatesText("warning         ", result.warnings);
  if (unfinished > 0)
    text += "unfinished      " + std::to_string(unfinished) +
            (result.interrupted ? ": a signal ended it; " + std::to_string(result.not_begun) +
                                      " of them were not begun"
             : result.enough ? ": one was enough"
                             : "") +
            "\n";
  return text;
}

std::string SummaryJson(const ConnectAllResult& result) {
  JsonText json;
  json.Begin().Key("event").Text("summary").Key("portals").Number(result.portals);
  json.Key("established").Number(result.established).Key("failed").Number(result.failed);
  json.Key("refused").Number(result.refused);
  json.Key("unfinished").Number(result.portals - result.done());
  json.Key("not_begun").Number(result.not_begun);
  json.Key("seconds").Decimal(result.time.count());
  WriteFates(json, "failures", result.failures);
  WriteFates(json, "refusals", result.refusals);
  WriteFates(json, "warnings", result.warnings);
  return json.End().Line();
}

}  // namespace iscsi_ike::ike::tool
