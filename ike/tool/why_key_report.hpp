// What why-key prints. The JSON is a contract with scripts:
//   {"peer": address, "local": null | address, "mode": "main" | "aggressive",
//    "identity": "fqdn:hba1.example", "record": null | name of the one whose key would be used,
//    "match": null | "identity" | "address" | "any" | "group key",
//    "candidates": [{"record", "match": null | as above, "text", "passed_over": null | code,
//                    "local", "peer", "peer_identity": each null | what it is bound to,
//                    "group_key", "word", "fingerprint": null | text, "weak_key",
//                    "found": [{"code", "severity", "text"}]}],
//    "refusal": null | {"code", "blame", "text", "notify": null | text}, "notes": [text],
//    "fingerprints_left_out": n}
// Candidates stand in their order, those that are passed over last. "passed_over" is LOCAL_ADDRESS,
// PEER_ADDRESS, MODE, IDENTITY, NO_KEY or the code of the reason why there is no plan. "found" has
// the reasons that tell where word and key are from, and what they stand before. Never a key; of a
// weak one not even the fingerprint. Of many keys the first FewFingerprints::kMostKeys alone have
// theirs; of the rest "fingerprint" is null.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ike/select_peer.hpp"

namespace iscsi_ike::ike::tool {

// KeyCandidate is a PeerCandidate in words.
struct KeyCandidate {
  std::string record;
  std::optional<policy::IpAddress> portal;  // the one of several that it is served at
  std::string text;                         // why it stands there, or why it is passed over
  std::string code;                         // of "passed_over"; empty: it is not
  std::string word;
  std::string fingerprint;            // or why there is none; empty: not shown
  bool left_out = false;              // there would be one
  std::vector<policy::Reason> found;  // where word and key are from
  PeerCandidate candidate;
};

// KeyAnswer is all that why-key tells.
struct KeyAnswer {
  PeerQuery query;
  std::vector<KeyCandidate> candidates;
  std::optional<PeerRefusal> refusal;  // unset: the first candidate is used
  std::vector<std::string> notes;
  std::size_t fingerprints_left_out = 0;
};

[[nodiscard]] std::string AnswerText(const KeyAnswer& answer);
[[nodiscard]] std::string AnswerJson(const KeyAnswer& answer);  // one line

}  // namespace iscsi_ike::ike::tool
