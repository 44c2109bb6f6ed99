// IsnsPlan: what a serve is to tell an iSNS server of itself: the server, the target node and its
// portals.
//
// - The portals are those of --isns-portal; else the addresses of --local that are no wildcard;
//   both with the TCP port of --target-port (3260) where none is told; else the config's portals.
// - The bitmap of a portal is the word of the first usable record that is served at its address. At
//   the address of one of several portals of the config these are the records of that portal, as
//   they are for the engine; elsewhere those of no portal; and where serve answers at one portal
//   alone, under whatever address it is registered, those of that portal. A warning names the first
//   other words that are served there. A portal where nothing is served is left out with a
//   warning; one of --isns-portal is an error.
// - Proposals (--isns-proposals) are those of the same record, in its order.
#pragma once

#include <optional>
#include <vector>

#include "ike/tool/isns_server.hpp"
#include "ike/tool/options.hpp"
#include "ike/tool/serve_places.hpp"
#include "ike/tool/served.hpp"
#include "policy/isns/requests.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace iscsi_ike::ike::tool {

void AddPublishing(CLI::App& app, PublishOptions& publish);

struct IsnsPlan {
  net::IsnsServer server;
  policy::isns::Publication publication;
};

// ReadIsnsPlan gives none without --isns. Errors: a name or server that is none, options without
// --isns, no portal, a portal where nothing is served, and those of CheckPublication.
[[nodiscard]] Checked<std::optional<IsnsPlan>> ReadIsnsPlan(const Options& options,
                                                            const Places& places,
                                                            const std::vector<Served>& served);

}  // namespace iscsi_ike::ike::tool
