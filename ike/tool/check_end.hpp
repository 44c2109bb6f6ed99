// CheckEnd: A or B of a check in one role, as connect or serve would read it, and kept so that it
// can be changed and translated again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ike/config.hpp"
#include "ike/tool/connect_attempts.hpp"
#include "ike/tool/settings.hpp"

namespace iscsi_ike::ike::tool {

// CheckEntry is one record with what is set beside it, before it is translated.
struct CheckEntry {
  Sources sources;
  PolicyOptions policy;
  ChildOptions child;
  Ends ends;  // initiator: where both stand. Responder: what it is bound to
  [[nodiscard]] CheckEntry Clone() const;
};

// CheckFile is one of the two arguments with what is set beside it: "NAME=VALUE" or "NAME", options
// of connect and serve without dashes, but that `peer` is the other end's address in both. What
// only the other role has is passed over.
struct CheckFile {
  char letter = 'A';
  std::string name;  // "-": standard input
  std::vector<std::string> set;
  std::shared_ptr<const policy::Config> loaded;  // once it has been read
};

struct CheckEnd {
  char letter = 'A';
  Role role = Role::kInitiator;
  Options options;                  // those of connect or of serve
  std::vector<CheckEntry> entries;  // initiator: one
};

// CheckSettings lists the names that can be set for an end: "entry, id, ...".
[[nodiscard]] std::string CheckSettings();

// AtEnd is an error of connect or serve at one end of a check: it begins with the letter, and its
// options have the form that check takes them in: "A: --a local: ...".
[[nodiscard]] ToolError AtEnd(char letter, Role role, ToolError error);

// ReadCheckEnd reads the file once. `peer` helps an initiator to choose from several records.
// Errors begin with the letter.
[[nodiscard]] Checked<CheckEnd> ReadCheckEnd(CheckFile& file, Role role,
                                             const std::optional<policy::IpAddress>& peer);

// AttemptsOf an initiator's entry: a PeerConfig for each exchange, or one without a plan.
[[nodiscard]] Checked<Attempts> AttemptsOf(const CheckEnd& end, const CheckEntry& entry);
// ResponderOf a responder's entry.
[[nodiscard]] Checked<std::shared_ptr<const PeerConfig>> ResponderOf(const CheckEnd& end,
                                                                     const CheckEntry& entry);

}  // namespace iscsi_ike::ike::tool
