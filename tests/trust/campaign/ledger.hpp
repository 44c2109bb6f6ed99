// Ledger: what both ends of a run have said of each SA, held against each other as soon as it is
// said. It knows keys by a short hash only.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>

#include "ike/events.hpp"
#include "ike/observer.hpp"

namespace iscsi_ike::trust {

// Violation: an invariant does not hold.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Cookies name one ISAKMP SA at both ends.
struct Cookies {
  ike::Cookie initiator, responder;
  friend auto operator<=>(const Cookies&, const Cookies&) = default;
};

class Ledger {
 public:
  explicit Ledger(bool same_key) : same_key_(same_key) {}

  // What end 0 or 1 shows its observer and its owner, in order.
  void Keyed(int end, const ike::Phase1Keys& keys);
  // Wrote a message: one of quick mode, or AM2, shows that it took part.
  void Wrote(int end, const ike::MessageTrace& message);
  void Established(int end, const ike::Phase1Established& phase1);
  void Established(int end, const ike::ChildSa& sa);
  // Ended: the end has said that a session, or a negotiation in it, failed or is over.
  void Ended(int end, ike::SessionId session);
  // Lost: the end was restarted without its state; nothing is known of its sessions any more.
  void Lost(int end);
  // Missing: what only one end has, and the other has not given up in so many words; empty when
  // there is nothing. What is under way is missing for a moment.
  [[nodiscard]] std::string Missing() const;

 private:
  struct Side {
    std::uint64_t keys = 0;  // 0: none
    bool took = false;
    bool established = false;
    bool ended = false;
  };
  struct ChildSide {
    bool took = false;
    bool established = false;
    ike::Spi in{}, out{};
    std::uint64_t in_keys = 0, out_keys = 0;
  };
  struct Entry {
    std::array<Side, 2> sides;
    std::map<ike::MessageId, std::array<ChildSide, 2>> children;
  };
  Entry& EntryOf(int end, ike::SessionId session);

  bool same_key_;
  std::map<Cookies, Entry> entries_;
  std::array<std::map<ike::SessionId, Cookies>, 2> sessions_;
};

}  // namespace iscsi_ike::trust
