// Keyring: which pre-shared key serves a peer. An explicit key for the identity comes first, then
// one bound to the peer's address, the group key last (SetGroupPresharedKey: used only when no
// specific key exists).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "policy/preshared_key.hpp"

namespace iscsi_ike::policy {

// KeyQuery is what is known when a key is needed: in main mode the address alone (RFC 2409 section
// 5.4), in aggressive mode the identity too.
struct KeyQuery {
  std::optional<Identity> identity;
  std::optional<IpAddress> address;
};

enum class KeyMatchKind : std::uint8_t { kIdentity, kAddress, kGroup };
[[nodiscard]] std::string_view Name(KeyMatchKind kind);  // "identity", "address", "group key"

// KeyMatch points into the keyring, and is good until the keyring changes. `record` is null for the
// group key.
struct KeyMatch {
  KeyMatchKind kind;
  const PresharedKey* record;
  const crypto::Secret* key;
};

class Keyring {
 public:
  // Add refuses a record without key, and a second one with the same identity and peer address.
  Status<Error> Add(PresharedKey record, std::string_view place);
  void SetGroupKey(crypto::Secret key) { group_key_ = std::move(key); }

  // Candidates lists every key that could serve, best first; ties keep the order of Add. A record
  // bound to another address than the query's never serves. An address identity counts as a
  // binding to that address.
  [[nodiscard]] std::vector<KeyMatch> Candidates(const KeyQuery& query) const;
  // Lookup gives the best of them.
  [[nodiscard]] std::optional<KeyMatch> Lookup(const KeyQuery& query) const;

  [[nodiscard]] std::span<const PresharedKey> records() const { return records_; }
  [[nodiscard]] bool HasGroupKey() const { return !group_key_.empty(); }

 private:
  std::vector<PresharedKey> records_;
  crypto::Secret group_key_;
};

}  // namespace iscsi_ike::policy
