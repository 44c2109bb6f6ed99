// RecordChoice: which record of a config is for a peer.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.hpp"
#include "policy/error.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {

// NamesOf lists all records with their numbers, for errors.
[[nodiscard]] std::string NamesOf(const Config& config);

// ChoicePlaces is where errors of a choice stand.
struct ChoicePlaces {
  std::string record = "record";
  std::string config = "config";
};

// ChoicePeer is what is known of the other end. What names no target may be meant for each, and
// where no targets are told every record may be meant.
struct ChoicePeer {
  std::optional<IpAddress> address;
  std::span<const std::string> targets = {};  // names, compared without case
};

class RecordChoice {
 public:
  // The config outlives the choice, and stays as it is.
  explicit RecordChoice(const Config& config);

  // Choose takes the record of a name, then of a number; without a name the one that fits the peer:
  // bound to its address before bound to nobody, and of these one for a target of it before one for
  // no target. nullptr: the config has none. Errors stand at places.record ("--entry") or
  // places.config ("--config: hba.json").
  [[nodiscard]] Parsed<const PresharedKey*> Choose(const std::string& name, const ChoicePeer& peer,
                                                   const ChoicePlaces& places) const;
  // NameOf a record of the config is its name where that tells it from others, else "record 2".
  [[nodiscard]] std::string NameOf(const PresharedKey& record) const;

 private:
  using Records = std::vector<const PresharedKey*>;
  // Bound is the records that are bound to one address, or to none.
  struct Bound {
    Records all;
    Records any_target;
    std::map<std::string_view, Records, NameLess> of_target;
    void Add(const PresharedKey& record);
    // For: `room` holds what has to be put together.
    [[nodiscard]] const Records& For(std::span<const std::string> targets, Records& room) const;
  };
  struct Named {
    std::size_t count = 0;
    const PresharedKey* first = nullptr;
  };
  [[nodiscard]] Parsed<const PresharedKey*> WithName(const std::string& name,
                                                     const std::string& place) const;
  [[nodiscard]] const Records& Fitting(const ChoicePeer& peer, Records& room) const;

  const Config* config_;
  Bound all_;
  Bound unbound_;
  std::map<IpAddress, Bound> bound_;
  std::map<std::string_view, Named> names_;
};

}  // namespace iscsi_ike::policy
