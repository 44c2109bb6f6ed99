#include "ike/core/announce.hpp"

#include <array>

#include "ike/core/abilities.hpp"

namespace iscsi_ike::ike::phase1 {
namespace {

// Best first. Drafts -00 and -01 know no port 4500 and are not spoken.
constexpr std::array<VendorId, 4> kNatForms{VendorId::kNatTraversal, VendorId::kNatTraversalDraft03,
                                            VendorId::kNatTraversalDraft02n,
                                            VendorId::kNatTraversalDraft02};

void Add(StepContext& context, VendorId id) {
  context.chain->Add(PayloadType::kVendorId, OctetsOf(id));
}

}  // namespace

bool SpeaksNat(const PeerConfig& peer, std::uint16_t nat_port) {
  return peer.nat != NatTraversal::kOff && nat_port != 0;
}

void WriteVendorIds(StepContext& context) {
  const Session& session = context.session;
  const PeerConfig& peer = *session.peer;
  if (session.role == Role::kInitiator) {
    if (SpeaksNat(peer, context.core.config.nat_port))
      for (const VendorId form : kNatForms) Add(context, form);
  } else if (session.abilities.nat != VendorId::kUnknown) {
    Add(context, session.abilities.nat);
  }
  // A responder says nothing that it has not been told: so no answer is longer than its question.
  const bool asked = session.role == Role::kResponder;
  if (!asked || session.abilities.dead_peer_detection) Add(context, VendorId::kDeadPeerDetection);
  if (peer.fragment_above != 0 && (!asked || session.abilities.fragments))
    Add(context, VendorId::kFragmentation);
}

void TakeVendorIds(StepContext& context, const PayloadList& payloads) {
  Abilities abilities;
  const bool speaks = SpeaksNat(*context.session.peer, context.core.config.nat_port);
  std::size_t rank = kNatForms.size();
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kVendorId) continue;
    const VendorId id = IdentifyVendor(payload.body);
    abilities.dead_peer_detection |= id == VendorId::kDeadPeerDetection;
    abilities.fragments |=
        id == VendorId::kFragmentation && context.session.peer->fragment_above != 0;
    for (std::size_t i = 0; i < rank && speaks; ++i) {
      if (kNatForms[i] == id) rank = i;
    }
  }
  if (rank < kNatForms.size()) abilities.nat = kNatForms[rank];
  context.session.abilities = abilities;
}

}  // namespace iscsi_ike::ike::phase1
