// EngineParts: the inner parts of an engine with one session and one exchange, for tests of single
// formulas.
#pragma once

#include "ike/core/core.hpp"
#include "ike/core/quick_steps.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

class EngineParts {
 public:
  explicit EngineParts(ike::MessageId id)
      : exchange(ike::QuickModeScript(), ike::Role::kInitiator, id) {}
  [[nodiscard]] ike::StepContext Context() { return {core, session, exchange}; }

 private:
  crypto::SeededRandom random_{1};

 public:
  ike::EngineCore core{{}, random_, nullptr};
  ike::Session session;
  ike::Exchange exchange;
};

[[nodiscard]] inline ike::Cookie CookieOf(const Bytes& octets) {
  ike::Cookie cookie;
  std::copy_n(octets.begin(), cookie.octets.size(), cookie.octets.begin());
  return cookie;
}

[[nodiscard]] inline crypto::Digest DigestOf(const Bytes& octets) {
  crypto::Digest digest;
  digest.Assign(octets);
  return digest;
}

}  // namespace iscsi_ike::test
