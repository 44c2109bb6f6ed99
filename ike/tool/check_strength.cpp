// What a change does to security.
#include <algorithm>

#include "ike/tool/check_edit.hpp"
#include "policy/key_strength.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using Parts = std::vector<unsigned>;

unsigned GroupBits(crypto::DhGroup group) { return crypto::Info(group).strength_bits; }

unsigned EspCipherBits(const policy::EspSuite& suite) {
  constexpr unsigned kTripleDesBits = 112;
  return suite.cipher == policy::EspCipher::kTripleDesCbc ? kTripleDesBits : suite.key_bits;
}

Parts PartsOf(const policy::Phase1Suite& suite) {
  constexpr unsigned kTripleDesBits = 112;
  const bool aes = suite.cipher == crypto::CipherAlgorithm::kAesCbc;
  return {GroupBits(suite.group), aes ? suite.key_bits : kTripleDesBits,
          static_cast<unsigned>(crypto::HashSize(suite.hash))};
}

Parts PartsOf(const policy::EspSuite& suite) {
  return {EspCipherBits(suite), static_cast<unsigned>(policy::IcvSize(suite))};
}

// IsWeakerThanAll: in one of its parts the suite is weaker than every one that was there.
template <class Suite>
bool IsWeakerThanAll(const Suite& suite, const std::vector<Suite>& were) {
  const Parts parts = PartsOf(suite);
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!were.empty() &&
        std::ranges::all_of(were, [&](const Suite& s) { return parts[i] < PartsOf(s)[i]; }))
      return true;
  return false;
}

bool AllowsAggressive(const CheckEntry& entry) {
  return entry.sources.request.word.Has(policy::SecurityFlag::kAggressiveMode) &&
         entry.policy.mode != "main";
}

bool HasWeakKey(const CheckEntry& entry) {
  const crypto::Octets key = entry.sources.key.Expose();
  return !key.empty() && policy::EstimateKeyBits(key) < policy::kWeakKeyBits;
}

bool IsBound(const CheckEntry& entry) { return entry.sources.peer || entry.ends.remote; }

void AddLoweredSuites(const policy::TranslateRequest& before, const Agreement& agreed,
                      std::vector<std::string>& lowered) {
  if (agreed.phase1 && IsWeakerThanAll(agreed.phase1->suite, before.suites.phase1))
    lowered.emplace_back("a weaker suite in phase 1");
  if (!agreed.child) return;
  if (IsWeakerThanAll(agreed.child->suite, before.suites.phase2))
    lowered.emplace_back("a weaker suite in phase 2");
  if (!before.word.Has(policy::SecurityFlag::kPfs)) return;
  if (!agreed.child->pfs_group) {
    lowered.emplace_back("no PFS");
    return;
  }
  const auto named = std::ranges::find_if(before.suites.phase2, [](const policy::EspSuite& suite) {
    return suite.pfs_group.has_value();
  });
  if (named != before.suites.phase2.end() &&
      GroupBits(*agreed.child->pfs_group) < GroupBits(*named->pfs_group))
    lowered.emplace_back("a weaker PFS group");
}

}  // namespace

std::vector<std::string> LoweredBy(const CheckEntry& before, const CheckEntry& after,
                                   const Agreement& agreed) {
  std::vector<std::string> lowered;
  if (agreed.mode == policy::ExchangeMode::kAggressive && !AllowsAggressive(before))
    lowered.emplace_back("aggressive mode");
  AddLoweredSuites(before.sources.request, agreed, lowered);
  if (HasWeakKey(after) && !HasWeakKey(before)) lowered.emplace_back("a key that looks guessable");
  if (before.sources.peer_identity && !after.sources.peer_identity)
    lowered.emplace_back("any identity of the peer");
  if (IsBound(before) && !IsBound(after)) lowered.emplace_back("any address of the peer");
  return lowered;
}

std::vector<unsigned> StrengthOf(const Agreement& agreed) {
  Parts strength{
      agreed.mode == policy::ExchangeMode::kMain ? 1U : 0U,
      agreed.child && agreed.child->pfs_group ? GroupBits(*agreed.child->pfs_group) : 0U};
  const auto add = [&](const Parts& parts) {
    strength.insert(strength.end(), parts.begin(), parts.end());
  };
  if (agreed.phase1) add(PartsOf(agreed.phase1->suite));
  if (agreed.child) add(PartsOf(agreed.child->suite));
  return strength;
}

}  // namespace iscsi_ike::ike::tool
