// Ladder: the exchange as a person draws it, initiator on the left, responder on the right.
//
//         initiator 192.0.2.1:500                  responder 192.0.2.2:500
//   MM1   |------- 84 octets ------------------------------------------->|
//         SA proposal 1 ISAKMP(1): transform 1 KEY_IKE(1) enc=AES-CBC(7) ...
//         # responder: proposal 1 transform 1 chosen
//   MM2   |<------ 84 octets --------------------------------------------|
//         ! initiator: dropped a datagram from 192.0.2.9:4711: unknown cookies
//   MM5   |======= 52 octets, encrypted ================================>|
//         ID IPV4_ADDR (1) 192.0.2.1
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ike/observer.hpp"
#include "ike/trace/sink.hpp"

namespace iscsi_ike::ike {

// LadderOptions. When both ends of an exchange are watched, give each end a Ladder of its own with
// kSentOnly and the same sink: every message that was written is then drawn once.
struct LadderOptions {
  enum class Show : std::uint8_t { kBoth, kSentOnly };
  Show show = Show::kBoth;
  bool payloads = true;   // decoded payloads below each arrow
  bool decisions = true;  // OnDecision
  bool drops = true;      // OnDropped
  std::string end{};  // who decides, in front of decisions and drops: "initiator"; empty: nothing
  std::size_t width = 80;  // columns of an arrow line, 40 or more
};

// Ladder draws for a terminal, in ASCII. It holds no state but its options: lines appear in the
// order of the calls. A heading with both endpoints stands above each new phase 1 (MM1, AM1).
class Ladder final : public Observer {
 public:
  Ladder(LadderOptions options, TextSink sink);

  void OnMessage(const MessageTrace& message) override;
  void OnDropped(Time now, const Endpoint& remote, std::string_view rule) override;
  void OnDecision(Time now, SessionId session, std::string_view text) override;

 private:
  [[nodiscard]] std::string Heading(const MessageTrace& message) const;
  [[nodiscard]] std::string Arrow(const MessageTrace& message) const;
  void Remark(char mark, std::string_view text) const;

  LadderOptions options_;
  TextSink sink_;
};

}  // namespace iscsi_ike::ike
