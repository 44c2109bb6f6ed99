#include "tests/trust/campaign/ledger.hpp"

#include "crypto/short_hash.hpp"

namespace iscsi_ike::trust {
namespace {

std::uint64_t HashOf(std::initializer_list<crypto::Octets> parts) {
  std::uint64_t hash = 1;
  for (const crypto::Octets part : parts)
    hash = hash * 0x9e3779b97f4a7c15ULL + crypto::ShortHash({}, part) + part.size();
  return hash == 0 ? 1 : hash;
}

std::uint64_t HashOf(const ike::DirectionKeys& keys) {
  return HashOf({keys.encryption.Expose(), keys.integrity.Expose()});
}

std::string Place(int end, ike::SessionId session) {
  return "end " + std::to_string(end) + ", session " + std::to_string(ToNumber(session)) + ": ";
}

}  // namespace

Ledger::Entry& Ledger::EntryOf(int end, ike::SessionId session) {
  auto& known = sessions_[static_cast<std::size_t>(end)];
  const auto it = known.find(session);
  if (it == known.end()) throw Violation(Place(end, session) + "established without keys");
  return entries_[it->second];
}

void Ledger::Keyed(int end, const ike::Phase1Keys& keys) {
  const Cookies cookies{keys.initiator_cookie, keys.responder_cookie};
  sessions_[static_cast<std::size_t>(end)][keys.session] = cookies;
  Entry& entry = entries_[cookies];
  Side& own = entry.sides[static_cast<std::size_t>(end)];
  const Side& other = entry.sides[static_cast<std::size_t>(1 - end)];
  own.keys = HashOf({keys.skeyid, keys.skeyid_d, keys.skeyid_a, keys.skeyid_e, keys.cipher_key});
  if (other.established && other.keys != own.keys)
    throw Violation(Place(end, keys.session) + "other keys than those of the established end");
}

void Ledger::Wrote(int end, const ike::MessageTrace& message) {
  if (message.header.responder.IsZero()) return;
  const Cookies cookies{message.header.initiator, message.header.responder};
  const auto side = static_cast<std::size_t>(end);
  sessions_[side][message.session] = cookies;
  const bool proves = message.header.exchange == ike::ExchangeType::kQuick || message.name == "AM2";
  if (!proves) return;
  Entry& entry = entries_[cookies];
  if (message.header.id == ike::MessageId{0})
    entry.sides[side].took = true;
  else
    entry.children[message.header.id][side].took = true;
}

void Ledger::Established(int end, const ike::Phase1Established& phase1) {
  if (!same_key_) throw Violation(Place(end, phase1.session) + "established under another key");
  Entry& entry = EntryOf(end, phase1.session);
  Side& own = entry.sides[static_cast<std::size_t>(end)];
  const Side& other = entry.sides[static_cast<std::size_t>(1 - end)];
  if (own.established) throw Violation(Place(end, phase1.session) + "established twice");
  own.established = true;
  // The answer of aggressive mode proves the key before the agreement of its writer is done.
  if (other.keys == 0 && !other.took)
    throw Violation(Place(end, phase1.session) + "the other end took no part");
  if (other.keys != 0 && other.keys != own.keys)
    throw Violation(Place(end, phase1.session) + "the keys differ");
}

void Ledger::Established(int end, const ike::ChildSa& sa) {
  Entry& entry = EntryOf(end, sa.session);
  if (!entry.sides[static_cast<std::size_t>(end)].established)
    throw Violation(Place(end, sa.session) + "a child of a phase 1 that is not established");
  auto& sides = entry.children[sa.message_id];
  ChildSide& own = sides[static_cast<std::size_t>(end)];
  const ChildSide& other = sides[static_cast<std::size_t>(1 - end)];
  if (own.established) throw Violation(Place(end, sa.session) + "a child established twice");
  if (!other.took)
    throw Violation(Place(end, sa.session) + "the other end took no part in its child");
  own = {own.took, true, sa.inbound.spi, sa.outbound.spi, HashOf(sa.inbound), HashOf(sa.outbound)};
  if (!other.established) return;
  const bool crosswise = own.in == other.out && own.out == other.in &&
                         own.in_keys == other.out_keys && own.out_keys == other.in_keys;
  if (!crosswise) throw Violation(Place(end, sa.session) + "the keys of a child differ");
}

void Ledger::Ended(int end, ike::SessionId session) {
  auto& known = sessions_[static_cast<std::size_t>(end)];
  const auto it = known.find(session);
  if (it != known.end()) entries_[it->second].sides[static_cast<std::size_t>(end)].ended = true;
}

void Ledger::Lost(int end) {
  auto& known = sessions_[static_cast<std::size_t>(end)];
  for (const auto& [session, cookies] : known)
    entries_[cookies].sides[static_cast<std::size_t>(end)].ended = true;
  known.clear();
}

std::string Ledger::Missing() const {
  for (const auto& [cookies, entry] : entries_) {
    for (const std::size_t end : {0U, 1U}) {
      const Side& other = entry.sides[1 - end];
      if (other.ended) continue;
      const std::string lacks = "end " + std::to_string(1 - end) + " has no ";
      if (entry.sides[end].established && !other.established)
        return lacks + "phase 1 that the other has, and never said so";
      for (const auto& [id, sides] : entry.children)
        if (sides[end].established && !sides[1 - end].established)
          return lacks + "child that the other has, and never said so";
    }
  }
  return {};
}

}  // namespace iscsi_ike::trust
