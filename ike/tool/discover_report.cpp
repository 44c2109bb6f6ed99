#include "ike/tool/discover_report.hpp"

#include <algorithm>
#include <vector>

#include "ike/tool/json_text.hpp"
#include "ike/tool/portal_plans.hpp"
#include "policy/explain.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

namespace isns = policy::isns;

std::string HowMany(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string BoundsText(const policy::Lifetime& lifetime) {
  std::string text;
  if (lifetime.seconds != 0) text += " " + std::to_string(lifetime.seconds) + "s";
  if (lifetime.kilobytes != 0) text += " " + std::to_string(lifetime.kilobytes) + "kB";
  return text;
}

std::string OfferText(const StoredPhase1Offer& offer) {
  return policy::ToString(offer.suite) + BoundsText(offer.lifetime);
}
std::string OfferText(const StoredEspOffer& offer) {
  return policy::ToString(offer.suite) +
         (offer.mode ? " " + std::string(Name(*offer.mode)) : std::string()) +
         BoundsText(offer.lifetime);
}

// GroupsOf gives the groups of each node, by its index.
std::vector<std::vector<isns::Group>> GroupsOf(const isns::Directory& directory) {
  std::vector<std::vector<isns::Group>> by_node(directory.nodes.size());
  for (const isns::Group& group : directory.groups) by_node[group.node].push_back(group);
  return by_node;
}

// Unassigned gives the portals that lead to no node, initiators included.
std::vector<isns::Index> Unassigned(const isns::Directory& directory) {
  std::vector<bool> assigned(directory.portals.size());
  for (const isns::Group& group : directory.groups) assigned[group.portal] = true;
  std::vector<isns::Index> rest;
  for (isns::Index i = 0; i < assigned.size(); ++i)
    if (!assigned[i]) rest.push_back(i);
  return rest;
}

constexpr std::size_t kPiece = 65536;  // octets printed together

// TextReport writes lines for people.
class TextReport {
 public:
  TextReport(const isns::Directory& directory, bool whole, const Printer& print)
      : directory_(directory), plans_(directory), whole_(whole), print_(print) {}

  void Target(const isns::Node& node, const std::vector<isns::Group>& groups) {
    text_ += policy::Plain(node.name);
    if (!node.alias.empty()) text_ += " (" + policy::Plain(node.alias) + ")";
    text_ += groups.empty() ? "\n  no portal\n" : "\n";
    for (const isns::Group& group : groups) OnePortal(group.portal, group.tag);
  }

  void OnePortal(isns::Index index, std::optional<std::uint32_t> tag) {
    const isns::Portal& portal = directory_.portals[index];
    text_ += "  " + portal.key.ToString();
    if (tag) text_ += "  group " + std::to_string(*tag);
    if (!portal.symbolic_name.empty()) text_ += "  " + policy::Plain(portal.symbolic_name);
    text_ += "\n";
    const PortalPlan& plan = plans_.Of(index);
    Line("bitmap", portal.bitmap ? portal.bitmap->ToHex() + " " + portal.bitmap->ToString()
                                 : "none: the server does not say whether IPsec is wanted");
    Offers(plan.published.phase1_of_entity ? "entity 1" : "phase 1", plan.published.phase1);
    Offers("phase 2", plan.published.phase2);
    for (const std::string& warning : plan.published.warnings) Line("warning", warning);
    Line("plan", PlanLine(plan.plan));
    if (whole_) Explained(policy::ExplainText(plan.word, plan.plan));
    if (text_.size() > kPiece) Flush();
  }

  void Heading(const std::string& line) { text_ += line + "\n"; }
  void Flush() {
    print_(text_);
    text_.clear();
  }

 private:
  void Line(std::string label, const std::string& value) {
    label.resize(10, ' ');
    text_ += "    " + label + value + "\n";
  }

  template <class Offer>
  void Offers(const std::string& label, const std::optional<Stored<Offer>>& stored) {
    if (!stored) return;
    for (const Offer& offer : stored->offers) Line(label, OfferText(offer));
    for (const std::string& unusable : stored->unusable) Line(label, "unusable: " + unusable);
  }

  void Explained(const std::string& lines) {
    for (const std::string_view line : policy::Split(lines, "\n"))
      if (!line.empty()) text_ += "      " + std::string(line) + "\n";
  }

  const isns::Directory& directory_;
  PortalPlans plans_;
  bool whole_;
  const Printer& print_;
  std::string text_;
};

void WriteBounds(JsonText& json, const policy::Lifetime& lifetime) {
  json.Key("lifetime").Begin().Key("seconds").Number(lifetime.seconds);
  json.Key("kilobytes").Number(lifetime.kilobytes).End();
}

void WriteTexts(JsonText& json, std::string_view name, const std::vector<std::string>& texts) {
  json.Key(name).List(texts, [](JsonText& j, const std::string& text) { j.Text(text); });
}

void WritePhase1(JsonText& json, const Published& published) {
  json.Key("phase1_proposals");
  if (!published.phase1) return void(json.Null());
  json.Begin().Key("of").Text(published.phase1_of_entity ? "entity" : "portal");
  json.Key("offers").List(published.phase1->offers, [](JsonText& j, const auto& offer) {
    j.Begin().Key("suite").Text(policy::ToString(offer.suite));
    WriteBounds(j, offer.lifetime);
    j.End();
  });
  WriteTexts(json, "unusable", published.phase1->unusable);
  json.End();
}

void WritePhase2(JsonText& json, const Published& published) {
  json.Key("phase2_proposals");
  if (!published.phase2) return void(json.Null());
  json.Begin().Key("offers").List(published.phase2->offers, [](JsonText& j, const auto& offer) {
    j.Begin().Key("suite").Text(policy::ToString(offer.suite)).Key("encapsulation");
    offer.mode ? j.Text(Name(*offer.mode)) : j.Null();
    WriteBounds(j, offer.lifetime);
    j.End();
  });
  WriteTexts(json, "unusable", published.phase2->unusable);
  json.End();
}

void WritePortal(JsonText& json, const isns::Portal& portal, const PortalPlan& plan,
                 std::optional<std::uint32_t> tag) {
  json.Begin().Key("address").Text(portal.key.address.ToString());
  json.Key("port").Number(portal.key.port.number);
  json.Key("protocol").Text(portal.key.port.udp ? "udp" : "tcp").Key("group");
  tag ? json.Number(*tag) : json.Null();
  json.Key("symbolic_name").Own(portal.symbolic_name).Key("bitmap");
  portal.bitmap ? json.Text(portal.bitmap->ToHex()) : json.Null();
  WritePhase1(json, plan.published);
  WritePhase2(json, plan.published);
  WriteTexts(json, "warnings", plan.published.warnings);
  json.Key("plan").Raw(policy::ExplainJson(plan.word, plan.plan)).End();
}

// BeginTarget leaves the list of portals open.
void BeginTarget(JsonText& json, const isns::Directory& directory, const isns::Node& node) {
  json.Begin().Key("name").Own(node.name).Key("alias").Own(node.alias).Key("entity");
  node.entity ? json.Own(directory.entities[*node.entity].id) : json.Null();
  json.Key("portals").BeginList();
}

}  // namespace

