#include "policy/explain.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <vector>

#include "policy/reason.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::size_t kLabelWidth = 15;

std::string Label(std::string_view label) {
  std::string text(label);
  text.resize(kLabelWidth, ' ');
  return text;
}

void Line(std::string& text, std::string_view label, std::string_view value) {
  text += Label(label);
  text.append(value).append("\n");
}

// Meaning: without VALID the other flags say nothing, neither enabled nor disabled.
std::string_view Meaning(const SecurityFlagInfo& info, SecurityFlags word) {
  if (info.flag != SecurityFlag::kValid && !word.IsValid()) return "ignored";
  return word.Has(info.flag) ? info.if_set : info.if_clear;
}

std::string FlagLine(const SecurityFlagInfo& info, SecurityFlags word) {
  std::string name(info.name);
  name.resize(26, ' ');
  return std::string(word.Has(info.flag) ? "  + " : "  - ") + name +
         std::string(Meaning(info, word)) + "\n";
}

std::string Decode(SecurityFlags word) {
  std::string text = Label("word") + word.ToHex() + "\n";
  for (const SecurityFlagInfo& info : AllSecurityFlags()) {
    text += FlagLine(info, word);
  }
  if (word.Reserved() != 0)
    text += "  ! reserved                " + SetBits(word.Reserved()) + "\n";
  return text;
}

template <class Modes>
std::vector<std::string> ModeNames(const Modes& modes) {
  std::vector<std::string> names;
  for (const auto mode : modes) names.emplace_back(Name(mode));
  return names;
}

template <class Suites>
std::vector<std::string> Texts(const Suites& suites) {
  std::vector<std::string> texts;
  for (const auto& suite : suites) texts.push_back(ToString(suite));
  return texts;
}

std::string PfsText(const Plan& plan) {
  if (Contains(plan.reasons, ReasonCode::kPfsAccepted)) return "as offered";
  if (!plan.pfs) return plan.refuse_pfs ? "no, and refused when offered" : "no";
  if (!plan.pfs_group) return "yes, with the group of phase 1";
  return "yes, with " + std::string(crypto::Info(*plan.pfs_group).name);
}

std::string ToString(const Lifetime& lifetime) {
  std::vector<std::string> bounds;
  if (lifetime.seconds != 0) bounds.push_back(std::to_string(lifetime.seconds) + " s");
  if (lifetime.kilobytes != 0) bounds.push_back(std::to_string(lifetime.kilobytes) + " KiB");
  return bounds.empty() ? "unbounded" : Join(bounds, ", ");
}

void PlanLines(std::string& text, const Plan& plan) {
  Line(text, "exchanges", Join(ModeNames(plan.exchanges), ", then "));
  Line(text, "identity", plan.identity ? plan.identity->ToString() : "the local address");
  Line(text, "phase 1", Join(Texts(plan.phase1), ", "));
  Line(text, "", "lifetime " + ToString(plan.phase1_lifetime));
  Line(text, "encapsulation", Join(ModeNames(plan.encapsulations), ", then "));
  Line(text, "PFS", PfsText(plan));
  Line(text, "phase 2", Join(Texts(plan.phase2), ", "));
  Line(text, "", "lifetime " + ToString(plan.phase2_lifetime));
}

// JSON

template <class Writer>
void Put(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

template <class Writer>
void Put(Writer& writer, std::string_view name, std::string_view value) {
  Put(writer, name);
  Put(writer, value);
}

template <class Writer>
void Put(Writer& writer, std::string_view name, const std::vector<std::string>& values) {
  Put(writer, name);
  writer.StartArray();
  for (const std::string& value : values) Put(writer, value);
  writer.EndArray();
}

template <class Writer>
void Put(Writer& writer, std::string_view name, const std::optional<std::string>& value) {
  Put(writer, name);
  if (value) {
    Put(writer, *value);
  } else {
    writer.Null();
  }
}

template <class Writer>
void Put(Writer& writer, std::string_view name, const Lifetime& lifetime) {
  Put(writer, name);
  writer.StartObject();
  Put(writer, "seconds");
  writer.Uint(lifetime.seconds);
  Put(writer, "kilobytes");
  writer.Uint(lifetime.kilobytes);
  writer.EndObject();
}

template <class Writer>
void PutReasons(Writer& writer, const std::vector<Reason>& reasons) {
  Put(writer, "reasons");
  writer.StartArray();
  for (const Reason& reason : reasons) {
    writer.StartObject();
    Put(writer, "code", reason.code);
    Put(writer, "severity", Name(reason.severity));
    Put(writer, "text", std::string_view(reason.text));
    writer.EndObject();
  }
  writer.EndArray();
}

std::vector<std::string> FlagNames(SecurityFlags word) {
  std::vector<std::string> names;
  for (const SecurityFlagInfo& info : AllSecurityFlags()) {
    if (word.Has(info.flag)) names.emplace_back(info.name);
  }
  return names;
}

std::optional<std::string> GroupName(const Plan& plan) {
  if (!plan.pfs_group) return std::nullopt;
  return std::string(crypto::Info(*plan.pfs_group).name);
}

std::optional<std::string> IdentityText(const Plan& plan) {
  return plan.identity ? std::optional(plan.identity->ToString()) : std::nullopt;
}

template <class Writer>
void PutPlan(Writer& writer, SecurityFlags word, const Plan& plan) {
  writer.StartObject();
  Put(writer, "word", std::string_view(word.ToHex()));
  Put(writer, "flags", FlagNames(word));
  Put(writer, "reserved", std::string_view(Hex(word.Reserved())));
  Put(writer, "outcome", Name(plan.outcome));
  Put(writer, "exchanges", ModeNames(plan.exchanges));
  Put(writer, "pfs");
  writer.Bool(plan.pfs);
  Put(writer, "pfs_group", GroupName(plan));
  Put(writer, "encapsulation", ModeNames(plan.encapsulations));
  Put(writer, "identity", IdentityText(plan));
  Put(writer, "phase1", Texts(plan.phase1));
  Put(writer, "phase2", Texts(plan.phase2));
  Put(writer, "lifetimes");
  writer.StartObject();
  Put(writer, "phase1", plan.phase1_lifetime);
  Put(writer, "phase2", plan.phase2_lifetime);
  writer.EndObject();
  PutReasons(writer, plan.reasons);
  writer.EndObject();
}

}  // namespace

std::string ExplainText(SecurityFlags word, const Plan& plan) {
  std::string text = Decode(word);
  Line(text, "outcome", Name(plan.outcome));
  if (plan.outcome == Outcome::kPlan) PlanLines(text, plan);
  text += "reasons\n";
  for (const Reason& reason : plan.reasons) {
    text += "  " + std::string(Name(reason.severity)) + " " + std::string(reason.code) + ": " +
            reason.text + "\n";
  }
  return text;
}

std::string ExplainJson(SecurityFlags word, const Plan& plan, bool pretty) {
  rapidjson::StringBuffer buffer;
  if (pretty) {
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
    writer.SetIndent(' ', 2);
    PutPlan(writer, word, plan);
  } else {
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    PutPlan(writer, word, plan);
  }
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace iscsi_ike::policy
