// RecordChoice: which record of a config is for a peer.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::policy {

// NamesOf lists all records with their numbers, for errors.
[[nodiscard]] std::string NamesOf(const Config& config);

// ChoicePlaces is where errors of a choice stand.
struct ChoicePlaces {
  std::string record = "record";
  std::string config = "config";
};

class RecordChoice {
 public:
  // The config outlives the choice, and stays as it is.
  explicit RecordChoice(const Config& config);

  // Choose takes the record of a name, then of a number; without a name the one that fits the peer,
  // bound to it before bound to nobody. nullptr: the config has none. Errors stand at places.record
  // ("--entry") or places.config ("--config: hba.json").
  [[nodiscard]] Parsed<const PresharedKey*> Choose(const std::string& name,
                                                   const std::optional<IpAddress>& peer,
                                                   const ChoicePlaces& places) const;
  // NameOf a record of the config is its name where that tells it from others, else "record 2".
  [[nodiscard]] std::string NameOf(const PresharedKey& record) const;

 private:
  using Records = std::vector<const PresharedKey*>;
  struct Named {
    std::size_t count = 0;
    const PresharedKey* first = nullptr;
  };
  [[nodiscard]] Parsed<const PresharedKey*> WithName(const std::string& name,
                                                     const std::string& place) const;
  [[nodiscard]] const Records& Fitting(const std::optional<IpAddress>& peer) const;

  const Config* config_;
  Records all_;
  Records unbound_;
  std::map<IpAddress, Records> bound_;
  std::map<std::string_view, Named> names_;
};

}  // namespace iscsi_ike::policy
