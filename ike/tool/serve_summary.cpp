#include "ike/tool/serve_summary.hpp"

#include "ike/tool/json_text.hpp"

namespace iscsi_ike::ike::tool {

void ServeSummary::Count(const Event& event) {
  if (std::holds_alternative<Phase1Established>(event)) ++sessions;
  if (std::holds_alternative<Failed>(event)) ++failed;
  if (std::holds_alternative<ChildEstablished>(event)) ++children;
}

void ServeSummary::Add(const ServeSummary& other) {
  sessions += other.sessions;
  failed += other.failed;
  children += other.children;
}

std::string ServeSummary::Text() const {
  return "served: " + std::to_string(sessions) + " sessions established, " +
         std::to_string(failed) + " failed, " + std::to_string(children) + " children\n";
}

std::string ServeSummary::Line() const {
  JsonText json;
  json.Begin().Key("event").Text("summary").Key("session").Null();
  json.Key("outcome").Null().Key("phase1").Null();
  json.Key("children").BeginList().EndList().Key("failure").Null();
  json.Key("suspicions").BeginList().EndList().Key("record").Null();
  json.Key("established").Number(sessions).Key("failed").Number(failed);
  json.Key("child_sas").Number(children);
  return json.End().Line();
}

}  // namespace iscsi_ike::ike::tool
