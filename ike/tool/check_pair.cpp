#include "ike/tool/check_pair.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/initiator_ends.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Of RFC 5737 and RFC 3849: addresses for ends of which nothing is known.
constexpr std::string_view kAssumed[2][2] = {{"192.0.2.1", "2001:db8::1"},
                                             {"192.0.2.2", "2001:db8::2"}};

// KnownPlace is an address and who says so.
struct KnownPlace {
  std::optional<policy::IpAddress> address;
  std::string by;
};

// FirstKnown of several, best first.
KnownPlace FirstKnown(const std::vector<KnownPlace>& places) {
  for (const KnownPlace& place : places)
    if (place.address && !place.address->IsUnspecified()) return place;
  return {};
}

std::string Of(std::string_view what, const CheckEnd& end) {
  return "the " + std::string(what) + " of " + end.letter;
}

std::optional<policy::IpAddress> AddressIn(const std::optional<policy::Identity>& identity) {
  return identity ? identity->address() : std::nullopt;
}

// LocalOption is --local, where it is one address.
Checked<std::optional<policy::IpAddress>> LocalOption(const CheckEnd& end) {
  const auto& local = end.options.network.local;
  if (local.size() != 1) return std::optional<policy::IpAddress>();
  const auto endpoint = ParseEndpoint(local.front(), "--local", kIkePort, true);
  if (!endpoint) return Failure(AtEnd(end.letter, end.role, endpoint.error()));
  return std::optional(endpoint->address);
}

// OnlyPortal is the portal of a file that has one.
std::optional<policy::IpAddress> OnlyPortal(const CheckEnd& end) {
  const auto& config = end.options.policy.loaded;
  if (!config || config->portals.size() != 1) return std::nullopt;
  return config->portals.front().address;
}

// EntryFor is the one of the responder's that is most likely meant for the initiator: that with its
// key, else the first.
const CheckEntry& EntryFor(const CheckEnd& responder, const CheckEntry& initiator) {
  const auto same = std::ranges::find_if(responder.entries, [&](const CheckEntry& entry) {
    return crypto::ConstantTimeEqual(entry.sources.key.Expose(), initiator.sources.key.Expose());
  });
  return same == responder.entries.end() ? responder.entries.front() : *same;
}

KnownPlace PlaceOfResponder(const CheckEnd& i, const CheckEnd& r,
                            const std::optional<policy::IpAddress>& given) {
  const CheckEntry& entry = i.entries.front();
  if (!i.options.network.portal.empty())
    if (const auto end = RemoteEnd(i.options.network, entry.sources))
      return {end->address, "given"};
  return FirstKnown({{entry.sources.peer, Of("peer", i)},
                     {given, "given"},
                     {entry.sources.portal, Of("portal", i)},
                     {OnlyPortal(r), Of("portal", r)},
                     {AddressIn(EntryFor(r, entry).sources.request.identity), Of("identity", r)}});
}

KnownPlace PlaceOfInitiator(const CheckEnd& i, const CheckEnd& r,
                            const std::optional<policy::IpAddress>& given) {
  const CheckEntry& entry = i.entries.front();
  const CheckEntry& likely = EntryFor(r, entry);
  const auto bound = likely.ends.remote ? std::optional(likely.ends.remote->address) : std::nullopt;
  return FirstKnown({{given, "given"},
                     {AddressIn(entry.sources.request.identity), Of("identity", i)},
                     {bound, Of("peer", r)},
                     {AddressIn(likely.sources.peer_identity), Of("peerIdentity", r)}});
}

void Assume(KnownPlace& place, Role role, const KnownPlace& other) {
  if (place.address) return;
  const bool v6 = other.address && other.address->is_v6();
  place.address = policy::IpAddress::Parse(kAssumed[role == Role::kInitiator ? 0 : 1][v6 ? 1 : 0]);
  place.by = "assumed";
}

Checked<CheckPlaces> PlacesOfBoth(const CheckEnd& i, const CheckEnd& r) {
  const auto given_i = LocalOption(i);
  if (!given_i) return Failure(given_i.error());
  const auto given_r = LocalOption(r);
  if (!given_r) return Failure(given_r.error());
  KnownPlace at_i = PlaceOfInitiator(i, r, *given_i);
  KnownPlace at_r = PlaceOfResponder(i, r, *given_r);
  if (at_i.address && at_r.address && at_i.address->is_v6() != at_r.address->is_v6()) {
    if (*given_i)
      return Failure(AtEnd(i.letter, i.role,
                           Usage("--local",
                                 "is of another address family than the other end, "
                                 "which is at " +
                                     at_r.address->ToString())
                               .error));
    at_i = {};  // an identity, then, and no address that this end could begin at
  }
  Assume(at_i, Role::kInitiator, at_r);
  Assume(at_r, Role::kResponder, at_i);
  return CheckPlaces{{*at_i.address, kIkePort}, {*at_r.address, kIkePort}, at_i.by, at_r.by};
}

// TriesNext: connect goes on to another exchange when the first message had no answer, or was
// answered with UNSUPPORTED-EXCHANGE-TYPE.
bool TriesNext(const Agreement& agreement) {
  if (agreement.ok() || agreement.hindrances.front().judge != Role::kResponder) return false;
  const FailureCode code = agreement.hindrances.front().failure.code;
  return code == FailureCode::kNoKey || code == FailureCode::kModeRefused;
}

}  // namespace

Checked<CheckPair> CheckPair::Make(CheckEnd initiator, CheckEnd responder) {
  CheckPair pair(std::move(initiator), std::move(responder));
  auto places = PlacesOfBoth(pair.initiator_, pair.responder_);
  if (!places) return Failure(places.error());
  pair.places_ = std::move(*places);
  CheckEntry& entry = pair.initiator_.entries.front();
  entry.ends = {pair.places_.initiator, pair.places_.responder};
  auto attempts = AttemptsOf(pair.initiator_, entry);
  if (!attempts) return Failure(attempts.error());
  pair.attempts_ = std::move(*attempts);
  for (const CheckEntry& one : pair.responder_.entries) {
    auto peer = ResponderOf(pair.responder_, one);
    if (!peer) return Failure(peer.error());
    pair.serving_.responders.push_back(std::move(*peer));
  }
  return pair;
}

Checked<CheckVerdict> CheckPair::JudgeWith(const CheckEntry& initiator, std::size_t number,
                                           const CheckEntry& responder) const {
  auto attempts = AttemptsOf(initiator_, initiator);
  if (!attempts) return Failure(attempts.error());
  auto peer = ResponderOf(responder_, responder);
  if (!peer) return Failure(peer.error());
  EngineConfig serving = serving_;
  serving.responders[number] = std::move(*peer);
  return JudgeOf(*attempts, serving);
}

CheckVerdict CheckPair::JudgeOf(const Attempts& attempts, const EngineConfig& serving) {
  CheckVerdict verdict;
  for (const auto& attempt : attempts) {
    if (verdict.initiator) verdict.before.push_back(verdict.agreement.mode);
    verdict.agreement = Agree(attempt, serving);
    verdict.initiator = attempt;
    if (!TriesNext(verdict.agreement)) break;
  }
  if (const auto number = verdict.agreement.responder)
    verdict.responder = serving.responders[*number];
  return verdict;
}

}  // namespace iscsi_ike::ike::tool
