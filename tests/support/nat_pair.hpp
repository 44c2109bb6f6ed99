// NatPair: a Pair with a translator in front of the HBA, of the portal, of both or of neither.
#pragma once

#include "tests/support/pair.hpp"
#include "tests/support/sim_nat.hpp"

namespace iscsi_ike::test {

enum class Behind : std::uint8_t { kNeither, kHba, kPortal, kBoth };

class NatPair {
 public:
  // The portal's translator forwards 500 and 4500.
  NatPair(Behind behind, EndSettings hba, EndSettings portal, std::uint64_t seed = 1);
  NatPair(const NatPair&) = delete;
  NatPair& operator=(const NatPair&) = delete;

  [[nodiscard]] bool hba_is_behind() const { return behind_ == Behind::kHba || both(); }
  [[nodiscard]] bool portal_is_behind() const { return behind_ == Behind::kPortal || both(); }
  // Pass takes a datagram through the translators that there are; false: it is lost.
  [[nodiscard]] bool Pass(Sent& sent);

  SimNat hba_nat{"192.0.2.1", "198.51.100.1"};
  SimNat portal_nat{"192.0.2.2", "198.51.100.2"};
  Pair pair;
  SimNet& net;
  Node& hba;
  Node& portal;

 private:
  [[nodiscard]] bool both() const { return behind_ == Behind::kBoth; }
  Behind behind_;
};

}  // namespace iscsi_ike::test
