#include "ike/tool/isns_plan.hpp"

#include <map>
#include <set>
#include <utility>

#include "ike/tool/config_source.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/served_ports.hpp"
#include "ike/tool/text_argument.hpp"
#include "ike/wire/stored_proposals.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using policy::isns::PortalKey;
using policy::isns::Publication;
using policy::isns::PublishedPortal;

constexpr const char* kPublishingGroup = "Registration with an iSNS server";
constexpr const char* kNothingServed = ": no record with a plan and a key is served there";
constexpr std::size_t kMostNamed = 3;                   // of records with other words, in a warning
constexpr std::string_view kPortalsMember = "portals";  // of a Publication, in errors

// Origin is which portals are to be registered, and the option that told of them.
struct Origin {
  const char* option;
  std::vector<PublishedPortal> portals;  // bitmaps and proposals still open
};

// Add leaves out a second portal of the same key; `seen` are those of the first.
void Add(Origin& origin, std::set<PortalKey>& seen, const policy::IpAddress& address,
         std::uint16_t port, const std::string& name) {
  const PortalKey key{address, {port, false}};
  if (seen.insert(key).second) origin.portals.push_back({key, {}, name, {}, {}});
}

Checked<Origin> OfPortalOptions(const std::vector<std::string>& texts, std::uint16_t tcp_port) {
  Origin origin{"--isns-portal", {}};
  for (const std::string& text : texts) {
    const auto portal = ParseEndpoint(text, origin.option, tcp_port, false);
    if (!portal) return Failure(portal.error());
    origin.portals.push_back({{portal->address, {portal->port, false}}, {}, {}, {}, {}});
  }
  return origin;
}

Origin OfConfig(const policy::Config& config) {
  Origin origin{"--config", {}};
  std::set<PortalKey> seen;
  for (const policy::TargetPortal& portal : config.portals) {
    if (portal.address) {
      Add(origin, seen, *portal.address, portal.socket, portal.symbolic_name);
    } else {
      Warn("--config: the portal " + portal.host +
           " is not registered: an iSNS server knows portals by address");
    }
  }
  return origin;
}

Checked<Origin> OriginOf(const Options& options, const Places& places) {
  std::uint16_t port = policy::kIscsiPort;
  if (!options.child.target_port.empty()) {
    const auto given = ParseNumber(options.child.target_port, "--target-port", 1, 65535);
    if (!given) return Failure(given.error());
    port = static_cast<std::uint16_t>(*given);
  }
  if (!options.publish.portals.empty()) return OfPortalOptions(options.publish.portals, port);
  Origin origin{"--local", {}};
  std::set<PortalKey> seen;
  for (const Endpoint& place : places.endpoints)
    if (!place.address.IsUnspecified()) Add(origin, seen, place.address, port, {});
  if (origin.portals.empty() && options.policy.HasConfig()) {
    const auto config = LoadConfig(options.policy);
    if (!config) return Failure(config.error());
    origin = OfConfig(**config);
  }
  if (!origin.portals.empty()) return origin;
  return Usage("--isns-portal",
               "is missing: serve listens at every address, and the config has no portal. Which "
               "ADDR[:TCPPORT] do initiators connect to?");
}

// Stand is what a portal stands for: the record that decides, and the other words that are served
// there, for a warning. `first` is nullptr where nothing is served.
struct Stand {
  const Served* first = nullptr;
  std::string others;
  std::size_t count = 0;  // of those
};

void Join(Stand& stand, const Served& one) {
  if (stand.first == nullptr) {
    stand.first = &one;
  } else if (one.settings.word != stand.first->settings.word && ++stand.count <= kMostNamed) {
    stand.others += ", " + Label(one) + " " + one.settings.word.ToHex();
  }
}

// Stands finds what is served at an address; it looks at each record once.
class Stands {
 public:
  explicit Stands(const std::vector<Served>& served) {
    const auto& only = served.front().portal;
    bool one_portal = true;
    for (const Served& one : served) {
      one_portal = one_portal && one.portal == only;
      if (IsUsable(one)) Join(one.portal ? at_[KeyOf(*one.portal)] : anywhere_, one);
    }
    if (one_portal && only) anywhere_ = at_[KeyOf(*only)];
  }

  [[nodiscard]] const Stand& At(const policy::IpAddress& address) const {
    const auto found = at_.find(KeyOf(address));
    return found != at_.end() && found->second.first != nullptr ? found->second : anywhere_;
  }

 private:
  static PortalKey KeyOf(const policy::IpAddress& address) { return {address, {}}; }
  std::map<PortalKey, Stand> at_;
  Stand anywhere_;  // records of no portal, or all there are
};

void WarnOfOthers(const PublishedPortal& portal, const Stand& stand) {
  if (stand.count == 0) return;
  const std::string more =
      stand.count > kMostNamed ? " and " + std::to_string(stand.count - kMostNamed) + " more" : "";
  Warn("--isns: the bitmap of " + portal.key.ToString() + " is " + portal.bitmap.ToHex() + " of " +
       Label(*stand.first) + ", who is first; others are served there" + stand.others + more);
}

// WarnOfPort: initiators will ask for what is registered, and be refused.
Status<ToolError> WarnOfPort(const Options& options, const policy::isns::PortalKey& key,
                             const Served& served) {
  const auto peer = MakeResponder(options, options.child, served, 0);
  if (!peer) return Failure(peer.error());
  const auto& selector = (*peer)->child.local;
  const std::uint16_t taken = selector ? selector->port : policy::kIscsiPort;
  if (taken != kAnyPort && taken != key.port.number)
    Warn("--isns: " + key.ToString() + " is registered with TCP port " +
         std::to_string(key.port.number) + ", and serve takes " + std::to_string(taken) +
         " there: initiators who ask it for the first are refused (SELECTORS)");
  return Done{};
}

