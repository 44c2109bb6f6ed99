// Choosing an ESP transform from a quick mode's offer, and checking the answer to one's own (RFC
// 2407 section 4.5, RFC 2409 section 5.5). Every transform that is not taken is explained.
#pragma once

#include <optional>

#include "crypto/result.hpp"
#include "ike/core/abilities.hpp"
#include "ike/errors.hpp"
#include "ike/wire/esp_transform.hpp"
#include "ike/wire/sa.hpp"
#include "policy/plan.hpp"

namespace iscsi_ike::ike {

struct Phase2Choice {
  policy::EspSuite suite;
  policy::Encapsulation encapsulation = policy::Encapsulation::kTunnel;
  bool udp_encapsulated = false;
  std::optional<crypto::DhGroup> pfs_group;
  policy::Lifetime lifetime;  // the shorter of both ends'; 28800 s offered where nothing was said
  bool shortened = false;     // it is shorter than what the transform says
  Spi spi{};                  // of the end that wrote the SA payload
  std::uint8_t proposal = 0;
  TransformView transform;
};

// PfsGroup of a plan's own quick modes: none, the one that it names, or that of phase 1.
[[nodiscard]] std::optional<crypto::DhGroup> PfsGroup(const policy::Plan& plan,
                                                      crypto::DhGroup phase1_group);

// ChoosePhase2 takes the first acceptable transform in the initiator's order; when one offer has
// both encapsulations, the plan's preference decides first (decision table, row 6). `ke_size` is 0
// without KE payload; `carriage` says which
// encapsulation numbers may come. Errors: kPfsMismatch when nothing but the group stands in the
// way, kNoPhase2Proposal otherwise.
[[nodiscard]] Result<Phase2Choice, NegotiationFailure> ChoosePhase2(
    const SaView& offer, const policy::Plan& plan, crypto::DhGroup phase1_group,
    std::size_t ke_size, const EncapsulationRule& carriage);

// CheckPhase2Answer finds the answer's one transform in what was offered. Errors: kAnswerChanged.
[[nodiscard]] Result<Phase2Choice, NegotiationFailure> CheckPhase2Answer(
    const SaView& answer, const policy::Plan& plan, crypto::DhGroup phase1_group,
    const EncapsulationRule& carriage);

}  // namespace iscsi_ike::ike
