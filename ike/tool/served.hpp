// What one serve answers for: the record that is chosen, or all of a config that has several.
//
// One record, --entry, or no --config: one responder, see ReadConfig. Otherwise:
//
// - Each record is a responder. Main mode finds it by `peer`, aggressive mode by `peerIdentity`;
//   ike/select_peer.hpp has the order. `identity` is what this end shows to that peer.
// - `groupKey`, with the word of the portal or of the defaults, is for peers without a record.
// - A record that has no word or no key takes those of the logins and of the portal, then of the
//   defaults (SourcesOf). The only portal speaks for every local address. Of several, each speaks
//   for its own address; at other local addresses the defaults alone do. Portals without a word, a
//   key and a TCP port other than 3260 do not count, nor, with a warning, do those that are host
//   names.
// - At a portal the child SA is for its address and TCP port (served_ports.hpp). For the sake of
//   those ports one record of a config with several portals is a responder at each, too.
// - Options win in every record, as they do in a single one. But a key of the command line is for
//   the records that have none; beside one that has a key it is an error, for it would make all the
//   same. --peer-id is an error likewise. --peer leaves out records that are bound to others.
#pragma once

#include <string>
#include <vector>

#include "ike/config.hpp"
#include "ike/tool/settings.hpp"

namespace iscsi_ike::ike::tool {

// Served is one responder: a record at a portal.
struct Served {
  std::string name;  // "hba 1", "record 2", "group key", "any"; empty: no config
  Ends ends;         // local: at this address alone; remote: for this peer alone
  std::optional<policy::IpAddress> portal;      // the one of several that it is served at
  std::uint16_t tcp_port = policy::kIscsiPort;  // kAnyPort: of several at that address
  Settings settings;                            // any outcome, with or without key
};

// ReadServed: `ends.local` is the only address that is served, `ends.remote` the only peer.
// `made_of`, if given, takes what each was translated from.
[[nodiscard]] Checked<std::vector<Served>> ReadServed(const Options& options, const Ends& ends,
                                                      std::vector<Sources>* made_of = nullptr);
// ServedOf translates one; `ends` as they are without the record's own `peer`.
[[nodiscard]] Served ServedOf(const PolicyOptions& options, const Sources& sources, Ends ends);

// MakeResponder: `child` is that of the options, to which served_ports.hpp adds.
[[nodiscard]] Checked<std::shared_ptr<PeerConfig>> MakeResponder(const Options& options,
                                                                 const ChildOptions& child,
                                                                 const Served& served,
                                                                 std::uint16_t nat_port);

// ServingConfig makes a responder of each, in order, also of those that cannot be used: the engine
// passes them over. `nat_port` is the bound one, 0 for none.
[[nodiscard]] Checked<EngineConfig> ServingConfig(const Options& options,
                                                  const std::vector<Served>& served,
                                                  std::uint16_t nat_port);

// ServedLine is the PolicyLine of one, or "3 records: 'hba 1' 0x27, ...".
[[nodiscard]] std::string ServedLine(const std::vector<Served>& served);

// IsUsable: it has a plan and a key.
[[nodiscard]] bool IsUsable(const Served& served);
// Label: "'hba 1'", or "'hba 1' at 192.0.2.10" for one of a portal.
[[nodiscard]] std::string Label(const Served& served);

}  // namespace iscsi_ike::ike::tool
