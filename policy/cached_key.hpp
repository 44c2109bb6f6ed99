// CachedKey: what the adapter's security cache has for one negotiation, in the terms of the
// translator.
#pragma once

#include <cstdint>
#include <optional>

#include "policy/preshared_key.hpp"
#include "policy/target_portal.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::policy {

// CachedKey is move-only and owns a copy of the key.
struct CachedKey {
  // `peer` is the target asked for. With a group key the word is 0, which says nothing, and the
  // identity is the one asked for, if any.
  PresharedKey record;
  bool group_key = false;
  std::optional<IpAddress> tunnel_outer;  // the security gateway for this target

  // Binding: kGroupKey, else kPeerAddress, for the key was chosen for this target.
  [[nodiscard]] KeyBinding Binding() const {
    return group_key ? KeyBinding::kGroupKey : KeyBinding::kPeerAddress;
  }
};

// FillRequest writes identity, key binding and tunnel address, and resolves the word: that of an
// explicit entry stands before the others of `sources` (decision table, row 12), the group key has
// none. Why goes to `request.prior`.
void FillRequest(const CachedKey& key, WordSources sources, TranslateRequest& request);

}  // namespace iscsi_ike::policy
