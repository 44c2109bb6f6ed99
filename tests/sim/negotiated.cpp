#include "tests/sim/negotiated.hpp"

#include <algorithm>
#include <variant>

namespace iscsi_ike::test {
namespace {

using ike::FailureCode;
using ike::Role;

bool SameKeys(const ike::DirectionKeys& a, const ike::DirectionKeys& b) {
  return crypto::ConstantTimeEqual(a.encryption.Expose(), b.encryption.Expose()) &&
         crypto::ConstantTimeEqual(a.integrity.Expose(), b.integrity.Expose());
}

// ClassOf: noise that happens to parse shows another key only by its HASH.
FailureCode ClassOf(FailureCode code) {
  return code == FailureCode::kHashMismatch ? FailureCode::kKeysDiffer : code;
}

}  // namespace

Negotiated::Negotiated(const std::shared_ptr<const ike::PeerConfig>& initiator,
                       const ike::EngineConfig& serving)
    : wants_child_(initiator->negotiate_child), serving_(serving) {
  initiator_ = &net_.Add({}, 2, initiator->local.address.ToString());
  responder_ = &net_.Add(serving, 3, initiator->remote->address.ToString());
  const auto session = initiator_->engine().Connect(net_.now(), initiator);
  if (!session) {
    at_once_ = session.error();
    return;
  }
  net_.RunUntil([this] { return Ended(); }, std::chrono::minutes(5));
  net_.RunFor(std::chrono::seconds(1));  // RESPONDER-LIFETIME of phase 1 comes behind
}

bool Negotiated::Ended() const {
  if (established()) return true;
  const auto has_failed = [](const Node& node) { return !node.EventsOf<ike::Failed>().empty(); };
  return has_failed(*initiator_) && has_failed(*responder_);
}

bool Negotiated::established() const {
  const bool phase1 = EventOf<ike::Phase1Established>(*initiator_) != nullptr &&
                      EventOf<ike::Phase1Established>(*responder_) != nullptr;
  if (!phase1 || !wants_child_) return phase1;
  const auto* a = EventOf<ike::ChildEstablished>(*initiator_);
  const auto* b = EventOf<ike::ChildEstablished>(*responder_);
  return a != nullptr && b != nullptr && SameKeys(a->sa.inbound, b->sa.outbound) &&
         SameKeys(a->sa.outbound, b->sa.inbound);
}

const ike::NegotiationFailure* Negotiated::FailureOf(Role role) const {
  if (role == Role::kInitiator && at_once_) return &*at_once_;
  const auto* failed = EventOf<ike::Failed>(role == Role::kInitiator ? *initiator_ : *responder_);
  return failed == nullptr ? nullptr : &failed->failure;
}

bool Negotiated::MayTryAgain() const {
  const auto* failure = FailureOf(Role::kInitiator);
  if (failure != nullptr && failure->code == FailureCode::kNoResponse) return true;
  const auto diagnosed = initiator_->EventsOf<ike::Diagnosed>();
  return std::ranges::any_of(diagnosed, [](const ike::Diagnosed* event) {
    return event->suspicion.code == FailureCode::kPeerRefused &&
           event->suspicion.text.find("EXCHANGE-TYPE") != std::string::npos;
  });
}

std::string Negotiated::Text() const {
  std::string text = established() ? "established" : "failed";
  for (const Role role : {Role::kInitiator, Role::kResponder})
    if (const auto* failure = FailureOf(role))
      text += "; " + std::string(Name(role)) + ": " + std::string(Name(failure->code)) + ": " +
              failure->text;
  return text;
}

void Negotiated::ExpectPhase1(const ike::AgreedPhase1& phase1,
                              const ike::Agreement& agreement) const {
  const auto* i = EventOf<ike::Phase1Established>(*initiator_);
  const auto* r = EventOf<ike::Phase1Established>(*responder_);
  ASSERT_TRUE(i != nullptr && r != nullptr);
  for (const auto* event : {i, r}) {
    EXPECT_EQ(event->mode, agreement.mode);
    EXPECT_EQ(policy::ToString(event->suite), policy::ToString(phase1.suite));
  }
  EXPECT_EQ(r->lifetime, phase1.lifetime);
  EXPECT_EQ(r->match, agreement.match);
  EXPECT_EQ(r->peer_name, serving_.responders[*agreement.responder]->name);
  EXPECT_EQ(i->local_identity, agreement.initiator_identity);
  EXPECT_EQ(r->remote_identity, agreement.initiator_identity);
  EXPECT_EQ(i->remote_identity, agreement.responder_identity);
  EXPECT_TRUE(agreement.same_key);
  // The initiator hears of a shorter lifetime by RESPONDER-LIFETIME.
  if (i->lifetime != r->lifetime) {
    const auto& heard = initiator_->recorder.decisions;
    EXPECT_NE(std::ranges::find(heard, "phase 1: RESPONDER-LIFETIME shortens the SA"), heard.end());
  }
}

void Negotiated::ExpectChild(const ike::AgreedChild& child) const {
  const ike::ChildSa& i = EventOf<ike::ChildEstablished>(*initiator_)->sa;
  const ike::ChildSa& r = EventOf<ike::ChildEstablished>(*responder_)->sa;
  for (const ike::ChildSa* sa : {&i, &r}) {
    EXPECT_EQ(policy::ToString(sa->suite), policy::ToString(child.suite));
    EXPECT_EQ(sa->encapsulation, child.encapsulation);
    EXPECT_EQ(sa->udp_encapsulated, child.udp_encapsulated);
    EXPECT_EQ(sa->pfs_group, child.pfs_group);
    EXPECT_EQ(sa->lifetime, child.lifetime);
  }
  EXPECT_EQ(policy::ToString(i.local), policy::ToString(child.selectors.initiator));
  EXPECT_EQ(policy::ToString(i.remote), policy::ToString(child.selectors.responder));
  EXPECT_EQ(policy::ToString(r.remote), policy::ToString(child.selectors.initiator));
  EXPECT_EQ(policy::ToString(r.local), policy::ToString(child.selectors.responder));
}

void Negotiated::ExpectAsForetold(const ike::Agreement& agreement) const {
  ASSERT_EQ(established(), agreement.ok())
      << Text() << "; foretold: "
      << (agreement.ok() ? "ok" : std::string(Name(agreement.hindrances.front().failure.code)));
  if (agreement.ok()) {
    ASSERT_TRUE(agreement.phase1);
    ASSERT_EQ(agreement.child.has_value(), wants_child_);
    ExpectPhase1(*agreement.phase1, agreement);
    if (agreement.child) ExpectChild(*agreement.child);
    return;
  }
  const ike::Hindrance& first = agreement.hindrances.front();
  const auto* failure = FailureOf(first.judge);
  ASSERT_NE(failure, nullptr) << Text() << "; foretold: " << Name(first.failure.code);
  EXPECT_EQ(Name(ClassOf(failure->code)), Name(ClassOf(first.failure.code))) << Text();
  EXPECT_EQ(failure->refusals.size(), first.failure.refusals.size()) << Text();
}

}  // namespace iscsi_ike::test
