#include "ike/tool/explain_all.hpp"

#include <map>
#include <string>

#include "ike/tool/console.hpp"
#include "ike/tool/fabric_source.hpp"
#include "ike/tool/json_text.hpp"
#include "ike/tool/policy_no.hpp"
#include "policy/explain.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kFewPortals = 256;  // are printed together

// Count is how many portals have the same fate.
struct Count {
  std::size_t portals = 0;
  std::string text;
};

class Explanation {
 public:
  Explanation(const Options& options, Role role, const FabricSource& fabric)
      : options_(options), role_(role), fabric_(fabric) {}

  ExitCode Run() {
    for (std::size_t i = 0; i < fabric_.size(); ++i) {
      const auto sources = fabric_.SourcesFor(i);
      sources ? Tell(i, *sources) : TellError(i, sources.error());
      if ((i + 1) % kFewPortals == 0) Flush();
    }
    Flush();
    if (!options_.output.json) Print(CountsText());
    return refused_ == 0 ? ExitCode::kOk : ExitCode::kPolicy;
  }

 private:
  void Tell(std::size_t index, const Sources& sources) {
    Ends ends;
    if (const auto& address = fabric_.portal(index).address; address && role_ == Role::kInitiator)
      ends.remote = Endpoint{*address, kIkePort};
    const Settings settings = TranslateFor(role_, sources, ends, options_.policy);
    const bool plan = settings.plan.outcome == policy::Outcome::kPlan;
    if (settings.plan.outcome == policy::Outcome::kRejected) ++refused_;
    const PolicyNo no = plan ? PolicyNo{"plan", "there is a plan"} : WhyNot(settings.plan);
    Note(no.code, no.text);
    if (options_.output.json) return AddJson(index, sources, settings);
    text_ += Heading(index) + (plan ? PolicyLine(settings, role_)
                                    : settings.word.ToHex() + ": " + no.code + ": " + no.text);
    if (!sources.name.empty()) text_ += "; record '" + policy::Plain(sources.name) + "'";
    if (settings.key.empty()) text_ += "; no key";
    text_ += Warnings(settings.plan) + "\n";
  }

  static std::string Warnings(const policy::Plan& plan) {
    std::string codes;
    for (const policy::Reason& reason : plan.reasons)
      if (reason.severity == policy::Severity::kWarning)
        codes += (codes.empty() ? "; warnings " : ", ") + std::string(reason.code);
    return codes;
  }

  void TellError(std::size_t index, const ToolError& error) {
    ++refused_;
    Note("NO_RECORD", "the config has no record for the portal, or several");
    if (!options_.output.json) {
      text_ += Heading(index) + error.line + "\n";
      return;
    }
    JsonText json;
    Begin(json, index).Key("record").Null().Key("plan").Null();
    text_ += json.Key("error").Text(error.line).End().Line();
  }

  void AddJson(std::size_t index, const Sources& sources, const Settings& settings) {
    JsonText json;
    Begin(json, index).Key("record");
    sources.name.empty() ? json.Null() : json.Own(sources.name);
    json.Key("plan").Raw(policy::ExplainJson(settings.word, settings.plan));
    text_ += json.Key("error").Null().End().Line();
  }

  JsonText& Begin(JsonText& json, std::size_t index) const {
    json.Begin().Key("portal").Text(fabric_.NameOf(index));
    return json.Key("name").Own(fabric_.portal(index).symbolic_name);
  }

  [[nodiscard]] std::string Heading(std::size_t index) const {
    const std::string& name = fabric_.portal(index).symbolic_name;
    return fabric_.NameOf(index) + (name.empty() ? "" : " '" + policy::Plain(name) + "'") + "  ";
  }

  void Note(const std::string& code, const std::string& text) {
    Count& count = counts_[code];
    if (count.portals++ == 0) count.text = text;
  }

  [[nodiscard]] std::string CountsText() const {
    std::string text =
        std::to_string(fabric_.size()) + (fabric_.size() == 1 ? " portal\n" : " portals\n");
    for (const auto& [code, count] : counts_)
      text += "  " + std::to_string(count.portals) + " " + code + ": " + count.text + "\n";
    return text;
  }

  void Flush() {
    Print(text_);
    text_.clear();
  }

  const Options& options_;
  Role role_;
  const FabricSource& fabric_;
  std::string text_;
  std::map<std::string, Count> counts_;
  std::size_t refused_ = 0;
};

}  // namespace

Checked<ExitCode> ExplainAll(const Options& options, Role role) {
  if (!options.network.portal.empty()) return Usage("--portal", "is for one, --all for all");
  const auto fabric = FabricSource::Load(options);
  if (!fabric) return Failure(fabric.error());
  return Explanation(options, role, *fabric).Run();
}

}  // namespace iscsi_ike::ike::tool
