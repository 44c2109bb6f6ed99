#include "ike/wire/stored_proposals.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <set>
#include <utility>

#include "ike/wire/describe.hpp"
#include "ike/wire/esp_transform.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "ike/wire/reader.hpp"
#include "ike/wire/sa.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kMostPad = 3;
constexpr std::size_t kLongestCookiePair = 16;
constexpr std::size_t kMostUnusable = 64;  // told of; the rest says no more

// ReadStoredSa finds the payload in the value of an attribute.
Wire<SaView> ReadStoredSa(Octets value) {
  Reader reader(value);
  std::uint16_t length = 0;
  if (!reader.Skip(2) || !reader.ReadU16(length)) {
    return Malformed("no room for the header of an SA payload", 0);
  }
  if (length < kGenericHeaderSize || length > value.size()) {
    return Malformed("the SA payload is longer than the attribute, or has no header", 2);
  }
  const Octets pad = value.subspan(length);
  const auto is_zero = [](std::uint8_t octet) { return octet == 0; };
  if (pad.size() > kMostPad || !std::all_of(pad.begin(), pad.end(), is_zero)) {
    return Malformed("something else than a pad stands behind the SA payload", length);
  }
  Wire<SaView> sa = ParseSa(value.first(length).subspan(kGenericHeaderSize));
  if (sa) return sa;
  ParseError error = sa.error();
  error.offset += kGenericHeaderSize;
  return Failure<ParseError>(error);
}

std::string NumberOf(const ProposalView& proposal) {
  return "proposal " + std::to_string(proposal.number);
}

// SharedNumbers: proposals of one number are to be used together (RFC 2408 section 4.2), as AH with
// ESP.
std::set<std::uint8_t> SharedNumbers(const SaView& sa) {
  std::set<std::uint8_t> seen;
  std::set<std::uint8_t> shared;
  for (const ProposalView proposal : sa.proposals()) {
    if (!seen.insert(proposal.number).second) shared.insert(proposal.number);
  }
  return shared;
}

// WhyNotPhase1 and WhyNotEsp: what is wrong with a proposal as a whole; empty: nothing.
std::string_view WhyNotPhase1(const ProposalView& proposal) {
  if (proposal.protocol != ProtocolId::kIsakmp) return "is not for ISAKMP";
  if (proposal.spi.size() > kLongestCookiePair) return "has an SPI of more than 16 octets";
  return {};
}

std::string_view WhyNotEsp(const ProposalView& proposal) {
  if (proposal.protocol != ProtocolId::kEsp) return "is not for ESP";
  if (!proposal.spi.empty() && proposal.spi.size() != 4) {
    return "has an SPI of neither 4 octets nor none";
  }
  return {};
}

struct Phase1Reader {
  using Offer = StoredPhase1Offer;
  static std::string_view WhyNot(const ProposalView& proposal) { return WhyNotPhase1(proposal); }
  // Read gives an offer, or why there is none.
  static Result<Offer, std::string_view> Read(const TransformView& view) {
    const Wire<Phase1Transform> transform = DecodePhase1(view);
    if (!transform) return Failure(transform.error().rule);
    if (const auto obstacle = FindObstacle(*transform)) return Failure(obstacle->rule);
    return Offer{*ToSuite(*transform), transform->lifetime};
  }
};

struct EspReader {
  using Offer = StoredEspOffer;
  static std::string_view WhyNot(const ProposalView& proposal) { return WhyNotEsp(proposal); }
  static Result<Offer, std::string_view> Read(const TransformView& view) {
    const Wire<EspTransform> transform = DecodeEsp(view);
    if (!transform) return Failure(transform.error().rule);
    if (const auto obstacle = FindObstacle(*transform)) return Failure(obstacle->rule);
    Offer offer{*ToSuite(*transform), AnyModeOf(transform->encapsulation), transform->lifetime};
    if (transform->encapsulation != 0 && !offer.mode) {
      return Failure(std::string_view("encapsulation not supported"));
    }
    if (transform->group == 0) return offer;
    offer.suite.pfs_group = crypto::DhGroupByNumber(transform->group);
    if (!offer.suite.pfs_group) return Failure(std::string_view("group not supported"));
    return offer;
  }

