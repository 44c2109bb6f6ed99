#include "ike/core/peer_identity.hpp"

#include <utility>

#include "ike/wire/id.hpp"

namespace iscsi_ike::ike {
namespace {

NegotiationFailure WrongIdentity(std::string text) {
  NegotiationFailure failure;
  failure.code = FailureCode::kPeerIdentity;
  failure.text = std::move(text);
  return failure;
}

}  // namespace

policy::Identity OwnIdentity(const PeerConfig& peer, const policy::IpAddress& local) {
  const auto& given = peer.plan.identity;
  return given ? *given : policy::Identity::OfAddress(local);
}

std::string IdentityText(Octets body) {
  const auto id = ParseId(body);
  if (!id) return "unreadable";
  const auto identity = ToIdentity(*id);
  return identity ? identity->ToString() : Describe(*id);
}

std::optional<policy::Identity> ShownIdentity(Octets body) {
  const auto id = ParseId(body);
  if (!id) return std::nullopt;
  auto identity = ToIdentity(*id);
  return identity ? std::optional(std::move(identity).value()) : std::nullopt;
}

std::optional<NegotiationFailure> JudgeIdentity(const PeerConfig& peer, Octets body,
                                                const Endpoint& remote) {
  const auto id = ParseId(body);
  if (!id || !HasPhase1Port(*id)) {
    // RFC 2407 section 4.6.2: anything but 0/0 and UDP/500 "MUST be treated as an error and the
    // security association setup MUST be aborted".
    return WrongIdentity("the identity names a protocol and port other than 0/0 or UDP/500");
  }
  const std::string shown = IdentityText(body);
  const auto& wanted = peer.peer_identity;
  if (!wanted || wanted->ToString() == shown) return std::nullopt;
  return WrongIdentity("the peer is " + shown + " at " + remote.ToString() + ", and must be " +
                       wanted->ToString());
}

}  // namespace iscsi_ike::ike
