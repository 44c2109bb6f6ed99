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
};

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
  // The one failure of an end; a failing expectation and a default one when there is not exactly
  // one.
  [[nodiscard]] const ike::NegotiationFailure& FailureOf(const Node& node) const;
};

}  // namespace iscsi_ike::test
