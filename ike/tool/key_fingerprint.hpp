// KeyFingerprint: what two administrators compare to see whether their keys are the same.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "ike/config.hpp"
#include "ike/errors.hpp"

namespace iscsi_ike::ike::tool {

// KeyFingerprint is policy::ShownFingerprint of the peer's key, or the word why there is none.
[[nodiscard]] std::string KeyFingerprint(const PeerConfig& peer);

// FewFingerprints is for those who may have thousands of peers: one fingerprint takes 15 ms and
// more, so that guessing keys takes long.
class FewFingerprints {
 public:
  static constexpr std::size_t kMostKeys = 16;
  // Of a peer: KeyFingerprint for the first kMostKeys keys that are asked about, each computed
  // once; nullopt for further ones.
  [[nodiscard]] std::optional<std::string> Of(const PeerConfig& peer);

 private:
  struct Made {
    crypto::Secret key;
    std::string text;
  };
  std::vector<Made> made_;
};

// AddFingerprint puts it into a failure that two keys which differ may have caused; with `few`, or
// that it was left out.
void AddFingerprint(const PeerConfig& peer, NegotiationFailure& failure);
void AddFingerprint(const PeerConfig& peer, FewFingerprints& few, NegotiationFailure& failure);

}  // namespace iscsi_ike::ike::tool
