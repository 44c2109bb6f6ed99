// Diffie-Hellman in the MODP groups, eight exponentiations at a time.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "crypto/dh_groups.hpp"
#include "crypto/lanes.hpp"
#include "crypto/secret.hpp"
#include "crypto/suite.hpp"

namespace iscsi_ike::crypto {

// ModpLanes keeps the fields of the groups and its work space, which is wiped after each call. Only
// where HasLanes(). One object per thread; the tables of the generator are shared by all. What the
// kernels spill to the stack is not wiped.
class ModpLanes {
 public:
  // A Lane is one exponentiation: Raise computes base^key, RaiseGenerator 2^key mod p into `out`,
  // left-padded; `out` has Info(group).public_size octets. `base` is below p and has as many octets
  // as the prime. The time depends on the longest key of the call, in octets, alone.
  struct Lane {
    Octets base;
    Octets key;
    MutableOctets out;
  };

  ModpLanes();
  ~ModpLanes();
  ModpLanes(const ModpLanes&) = delete;
  ModpLanes& operator=(const ModpLanes&) = delete;

  // `lanes` has 1 to kLanes elements; a call costs the same whatever their number. False: OpenSSL
  // had no memory, nothing was computed.
  [[nodiscard]] bool Raise(DhGroup group, std::span<const Lane> lanes);
  [[nodiscard]] bool RaiseGenerator(DhGroup group, std::span<const Lane> lanes);

 private:
  struct Field;
  const Field* FieldOf(DhGroup group);
  [[nodiscard]] bool RaiseTwo(DhGroup group, std::span<const Lane> lanes);

  std::array<std::unique_ptr<Field>, kModpGroups> fields_;  // made when first asked for
  std::vector<LaneWord> work_;
};

}  // namespace iscsi_ike::crypto
