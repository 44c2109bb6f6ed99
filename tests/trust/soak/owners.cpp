// What the owners of the fleet's engines do with events, and what must hold of each HBA.
#include <algorithm>
#include <utility>

#include "crypto/short_hash.hpp"
#include "tests/trust/soak/fleet.hpp"

namespace iscsi_ike::trust {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kOverlap = minutes(2);   // the portal may learn of a child later, with losses
constexpr auto kLongest = minutes(61);  // the life of a child

std::uint64_t HashOf(const ike::DirectionKeys& keys) {
  return crypto::ShortHash({}, keys.encryption.Expose()) ^
         crypto::ShortHash({}, keys.integrity.Expose()) * 3;
}

}  // namespace

void Fleet::TakeChild(Machine& machine, const ike::ChildSa& sa) {
  const std::size_t hba = machine.number == 0 ? HbaAt(sa.remote_endpoint.address) : machine.number;
  // Of both ends the same number: what one receives with the other one sends with.
  const std::uint64_t keys = HashOf(sa.inbound) + HashOf(sa.outbound);
  for (const ike::DirectionKeys* one : {&sa.inbound, &sa.outbound}) {
    Learn(one->encryption.Expose());
    Learn(one->integrity.Expose());
  }
  machine.children[hba].push_back({sa.inbound.spi, sa.outbound.spi, keys, now_, sa.session});
  if (machine.number == 0) return;
  ++figures_.children;
  if (sa.replaces) ++figures_.child_renewals;
  if (machine.connecting == sa.session) machine.connecting.reset();
}

void Fleet::DropChild(Machine& machine, ike::Spi outbound) {
  for (auto& [hba, children] : machine.children)
    std::erase_if(children, [outbound](const Spis& one) { return one.out == outbound; });
}

void Fleet::HandOver(Machine& machine, const ike::SessionReplaced& e) {
  ++figures_.session_renewals;
  for (auto& [hba, children] : machine.children)
    for (Spis& one : children)
      if (one.session == e.replaced) one.session = e.session;
}

// CloseSession: what goes with a session is told of each child, but where the owner or the peer
// closes it: then the rest is the owner's, which forgets it here. When the peer does, nothing may
// be left that another session could have.
void Fleet::CloseSession(Machine& machine, const ike::SessionClosed& e) {
  machine.open.erase(e.session);
  std::size_t left = 0;
  for (auto& [hba, children] : machine.children)
    left += std::erase_if(children, [&](const Spis& one) { return one.session == e.session; });
  const bool by_peer = e.reason == ike::CloseReason::kByPeer;
  if (left != 0 && by_peer && machine.number != 0 && !machine.open.empty())
    Fail(machine, "a child is left behind although there is another session");
}

void Fleet::Take(Machine& machine, const ike::Event& event) {
  if (const auto* e = std::get_if<ike::Phase1Established>(&event)) {
    machine.open.insert(e->session);
  } else if (const auto* child = std::get_if<ike::ChildEstablished>(&event)) {
    TakeChild(machine, child->sa);
  } else if (const auto* closed = std::get_if<ike::ChildClosed>(&event)) {
    DropChild(machine, closed->outbound_spi);
  } else if (const auto* deleted = std::get_if<ike::ChildDeleted>(&event)) {
    DropChild(machine, deleted->outbound_spi);
  } else if (const auto* over = std::get_if<ike::SessionClosed>(&event)) {
    CloseSession(machine, *over);
  } else if (const auto* replaced = std::get_if<ike::SessionReplaced>(&event)) {
    HandOver(machine, *replaced);
  } else if (const auto* failed = std::get_if<ike::Failed>(&event)) {
    if (failed->child && machine.connecting != failed->session) return;
    machine.open.erase(failed->session);
    if (machine.connecting != failed->session) return;
    machine.connecting.reset();
    ++figures_.logins_failed;
    if (failed->child) machine.engine->Close(now_, failed->session);
  } else if (const auto* dead = std::get_if<ike::PeerUnresponsive>(&event)) {
    ++figures_.unresponsive;
    const Within within(machine.memory);
    machine.engine->Close(now_, dead->session);
  }
}

// KeepUp: an HBA without session or child logs in again, a little later.
void Fleet::KeepUp(Machine& hba) {
  if (hba.connecting || hba.connect_at) return;
  auto& children = hba.children[hba.number];
  if (!hba.open.empty() && !children.empty()) return;
  for (const ike::SessionId session : std::set<ike::SessionId>(hba.open)) {
    const Within within(hba.memory);
    hba.engine->Close(now_, session);
  }
  Drain(hba);
  children.clear();
  hba.connect_at = now_ + ike::Duration(dice_.Between(1000, 30000));
}

// LookAt: but in troubles and just after, an HBA has its child, and the portal has the same, with
// the same keys; none lives longer than it should.
void Fleet::LookAt(Machine& hba) {
  if (now_ < hba.trusted_from) return;
  ++figures_.looks;
  const auto own = hba.children.find(hba.number);
  const auto there = machines_[0]->children.find(hba.number);
  // A gap: the portal has given a session up in favour of another and both Deletes were lost, so
  // that DPD finds one dead and the owner logs in again. It is over by the next look.
  const bool gap = own == hba.children.end() || own->second.empty();
  if (gap && std::exchange(hba.gap, true)) return Fail(hba, "no child for five minutes");
  hba.gap = gap;
  if (gap) return void(++figures_.gaps);
  // Where both ends renewed at once, after an outage, each child lives its hour, and only one of
  // them is followed: two for two hours, and three for a moment when that happens.
  const std::size_t count = own->second.size();
  figures_.looks_at_two += count > 1 ? 1U : 0U;
  figures_.most_children = std::max<std::uint64_t>(figures_.most_children, count);
  if (count > 3) return Fail(hba, std::to_string(count) + " children");
  if (count > 1 && own->second.front().since + kLongest < now_)
    return Fail(hba, "a child beyond its lifetime");
  const Spis& newest = own->second.back();
  const bool agreed =
      there != machines_[0]->children.end() &&
      std::any_of(there->second.begin(), there->second.end(), [&](const Spis& one) {
        return one.in == newest.out && one.out == newest.in && one.keys == newest.keys;
      });
  if (!agreed && newest.since + kOverlap < now_) return Fail(hba, "the portal has another child");
  if (there != machines_[0]->children.end() && there->second.size() > 4)
    Fail(hba, "the portal has " + std::to_string(there->second.size()) + " children");
}

}  // namespace iscsi_ike::trust
