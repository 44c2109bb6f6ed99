// The value of an iSNS attribute that keeps proposals, read as those of phase 1 and of phase 2.
// What can be used is written again and means the same.
#include <span>

#include "ike/wire/sa.hpp"
#include "ike/wire/stored_proposals.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

using fuzz::Require;

void RunPhase1(Octets value) {
  const auto stored = ReadStoredPhase1(value);
  if (!stored) {
    Require(stored.error().offset <= value.size());
    return;
  }
  for (const std::string& unusable : stored->unusable) Require(!unusable.empty());
  if (stored->offers.empty() || stored->offers.size() > kMaxTransforms) return;
  std::vector<policy::Phase1Suite> suites;
  for (const StoredPhase1Offer& offer : stored->offers) suites.push_back(offer.suite);
  const auto again = ReadStoredPhase1(WriteStoredPhase1(suites, stored->offers[0].lifetime));
  Require(again.ok() && again->unusable.empty() && again->offers.size() == suites.size());
  for (std::size_t i = 0; i < suites.size(); ++i) Require(again->offers[i].suite == suites[i]);
  Require(again->offers[0].lifetime == stored->offers[0].lifetime);
}

void RunEsp(Octets value) {
  const auto stored = ReadStoredEsp(value);
  if (!stored) {
    Require(stored.error().offset <= value.size());
    return;
  }
  for (const std::string& unusable : stored->unusable) Require(!unusable.empty());
  if (stored->offers.empty() || stored->offers.size() > kMaxTransforms) return;
  std::vector<policy::EspSuite> suites;
  for (const StoredEspOffer& offer : stored->offers) suites.push_back(offer.suite);
  const std::vector<policy::Encapsulation> modes = {
      stored->offers[0].mode.value_or(policy::Encapsulation::kTunnel)};
  const auto again =
      ReadStoredEsp(WriteStoredEsp(suites, modes, std::nullopt, stored->offers[0].lifetime));
  Require(again.ok() && again->unusable.empty() && again->offers.size() == suites.size());
  for (std::size_t i = 0; i < suites.size(); ++i) Require(again->offers[i].suite == suites[i]);
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike::ike;
  RunPhase1({data, size});
  RunEsp({data, size});
  return 0;
}
