// IsnsLink carries a dialogue with an iSNS server (policy/isns/dialogue.hpp) over TCP: it resolves
// the host, connects, moves octets and tells the dialogue when time is up or the connection ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ike/net/reactor.hpp"
#include "ike/time.hpp"
#include "policy/isns/dialogue.hpp"

namespace iscsi_ike::ike::net {

struct IsnsServer {
  std::string host;  // name or address
  std::uint16_t port = policy::isns::kServerPort;
  [[nodiscard]] std::string ToString() const;  // "isns.example:3205", "[2001:db8::1]:3205"
};

struct IsnsPatience {
  Duration connect{10000};  // for the name, and all its addresses
  Duration answer{10000};   // for each question
  Duration whole{};         // from Start until the dialogue is over; 0: no bound
};

class IsnsLink {
 public:
  // The reactor outlives the link.
  IsnsLink(Reactor& reactor, IsnsServer server, IsnsPatience patience = {});
  // The destructor closes the connection without a word.
  ~IsnsLink();
  IsnsLink(const IsnsLink&) = delete;
  IsnsLink& operator=(const IsnsLink&) = delete;

  // Start connects and begins the dialogue, which outlives the link. `settled` is called, on the
  // reactor's thread, whenever the dialogue comes to rest or is over; then the connection is
  // closed. That no connection can be had is the dialogue's failure, too. Once for a link.
  void Start(policy::isns::Dialogue& dialogue, std::function<void()> settled);
  // End gives the dialogue up, with its last word; it is Lost, and why.
  void End(const std::string& why, policy::isns::DialogueFailure::Kind kind);
  // Attend sends what the caller has made the dialogue say at rest, and awaits the answer.
  void Attend();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike::net
