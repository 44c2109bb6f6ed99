// HbaMaker: the configurations of the HBAs of a load.
#pragma once

#include <memory>
#include <vector>

#include "ike/config.hpp"
#include "ike/tool/load_plan.hpp"
#include "ike/tool/settings.hpp"

namespace iscsi_ike::ike::tool {

using Hbas = std::vector<std::shared_ptr<const PeerConfig>>;

// ReadMix gives each word of --mix as often as it has weight; none without --mix.
[[nodiscard]] Checked<std::vector<policy::SecurityFlags>> ReadMix(const LoadOptions& options);

// HbaMaker makes the configuration of each HBA: its word in turn, its address, its identity.
class HbaMaker {
 public:
  // All that is given by reference outlives the maker.
  HbaMaker(const Options& options, const LoadPlan& plan, const Sources& sources, const Ends& ends)
      : options_(options), plan_(plan), sources_(sources), ends_(ends) {}

  // Settle: `mix` are the words of --mix; empty: the one word there is. A word that allows nothing
  // is refused, and printed.
  Checked<ExitCode> Settle(std::vector<policy::SecurityFlags> mix);
  // Make: `bound` and `nat_port` are what the sockets have come to.
  Checked<Hbas> Make(std::uint16_t bound, std::uint16_t nat_port);

  [[nodiscard]] policy::SecurityFlags first_word() const { return words_.front(); }

 private:
  Checked<Settings> SettingsOf(std::size_t hba) const;

  const Options& options_;
  const LoadPlan& plan_;
  const Sources& sources_;
  Ends ends_;
  std::vector<policy::SecurityFlags> words_;
};

}  // namespace iscsi_ike::ike::tool
