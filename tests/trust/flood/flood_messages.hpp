// FloodMessages: what a flood is made of, one UDP payload after the other.
//
//   main         MM1 as this project's initiator writes it: suite rfc7146, vendor IDs; a cookie of
//                its own each
//   main-varied  no two SA payloads are the same: lifetimes, order, further transforms
//   main-bare    the shortest MM1: one transform, no vendor ID
//   aggressive   AM1: modp2048, a KE in range and a nonce of its own each, an identity
//   garbage      random octets; right headers with random bodies; damaged MM1; other versions
//   replay       what an initiator once sent, octet for octet
//   real         MM1 with modp2048 alone, and MM3 for whoever answers: a KE in range and a nonce
//   real-ecp     the same with ecp384, which costs the responder most for a KE of 96 octets
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/proposal.hpp"
#include "tests/trust/dice.hpp"

namespace iscsi_ike::trust {

enum class FloodKind : std::uint8_t {
  kMain,
  kMainVaried,
  kMainBare,
  kAggressive,
  kGarbage,
  kReplay,
  kReal,
  kRealEcp
};
[[nodiscard]] std::optional<FloodKind> FloodKindOf(std::string_view name);
// IsReal: it comes from who can be answered, and goes on where an answer comes.
[[nodiscard]] bool IsReal(FloodKind kind);

struct FloodSettings {
  FloodKind kind = FloodKind::kMain;
  std::uint64_t seed = 1;
  std::string identity;  // aggressive: "fqdn:hba1.example"; empty: another for each message
  std::vector<std::vector<std::uint8_t>> recorded;  // replay
};

class FloodMessages {
 public:
  explicit FloodMessages(FloodSettings settings);

  // Next is valid until the next call; 1400 octets at most.
  std::span<const std::uint8_t> Next();

  // Third is the MM3 that follows an MM2, valid until the next call of it; empty: that is no MM2.
  std::span<const std::uint8_t> Third(std::span<const std::uint8_t> answer);

 private:
  void WriteMain(std::span<const policy::Phase1Suite> suites, const policy::Lifetime& lifetime,
                 bool vendor_ids);
  void WriteVaried();
  void WriteAggressive();
  void WriteThird();
  void WriteGarbage();
  void WriteRandom(std::size_t most);
  void WriteBehindHeader();
  void DrawAggressive();

  FloodSettings settings_;
  Dice dice_;
  std::vector<policy::Phase1Suite> offered_;  // suite rfc7146, or what its kind says
  std::vector<policy::Phase1Suite> others_;   // what nobody has to accept
  std::vector<std::uint8_t> message_;
  std::vector<std::uint8_t> third_;
  // Where what differs stands in a message that is otherwise the same each time.
  std::size_t key_at_ = 0;
  std::size_t nonce_at_ = 0;
  std::size_t name_at_ = 0;
  std::size_t next_recorded_ = 0;
};

}  // namespace iscsi_ike::trust
