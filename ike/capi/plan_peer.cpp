#include "ike/capi/plan_peer.hpp"

#include <string>
#include <utility>

#include "ike/capi/hba.hpp"
#include "ike/capi/number_options.hpp"
#include "ike/capi/values.hpp"
#include "policy/address_text.hpp"
#include "policy/hba_capabilities.hpp"

namespace iscsi_ike::capi {
namespace {

using Options = iscsi_ike_plan_options;
using policy::Parsed;
using policy::Reject;

constexpr std::uint32_t kAllRules = (1U << 8U) - 1;

Parsed<Done> CheckChoices(const Options& options) {
  if (options.has_word == 0 && options.word != 0)
    return Reject("has_word", "is 0, and a word is given");
  if (options.has_default_bitmap == 0 && options.default_bitmap != 0)
    return Reject("has_default_bitmap", "is 0, and a bitmap is given");
  if ((options.rules & ~kAllRules) != 0) return Reject("rules", "has a bit that is no rule");
  if (options.role > ISCSI_IKE_ROLE_RESPONDER)
    return Reject("role", "is 0 (initiator) or 1 (responder)");
  if (options.nat > ISCSI_IKE_NAT_FORCE)
    return Reject("nat", "is 0 (detect), 1 (off) or 2 (force)");
  if (options.rekey > ISCSI_IKE_REKEY_NEVER)
    return Reject("rekey", "is 0 (auto), 1 (expire) or 2 (never)");
  if (options.fragment_above != 0 && options.fragment_above < 128)
    return Reject("fragment_above", "is ISCSI_IKE_NUMBER_OFF (never), or 128 and more octets");
  for (const auto& [name, endpoint] :
       {std::pair{"local", &options.local}, std::pair{"remote", &options.remote}})
    if (!ToEndpoint(*endpoint))
      return Reject(name, "is no endpoint: its family is 4, 6 or 0, and what is reserved is 0");
  if (options.local.family != 0 && options.remote.family != 0 &&
      options.local.family != options.remote.family)
    return Reject("remote", "is of another family than local");
  return Done{};
}

Parsed<Done> CheckTimes(const Options& o) {
  return CheckNumbers({{"phase1_lifetime_s", o.phase1_lifetime_s, ISCSI_IKE_NUMBER_OFF - 1},
                       {"phase2_lifetime_s", o.phase2_lifetime_s, ISCSI_IKE_NUMBER_OFF - 1},
                       {"phase2_lifetime_kb", o.phase2_lifetime_kb, ISCSI_IKE_NUMBER_OFF - 1},
                       {"negotiation_timeout_ms", o.negotiation_timeout_ms, kDayMs},
                       {"retransmit_first_ms", o.retransmit_first_ms, kHourMs},
                       {"retransmit_longest_ms", o.retransmit_longest_ms, kHourMs},
                       {"retransmit_tries", o.retransmit_tries, 1000, Off::kAllowed},
                       {"dpd_delay_ms", o.dpd_delay_ms, ISCSI_IKE_NUMBER_OFF - 1},
                       {"dpd_wait_ms", o.dpd_wait_ms, kHourMs},
                       {"dpd_tries", o.dpd_tries, 100},
                       {"nat_keepalive_ms", o.nat_keepalive_ms, kHourMs, Off::kAllowed},
                       {"fragment_above", o.fragment_above, 65507, Off::kAllowed},
                       {"parallel_quick_modes", o.parallel_quick_modes, 1024}});
}

void SetTiming(const Options& options, ike::PeerConfig& peer) {
  SetDuration(options.negotiation_timeout_ms, peer.negotiation_timeout);
  SetDuration(options.retransmit_first_ms, peer.retransmit.first);
  SetDuration(options.retransmit_longest_ms, peer.retransmit.longest);
  SetNumber(options.retransmit_tries, peer.retransmit.tries);
  SetDuration(options.dpd_delay_ms, peer.liveness.delay);
  SetDuration(options.dpd_wait_ms, peer.liveness.wait);
  SetNumber(options.dpd_tries, peer.liveness.tries);
  SetDuration(options.nat_keepalive_ms, peer.nat_keepalive);
  SetNumber(options.fragment_above, peer.fragment_above);
  SetNumber(options.parallel_quick_modes, peer.parallel_quick_modes);
  constexpr ike::NatTraversal kNat[] = {ike::NatTraversal::kDetect, ike::NatTraversal::kOff,
                                        ike::NatTraversal::kForce};
  peer.nat = kNat[options.nat];
  constexpr ike::Renewal kRenewal[] = {ike::Renewal::kRenew, ike::Renewal::kExpire,
                                       ike::Renewal::kNever};
  peer.renewal.mode = kRenewal[options.rekey];
}

policy::Selector TargetSelector(const policy::IpAddress& target, std::uint16_t port) {
  return {target, static_cast<std::uint8_t>(target.bits()), policy::kProtocolTcp, port};
}

// SetTargetPort: a target's port may be another than 3260, which the default selectors do not know.
Parsed<Done> SetTargetPort(std::uint16_t port, ike::PeerConfig& peer) {
  if (port == policy::kIscsiPort) return Done{};
  auto& side = peer.target_side ? peer.child.local : peer.child.remote;
  const policy::IpAddress address =
      peer.target_side ? peer.local.address : peer.remote.value_or(ike::Endpoint{}).address;
  if (side && side->port == port) return Done{};
  if (side) return Reject("portal.socket", "is another than the port of the target's selector");
  if (address.IsUnspecified()) return Reject("portal.socket", "needs the target's address");
  side = TargetSelector(address, port);
  return Done{};
}

// GoThroughGateway: IKE is spoken with the gateway; what is protected is the way to the target.
void GoThroughGateway(std::uint16_t port, ike::PeerConfig& peer) {
  if (!peer.plan.tunnel_outer || peer.target_side || !peer.remote) return;
  if (!peer.child.remote) peer.child.remote = TargetSelector(peer.remote->address, port);
  peer.remote->address = *peer.plan.tunnel_outer;
}

void SetEnds(const Options& options, const policy::Sources& sources, ike::PeerConfig& peer) {
  peer.local = *ToEndpoint(options.local);
  if (options.remote.family != 0) peer.remote = ToEndpoint(options.remote);
  const auto bound = sources.peer ? sources.peer : sources.portal;
  const bool responder = options.role == ISCSI_IKE_ROLE_RESPONDER;
  if (!peer.remote && bound && (!responder || sources.peer))
    peer.remote = ike::Endpoint{*bound, ike::kIkePort};
  peer.target_side = responder;
  peer.name = !sources.name.empty() ? sources.name
              : peer.remote         ? peer.remote->address.ToString()
                                    : "any";
}

}  // namespace

Parsed<Done> CheckOptions(const Options& options) {
  if (auto s = CheckChoices(options); !s) return s;
  return CheckTimes(options);
}

Parsed<Done> ReadSelector(const char* text, const char* place,
                          std::optional<policy::Selector>& selector) {
  if (text == nullptr) return Done{};
  auto parsed = policy::ParseSelector(text, place);
  if (!parsed) return Failure(parsed.error());
  selector = *parsed;
  return Done{};
}

Parsed<std::shared_ptr<ike::PeerConfig>> MakePeer(const Options& options,
                                                  const policy::Sources& sources,
                                                  policy::SecurityFlags& word) {
  auto peer = std::make_shared<ike::PeerConfig>();
  SetEnds(options, sources, *peer);
  const auto role = options.role == ISCSI_IKE_ROLE_RESPONDER ? policy::Role::kResponder
                                                             : policy::Role::kInitiator;
  policy::Settings settings =
      TranslateFor(role, sources, peer->local.address, peer->remote.has_value());
  word = settings.word;
  peer->plan = std::move(settings.plan);
  if (options.hba != nullptr) HoldTo(options.hba->cache.capabilities(), peer->plan);
  peer->key = std::move(settings.key);
  peer->group_key = settings.group_key;
  peer->peer_identity = std::move(settings.peer_identity);
  peer->negotiate_child = (options.rules & ISCSI_IKE_RULE_PHASE1_ONLY) == 0;
  peer->initial_contact = (options.rules & ISCSI_IKE_RULE_NO_INITIAL_CONTACT) == 0;
  SetTiming(options, *peer);
  if (auto s = ReadSelector(options.local_selector, "local_selector", peer->child.local); !s)
    return Failure(s.error());
  if (auto s = ReadSelector(options.remote_selector, "remote_selector", peer->child.remote); !s)
    return Failure(s.error());
  if (auto s = SetTargetPort(sources.target_port, *peer); !s) return Failure(s.error());
  GoThroughGateway(sources.target_port, *peer);
  return peer;
}

}  // namespace iscsi_ike::capi
