// Observer: a window on the exchange for traces, captures and key logs. It sees and cannot steer.
#pragma once

#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "ike/endpoint.hpp"
#include "ike/events.hpp"
#include "ike/input.hpp"
#include "ike/time.hpp"
#include "ike/wire/header.hpp"

namespace iscsi_ike::ike {

enum class Direction : std::uint8_t { kReceived, kSent };

// MessageTrace is one ISAKMP message after decryption or before encryption. Spans live for the call
// only.
struct MessageTrace {
  Time now;
  Direction direction = Direction::kSent;
  SessionId session{};
  Role role = Role::kInitiator;
  std::string_view name;  // "MM1" .. "MM6", "AM1" .. "AM3", "QM1" .. "QM3", "INFO"
  Endpoint local;
  Endpoint remote;
  Header header;
  crypto::Octets payloads;  // clear payload chain (first type is header.next), padding included
  std::size_t datagram_size = 0;
  bool retransmission = false;
};

// Phase1Keys: every phase-1 secret by name (RFC 2409 section 5 and Appendix B). Spans live for the
// call only.
struct Phase1Keys {
  SessionId session{};
  Cookie initiator_cookie;
  Cookie responder_cookie;
  policy::Phase1Suite suite;
  crypto::Octets skeyid, skeyid_d, skeyid_a, skeyid_e;
  crypto::Octets cipher_key;  // Ka, the final cipher key
  crypto::Octets initial_iv;
};

class Observer {
 public:
  virtual ~Observer() = default;
  // OnInput: a call of the engine begins. `now` is what counts: the latest time seen.
  virtual void OnInput(Time /*now*/, const Input& /*input*/) {}
  // OnDatagram: every datagram in or out, dropped ones included, before anything is decided.
  virtual void OnDatagram(Time /*now*/, Direction /*direction*/, const Endpoint& /*local*/,
                          const Endpoint& /*remote*/, crypto::Octets /*octets*/) {}
  virtual void OnMessage(const MessageTrace& /*message*/) {}
  // OnDropped: why a received datagram was not used; `rule` is static text.
  virtual void OnDropped(Time /*now*/, const Endpoint& /*remote*/, std::string_view /*rule*/) {}
  // OnDecision: one line of reasoning ("proposal 1 transform 2 chosen: ...").
  virtual void OnDecision(Time /*now*/, SessionId /*session*/, std::string_view /*text*/) {}
  // WantsSecrets guards the two below: an observer that does not ask is never shown a key.
  [[nodiscard]] virtual bool WantsSecrets() const { return false; }
  virtual void OnPhase1Keys(const Phase1Keys& /*keys*/) {}
  virtual void OnChildKeys(const ChildSa& /*sa*/) {}
};

}  // namespace iscsi_ike::ike
