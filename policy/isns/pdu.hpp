// The PDUs that carry iSNS messages, RFC 4171 sections 5.1 and 5.2: writing a message as one or
// several, and putting messages together from the octets of a connection.
//
//   0                   15 16                   31
//  +----------------------+----------------------+
//  |    version (1)       |      function        |
//  +----------------------+----------------------+
//  | octets of payload    |        flags         |
//  +----------------------+----------------------+
//  |    transaction       |      sequence        |
//  +----------------------+----------------------+
//  |                   payload                   |  a multiple of 4 octets
//  +---------------------------------------------+
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/error.hpp"
#include "policy/isns/numbers.hpp"

namespace iscsi_ike::policy::isns {

using crypto::Octets;
using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kPduHeaderSize = 12;
// The largest multiple of 4 that the length field holds.
inline constexpr std::size_t kMaxPduPayload = 65532;
// A whole answer: some 30,000 portals with proposals.
inline constexpr std::size_t kMaxMessageSize = std::size_t{16} << 20;

// Flags; the RFC counts bits from the left, 16 to 21.
inline constexpr std::uint16_t kFromClient = 0x8000;
inline constexpr std::uint16_t kFromServer = 0x4000;
inline constexpr std::uint16_t kAuthenticated = 0x2000;
inline constexpr std::uint16_t kReplace = 0x1000;
inline constexpr std::uint16_t kLastPdu = 0x0800;
inline constexpr std::uint16_t kFirstPdu = 0x0400;

struct PduHeader {
  std::uint16_t version = kVersion;
  Function function = Function::kDevAttrQry;
  std::uint16_t length = 0;
  std::uint16_t flags = 0;
  std::uint16_t transaction = 0;
  std::uint16_t sequence = 0;
};

// RawMessage is a whole message. `flags` are without those of the first and the last PDU.
struct RawMessage {
  Function function = Function::kDevAttrQry;
  std::uint16_t flags = kFromClient;
  std::uint16_t transaction = 0;
  Bytes payload;
};

// WriteMessage gives the octets of a message in as few PDUs as have at most `most` octets of
// payload each (a multiple of 4, at least 4). The payload is a multiple of 4 octets, at most
// kMaxMessageSize.
[[nodiscard]] Bytes WriteMessage(const RawMessage& message, std::size_t most = kMaxPduPayload);

// MessageReader puts messages together, whatever pieces the octets come in. It holds one header and
// the message under way, at most `most` octets of payload.
class MessageReader {
 public:
  explicit MessageReader(std::size_t most = kMaxMessageSize) : most_(most) {}

  // Take uses octets from the front of `octets` until a message is whole, or none are left
  // (nullopt). An error is final: where the next PDU begins is not known any more, and every later
  // call gives the same. Errors name the PDU: version, length, flags, authentication block (which
  // only multicast has, section 5.5), sequence, function or transaction that changes, size.
  [[nodiscard]] Parsed<std::optional<RawMessage>> Take(Octets& octets);
  // midway: a message has begun and is not whole.
  [[nodiscard]] bool midway() const { return filled_ != 0 || open_; }

 private:
  [[nodiscard]] std::optional<Error> Judge(const PduHeader& header) const;
  [[nodiscard]] std::optional<Error> JudgeOrder(const PduHeader& header) const;
  void TakeHeader(Octets& octets);
  void TakePayload(Octets& octets);
  [[nodiscard]] std::optional<RawMessage> EndPdu();

  std::size_t most_;
  std::uint8_t header_octets_[kPduHeaderSize] = {};
  std::size_t filled_ = 0;  // of header_octets_
  PduHeader header_;        // when those are whole
  std::size_t wanted_ = 0;  // octets of this PDU's payload that are still to come
  bool open_ = false;       // a PDU of the message was read, and it was not the last
  std::uint16_t sequence_ = 0;
  RawMessage message_;
  std::optional<Error> error_;
};

}  // namespace iscsi_ike::policy::isns
