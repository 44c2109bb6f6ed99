// Party: two ends that both serve and begin, to be played with by choices or by hand.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "tests/support/pair.hpp"
#include "tests/trust/rules/explorer.hpp"

namespace iscsi_ike::test {

inline constexpr std::size_t kHba = 0;
inline constexpr std::size_t kPortal = 1;
inline constexpr ike::SessionId kSession{1};

[[nodiscard]] std::array<ike::Endpoint, 2> Places();
// Elsewhere is one of many addresses that are neither end's.
[[nodiscard]] ike::Endpoint Elsewhere(unsigned number);

class Party {
 public:
  using AdjustPeer = std::function<void(ike::PeerConfig&)>;
  using AdjustEngine = std::function<void(ike::EngineConfig&)>;
  // `engine` is applied to the portal's engine only.
  explicit Party(std::uint64_t word, const AdjustPeer& peer = {}, AdjustEngine engine = {});

  [[nodiscard]] std::unique_ptr<World> Fresh() const;
  void Connect(World& world, std::size_t end) const;
  // LoggedIn saves both ends at rest with one child.
  [[nodiscard]] Saved LoggedIn(ike::Duration rest = std::chrono::seconds(1)) const;
  // CanLogin: a login of the HBA, without any time passing.
  [[nodiscard]] bool CanLogin(World& world) const;
  // FirstMessage is what the HBA begins with, unheard.
  [[nodiscard]] Bytes FirstMessage() const;

 private:
  std::array<std::shared_ptr<const ike::PeerConfig>, 2> begins_, serves_;
  AdjustEngine engine_;
};

// AnyAddress lets the portal serve everybody.
void AnyAddress(ike::PeerConfig& peer);

// OtherCookie is a first message under the n-th other cookie.
[[nodiscard]] Bytes OtherCookie(Bytes first, unsigned number);

}  // namespace iscsi_ike::test