 private:
  // AnyModeOf: whether ESP goes in UDP turns out later, and is not stored.
  static std::optional<policy::Encapsulation> AnyModeOf(std::uint16_t encapsulation) {
    for (const auto udp :
         {UdpEncapsulation::kNone, UdpEncapsulation::kRfc3947, UdpEncapsulation::kDraft}) {
      if (const auto mode = ModeOf(encapsulation, udp)) return mode;
    }
    return std::nullopt;
  }
};

template <class Offer>
void TellUnusable(Stored<Offer>& stored, std::string what, std::string_view why) {
  if (stored.unusable.size() == kMostUnusable) return;
  stored.unusable.push_back(std::move(what) + ": " + std::string(why));
}

template <class How>
void ReadProposal(const ProposalView& proposal, Stored<typename How::Offer>& stored) {
  for (const TransformView transform : proposal.transforms()) {
    auto offer = How::Read(transform);
    if (offer) {
      stored.offers.push_back(*std::move(offer));
    } else {
      TellUnusable(stored,
                   NumberOf(proposal) + " " + DescribeTransform(proposal.protocol, transform),
                   offer.error());
    }
  }
}

template <class How>
Wire<Stored<typename How::Offer>> ReadStored(Octets value) {
  const Wire<SaView> sa = ReadStoredSa(value);
  if (!sa) return Failure<ParseError>(sa.error());
  Stored<typename How::Offer> stored;
  const std::set<std::uint8_t> shared = SharedNumbers(*sa);
  for (const ProposalView proposal : sa->proposals()) {
    std::string_view why = How::WhyNot(proposal);
    if (why.empty() && shared.contains(proposal.number)) why = "is to be used with another one";
    if (why.empty()) {
      ReadProposal<How>(proposal, stored);
    } else {
      TellUnusable(stored, NumberOf(proposal), why);
    }
  }
  return stored;
}

}  // namespace

Wire<Stored<StoredPhase1Offer>> ReadStoredPhase1(Octets value) {
  return ReadStored<Phase1Reader>(value);
}

Wire<Stored<StoredEspOffer>> ReadStoredEsp(Octets value) { return ReadStored<EspReader>(value); }

std::vector<std::uint8_t> WriteStoredPhase1(std::span<const policy::Phase1Suite> suites,
                                            const policy::Lifetime& lifetime) {
  assert(!suites.empty() && suites.size() <= kMaxTransforms);
  std::vector<std::uint8_t> out;
  Writer writer(out);
  PayloadChain chain(writer);
  chain.Begin(PayloadType::kSa);
  SaWriter sa(writer);
  sa.BeginProposal(1, ProtocolId::kIsakmp, {});
  std::uint8_t number = 0;
  for (const policy::Phase1Suite& suite : suites) {
    WritePhase1Transform(sa, ++number, suite, lifetime);
  }
  sa.EndProposal();
  chain.End();
  return out;
}

std::vector<std::uint8_t> WriteStoredEsp(std::span<const policy::EspSuite> suites,
                                         std::span<const policy::Encapsulation> modes,
                                         std::optional<crypto::DhGroup> pfs_group,
                                         const policy::Lifetime& lifetime) {
  assert(!suites.empty() && !modes.empty() && suites.size() * modes.size() <= kMaxTransforms);
  constexpr std::array<std::uint8_t, 4> kNoSpiYet = {};
  std::vector<std::uint8_t> out;
  Writer writer(out);
  PayloadChain chain(writer);
  chain.Begin(PayloadType::kSa);
  SaWriter sa(writer);
  sa.BeginProposal(1, ProtocolId::kEsp, kNoSpiYet);
  std::uint8_t number = 0;
  for (const policy::EspSuite& suite : suites) {
    for (const policy::Encapsulation mode : modes) {
      WriteEspTransform(sa, ++number, suite, WireEncapsulation(mode, UdpEncapsulation::kNone),
                        suite.pfs_group ? suite.pfs_group : pfs_group, lifetime);
    }
  }
  sa.EndProposal();
  chain.End();
  return out;
}

}  // namespace iscsi_ike::ike
