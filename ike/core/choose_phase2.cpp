#include "ike/core/choose_phase2.hpp"

#include <algorithm>
#include <span>

#include "ike/core/explain_choice.hpp"
#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {
namespace {

using policy::Encapsulation;
using policy::EspSuite;

// Terms is what this end allows besides the suites.
struct Terms {
  const policy::Plan& plan;
  std::vector<crypto::DhGroup> groups;  // acceptable for PFS
  bool need_group = false;
  bool refuse_group = false;
  bool any_encapsulation = false;
  std::size_t ke_size = 0;
  EncapsulationRule carriage;
  std::string_view no_group_rule = "PFS_ENABLED is clear and PFS is refused";
};

std::string GroupText(std::uint16_t number) {
  return number == 0 ? "absent" : WithNumber(GroupName(number), number);
}

std::string SuiteList(const policy::Plan& plan) {
  return Join(plan.phase2, [](const EspSuite& s) { return policy::ToString(s); });
}

template <EspAttribute attribute>
std::string Text(std::uint16_t value) {
  if (value == 0) return "absent";
  if (attribute == EspAttribute::kKeyLength) return std::to_string(value);
  return WithNumber(EspValueName(ToNumber(attribute), value), value);
}
std::string TransformText(std::uint16_t id) {
  return WithNumber(TransformName(ProtocolId::kEsp, static_cast<std::uint8_t>(id)), id);
}
std::string EsnText(std::uint16_t esn) { return esn != 0 ? "1" : "absent"; }

using EspMember = Member<EspTransform, EspSuite>;
constexpr EspMember kEspMembers[] = {
    {"transform", [](const EspTransform& t) -> std::uint16_t { return t.id; },
     [](const EspSuite& s) -> std::uint16_t { return WireTransformId(s.cipher); }, &TransformText},
    {"key length", [](const EspTransform& t) { return t.key_length; }, &WireKeyLength,
     &Text<EspAttribute::kKeyLength>},
    {"authentication", [](const EspTransform& t) { return t.auth; },
     [](const EspSuite& s) { return WireAuthentication(s.auth); },
     &Text<EspAttribute::kAuthentication>},
    {"extended sequence number",
     [](const EspTransform& t) -> std::uint16_t { return t.esn ? 1 : 0; },
     [](const EspSuite& s) -> std::uint16_t { return s.esn ? 1 : 0; }, &EsnText},
};

// FindSuite compares the algorithms; a PFS group written beside a suite is judged with the groups.
const EspSuite* FindSuite(const policy::Plan& plan, const EspSuite& wanted) {
  const auto it = std::find_if(plan.phase2.begin(), plan.phase2.end(), [&](const EspSuite& s) {
    return s.cipher == wanted.cipher && s.key_bits == wanted.key_bits && s.auth == wanted.auth &&
           s.esn == wanted.esn;
  });
  return it == plan.phase2.end() ? nullptr : &*it;
}

// IsGroupFine: the group attribute against PFS_ENABLED and the KE payload.
bool IsGroupFine(const EspTransform& offered, const Terms& terms, const Refuser& refuse) {
  const std::string allowed = Join(
      terms.groups, [](crypto::DhGroup g) { return GroupText(static_cast<std::uint16_t>(g)); });
  if (offered.group == 0) {
    if (terms.need_group) refuse("group", "absent", allowed, "PFS_ENABLED");
    return !terms.need_group;
  }
  if (terms.refuse_group) {
    refuse("group", GroupText(offered.group), "absent", terms.no_group_rule);
    return false;
  }
  const auto group = crypto::DhGroupByNumber(offered.group);
  if (!group || std::find(terms.groups.begin(), terms.groups.end(), *group) == terms.groups.end()) {
    refuse("group", GroupText(offered.group), allowed, "PFS group");
    return false;
  }
  if (terms.ke_size != 0 && crypto::Info(*group).public_size != terms.ke_size) {
    refuse("group", GroupText(offered.group),
           std::to_string(terms.ke_size) + " octets of KE payload", "KE length");
    return false;
  }
  return true;
}

std::optional<Encapsulation> EncapsulationOf(const EspTransform& offered, const Terms& terms,
                                             const Refuser& refuse) {
  // Absent means whatever the host likes (RFC 2407 section 4.5): this end's first preference.
  if (offered.encapsulation == 0) return terms.plan.encapsulations.front();
  const auto allowed = [&terms](const policy::Plan& plan) {
    return Join(plan.encapsulations, [&terms](Encapsulation e) {
      return EspValueName(ToNumber(EspAttribute::kEncapsulation),
                          WireEncapsulation(e, terms.carriage.udp));
    });
  };
  auto mode = ModeOf(offered.encapsulation, terms.carriage.udp);
  if (!mode && terms.carriage.plain_too)
    mode = ModeOf(offered.encapsulation, UdpEncapsulation::kNone);
  const auto& preferred = terms.plan.encapsulations;
  if (mode && (terms.any_encapsulation ||
               std::find(preferred.begin(), preferred.end(), *mode) != preferred.end())) {
    return mode;
  }
  refuse("encapsulation",
         WithNumber(EspValueName(ToNumber(EspAttribute::kEncapsulation), offered.encapsulation),
                    offered.encapsulation),
         allowed(terms.plan),
         mode ? "TRANSPORT_MODE_PREFERRED/TUNNEL_MODE_PREFERRED"
         : terms.carriage.udp == UdpEncapsulation::kNone
             ? "no NAT was found"
             : "a NAT was found: ESP is to be encapsulated in UDP (RFC 3947 section 5.1)");
  return std::nullopt;
}

void ExplainObstacle(const EspTransform& offered, const policy::Plan& plan, const Refuser& refuse) {
  const auto obstacle =
      FindObstacle(offered).value_or(Obstacle{0, offered.id, "unknown transform"});
  if (obstacle.attribute != 0 && obstacle.attribute == offered.unsupported_attribute) {
    return refuse(EspAttributeName(obstacle.attribute), "present", "absent", obstacle.rule);
  }
  const std::string_view name =
      obstacle.attribute == 0 ? "transform" : EspAttributeName(obstacle.attribute);
  for (const EspMember& m : kEspMembers) {
    if (m.name != name) continue;
    return refuse(name, m.text(static_cast<std::uint16_t>(obstacle.value)),
                  Join(plan.phase2, [&](const EspSuite& s) { return m.text(m.of_suite(s)); }),
                  obstacle.rule);
  }
  refuse(name, std::to_string(obstacle.value), "", obstacle.rule);
}

// Consider decides on one transform; nullopt: refused, and explained.
std::optional<Phase2Choice> Consider(const ProposalView& proposal, const TransformView& transform,
                                     const Terms& terms, std::vector<Refusal>& refusals) {
  const Refuser refuse{proposal.number, transform.number, refusals};
  const auto decoded = DecodeEsp(transform);
  if (!decoded) {
    refuse("format", "offset " + std::to_string(decoded.error().offset), "", decoded.error().rule);
    return std::nullopt;
  }
  const auto suite = ToSuite(*decoded);
  if (!suite) {
    if (!refuse.full()) ExplainObstacle(*decoded, terms.plan, refuse);
    return std::nullopt;
  }
  const EspSuite* ours = FindSuite(terms.plan, *suite);
  if (ours == nullptr) {
    ExplainDifferences(kEspMembers, *decoded, std::span<const EspSuite>(terms.plan.phase2), refuse,
                       "suite");
  }
  const auto encapsulation = EncapsulationOf(*decoded, terms, refuse);
  const bool group_fine = IsGroupFine(*decoded, terms, refuse);
  if (ours == nullptr || !encapsulation || !group_fine) return std::nullopt;
  Phase2Choice choice{.suite = *suite,
                      .encapsulation = *encapsulation,
                      .lifetime = decoded->lifetime,
                      .proposal = proposal.number,
                      .transform = transform};
  choice.udp_encapsulated = decoded->encapsulation != 0
                                ? !ModeOf(decoded->encapsulation, UdpEncapsulation::kNone)
                                : !terms.carriage.plain_too;
  if (decoded->group != 0) choice.pfs_group = crypto::DhGroupByNumber(decoded->group);
  // RFC 2407 section 4.5: without a word about seconds it is 28800 of them.
  if (choice.lifetime.seconds == 0) choice.lifetime.seconds = kDefaultLifetimeSeconds;
  const policy::Lifetime offer = choice.lifetime;
  choice.lifetime = policy::Shorter(offer, terms.plan.phase2_lifetime);
  choice.shortened = choice.lifetime != offer;
  return choice;
}

// SpiOf: an ESP proposal names the SPI of its writer in 4 octets, none of the reserved values (RFC
// 2407 section 4.6.1).
std::optional<Spi> SpiOf(const ProposalView& proposal) {
  std::uint32_t spi = 0;
  Reader reader(proposal.spi);
  if (proposal.spi.size() != 4 || !reader.ReadU32(spi) || spi < kFirstUsableSpi)
    return std::nullopt;
  return Spi{spi};
}

// IsBundled: another proposal has the same number, so both are to be taken together (RFC 2408
// section 4.2).
bool IsBundled(const SaView& sa, const ProposalView& proposal) {
  std::size_t same = 0;
  for (const ProposalView other : sa.proposals()) same += other.number == proposal.number ? 1 : 0;
  return same > 1;
}

std::vector<Phase2Choice> Acceptable(const SaView& sa, const Terms& terms,
                                     std::vector<Refusal>& refusals) {
  std::vector<Phase2Choice> found;
  for (const ProposalView proposal : sa.proposals()) {
    const Refuser refuse{proposal.number, 0, refusals};
    if (proposal.protocol != ProtocolId::kEsp) {
      refuse("protocol", Describe(proposal.protocol), "ESP (3)", "RFC 3723 section 2.3.1");
    } else if (IsBundled(sa, proposal)) {
      refuse("protocol", "a bundle of several protocols", "ESP (3) alone",
             "RFC 3723 section 2.3.1");
    } else if (const auto spi = SpiOf(proposal)) {
      for (const TransformView transform : proposal.transforms()) {
        if (auto choice = Consider(proposal, transform, terms, refusals)) {
          choice->spi = *spi;
          found.push_back(*choice);
        }
      }
    } else {
      refuse("SPI", std::to_string(proposal.spi.size()) + " octets", "4 octets, 256 or above",
             "RFC 2407 section 4.6.1");
    }
  }
  return found;
}

bool OnlyPfsStandsInTheWay(const std::vector<Refusal>& refusals) {
  // A transform that was refused for its group alone would have been taken otherwise.
  return std::any_of(refusals.begin(), refusals.end(), [&](const Refusal& r) {
    return r.attribute == "group" &&
           std::none_of(refusals.begin(), refusals.end(), [&](const Refusal& other) {
             return other.attribute != "group" && other.proposal == r.proposal &&
                    other.transform == r.transform;
           });
  });
}

// AcceptableGroups: the groups that are named, or any that phase 1 may use.
std::vector<crypto::DhGroup> AcceptableGroups(const policy::Plan& plan,
                                              crypto::DhGroup phase1_group) {
  std::vector<crypto::DhGroup> groups;
  if (plan.pfs_group) groups.push_back(*plan.pfs_group);
  for (const EspSuite& suite : plan.phase2) {
    if (suite.pfs_group) groups.push_back(*suite.pfs_group);
  }
  if (!groups.empty()) return groups;
  groups.push_back(phase1_group);
  for (const policy::Phase1Suite& suite : plan.phase1) groups.push_back(suite.group);
  return groups;
}

}  // namespace

