// The enumerations that archives carry, each with its enumerators: a number read that is none of
// them is refused.
#pragma once

#include "crypto/dh.hpp"
#include "ike/config.hpp"
#include "ike/events.hpp"
#include "ike/wire/vendor_id.hpp"

namespace iscsi_ike::ike {

// Known tells which values an enumeration has. Whoever adds an enumerator at an end mends it here.
template <class E>
struct Known;
template <auto kFirst, auto kLast>
struct Between {
  static bool Has(decltype(kFirst) e) { return e >= kFirst && e <= kLast; }
};
template <class E>
struct AnyNumber {
  static bool Has(E) { return true; }
};
// clang-format off
template <> struct Known<SessionId> : AnyNumber<SessionId> {};
template <> struct Known<ChildId> : AnyNumber<ChildId> {};
template <> struct Known<MessageId> : AnyNumber<MessageId> {};
template <> struct Known<Spi> : AnyNumber<Spi> {};
template <> struct Known<NotifyType> : AnyNumber<NotifyType> {};
template <> struct Known<crypto::DhTicket> : AnyNumber<crypto::DhTicket> {};
template <> struct Known<Role> : Between<Role::kInitiator, Role::kResponder> {};
template <> struct Known<Renewal> : Between<Renewal::kNever, Renewal::kRenew> {};
template <> struct Known<NatTraversal> : Between<NatTraversal::kOff, NatTraversal::kForce> {};
template <> struct Known<PeerMatch> : Between<PeerMatch::kIdentity, PeerMatch::kGroupKey> {};
template <> struct Known<CloseReason> : Between<CloseReason::kByCaller, CloseReason::kReplaced> {};
template <> struct Known<FailureCode> : Between<FailureCode::kTimeout, FailureCode::kMemory> {};
template <> struct Known<VendorId> : Between<VendorId::kUnknown, VendorId::kRacoon> {};
template <> struct Known<policy::Outcome> : Between<policy::Outcome::kUnspecified, policy::Outcome::kPlan> {};
template <> struct Known<policy::ExchangeMode> : Between<policy::ExchangeMode::kMain, policy::ExchangeMode::kAggressive> {};
template <> struct Known<policy::Encapsulation> : Between<policy::Encapsulation::kTunnel, policy::Encapsulation::kTransport> {};
template <> struct Known<policy::EspCipher> : Between<policy::EspCipher::kNull, policy::EspCipher::kAesGcm16> {};
template <> struct Known<policy::EspAuth> : Between<policy::EspAuth::kNone, policy::EspAuth::kAesXcbc96> {};
template <> struct Known<crypto::HashAlgorithm> : Between<crypto::HashAlgorithm::kMd5, crypto::HashAlgorithm::kSha512> {};
template <> struct Known<crypto::CipherAlgorithm> : Between<crypto::CipherAlgorithm::kTripleDesCbc, crypto::CipherAlgorithm::kAesCbc> {};
template <> struct Known<crypto::DhGroup> {
  static bool Has(crypto::DhGroup group) { return crypto::DhGroupByNumber(static_cast<std::uint16_t>(group)).has_value(); }
};
// clang-format on

}  // namespace iscsi_ike::ike