std::size_t CountTargets(const isns::Directory& directory) {
  return static_cast<std::size_t>(
      std::count_if(directory.nodes.begin(), directory.nodes.end(),
                    [](const isns::Node& node) { return node.IsTarget(); }));
}

void PrintDiscoveredText(const Discovered& discovered, bool whole, const Printer& print) {
  const isns::Directory& directory = discovered.directory;
  TextReport report(directory, whole, print);
  report.Heading(discovered.server.ToString() + " shows " + discovered.initiator + " " +
                 HowMany(CountTargets(directory), "target") + ", " +
                 HowMany(directory.portals.size(), "portal"));
  const auto groups = GroupsOf(directory);
  for (std::size_t i = 0; i < directory.nodes.size(); ++i)
    if (directory.nodes[i].IsTarget()) report.Target(directory.nodes[i], groups[i]);
  const auto rest = Unassigned(directory);
  if (!rest.empty()) report.Heading("portals without a target");
  for (const auto portal : rest) report.OnePortal(portal, std::nullopt);
  for (const std::string& problem : directory.problems)
    report.Heading("problem: " + policy::Plain(problem));
  report.Flush();
}

void PrintDiscoveredJson(const Discovered& discovered, const Printer& print) {
  const isns::Directory& directory = discovered.directory;
  const auto groups = GroupsOf(directory);
  PortalPlans plans(directory);
  JsonText json;
  const auto portal = [&](isns::Index one, std::optional<std::uint32_t> tag) {
    WritePortal(json, directory.portals[one], plans.Of(one), tag);
    if (json.size() > kPiece) print(json.TakeSoFar());
  };
  json.Begin().Key("server").Own(discovered.server.ToString());
  json.Key("initiator").Own(discovered.initiator);
  json.Key("registered").Bool(discovered.registered).Key("targets").BeginList();
  for (std::size_t i = 0; i < directory.nodes.size(); ++i) {
    if (!directory.nodes[i].IsTarget()) continue;
    BeginTarget(json, directory, directory.nodes[i]);
    for (const isns::Group& group : groups[i]) portal(group.portal, group.tag);
    json.EndList().End();
  }
  json.EndList().Key("unassigned").BeginList();
  for (const auto one : Unassigned(directory)) portal(one, std::nullopt);
  json.EndList();
  WriteTexts(json, "problems", directory.problems);
  print(json.End().Line());
}

}  // namespace iscsi_ike::ike::tool