std::optional<crypto::DhGroup> PfsGroup(const policy::Plan& plan, crypto::DhGroup phase1_group) {
  if (!plan.pfs) return std::nullopt;
  if (plan.pfs_group) return plan.pfs_group;
  for (const EspSuite& suite : plan.phase2) {
    if (suite.pfs_group) return suite.pfs_group;
  }
  return phase1_group;
}

Result<Phase2Choice, NegotiationFailure> ChoosePhase2(const SaView& offer, const policy::Plan& plan,
                                                      crypto::DhGroup phase1_group,
                                                      std::size_t ke_size,
                                                      const EncapsulationRule& carriage) {
  const Terms terms{plan,
                    AcceptableGroups(plan, phase1_group),
                    plan.pfs,
                    plan.refuse_pfs,
                    plan.accept_other_encapsulation,
                    ke_size,
                    carriage};
  NegotiationFailure failure;
  const std::vector<Phase2Choice> found = Acceptable(offer, terms, failure.refusals);
  for (const Encapsulation preferred : plan.encapsulations) {
    for (const Phase2Choice& choice : found) {
      if (choice.encapsulation == preferred) return choice;
    }
  }
  if (!found.empty()) return found.front();
  const bool pfs = OnlyPfsStandsInTheWay(failure.refusals);
  failure.code = pfs ? FailureCode::kPfsMismatch : FailureCode::kNoPhase2Proposal;
  failure.text =
      pfs ? "phase 1 is fine; the offer was refused for its perfect forward secrecy group alone"
          : "phase 1 is fine; none of the offered ESP transforms is acceptable";
  failure.details.push_back("this end would take: " + SuiteList(plan));
  return Failure(std::move(failure));
}

Result<Phase2Choice, NegotiationFailure> CheckPhase2Answer(const SaView& answer,
                                                           const policy::Plan& plan,
                                                           crypto::DhGroup phase1_group,
                                                           const EncapsulationRule& carriage) {
  const auto group = PfsGroup(plan, phase1_group);
  Terms terms{plan, {}, group.has_value(), !group.has_value(), false, 0, carriage};
  if (group) terms.groups.push_back(*group);
  terms.no_group_rule = "no group was offered";
  NegotiationFailure failure;
  failure.code = FailureCode::kAnswerChanged;
  std::size_t transforms = 0;
  for (const ProposalView proposal : answer.proposals()) transforms += proposal.transform_count;
  const std::vector<Phase2Choice> found = Acceptable(answer, terms, failure.refusals);
  if (transforms == 1 && found.size() == 1) return found.front();
  failure.text = transforms == 1 ? "the responder chose an ESP transform that was not offered"
                                 : "the responder answered with " + std::to_string(transforms) +
                                       " transforms instead of one";
  return Failure(std::move(failure));
}

}  // namespace iscsi_ike::ike
