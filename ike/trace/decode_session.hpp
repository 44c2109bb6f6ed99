// DecodeSession: what a decoder remembers of one ISAKMP SA. For the sources of this folder only.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ike/endpoint.hpp"
#include "ike/events.hpp"
#include "ike/trace/dissect.hpp"
#include "ike/trace/seen_phase1.hpp"
#include "ike/wire/sa.hpp"

namespace iscsi_ike::ike {

// LastBlocks: the last ciphertext blocks of the messages of one exchange: what the initialisation
// vector of its next message may be. A capture may lack messages, and hold some twice or forged; so
// more than one is kept, and those of messages that could not be opened too, as a last resort.
class LastBlocks {
 public:
  using Block = std::vector<std::uint8_t>;
  static constexpr std::size_t kKept = 16;  // of either kind
  void Push(Octets ciphertext, std::size_t block_size, bool opened);
  // LikelyFirst: those of opened messages, the newest first, then the others likewise.
  [[nodiscard]] std::vector<Block> LikelyFirst() const;

 private:
  std::vector<Block> opened_;
  std::vector<Block> sealed_;
};

// OfferedTransform is a transform as it compares: a responder may change the encoding of an
// attribute and nothing else (RFC 2409 section 5).
struct OfferedTransform {
  ProtocolId protocol = ProtocolId::kNone;
  std::uint8_t id = 0;
  std::multiset<std::pair<std::uint16_t, std::vector<std::uint8_t>>> attributes;  // no zeros before
  friend bool operator==(const OfferedTransform&, const OfferedTransform&) = default;
};
// TransformsOf an SA body, in order; none when it is broken.
[[nodiscard]] std::vector<OfferedTransform> TransformsOf(Octets sa_body);

// SeenExchange is one exchange after phase 1.
struct SeenExchange {
  LastBlocks blocks;
  ExchangeType type = ExchangeType::kNone;
  std::size_t messages = 0;  // repetitions not counted
  std::optional<Role> starter;
  std::vector<OfferedTransform> offer;  // of QM1
};

struct SeenMessage {
  std::size_t frame = 0;
  std::string name;
};

struct DecodeSession {
  SeenPhase1 phase1;
  LastBlocks phase1_blocks;
  std::optional<Endpoint> initiator_at;
  std::optional<Endpoint> responder_at;
  std::array<std::size_t, 7> phase1_messages{};  // by number of the message, from 1
  std::map<MessageId, SeenExchange> exchanges;
  std::map<std::vector<std::uint8_t>, SeenMessage> messages;  // by their octets
  bool phase1_over = false;                                   // a message of phase 2 was there
};

// LearnEnds remembers where the ends stand; SenderOf says who sent a message, when that is known.
void LearnEnds(DecodeSession& session, const Header& header, bool has_sa,
               const std::optional<Endpoint>& source, const std::optional<Endpoint>& destination);
[[nodiscard]] std::optional<Role> SenderOf(const DecodeSession& session, const Header& header,
                                           const std::optional<Endpoint>& source);

// NumberOf: which message of phase 1 this is, 1 to 6 (or 3), by its payloads and sender; in the
// order of the capture where the sender is not known. 0: of no such exchange.
[[nodiscard]] std::size_t NumberOf(const DecodeSession& session, const Header& header,
                                   std::optional<Role> sender, bool has_sa);

// LearnPhase1 takes the payloads of message `number` of phase 1; the first of each kind counts.
void LearnPhase1(DecodeSession& session, std::size_t number,
                 const std::vector<PayloadSpan>& payloads, std::size_t frame);

}  // namespace iscsi_ike::ike
