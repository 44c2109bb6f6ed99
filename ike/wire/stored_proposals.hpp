// Proposals as iSNS stores them (RFC 4171 sections 6.2.9, 6.3.10, 6.3.11): one SA payload with its
// generic header, proposals and transforms in decreasing order of preference, no ISAKMP header.
// Tags 11 and 28 are of phase 1, tag 29 is of phase 2.
//
// An attribute is padded to 4 octets, so that the payload's own length is what counts. An ESP SPI
// is not known yet: it is written as 4 zeros, and read when it has 4 octets or none.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/types.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike {

using StoredPhase1Offer = policy::PublishedPhase1Offer;
using StoredEspOffer = policy::PublishedEspOffer;

// Stored is what was read, in order of preference; `unusable` tells of each proposal and transform
// that this project cannot use what it is and why: "proposal 1 transform 2 ESP_DES(2): transform
// not supported".
template <class Offer>
struct Stored {
  std::vector<Offer> offers;
  std::vector<std::string> unusable;
};

// ReadStoredPhase1 and ReadStoredEsp read the value of an attribute, pad included. Errors: no room
// for the payload, more than a pad behind it, and those of ParseSa; offsets count from the
// attribute's value.
[[nodiscard]] Wire<Stored<StoredPhase1Offer>> ReadStoredPhase1(Octets value);
[[nodiscard]] Wire<Stored<StoredEspOffer>> ReadStoredEsp(Octets value);

// WriteStoredPhase1 and WriteStoredEsp give the payload without a pad. There is at least one suite,
// and no more than kMaxTransforms of them (times modes).
[[nodiscard]] std::vector<std::uint8_t> WriteStoredPhase1(
    std::span<const policy::Phase1Suite> suites, const policy::Lifetime& lifetime);
// Each suite is offered with each mode before the next one; `pfs_group` is for suites that name
// none.
[[nodiscard]] std::vector<std::uint8_t> WriteStoredEsp(std::span<const policy::EspSuite> suites,
                                                       std::span<const policy::Encapsulation> modes,
                                                       std::optional<crypto::DhGroup> pfs_group,
                                                       const policy::Lifetime& lifetime);

}  // namespace iscsi_ike::ike
