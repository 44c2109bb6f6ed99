#include "ike/core/selectors.hpp"

#include <array>
#include <string>
#include <utility>

#include "ike/wire/describe.hpp"
#include "ike/wire/id.hpp"

namespace iscsi_ike::ike {
namespace {

using policy::Selector;

Selector HostSelector(const policy::IpAddress& address, std::uint8_t protocol, std::uint16_t port) {
  return {address, static_cast<std::uint8_t>(address.bits()), protocol, port};
}

NegotiationFailure NotAcceptable(std::string text) {
  NegotiationFailure failure;
  failure.code = FailureCode::kSelectors;
  failure.text = std::move(text);
  return failure;
}

bool Contains(const Selector& outer, const Selector& inner) {
  if (outer.address.is_v6() != inner.address.is_v6() || outer.prefix_bits > inner.prefix_bits)
    return false;
  const Octets a = outer.address.octets();
  const Octets b = inner.address.octets();
  for (unsigned bit = 0; bit < outer.prefix_bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((a[bit / 8] ^ b[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

// Difference names the first field in which `offered` is not within `allowed`; empty: it is.
// A host behind a translator is known to its peer by another address than to itself.
std::string Difference(const Selector& offered, const Selector& allowed, bool exact_port,
                       bool any_host) {
  const bool host = offered.prefix_bits == offered.address.bits();
  if (!Contains(allowed, offered) && !(any_host && host)) return "address";
  if (allowed.protocol != 0 && offered.protocol != allowed.protocol &&
      (exact_port || offered.protocol != 0)) {
    return "protocol";
  }
  if (allowed.port != 0 && offered.port != allowed.port && (exact_port || offered.port != 0))
    return "port";
  return {};
}

// IsSame: see JudgeEchoedSelectors.
bool IsSame(const Selector& echoed, const Selector& offered, const QuickChoice& quick,
            bool translated) {
  if (echoed == offered) return true;
  return translated && quick.udp_encapsulated &&
         quick.encapsulation == policy::Encapsulation::kTransport &&
         echoed.prefix_bits == echoed.address.bits() &&
         offered.prefix_bits == offered.address.bits() && echoed.protocol == offered.protocol &&
         echoed.port == offered.port;
}

}  // namespace

Selector DefaultLocalSelector(const Session& session, const ChildOffer& offer) {
  if (offer.local) return *offer.local;
  return HostSelector(session.local.address, policy::kProtocolTcp,
                      session.peer->target_side ? policy::kIscsiPort : 0);
}

Selector DefaultRemoteSelector(const Session& session, const ChildOffer& offer) {
  if (offer.remote) return *offer.remote;
  return HostSelector(session.remote.address, policy::kProtocolTcp,
                      session.peer->target_side ? 0 : policy::kIscsiPort);
}

Result<SelectorPair, NegotiationFailure> ReadSelectors(const Session& session,
                                                       const PayloadList& payloads, Role own_role) {
  const std::size_t count = payloads.Count(PayloadType::kId);
  const bool initiator = own_role == Role::kInitiator;
  if (count == 0) {
    const auto own = HostSelector(session.local.address, 0, 0);
    const auto other = HostSelector(session.remote.address, 0, 0);
    return initiator ? SelectorPair{own, other} : SelectorPair{other, own};
  }
  if (count != 2) {
    return Failure(NotAcceptable(std::to_string(count) +
                                 " identification payloads; IDci and IDcr come as a pair"));
  }
  std::array<Selector, 2> read;
  std::size_t had = 0;
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kId) continue;
    const auto id = ParseId(payload.body);
    if (!id) return Failure(NotAcceptable(DescribeError(WithinPayload(id.error(), payload))));
    const auto selector = ToSelector(*id);
    if (!selector)
      return Failure(
          NotAcceptable("quick mode identity " + Describe(*id) + " is no address or subnet"));
    read[had++] = *selector;
  }
  return SelectorPair{read[0], read[1]};
}

std::optional<NegotiationFailure> JudgeSelectors(const Session& session,
                                                 const SelectorPair& offered,
                                                 bool udp_encapsulated) {
  const ChildOffer& configured = session.peer->child;
  const Selector local = DefaultLocalSelector(session, configured);
  const Selector remote = DefaultRemoteSelector(session, configured);
  // NAT-D payloads can be forged and ESP in UDP cannot: who asks for it knows of a translator, of
  // whichever end.
  const auto judge = [&](const Selector& offer, const Selector& allowed, bool set, bool found) {
    return Difference(offer, allowed, set, (found || udp_encapsulated) && !set);
  };
  const std::string at_local =
      judge(offered.responder, local, configured.local.has_value(), session.nat.local);
  const std::string at_remote =
      judge(offered.initiator, remote, configured.remote.has_value(), session.nat.remote);
  if (at_local.empty() && at_remote.empty()) return std::nullopt;
  NegotiationFailure failure =
      NotAcceptable("phase 1 is fine; the offered selectors are not acceptable: the " +
                    (at_local.empty() ? at_remote + " of IDci" : at_local + " of IDcr") +
                    " is outside the policy");
  failure.details = {"offered: IDci " + policy::ToString(offered.initiator) + ", IDcr " +
                         policy::ToString(offered.responder),
                     "policy: IDci within " + policy::ToString(remote) + ", IDcr within " +
                         policy::ToString(local)};
  return failure;
}

std::optional<NegotiationFailure> JudgeEchoedSelectors(const Session& session,
                                                       const QuickChoice& quick,
                                                       const SelectorPair& echoed) {
  if (IsSame(echoed.initiator, quick.initiator_selector, quick, session.nat.local) &&
      IsSame(echoed.responder, quick.responder_selector, quick, session.nat.remote))
    return std::nullopt;
  NegotiationFailure failure =
      NotAcceptable("phase 1 is fine; the responder changed the selectors");
  failure.details = {"offered: IDci " + policy::ToString(quick.initiator_selector) + ", IDcr " +
                         policy::ToString(quick.responder_selector),
                     "answered: IDci " + policy::ToString(echoed.initiator) + ", IDcr " +
                         policy::ToString(echoed.responder)};
  return failure;
}

}  // namespace iscsi_ike::ike
