#include "ike/tool/why_key_report.hpp"

#include "ike/tool/json_text.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "policy/reason.hpp"

namespace iscsi_ike::ike::tool {

namespace {

std::string Row(std::string label, const std::string& text) {
  label.resize(15, ' ');
  return label + text + "\n";
}

std::string RefusalText(const PeerRefusal& refusal) {
  const NegotiationFailure& failure = refusal.failure;
  return std::string(Name(failure.code)) + " (" + std::string(Name(failure.blame())) +
         "): " + failure.text + "; the peer is told " +
         (refusal.notify ? Describe(*refusal.notify) : "nothing");
}

std::string Label(const KeyCandidate& one) {
  return "'" + one.record + "'" + (one.portal ? " at " + one.portal->ToString() : "");
}

std::string CandidateText(const KeyCandidate& one) {
  std::string text = Label(one) + ": " + one.text;
  if (one.code.empty()) text += "; word " + one.word + ", key fingerprint " + one.fingerprint;
  return text;
}

// FoundText tells where the word and the key of a candidate are from.
std::string FoundText(const KeyCandidate& one) {
  std::string text;
  if (one.code.empty())
    for (const policy::Reason& reason : one.found)
      text += Row("", std::string(reason.code) + ": " + reason.text);
  return text;
}

void WriteReason(JsonText& json, const policy::Reason& reason) {
  json.Begin().Key("code").Text(reason.code).Key("severity").Text(Name(reason.severity));
  json.Key("text").Own(reason.text).End();
}

void WriteKnownAddress(JsonText& json, std::string_view key,
                       const std::optional<policy::IpAddress>& address) {
  json.Key(key);
  address && !address->IsUnspecified() ? json.Text(address->ToString()) : json.Null();
}

void WriteCandidate(JsonText& json, const KeyCandidate& one) {
  const PeerConfig& peer = *one.candidate.peer;
  json.Begin().Key("record").Own(one.record).Key("match");
  one.code.empty() ? json.Text(Name(one.candidate.match)) : json.Null();
  json.Key("text").Own(one.text).Key("passed_over");
  one.code.empty() ? json.Null() : json.Text(one.code);
  WriteKnownAddress(json, "local", one.portal);
  WriteKnownAddress(json, "peer", peer.remote ? std::optional(peer.remote->address) : std::nullopt);
  json.Key("peer_identity");
  peer.peer_identity ? json.Text(peer.peer_identity->ToString()) : json.Null();
  json.Key("group_key").Bool(peer.group_key).Key("word").Text(one.word).Key("fingerprint");
  const bool weak = policy::Contains(peer.plan.reasons, policy::ReasonCode::kWeakKey);
  one.fingerprint.empty() || weak || one.left_out ? json.Null() : json.Text(one.fingerprint);
  json.Key("weak_key").Bool(weak).Key("found").List(one.found, WriteReason);
  json.End();
}

void WriteRefusal(JsonText& json, const PeerRefusal& refusal) {
  const NegotiationFailure& failure = refusal.failure;
  json.Begin().Key("code").Text(Name(failure.code)).Key("blame").Text(Name(failure.blame()));
  json.Key("text").Own(failure.text).Key("notify");
  refusal.notify ? json.Text(Describe(*refusal.notify)) : json.Null();
  json.End();
}

}  // namespace

std::string AnswerText(const KeyAnswer& answer) {
  const PeerQuery& query = answer.query;
  std::string text =
      Row("peer", query.remote.address.ToString() + ", " + std::string(policy::Name(query.mode)) +
                      " mode, identity " + query.identity->ToString());
  if (!query.local.address.IsUnspecified()) text += Row("local", query.local.address.ToString());
  text += Row("key", answer.refusal ? "none: " + RefusalText(*answer.refusal)
                                    : "of " + Label(answer.candidates.front()));
  int place = 0;
  for (const KeyCandidate& one : answer.candidates)
    text += Row(one.code.empty() ? "candidate " + std::to_string(++place) : "passed over",
                CandidateText(one)) +
            FoundText(one);
  for (const std::string& note : answer.notes) text += Row("note", note);
  return text;
}

std::string AnswerJson(const KeyAnswer& answer) {
  const PeerQuery& query = answer.query;
  JsonText json;
  json.Begin().Key("peer").Text(query.remote.address.ToString());
  WriteKnownAddress(json, "local", query.local.address);
  json.Key("mode").Text(policy::Name(query.mode));
  json.Key("identity").Text(query.identity->ToString());
  const KeyCandidate* used = answer.refusal ? nullptr : &answer.candidates.front();
  json.Key("record");
  used != nullptr ? json.Own(used->record) : json.Null();
  json.Key("match");
  used != nullptr ? json.Text(Name(used->candidate.match)) : json.Null();
  json.Key("candidates").List(answer.candidates, WriteCandidate).Key("refusal");
  answer.refusal ? WriteRefusal(json, *answer.refusal) : static_cast<void>(json.Null());
  json.Key("notes").List(answer.notes, [](JsonText& j, const auto& note) { j.Own(note); });
  json.Key("fingerprints_left_out").Number(answer.fingerprints_left_out);
  return json.End().Line();
}

}  // namespace iscsi_ike::ike::tool
