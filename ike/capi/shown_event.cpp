#include "ike/capi/shown_event.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

#include "ike/capi/values.hpp"
#include "ike/trace/event_text.hpp"
#include "ike/wire/esp_transform.hpp"
#include "ike/wire/phase1_transform.hpp"

namespace iscsi_ike::capi {
namespace {

using ike::ToNumber;

std::uint32_t RoleOf(ike::Role role) {
  return role == ike::Role::kResponder ? ISCSI_IKE_ROLE_RESPONDER : ISCSI_IKE_ROLE_INITIATOR;
}

iscsi_ike_sa_keys ToC(const ike::DirectionKeys& keys) {
  return {ToNumber(keys.spi), 0, capi::ToC(keys.encryption.Expose()),
          capi::ToC(keys.integrity.Expose())};
}

std::uint32_t ReasonOf(ike::CloseReason reason) { return static_cast<std::uint32_t>(reason); }
static_assert(static_cast<int>(ike::CloseReason::kByCaller) == ISCSI_IKE_CLOSE_BY_CALLER);
static_assert(static_cast<int>(ike::CloseReason::kByPeer) == ISCSI_IKE_CLOSE_BY_PEER);
static_assert(static_cast<int>(ike::CloseReason::kExpired) == ISCSI_IKE_CLOSE_EXPIRED);
static_assert(static_cast<int>(ike::CloseReason::kReplaced) == ISCSI_IKE_CLOSE_REPLACED);

// A child tells its session in its SA, every other event by itself.
template <class Event>
ike::SessionId SessionOf(const Event& event) {
  if constexpr (std::is_same_v<Event, ike::ChildEstablished>)
    return event.sa.session;
  else
    return event.session;
}

// The numbers of the types are the places of the alternatives, from 1.
static_assert(std::is_same_v<std::variant_alternative_t<0, ike::Event>, ike::Phase1Established>);
static_assert(std::is_same_v<std::variant_alternative_t<ISCSI_IKE_EVENT_FAILED - 1, ike::Event>,
                             ike::Failed>);
static_assert(std::is_same_v<std::variant_alternative_t<ISCSI_IKE_EVENT_PEER_ALIVE - 1, ike::Event>,
                             ike::PeerAlive>);
static_assert(std::variant_size_v<ike::Event> == ISCSI_IKE_EVENT_PEER_ALIVE);

}  // namespace

void ShownEvent::Forget() {
  event_.reset();
  shown_ = {};
  phase1_ = {};
  child_ = {};
  failure_ = {};
  for (std::string* text : {&text_, &suite_, &local_, &remote_}) text->clear();
}

const iscsi_ike_event& ShownEvent::Show(ike::Event event) {
  Forget();
  event_.emplace(std::move(event));
  shown_.type = static_cast<std::uint32_t>(event_->index() + 1);
  shown_.peer = "";
  std::visit(
      [this](const auto& e) {
        shown_.session = ToNumber(SessionOf(e));
        Fill(e);
      },
      *event_);
  return shown_;
}

const char* ShownEvent::Text() {
  if (!event_) return nullptr;
  if (text_.empty()) text_ = EventText(*event_);
  return text_.c_str();
}

void ShownEvent::Fill(const ike::Phase1Established& e) {
  suite_ = ToString(e.suite);
  phase1_.size = sizeof phase1_;
  phase1_.encryption = ike::WireEncryption(e.suite);
  phase1_.key_bits = e.suite.key_bits;
  phase1_.hash = ike::WireHash(e.suite.hash);
  phase1_.group = ToNumber(e.suite.group);
  phase1_.role = RoleOf(e.role);
  phase1_.mode = static_cast<std::uint32_t>(e.mode);
  std::copy(e.initiator_cookie.octets.begin(), e.initiator_cookie.octets.end(),
            std::begin(phase1_.initiator_cookie));
  std::copy(e.responder_cookie.octets.begin(), e.responder_cookie.octets.end(),
            std::begin(phase1_.responder_cookie));
  phase1_.suite = suite_.c_str();
  phase1_.local_identity = e.local_identity.c_str();
  phase1_.remote_identity = e.remote_identity.c_str();
  phase1_.lifetime_s = e.lifetime.seconds;
  phase1_.nat_local = e.nat_local ? 1 : 0;
  phase1_.nat_remote = e.nat_remote ? 1 : 0;
  shown_.phase1 = &phase1_;
  shown_.peer = e.peer_name.c_str();
  shown_.remote = capi::ToC(e.remote);
}

void ShownEvent::Fill(const ike::ChildEstablished& e) {
  const ike::ChildSa& sa = e.sa;
  suite_ = ToString(sa.suite);
  local_ = ToString(sa.local);
  remote_ = ToString(sa.remote);
  child_.size = sizeof child_;
  child_.role = RoleOf(sa.role);
  child_.encapsulation = static_cast<std::uint32_t>(sa.encapsulation);
  child_.replaces = sa.replaces ? ToNumber(*sa.replaces) : 0;
  child_.pfs_group = sa.pfs_group ? ToNumber(*sa.pfs_group) : 0;
  child_.transform = ike::WireTransformId(sa.suite.cipher);
  child_.key_bits = sa.suite.key_bits;
  child_.authentication = ike::WireAuthentication(sa.suite.auth);
  child_.esn = sa.suite.esn ? 1 : 0;
  child_.suite = suite_.c_str();
  child_.local_selector = local_.c_str();
  child_.remote_selector = remote_.c_str();
  child_.lifetime_s = sa.lifetime.seconds;
  child_.lifetime_kb = sa.lifetime.kilobytes;
  child_.udp_encapsulated = sa.udp_encapsulated ? 1 : 0;
  child_.local = capi::ToC(sa.local_endpoint);
  child_.remote = capi::ToC(sa.remote_endpoint);
  child_.inbound = ToC(sa.inbound);
  child_.outbound = ToC(sa.outbound);
  shown_.child_sa = &child_;
  shown_.child = ToNumber(sa.child);
  shown_.inbound_spi = child_.inbound.spi;
  shown_.outbound_spi = child_.outbound.spi;
  shown_.remote = child_.remote;
}

void ShownEvent::Fill(const ike::ChildDeleted& e) {
  shown_.child = ToNumber(e.child);
  shown_.outbound_spi = ToNumber(e.outbound_spi);
  shown_.reason = ISCSI_IKE_CLOSE_BY_PEER;
}

void ShownEvent::Fill(const ike::SessionClosed& e) { shown_.reason = ReasonOf(e.reason); }

void ShownEvent::SetFailure(const ike::NegotiationFailure& failure, const std::string& peer) {
  failure_.size = sizeof failure_;
  // Names are literals, which end with a zero octet.
  failure_.code = Name(failure.code).data();
  failure_.blame = Name(failure.blame()).data();
  failure_.summary = Summary(failure.code).data();
  failure_.text = failure.text.c_str();
  failure_.peer_notify = failure.peer_notify;
  shown_.failure = &failure_;
  shown_.peer = peer.c_str();
}

void ShownEvent::Fill(const ike::Failed& e) {
  if (e.child) shown_.child = ToNumber(*e.child);
  shown_.remote = capi::ToC(e.remote);
  SetFailure(e.failure, e.peer_name);
}

void ShownEvent::Fill(const ike::Diagnosed& e) {
  shown_.remote = capi::ToC(e.remote);
  SetFailure(e.suspicion, e.peer_name);
}

void ShownEvent::Fill(const ike::PeerNotified& e) { shown_.notify = ToNumber(e.type); }

void ShownEvent::Fill(const ike::ChildClosed& e) {
  shown_.child = ToNumber(e.child);
  shown_.inbound_spi = ToNumber(e.inbound_spi);
  shown_.outbound_spi = ToNumber(e.outbound_spi);
  shown_.reason = ReasonOf(e.reason);
}

void ShownEvent::Fill(const ike::SessionReplaced& e) {
  shown_.other_session = ToNumber(e.replaced);
}

void ShownEvent::Fill(const ike::PeerMoved& e) { shown_.remote = capi::ToC(e.remote); }

void ShownEvent::Fill(const ike::PeerUnresponsive& e) { shown_.remote = capi::ToC(e.remote); }

void ShownEvent::Fill(const ike::PeerAlive& /*e*/) {}

}  // namespace iscsi_ike::capi
