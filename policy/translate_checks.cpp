// Cross-checks of the plan with identity, key binding, addresses and suites.
#include <algorithm>

#include "policy/text.hpp"
#include "policy/translation.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::size_t kShortestIcv = 12;    // octets
constexpr std::size_t kSmallestModp = 256;  // octets: 2048 bits

bool IsWeak(crypto::DhGroup group) {
  const crypto::DhGroupInfo& info = crypto::Info(group);
  return info.kind == crypto::DhKind::kModp && info.public_size < kSmallestModp;
}

template <class Suite, class Test>
void Collect(const std::vector<Suite>& suites, std::vector<std::string>& names, Test test) {
  for (const Suite& suite : suites) {
    if (test(suite)) names.push_back(ToString(suite));
  }
}

void SayOf(Translation& run, ReasonCode code, const std::vector<std::string>& names) {
  if (!names.empty()) run.Say(code, Join(names, ", "));
}

void CheckWeakGroups(Translation& run) {
  std::vector<std::string> names;
  Collect(run.plan.phase1, names, [](const Phase1Suite& s) { return IsWeak(s.group); });
  if (run.plan.pfs_group && IsWeak(*run.plan.pfs_group)) {
    names.push_back("PFS with " + std::string(crypto::Info(*run.plan.pfs_group).name));
  }
  SayOf(run, ReasonCode::kWeakGroup, names);
}

void CheckWeakCiphers(Translation& run) {
  std::vector<std::string> names;
  Collect(run.plan.phase1, names,
          [](const Phase1Suite& s) { return s.cipher == crypto::CipherAlgorithm::kTripleDesCbc; });
  Collect(run.plan.phase2, names,
          [](const EspSuite& s) { return s.cipher == EspCipher::kTripleDesCbc; });
  SayOf(run, ReasonCode::kWeakCipher, names);
}

void CheckEsp(Translation& run) {
  std::vector<std::string> null_ciphers;
  std::vector<std::string> short_icvs;
  Collect(run.plan.phase2, null_ciphers,
          [](const EspSuite& s) { return s.cipher == EspCipher::kNull; });
  Collect(run.plan.phase2, short_icvs, [](const EspSuite& s) { return IcvSize(s) < kShortestIcv; });
  SayOf(run, ReasonCode::kNullCipher, null_ciphers);
  SayOf(run, ReasonCode::kShortIcv, short_icvs);
  const bool esn = std::any_of(run.plan.phase2.begin(), run.plan.phase2.end(),
                               [](const EspSuite& s) { return s.esn; });
  if (!esn) run.Say(ReasonCode::kNoEsn);
}

// RFC 2409 section 5: KE goes out with the first message of aggressive mode, so its offer has one
// group.
void CheckAggressiveGroup(Translation& run) {
  if (!run.IsInitiator() || !run.Plans(ExchangeMode::kAggressive)) return;
  const crypto::DhGroup group = run.plan.phase1.front().group;
  std::vector<std::string> names;
  Collect(run.plan.phase1, names, [&](const Phase1Suite& s) { return s.group != group; });
  if (names.empty()) return;
  run.Say(ReasonCode::kAggressiveGroup,
          "group " + std::string(crypto::Info(group).name) + "; without " + Join(names, ", "));
}

void DropMainMode(Translation& run) {
  std::erase(run.plan.exchanges, ExchangeMode::kMain);
  run.Say(ReasonCode::kMainModeDropped, run.request.identity->ToString());
}

// Row 10 for a name: by which address, if any, main mode can find the key.
void CheckMainModeName(Translation& run) {
  const std::string name = run.request.identity->ToString();
  switch (run.request.key_binding) {
    case KeyBinding::kPeerAddress:
      return run.Say(ReasonCode::kMainKeyByAddress, name);
    case KeyBinding::kAnyPeer:
      return run.Say(ReasonCode::kMainAnyPeer, name);
    case KeyBinding::kGroupKey:
      return;
    case KeyBinding::kNone:
      break;
  }
  if (run.Plans(ExchangeMode::kAggressive)) return DropMainMode(run);
  run.Say(ReasonCode::kMainKeyByName, name);
}

}  // namespace

void CheckMainModeKey(Translation& run) {
  if (!run.Plans(ExchangeMode::kMain)) return;
  if (run.request.key_binding == KeyBinding::kGroupKey) run.Say(ReasonCode::kMainGroupKey);
  if (run.HasName()) CheckMainModeName(run);
}

void CheckMainModeAddresses(Translation& run) {
  if (!run.Plans(ExchangeMode::kMain) || !run.HasDynamicAddress()) return;
  run.Say(ReasonCode::kMainDynamicAddress,
          run.request.own_address_dynamic ? "own address" : "peer address");
}

void CheckAggressiveIdentity(Translation& run) {
  if (!run.Plans(ExchangeMode::kAggressive) || !run.HasDynamicAddress() || run.HasName()) return;
  run.Say(ReasonCode::kAggressiveDynamicAddress,
          run.request.identity ? run.request.identity->ToString() : "the local address");
}

void CheckIdentity(Translation& run) {
  const std::optional<Identity>& identity = run.request.identity;
  if (!identity) return run.Say(ReasonCode::kIdentityDefault);
  run.Say(ReasonCode::kIdentityGiven, identity->ToString());
  const std::optional<IpAddress> address = identity->address();
  const std::optional<IpAddress>& own = run.request.own_address;
  if (!address || !own || own->IsUnspecified() || *address == *own) return;
  run.Say(address->is_v6() == own->is_v6() ? ReasonCode::kIdentityMismatch
                                           : ReasonCode::kIdentityFamily,
          identity->ToString() + ", local address " + own->ToString());
}

void CheckTunnelAddress(Translation& run) {
  const std::optional<IpAddress>& outer = run.request.tunnel_outer;
  if (!run.Plans(Encapsulation::kTunnel)) {
    if (outer) run.Say(ReasonCode::kTunnelOuterUnused, outer->ToString());
  } else if (outer) {
    run.Say(ReasonCode::kTunnelOuter, outer->ToString());
    // Behind a gateway nothing but a tunnel reaches the peer.
    run.plan.tunnel_outer = outer;
    run.plan.encapsulations = {Encapsulation::kTunnel};
  } else {
    run.Say(run.request.gateway_required ? ReasonCode::kNoTunnelOuter
                                         : ReasonCode::kTunnelHostToHost);
  }
}

void CheckSuites(Translation& run) {
  if (run.plan.phase1.empty() || run.plan.phase2.empty()) {
    return run.Say(ReasonCode::kNoSuites, run.plan.phase1.empty() ? "phase 1" : "phase 2");
  }
  run.Say(ReasonCode::kSuites, run.request.suites.name);
  CheckAggressiveGroup(run);
  CheckWeakCiphers(run);
  CheckWeakGroups(run);
  CheckEsp(run);
}

}  // namespace iscsi_ike::policy
