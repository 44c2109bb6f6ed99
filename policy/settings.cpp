#include "policy/settings.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "policy/follow_published.hpp"
#include "policy/key_strength.hpp"
#include "policy/reason.hpp"

namespace iscsi_ike::policy {
namespace {

KeyBinding BindingOf(Role role, const Sources& sources, bool peer_known) {
  if (sources.group_key) return KeyBinding::kGroupKey;
  if (peer_known || sources.peer) return KeyBinding::kPeerAddress;
  return role == Role::kResponder ? KeyBinding::kAnyPeer : KeyBinding::kNone;
}

bool PlansMainMode(const Plan& plan) {
  return std::find(plan.exchanges.begin(), plan.exchanges.end(), ExchangeMode::kMain) !=
         plan.exchanges.end();
}

// AddAnyPeerReason: the translator warns of one key for every address only where the identity is a
// name; but with an address, too, each that knows the key can pose as this end.
void AddAnyPeerReason(Plan& plan, KeyBinding binding) {
  if (binding == KeyBinding::kAnyPeer && PlansMainMode(plan) &&
      !Contains(plan.reasons, ReasonCode::kMainAnyPeer))
    plan.reasons.push_back(MakeReason(ReasonCode::kMainAnyPeer));
}

void AddKeyReasons(Plan& plan, const crypto::Secret& key, KeyBinding binding) {
  if (key.empty() || plan.outcome != Outcome::kPlan) return;
  AddAnyPeerReason(plan, binding);
  for (Reason& reason : KeyReasons(key.Expose(), plan.exchanges))
    plan.reasons.push_back(std::move(reason));
}

// Narrow keeps one exchange.
void Narrow(Plan& plan, ExchangeMode only) {
  if (plan.outcome != Outcome::kPlan) return;
  std::erase_if(plan.exchanges, [only](ExchangeMode mode) { return mode != only; });
  if (!plan.exchanges.empty()) return;
  Plan rejected;
  rejected.outcome = Outcome::kRejected;
  rejected.reasons = std::move(plan.reasons);
  rejected.reasons.push_back(
      MakeReason(ReasonCode::kModeNotAllowed, std::string(Name(only)) + " mode"));
  plan = std::move(rejected);
}

// Follow also tells of it.
void Follow(const PublishedProposals& published, TranslateRequest& request) {
  std::vector<std::string> notes = published.notes;
  FollowPublished(published, request, notes);
  if (request.suites.name == kPublishedSuites)
    request.prior.push_back(MakeReason(ReasonCode::kPublished));
  for (const std::string& note : notes)
    request.prior.push_back(MakeReason(ReasonCode::kPublishedLeftOut, note));
}

}  // namespace

Sources Sources::Clone() const {
  return {name, request,       key.Clone(), group_key,   key_reasons, only_mode,
          peer, peer_identity, portal,      target_port, published,   words};
}

void Sources::GiveWord(SecurityFlags word) {
  request.prior = OverriddenBy(word, words);
  request.word = word;
}

void Sources::GiveSuites(SuiteSet suites) {
  if (published && published->Any())
    request.prior.push_back(MakeReason(ReasonCode::kPublishedOverridden));
  published.reset();
  request.suites = std::move(suites);
}

void Sources::GiveKey(crypto::Secret given, bool is_group_key) {
  const bool overrides = !key.empty() && !crypto::ConstantTimeEqual(key.Expose(), given.Expose());
  key_reasons.clear();
  if (overrides) key_reasons.push_back(MakeReason(ReasonCode::kKeyGiven));
  key = std::move(given);
  group_key = is_group_key;
}

Settings Settings::Clone() const {
  return {word, plan, key.Clone(), group_key, peer_identity, found};
}

Settings TranslateFor(Role role, const Sources& sources, const std::optional<IpAddress>& own,
                      bool peer_known) {
  TranslateRequest request = sources.request;
  request.role = role;
  request.key_binding = BindingOf(role, sources, peer_known);
  request.prior.insert(request.prior.end(), sources.key_reasons.begin(), sources.key_reasons.end());
  if (role == Role::kResponder) request.tunnel_outer.reset();
  if (role == Role::kInitiator && sources.published) Follow(*sources.published, request);
  if (own && !own->IsUnspecified()) request.own_address = own;
  Settings settings{request.word,      Translate(request),    sources.key.Clone(),
                    sources.group_key, sources.peer_identity, request.prior};
  if (sources.only_mode) Narrow(settings.plan, *sources.only_mode);
  AddKeyReasons(settings.plan, settings.key, request.key_binding);
  return settings;
}

}  // namespace iscsi_ike::policy
