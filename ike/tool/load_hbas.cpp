#include "ike/tool/load_hbas.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/peer.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Following gives the address that is `count` above another; it may wrap.
policy::IpAddress Following(const policy::IpAddress& address, std::size_t count) {
  std::array<std::uint8_t, 16> octets{};
  const auto from = address.octets();
  std::copy(from.begin(), from.end(), octets.begin());
  for (std::size_t i = from.size(); i-- > 0 && count > 0;) {
    count += octets[i];
    octets[i] = static_cast<std::uint8_t>(count & 0xff);
    count >>= 8U;
  }
  return policy::IpAddress::FromOctets({octets.data(), from.size()}).value_or(address);
}

// Numbered replaces the first '#' of an identity by the number of an HBA.
std::string Numbered(std::string identity, std::size_t number) {
  const std::size_t at = identity.find('#');
  if (at != std::string::npos) identity.replace(at, 1, std::to_string(number));
  return identity;
}

}  // namespace

Checked<std::vector<policy::SecurityFlags>> ReadMix(const LoadOptions& options) {
  std::vector<policy::SecurityFlags> words;
  if (options.mix.empty()) return words;
  const auto mix = ParseMix(options.mix);
  if (!mix) return Failure(mix.error());
  for (const MixedWord& one : *mix) {
    const auto word = policy::SecurityFlags::Parse(one.word, "--mix");
    if (!word) return Usage(word.error());
    words.insert(words.end(), static_cast<std::size_t>(one.weight), *word);
  }
  return words;
}

Checked<ExitCode> HbaMaker::Settle(std::vector<policy::SecurityFlags> mix) {
  words_ = std::move(mix);
  if (words_.empty()) words_ = {sources_.request.word};
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (i > 0 && words_[i] == words_[i - 1]) continue;
    const auto settings = SettingsOf(i);
    if (!settings) return Failure(settings.error());
    WarnOf(settings->plan);
    if (settings->plan.outcome != policy::Outcome::kPlan)
      return Refuse(settings->plan, options_.output.json);
    if (auto key = DemandKey(*settings); !key) return Failure(key.error());
  }
  return ExitCode::kOk;
}

Checked<Hbas> HbaMaker::Make(std::uint16_t bound, std::uint16_t nat_port) {
  ends_.local->port = bound;
  const policy::IpAddress first = ends_.local->address;
  Hbas hbas;
  for (std::size_t i = 0; i < plan_.hbas; ++i) {
    ends_.local->address = Following(first, i % plan_.addresses);
    auto settings = SettingsOf(i);
    if (!settings) return Failure(settings.error());
    auto peer = MakePeer(options_, ChildOf(options_.child, sources_), std::move(*settings),
                         Role::kInitiator, ends_, nat_port);
    if (!peer) return Failure(peer.error());
    (*peer)->initial_contact = false;
    (*peer)->plan.exchanges.resize(1);
    hbas.push_back(std::move(*peer));
  }
  return hbas;
}

Checked<Settings> HbaMaker::SettingsOf(std::size_t hba) const {
  Sources one;
  static_cast<policy::Sources&>(one) = sources_.Clone();
  one.key_place = sources_.key_place;
  one.request.word = words_[hba % words_.size()];
  if (!options_.load.id.empty()) {
    auto identity = policy::Identity::Parse(Numbered(options_.load.id, hba), "--id");
    if (!identity) return Usage(identity.error());
    one.request.identity = std::move(identity).value();
  }
  return TranslateFor(Role::kInitiator, one, ends_, options_.policy);
}

}  // namespace iscsi_ike::ike::tool
