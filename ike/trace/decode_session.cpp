#include "ike/trace/decode_session.hpp"

#include <algorithm>

#include "ike/wire/attribute.hpp"

namespace iscsi_ike::ike {
namespace {

SeenPhase1::Body Copy(Octets octets) { return {octets.begin(), octets.end()}; }

void LearnFirst(SeenPhase1::Body& body, Octets octets) {
  if (body.empty()) body = Copy(octets);
}

void LearnAnswer(SeenPhase1& phase1, Octets sa_body, std::size_t frame) {
  if (phase1.chosen) return;
  const Wire<SaView> sa = ParseSa(sa_body);
  if (!sa) return;
  const ProposalView proposal = *sa->proposals().begin();
  const Wire<Phase1Transform> transform = DecodePhase1(*proposal.transforms().begin());
  if (!transform || proposal.protocol != ProtocolId::kIsakmp) return;
  phase1.chosen = *transform;
  phase1.answer_frame = frame;
}

}  // namespace

void LastBlocks::Push(Octets ciphertext, std::size_t block_size, bool opened) {
  if (block_size == 0 || ciphertext.size() < block_size) return;
  const Octets last = ciphertext.last(block_size);
  std::vector<Block>& blocks = opened ? opened_ : sealed_;
  blocks.emplace(blocks.begin(), last.begin(), last.end());
  if (blocks.size() > kKept) blocks.pop_back();
}

std::vector<LastBlocks::Block> LastBlocks::LikelyFirst() const {
  std::vector<Block> blocks = opened_;
  blocks.insert(blocks.end(), sealed_.begin(), sealed_.end());
  return blocks;
}

std::vector<OfferedTransform> TransformsOf(Octets sa_body) {
  std::vector<OfferedTransform> transforms;
  const Wire<SaView> sa = ParseSa(sa_body);
  if (!sa) return transforms;
  for (const ProposalView proposal : sa->proposals()) {
    for (const TransformView view : proposal.transforms()) {
      OfferedTransform transform{proposal.protocol, view.id, {}};
      AttributeCursor cursor(view.attributes);
      while (const auto attribute = cursor.Next()) {
        const auto begin = std::find_if(attribute->value.begin(), attribute->value.end(),
                                        [](std::uint8_t octet) { return octet != 0; });
        transform.attributes.emplace(attribute->type,
                                     std::vector<std::uint8_t>(begin, attribute->value.end()));
      }
      transforms.push_back(std::move(transform));
    }
  }
  return transforms;
}

void LearnEnds(DecodeSession& session, const Header& header, bool has_sa,
               const std::optional<Endpoint>& source, const std::optional<Endpoint>& destination) {
  const bool first = header.responder.IsZero();
  const bool phase1 =
      header.exchange == ExchangeType::kMain || header.exchange == ExchangeType::kAggressive;
  if (!source || !destination || session.initiator_at || !phase1) return;
  // Only the second message has an SA behind two cookies.
  if (!first && !has_sa) return;
  session.initiator_at = first ? source : destination;
  session.responder_at = first ? destination : source;
}

std::optional<Role> SenderOf(const DecodeSession& session, const Header& header,
                             const std::optional<Endpoint>& source) {
  const bool begins =
      header.exchange == ExchangeType::kMain || header.exchange == ExchangeType::kAggressive;
  if (begins && header.responder.IsZero()) return Role::kInitiator;
  if (!source || !session.initiator_at) return std::nullopt;
  const Endpoint& initiator = *session.initiator_at;
  const Endpoint& responder = *session.responder_at;
  if (*source == initiator) return Role::kInitiator;
  if (*source == responder) return Role::kResponder;
  // The ports move to 4500 where there is a NAT.
  if (initiator.address == responder.address) return std::nullopt;
  if (source->address == initiator.address) return Role::kInitiator;
  if (source->address == responder.address) return Role::kResponder;
  return std::nullopt;
}

std::size_t NumberOf(const DecodeSession& session, const Header& header, std::optional<Role> sender,
                     bool has_sa) {
  const bool main = (header.exchange == ExchangeType::kMain);
  if (!main && !(header.exchange == ExchangeType::kAggressive)) return 0;
  if (has_sa && !header.encrypted()) return header.responder.IsZero() ? 1 : 2;
  if (!main) return 3;
  const bool late = header.encrypted() || header.next == PayloadType::kId;
  const std::size_t first = late ? 5 : 3;
  if (sender) return *sender == Role::kInitiator ? first : first + 1;
  return session.phase1_messages[first] == 0 ? first : first + 1;
}

void LearnPhase1(DecodeSession& session, std::size_t number,
                 const std::vector<PayloadSpan>& payloads, std::size_t frame) {
  SeenPhase1& phase1 = session.phase1;
  const bool initiator = number % 2 == 1;
  for (const PayloadSpan& payload : payloads) {
    switch (payload.type) {
      case PayloadType::kSa:
        if (initiator) {
          LearnFirst(phase1.sa_offer, payload.body);
        } else {
          LearnAnswer(phase1, payload.body, frame);
        }
        break;
      case PayloadType::kKeyExchange:
        LearnFirst(initiator ? phase1.public_i : phase1.public_r, payload.body);
        break;
      case PayloadType::kNonce:
        LearnFirst(initiator ? phase1.nonce_i : phase1.nonce_r, payload.body);
        break;
      case PayloadType::kId:
        LearnFirst(initiator ? phase1.id_i : phase1.id_r, payload.body);
        break;
      case PayloadType::kHash:
        LearnFirst(initiator ? phase1.hash_i : phase1.hash_r, payload.body);
        break;
      default:
        break;
    }
  }
}

}  // namespace iscsi_ike::ike