// Publish tells what a responder would take; of quick modes all have one group (RFC 2409 section
// 5.5), without another one that of phase 1.
void PublishProposals(const policy::Plan& plan, PublishedPortal& portal) {
  portal.phase1_proposals = WriteStoredPhase1(plan.phase1, plan.phase1_lifetime);
  std::optional<crypto::DhGroup> group;
  if (plan.pfs) group = plan.pfs_group.value_or(plan.phase1.front().group);
  portal.phase2_proposals =
      WriteStoredEsp(plan.phase2, plan.encapsulations, group, plan.phase2_lifetime);
  if (!portal.PublishesPhase2())
    Warn("--isns-proposals: no phase-2 proposals of " + portal.key.ToString() +
         " are registered: they count only beside MAIN_MODE_ENABLED (RFC 4171 section 6.3.11), and "
         "its bitmap is " +
         portal.bitmap.ToHex());
}

// Fill gives the portals with what is served there. One that was typed must be of use; others are
// left out with a warning, as their records are.
Checked<std::vector<PublishedPortal>> Fill(const Origin& origin, const std::vector<Served>& served,
                                           const Options& options) {
  const PublishOptions& publish = options.publish;
  std::vector<PublishedPortal> filled;
  const Stands stands(served);
  for (PublishedPortal portal : origin.portals) {
    const Stand& stand = stands.At(portal.key.address);
    if (stand.first == nullptr) {
      const std::string where = portal.key.ToString();
      if (!publish.portals.empty()) return Usage(origin.option, where + kNothingServed);
      Warn("--isns: the portal " + where + " is not registered" + kNothingServed);
      continue;
    }
    portal.bitmap = stand.first->settings.word;
    WarnOfOthers(portal, stand);
    if (auto s = WarnOfPort(options, portal.key, *stand.first); !s) return Failure(s.error());
    if (publish.proposals) PublishProposals(stand.first->settings.plan, portal);
    filled.push_back(std::move(portal));
  }
  return filled;
}

// CheckAll places errors at the option that they are about.
Status<ToolError> CheckAll(const Publication& publication, const char* option) {
  const auto checked = CheckPublication(publication, "");
  if (checked) return Done{};
  const std::string& place = checked.error().place;
  if (place.starts_with(kPortalsMember))
    return Usage(option + place.substr(kPortalsMember.size()), checked.error().rule);
  return Usage("--isns-" + place, checked.error().rule);
}

Status<ToolError> DemandServer(const PublishOptions& publish) {
  for (const auto& [option, given] : {std::pair{"--isns-target", !publish.target.empty()},
                                      {"--isns-entity", !publish.entity.empty()},
                                      {"--isns-alias", !publish.alias.empty()},
                                      {"--isns-portal", !publish.portals.empty()},
                                      {"--isns-proposals", publish.proposals}})
    if (given) return Usage(option, "is about --isns; none is given");
  return Done{};
}

}  // namespace

void AddPublishing(CLI::App& app, PublishOptions& publish) {
  AddText(app, "--isns", publish.isns, "HOST[:PORT]",
          "Register with this iSNS server, and deregister in the end; port 3205 by itself")
      ->group(kPublishingGroup);
  AddText(app, "--isns-target", publish.target, "NAME", "The iSCSI name of the target")
      ->group(kPublishingGroup);
  AddText(app, "--isns-entity", publish.entity, "NAME",
          "The entity that it is in; default: one of its own, called like the target")
      ->group(kPublishingGroup);
  AddText(app, "--isns-alias", publish.alias, "TEXT", "What people call the target")
      ->group(kPublishingGroup);
  AddList(app, "--isns-portal", publish.portals, "ADDR[:TCPPORT]",
          "A portal, may be repeated; default: each address of --local, with --target-port, else "
          "the portals of --config")
      ->group(kPublishingGroup);
  app.add_flag("--isns-proposals", publish.proposals,
               "Register what the portals take in phase 1 and 2, too (tags 28 and 29)")
      ->group(kPublishingGroup);
}

Checked<std::optional<IsnsPlan>> ReadIsnsPlan(const Options& options, const Places& places,
                                              const std::vector<Served>& served) {
  const PublishOptions& publish = options.publish;
  if (publish.isns.empty()) {
    const auto none = DemandServer(publish);
    return none ? Checked<std::optional<IsnsPlan>>(std::nullopt) : Failure(none.error());
  }
  auto server = ParseIsnsServer(publish.isns, "--isns");
  if (!server) return Failure(server.error());
  if (publish.target.empty())
    return Usage("--isns-target", "is missing: the iSCSI name of the target to register");
  auto node = ParseIscsiName(publish.target, "--isns-target");
  if (!node) return Failure(node.error());
  const auto origin = OriginOf(options, places);
  if (!origin) return Failure(origin.error());
  auto portals = Fill(*origin, served, options);
  if (!portals) return Failure(portals.error());
  const std::string& entity = publish.entity.empty() ? *node : publish.entity;
  IsnsPlan plan{*std::move(server), {entity, *node, publish.alias, *std::move(portals)}};
  if (auto s = CheckAll(plan.publication, origin->option); !s) return Failure(s.error());
  return std::optional(std::move(plan));
}

}  // namespace iscsi_ike::ike::tool
