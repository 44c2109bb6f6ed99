// What a child SA protects: the identities of quick mode, IDci and IDcr (RFC 2409 section 5.5, RFC
// 3723 section 2.3.3).
#pragma once

#include <optional>

#include "crypto/result.hpp"
#include "ike/core/session.hpp"
#include "ike/wire/payload.hpp"

namespace iscsi_ike::ike {

// SelectorPair in the roles of the quick mode.
struct SelectorPair {
  policy::Selector initiator;
  policy::Selector responder;
};

// DefaultSelectors: host to host, TCP, port 3260 at the target's end.
[[nodiscard]] policy::Selector DefaultLocalSelector(const Session& session,
                                                    const ChildOffer& offer);
[[nodiscard]] policy::Selector DefaultRemoteSelector(const Session& session,
                                                     const ChildOffer& offer);

// ReadSelectors: IDci and IDcr come as a pair, in this order, or not at all; then the peers'
// addresses with any protocol and port stand for them. Errors: kSelectors (neither none nor two, or
// not an address).
[[nodiscard]] Result<SelectorPair, NegotiationFailure> ReadSelectors(const Session& session,
                                                                     const PayloadList& payloads,
                                                                     Role own_role);

// JudgeSelectors as responder. With selectors configured, an offer must lie within them; without,
// it must be host to host between the two peers, by whatever address when a translator is between
// them, and let iSCSI through. Errors: kSelectors, naming
// both pairs and the field that differs.
[[nodiscard]] std::optional<NegotiationFailure> JudgeSelectors(const Session& session,
                                                               const SelectorPair& offered,
                                                               bool udp_encapsulated);

// JudgeEchoedSelectors as initiator: the answer repeats what `quick` has of the offer. In transport
// mode a responder may name an end behind a translator by the address that holds outside (RFC 3947
// section 5.2 tells both; strongSwan does). Errors: kSelectors, naming both pairs.
[[nodiscard]] std::optional<NegotiationFailure> JudgeEchoedSelectors(const Session& session,
                                                                     const QuickChoice& quick,
                                                                     const SelectorPair& echoed);

}  // namespace iscsi_ike::ike
