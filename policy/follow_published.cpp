#include "policy/follow_published.hpp"

#include <algorithm>
#include <string>

#include "policy/suites.hpp"

namespace iscsi_ike::policy {
namespace {

template <class Value>
void AddOnce(std::vector<Value>& values, const Value& value) {
  const bool known = std::find(values.begin(), values.end(), value) != values.end();
  if (!known && values.size() < kMostSuites) values.push_back(value);
}

void FollowPhase1(const std::vector<PublishedPhase1Offer>& offers, TranslateRequest& request) {
  request.suites.phase1.clear();
  for (const PublishedPhase1Offer& offer : offers) {
    AddOnce(request.suites.phase1, offer.suite);
    request.phase1_lifetime = Shorter(request.phase1_lifetime, offer.lifetime);
  }
}

// FollowModes: an order is for words without preference; one that the word prefers must be there.
void FollowModes(const std::vector<Encapsulation>& modes, TranslateRequest& request,
                 std::vector<std::string>& notes) {
  const bool tunnel = request.word.Has(SecurityFlag::kTunnelPreferred);
  const bool transport = request.word.Has(SecurityFlag::kTransportPreferred);
  if (modes.empty()) return;
  if (tunnel == transport) {
    request.encapsulations = modes;
    return;
  }
  const auto preferred = tunnel ? Encapsulation::kTunnel : Encapsulation::kTransport;
  if (std::find(modes.begin(), modes.end(), preferred) == modes.end())
    notes.push_back("the word prefers " + std::string(Name(preferred)) +
                    " mode, which is not among the phase-2 proposals");
}

// FollowGroup: all suites of one quick mode have one group (RFC 2409 section 5.5), and the flag
// says whether there is one.
void FollowGroup(std::optional<crypto::DhGroup> group, TranslateRequest& request,
                 std::vector<std::string>& notes) {
  const bool pfs = request.word.Has(SecurityFlag::kPfs);
  if (pfs && group) request.pfs_group = group;
  if (!pfs && group)
    notes.emplace_back("the phase-2 proposals have a PFS group, and the word does not enable PFS");
  if (pfs && !group)
    notes.emplace_back("the word enables PFS, and the first phase-2 proposal has no group");
}

// Encrypting leaves out offers that would only authenticate.
std::vector<PublishedEspOffer> Encrypting(std::vector<PublishedEspOffer> offers,
                                          std::vector<std::string>& notes) {
  const auto dropped = std::erase_if(
      offers, [](const auto& offer) { return offer.suite.cipher == EspCipher::kNull; });
  if (dropped > 0)
    notes.emplace_back(
        "phase-2 proposals without encryption are left out: whoever is on the way to the iSNS "
        "server could have put them there");
  return offers;
}

void FollowPhase2(const std::vector<PublishedEspOffer>& published, TranslateRequest& request,
                  std::vector<std::string>& notes) {
  const auto offers = Encrypting(published, notes);
  request.suites.phase2.clear();
  if (offers.empty()) return;
  const auto group = offers.front().suite.pfs_group;
  const auto has_group = [group](const auto& offer) { return offer.suite.pfs_group == group; };
  if (!std::all_of(offers.begin(), offers.end(), has_group))
    notes.emplace_back("phase-2 proposals of another PFS group than the first are left out");
  std::vector<Encapsulation> modes;
  for (const PublishedEspOffer& offer : offers) {
    if (!has_group(offer)) continue;
    EspSuite suite = offer.suite;
    suite.pfs_group.reset();
    AddOnce(request.suites.phase2, suite);
    if (offer.mode) AddOnce(modes, *offer.mode);
    request.phase2_lifetime = Shorter(request.phase2_lifetime, offer.lifetime);
  }
  FollowModes(modes, request, notes);
  FollowGroup(group, request, notes);
}

}  // namespace

void FollowPublished(const PublishedProposals& published, TranslateRequest& request,
                     std::vector<std::string>& notes) {
  if (!request.word.IsValid() || !request.word.Has(SecurityFlag::kIkeIpsec)) return;
  if (published.phase1) FollowPhase1(*published.phase1, request);
  if (published.phase2) FollowPhase2(*published.phase2, request, notes);
  if (published.Any()) request.suites.name = kPublishedSuites;
}

}  // namespace iscsi_ike::policy
