// A pair of ends on a simulated network, an initiator and a target portal, set up from a security
// word as the tool would.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ike/engine.hpp"
#include "policy/translate.hpp"
#include "tests/support/sim_net.hpp"

namespace iscsi_ike::test {

// Words of the seven flags, all with VALID and IKE_IPSEC_ENABLED.
inline constexpr std::uint64_t kMainWord = 0x27;  // main mode, transport preferred
inline constexpr std::uint64_t kMainPfsWord = 0x37;
inline constexpr std::uint64_t kAggressiveWord = 0x2B;
inline constexpr std::uint64_t kAggressivePfsWord = 0x3B;
[[nodiscard]] std::uint64_t WordOf(policy::ExchangeMode mode, bool pfs,
                                   policy::Encapsulation preferred);

// A phase-1 suite that costs little, for tests that negotiate thousands of times.
inline constexpr std::string_view kQuickSuite = "aes128-sha256-curve25519";

// Settings of one end; tests change what they are about.
struct EndSettings {
  std::uint64_t word = 0x27;
  std::string suite = "rfc7146";
  std::string ike;       // replaces the suite's phase-1 list
  std::string esp;       // replaces the suite's phase-2 list
  std::string identity;  // empty: the address
  std::string key = "correct horse battery staple";
  std::function<void(policy::TranslateRequest&)> adjust_request;
  std::function<void(ike::PeerConfig&)> adjust_peer;
  std::function<void(ike::EngineConfig&)> adjust_engine;
  std::function<std::unique_ptr<crypto::RandomSource>()> make_random;  // unset: seeded
};

// Cheap settings for one end: kQuickSuite and one ESP suite.
[[nodiscard]] EndSettings QuickEnd(std::uint64_t word);

[[nodiscard]] std::shared_ptr<const ike::PeerConfig> MakePeer(const EndSettings& settings,
                                                              policy::Role role,
                                                              const std::string& local,
                                                              const std::string& remote);

class Pair {
 public:
  explicit Pair(EndSettings initiator = {}, EndSettings responder = {}, std::uint64_t seed = 1,
                bool ipv6 = false);

  SimNet net;
  Node* initiator = nullptr;
  Node* responder = nullptr;
  std::shared_ptr<const ike::PeerConfig> initiator_peer;

  ike::SessionId Connect();
  // Login connects and runs until both ends have a child, or nothing moves any more.
  bool Login(ike::Duration limit = std::chrono::minutes(5));
  // Established: both ends report one child with the same keys, crosswise.
  [[nodiscard]] bool Established() const;
  // AgreedChildren: how many children of the initiator's the responder has with the same keys.
  [[nodiscard]] std::size_t AgreedChildren() const;
  // ExpectOneChildEach: both ends finished phase 1 once with the same keys and have exactly one
  // child, keyed alike crosswise, and neither failed.
  void ExpectOneChildEach() const;
  // ExpectAtRest: no session but `sessions` at each end, and nobody waits for anything.
  void ExpectAtRest(std::size_t sessions);
  // The one failure of an end; a failing expectation and a default one when there is not exactly
  // one.
  [[nodiscard]] const ike::NegotiationFailure& FailureOf(const Node& node) const;
};

}  // namespace iscsi_ike::test
