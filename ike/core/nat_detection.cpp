#include "ike/core/nat_detection.hpp"

#include <algorithm>
#include <string>

#include "ike/core/abilities.hpp"
#include "ike/wire/nat_d.hpp"

namespace iscsi_ike::ike::phase1 {
namespace {

crypto::Digest HashOfEnd(const StepContext& context, const Endpoint& end) {
  const Session& s = context.session;
  return NatDetectionHash(s.suite.hash, s.initiator_cookie, s.responder_cookie, end.address,
                          end.port);
}

bool IsHashOf(const StepContext& context, Octets hash, const Endpoint& end) {
  const crypto::Digest expected = HashOfEnd(context, end);
  return std::equal(hash.begin(), hash.end(), expected.Expose().begin(), expected.Expose().end());
}

// IsOneOf: an end is where a message came from or went to, or where it was before. The third
// message of aggressive mode is the first at the NAT traversal ports, and libreswan hashes before
// it moves.
bool IsOneOf(const StepContext& context, Octets hash, const Endpoint& now, const Endpoint& before) {
  return IsHashOf(context, hash, now) || IsHashOf(context, hash, before);
}

// Float moves an initiator to the NAT traversal ports, unless it began there.
void Float(StepContext& context) {
  Session& session = context.session;
  if (session.local.port == context.core.config.nat_port) return;
  session.local.port = context.core.config.nat_port;
  session.at_nat_port = true;
  session.remote.port = session.peer->remote_nat_port;
}

std::string Describe(const NatFinding& nat) {
  if (!nat.any()) return "no NAT between the ends";
  const std::string_view who = nat.local && nat.remote ? "both ends"
                               : nat.local             ? "this end"
                                                       : "the peer";
  return std::string(who) + (nat.local && nat.remote ? " are" : " is") +
         " behind a NAT: ESP is encapsulated in UDP";
}

}  // namespace

void WriteNatDetection(StepContext& context) {
  const Session& session = context.session;
  if (session.abilities.nat == VendorId::kUnknown) return;
  const PayloadType type = FormOf(session.abilities.nat).nat_d;
  context.chain->Add(type, HashOfEnd(context, session.remote).Expose());
  Endpoint own = session.local;
  // "Own" endpoint that no translator leaves as it is: port 0 is no port.
  if (session.peer->nat == NatTraversal::kForce) own.port = 0;
  context.chain->Add(type, HashOfEnd(context, own).Expose());
}

void TakeNatDetection(StepContext& context, const PayloadList& payloads) {
  Session& session = context.session;
  if (session.abilities.nat == VendorId::kUnknown) return;
  const PayloadType type = FormOf(session.abilities.nat).nat_d;
  if (payloads.Count(type) < 2) return;  // the peer announced it and does not do it
  NatFinding found{true, true};
  bool first = true;
  for (const Payload& payload : payloads) {
    if (payload.type != type) continue;
    if (first) {
      found.local = !IsOneOf(context, payload.body, context.received->local, session.local);
    } else if (IsOneOf(context, payload.body, context.received->remote, session.remote)) {
      found.remote = false;
    }
    first = false;
  }
  if (session.peer->nat == NatTraversal::kForce) found.local = true;
  session.nat = found;
  context.core.Decided(session, [&] {
    return "NAT traversal (" + std::string(NameOf(session.abilities.nat)) + "): " + Describe(found);
  });
  if (found.any() && session.role == Role::kInitiator) Float(context);
}

}  // namespace iscsi_ike::ike::phase1
