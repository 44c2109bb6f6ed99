#include "policy/render/view.hpp"

#include <algorithm>
#include <utility>

#include "policy/reason.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy::render {
namespace {

constexpr std::size_t kLongestName = 32;  // octets of a record's name in that of a connection

// ConnectionName has letters, digits and single hyphens only, which no format takes for more.
std::string ConnectionName(std::string_view record) {
  std::string name = "iscsi";
  for (const char c : Lower(record.substr(0, kLongestName))) {
    if (IsPlain({&c, 1}, "")) {
      if (name == "iscsi") name += '-';
      name += c;
    } else if (name.back() != '-') {
      name += '-';
    }
  }
  if (name.back() == '-') name.pop_back();
  return name;
}

std::optional<Identity> IdentityOr(const std::optional<Identity>& given,
                                   const std::optional<IpAddress>& address) {
  if (given) return given;
  return address ? std::optional(Identity::OfAddress(*address)) : std::nullopt;
}

std::optional<Selector> SelectorOr(const std::optional<Selector>& given,
                                   const std::optional<IpAddress>& host, std::uint16_t port) {
  if (given || !host) return given;
  return Selector{*host, static_cast<std::uint8_t>(host->bits()), kProtocolTcp, port};
}

// LocalSide is our peer's: behind a gateway it is the gateway that negotiates.
Side LocalSide(const Request& request) {
  Side side;
  side.host = request.peer_address;
  side.address = request.plan.tunnel_outer ? request.plan.tunnel_outer : request.peer_address;
  side.identity = IdentityOr(request.peer_identity, side.address);
  side.port = request.role == Role::kInitiator ? request.target_port : 0;
  side.selector = SelectorOr(request.peer_selector, side.host, side.port);
  return side;
}

Side RemoteSide(const Request& request) {
  Side side;
  side.host = side.address = request.own_address;
  side.identity = IdentityOr(request.plan.identity, side.address);
  side.port = request.role == Role::kResponder ? request.target_port : 0;
  side.selector = SelectorOr(request.own_selector, side.host, side.port);
  return side;
}

// FlagsInWords: names without the bars between them, which not every comment can have.
std::string FlagsInWords(SecurityFlags word) {
  std::string names = word.ToString();
  std::replace(names.begin(), names.end(), '|', ' ');
  return names;
}

// Matters: rows of the decision table, and warnings. Where the identity and the suites come from is
// seen in the file.
bool Matters(const Reason& reason) {
  if (reason.severity != Severity::kNote) return true;
  return std::any_of(AllReasons().begin(), AllReasons().end(), [&](const ReasonInfo& info) {
    return info.code == reason.code && info.row != 0;
  });
}

}  // namespace

bool Side::IsHostAlone() const {
  return !selector || (address && selector->IsSingleAddress() && selector->address == *address);
}

bool View::Uses(ExchangeMode mode) const {
  const auto& exchanges = plan().exchanges;
  return std::find(exchanges.begin(), exchanges.end(), mode) != exchanges.end();
}

std::string View::NameFor(ExchangeMode mode) const {
  return plan().exchanges.size() == 1 ? name : name + "-" + std::string(Name(mode));
}

Parsed<View> ViewOf(const Request& request, std::string_view place) {
  const bool is_initiator = request.role == Role::kInitiator;
  const auto& target = is_initiator ? request.peer_address : request.own_address;
  if (!target)
    return Reject(std::string(place), "needs the address of the target: " +
                                          std::string(is_initiator ? "the peer's" : "our own"));
  return View{request, LocalSide(request), RemoteSide(request), ConnectionName(request.name)};
}

Failure<Error> Cannot(Target target, std::string rule) {
  return Reject(std::string(Name(target)), std::move(rule));
}

void Heading(Lines& lines, const View& view, std::string_view what,
             std::span<const std::string> warnings) {
  const Request& request = view.request;
  lines.Comment("Made by iscsi-ike render: " + std::string(what));
  lines.Comment("for the " + std::string(view.Initiates() ? "initiator" : "target") +
                " that negotiates with a" + (view.Initiates() ? " target" : "n initiator") +
                " of these settings:");
  lines.Comment("word " + request.word.ToHex() + ": " + FlagsInWords(request.word));
  if (!request.name.empty()) lines.Comment("record: " + request.name);
  for (const Reason& reason : view.plan().reasons) {
    if (!Matters(reason)) continue;
    lines.Comment(std::string(Name(reason.severity)) + " " + std::string(reason.code) + ": " +
                  reason.text);
  }
  for (const std::string& warning : warnings) lines.Comment("warning: " + warning);
}

std::vector<crypto::DhGroup> GroupsOf(std::span<const Phase1Suite> suites) {
  std::vector<crypto::DhGroup> groups;
  for (const Phase1Suite& suite : suites) {
    if (std::find(groups.begin(), groups.end(), suite.group) == groups.end())
      groups.push_back(suite.group);
  }
  return groups;
}

std::vector<Phase1Suite> SuitesFor(const View& view, std::span<const Phase1Suite> kept,
                                   ExchangeMode mode) {
  std::vector<Phase1Suite> suites(kept.begin(), kept.end());
  if (mode == ExchangeMode::kMain) return suites;
  const crypto::DhGroup group =
      view.Initiates() ? kept.front().group : view.plan().phase1.front().group;
  std::erase_if(suites, [group](const Phase1Suite& suite) { return suite.group != group; });
  return suites;
}

}  // namespace iscsi_ike::policy::render
