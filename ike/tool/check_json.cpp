#include <algorithm>
#include <string_view>

#include "ike/tool/check_report.hpp"
#include "ike/tool/check_story.hpp"
#include "ike/tool/json_text.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/report.hpp"
#include "policy/reason.hpp"

namespace iscsi_ike::ike::tool {

namespace {

void WriteCheckLifetime(JsonText& json, const policy::Lifetime& lifetime) {
  json.Key("lifetime").Begin().Key("seconds").Number(lifetime.seconds);
  json.Key("kilobytes").Number(lifetime.kilobytes).End();
}

void WriteOptional(JsonText& json, std::string_view key, const std::string& text) {
  json.Key(key);
  text.empty() ? json.Null() : json.Own(text);
}

void WriteEnd(JsonText& json, std::string_view key, const EndStory& story) {
  json.Key(key).Begin().Key("end").Text(std::string(1, story.end.letter));
  json.Key("file").Text(FileOf(story.end));
  WriteOptional(json, "record", story.entry.sources.name);
  json.Key("address").Text(story.place.address.ToString()).Key("address_by").Text(story.by);
  WriteOptional(json, "identity", story.identity);
  json.Key("word").Text(story.entry.sources.request.word.ToHex());
  const bool has_key = story.peer != nullptr && !story.peer->key.empty();
  const bool weak =
      has_key && policy::Contains(story.peer->plan.reasons, policy::ReasonCode::kWeakKey);
  WriteOptional(json, "fingerprint", has_key && !weak ? KeyFingerprint(*story.peer) : "");
  json.Key("weak_key").Bool(weak).End();
}

void WriteCheckChild(JsonText& json, const AgreedChild& child) {
  json.Begin().Key("mode").Text(policy::Name(child.encapsulation));
  json.Key("udp_encapsulated").Bool(child.udp_encapsulated);
  json.Key("suite").Text(policy::ToString(child.suite));
  WriteOptional(json, "pfs_group",
                child.pfs_group ? std::string(crypto::Info(*child.pfs_group).name) : "");
  json.Key("selectors").Begin();
  json.Key("initiator").Text(policy::ToString(child.selectors.initiator));
  json.Key("responder").Text(policy::ToString(child.selectors.responder)).End();
  WriteCheckLifetime(json, child.lifetime);
  json.End();
}

void WriteObstacle(JsonText& json, const CheckDirection& direction, const Hindrance& hindrance) {
  json.Begin().Key("end").Text(std::string(1, direction.pair.End(hindrance.judge).letter));
  WriteFailureMembers(json, FailureOf(direction, hindrance));
  json.End();
}

void WriteEdit(JsonText& json, const CheckDirection& direction, const CheckChange& change,
               const PlacedEdit& placed) {
  json.Begin().Key("end").Text(std::string(1, direction.pair.End(placed.role).letter));
  WriteOptional(json, "record", EntryOf(direction, change, placed).sources.name);
  json.Key("member").Text(placed.edit.member);
  WriteOptional(json, "from", placed.edit.from);
  WriteOptional(json, "to", placed.edit.to);
  json.Key("text").Own(EditText(direction, change, placed)).End();
}

void WriteChange(JsonText& json, const CheckDirection& direction, const CheckChange& change) {
  json.Begin().Key("lowers").List(change.lowered,
                                  [](JsonText& j, const auto& one) { j.Text(one); });
  json.Key("edits").List(change.edits, [&](JsonText& j, const PlacedEdit& placed) {
    WriteEdit(j, direction, change, placed);
  });
  json.End();
}

void WriteDirection(JsonText& json, const CheckDirection& direction) {
  const CheckVerdict& verdict = direction.verdict;
  const Agreement& agreement = verdict.agreement;
  json.Begin().Key("agree").Bool(verdict.ok());
  WriteEnd(json, "initiator", StoryOf(direction, Role::kInitiator));
  WriteEnd(json, "responder", StoryOf(direction, Role::kResponder));
  json.Key("exchange");
  agreement.initiator_identity.empty() ? json.Null() : json.Text(policy::Name(agreement.mode));
  json.Key("tried_before").List(verdict.before, [](JsonText& j, policy::ExchangeMode mode) {
    j.Text(policy::Name(mode));
  });
  json.Key("same_key").Bool(agreement.same_key).Key("phase1");
  if (agreement.phase1) {
    json.Begin().Key("suite").Text(policy::ToString(agreement.phase1->suite));
    WriteCheckLifetime(json, agreement.phase1->lifetime);
    json.End();
  } else {
    json.Null();
  }
  json.Key("child");
  agreement.child ? WriteCheckChild(json, *agreement.child) : static_cast<void>(json.Null());
  json.Key("obstacles").List(agreement.hindrances, [&](JsonText& j, const Hindrance& hindrance) {
    WriteObstacle(j, direction, hindrance);
  });
  json.Key("changes").List(direction.changes, [&](JsonText& j, const CheckChange& change) {
    WriteChange(j, direction, change);
  });
  json.End();
}

}  // namespace

std::string CheckJson(const std::vector<CheckDirection>& directions) {
  const bool agree = std::ranges::all_of(
      directions, [](const CheckDirection& direction) { return direction.verdict.ok(); });
  JsonText json;
  json.Begin().Key("agree").Bool(agree).Key("directions").List(directions, WriteDirection);
  return json.End().Line();
}

}  // namespace iscsi_ike::ike::tool
