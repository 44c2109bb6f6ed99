// swanctl.conf of strongSwan. Format: swanctl.conf(5), strongswan.conf(5).
#include <array>

#include "policy/render/view.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy::render {
namespace {

constexpr std::uint32_t kMargin = 10;  // rekeying begins a tenth of the lifetime before its end

// HexOf is what an identity with octets of the format's own is written as.
std::string HexOf(crypto::Octets octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const std::uint8_t octet : octets) {
    hex += digits[octet >> 4];
    hex += digits[octet & 15];
  }
  return hex;
}

// StrongswanIdentity: charon tells types by form or prefix; "#" behind a prefix is hexadecimal.
Parsed<std::string> StrongswanIdentity(const std::optional<Identity>& identity) {
  if (!identity) return std::string("%any");
  if (identity->IsAddress()) return identity->address()->ToString();
  const std::string name(identity->octets().begin(), identity->octets().end());
  if (name.front() == '*')
    return Cannot(Target::kStrongswan,
                  "takes a name that begins with * for a pattern: " + Quote(name));
  if (identity->type() == IdType::kFqdn) return "@" + name;
  if (IsPlain(name, "._-+@")) return "userfqdn:" + name;
  return "\"userfqdn:#" + HexOf(identity->octets()) + "\"";
}

// SwanctlSelector: "192.0.2.1/32[tcp/3260]"; "dynamic[tcp]" is the host, whatever its address.
std::string SwanctlSelector(const Side& side) {
  std::string text = "dynamic";
  std::uint8_t protocol = kProtocolTcp;
  std::uint16_t port = side.port;
  if (side.selector) {
    text = side.selector->address.ToString() + "/" + std::to_string(side.selector->prefix_bits);
    protocol = side.selector->protocol;
    port = side.selector->port;
  }
  if (protocol == 0 && port == 0) return text;
  const std::string of_protocol = protocol == kProtocolTcp ? "tcp"
                                  : protocol == 0          ? "%any"
                                                           : std::to_string(protocol);
  return text + "[" + of_protocol + (port == 0 ? "" : "/" + std::to_string(port)) + "]";
}

// EspProposals: a group in a proposal is PFS. Where the group is that of phase 1, who answers takes
// any of those, and who begins knows only the first.
std::string EspProposals(const View& view, std::span<const Phase1Suite> phase1) {
  std::vector<std::optional<crypto::DhGroup>> groups = {std::nullopt};
  const Plan& plan = view.plan();
  if (plan.pfs) {
    const auto of_phase1 = GroupsOf(phase1);
    groups.assign(of_phase1.begin(), of_phase1.end());
    if (view.Initiates()) groups.resize(1);
    if (plan.pfs_group) groups = {plan.pfs_group};
  }
  std::vector<std::string> proposals;
  for (EspSuite suite : plan.phase2) {
    for (const auto& group : groups) {
      suite.pfs_group = group;
      proposals.push_back(ToString(suite));
    }
  }
  return Join(proposals, ", ");
}

std::string Seconds(std::uint32_t seconds) { return std::to_string(seconds) + "s"; }

// PutIkeLifetime: charon offers both together.
void PutIkeLifetime(Lines& lines, std::uint32_t seconds) {
  const std::uint32_t margin = seconds / kMargin;
  lines.Set("rekey_time", Seconds(seconds - margin), 2);
  lines.Set("over_time", Seconds(margin), 2);
}

void PutChildLifetime(Lines& lines, const Lifetime& lifetime) {
  lines.Set("rekey_time", Seconds(lifetime.seconds - lifetime.seconds / kMargin), 4);
  lines.Set("life_time", Seconds(lifetime.seconds), 4);
  if (lifetime.kilobytes == 0) return;
  const std::uint64_t octets = std::uint64_t{lifetime.kilobytes} * 1024;
  lines.Set("rekey_bytes", std::to_string(octets - octets / kMargin), 4);
  lines.Set("life_bytes", std::to_string(octets), 4);
}

// SwanctlModes: whoever answers has one child for the same selectors; of two, charon 5.9 looks at
// the first alone, whatever encapsulation is offered.
std::span<const Encapsulation> SwanctlModes(const View& view) {
  const std::span<const Encapsulation> modes = view.plan().encapsulations;
  return view.Initiates() ? modes : modes.first(1);
}

void PutChild(Lines& lines, const View& view, ExchangeMode exchange, Encapsulation mode) {
  const auto phase1 = SuitesFor(view, view.plan().phase1, exchange);
  lines.Line(view.NameFor(exchange) + "-" + std::string(Name(mode)) + " {", 3);
  lines.Set("mode", Name(mode), 4);
  lines.Set("esp_proposals", EspProposals(view, phase1), 4);
  lines.Set("local_ts", SwanctlSelector(view.local), 4);
  lines.Set("remote_ts", SwanctlSelector(view.remote), 4);
  PutChildLifetime(lines, view.plan().phase2_lifetime);
  lines.Line("}", 3);
}

// Names of both ends as charon reads them.
struct SwanctlIds {
  std::string local;
  std::string remote;
};

void PutEnd(Lines& lines, std::string_view end, std::string_view id) {
  lines.Line(std::string(end) + " {", 2);
  lines.Set("auth", "psk", 3);
  lines.Set("id", id, 3);
  lines.Line("}", 2);
}

std::string AddressOrAny(const std::optional<IpAddress>& address) {
  return address ? address->ToString() : "%any";
}

void PutConnection(Lines& lines, const View& view, const SwanctlIds& ids, ExchangeMode exchange) {
  const auto phase1 = SuitesFor(view, view.plan().phase1, exchange);
  std::vector<std::string> proposals;
  for (const Phase1Suite& suite : phase1) proposals.push_back(ToString(suite));
  lines.Line(view.NameFor(exchange) + " {", 1);
  lines.Set("version", "1", 2);
  lines.Set("aggressive", exchange == ExchangeMode::kAggressive ? "yes" : "no", 2);
  lines.Set("local_addrs", AddressOrAny(view.local.address), 2);
  lines.Set("remote_addrs", AddressOrAny(view.remote.address), 2);
  lines.Set("proposals", Join(proposals, ", "), 2);
  PutIkeLifetime(lines, view.plan().phase1_lifetime.seconds);
  PutEnd(lines, "local", ids.local);
  PutEnd(lines, "remote", ids.remote);
  lines.Line("children {", 2);
  for (const Encapsulation mode : SwanctlModes(view)) PutChild(lines, view, exchange, mode);
  lines.Line("}", 2).Line("}", 1);
}

void PutSecret(Lines& lines, const View& view, const SwanctlIds& ids) {
  lines.Line("secrets {").Line("ike-" + view.name + " {", 1);
  lines.Set("id-1", ids.local, 2);
  // Without a second one the key is for whoever comes.
  if (view.remote.identity) lines.Set("id-2", ids.remote, 2);
  if (view.request.with_key) {
    lines.Set("secret", std::string(1, kKeyMark), 2);
  } else {
    lines.Comment("secret = 0x... goes here: the key in hexadecimal digits", 2);
  }
  lines.Line("}", 1).Line("}");
}

void PutReadable(Lines& lines, const Side& side) {
  if (side.identity && side.identity->type() == IdType::kUserFqdn)
    lines.Comment("identity " + side.identity->ToString());
}

File SwanctlConf(const View& view, const SwanctlIds& ids, std::span<const std::string> warnings) {
  Lines lines(CommentStyle::kHash);
  Heading(lines, view, "swanctl.conf of strongSwan,", warnings);
  PutReadable(lines, view.local);
  PutReadable(lines, view.remote);
  lines.Blank().Line("connections {");
  for (const ExchangeMode exchange : view.plan().exchanges)
    PutConnection(lines, view, ids, exchange);
  lines.Line("}");
  PutSecret(lines, view, ids);
  return {"swanctl.conf", lines.text(), KeyForm::kHex};
}

// AggressiveConf: without it charon answers no aggressive mode with a pre-shared key.
File AggressiveConf(const View& view) {
  Lines lines(CommentStyle::kHash);
  Heading(lines, view, "part of strongswan.conf, for strongswan.d,", {});
  lines.Blank().Line("charon {");
  lines.Set("i_dont_care_about_security_and_use_aggressive_mode_psk", "yes", 1);
  lines.Line("}");
  return {"strongswan-aggressive.conf", lines.text(), KeyForm::kHex};
}

}  // namespace

Parsed<Rendering> RenderStrongswan(const View& view) {
  auto local = StrongswanIdentity(view.local.identity);
  if (!local) return Failure(local.error());
  auto remote = StrongswanIdentity(view.remote.identity);
  if (!remote) return Failure(remote.error());
  const SwanctlIds ids{*std::move(local), *std::move(remote)};
  Rendering rendering;
  if (!view.remote.identity)
    rendering.warnings.emplace_back(
        "neither the identity nor the address of our end is known: strongSwan takes any");
  if (SwanctlModes(view).size() < view.plan().encapsulations.size())
    rendering.warnings.push_back("strongSwan takes " +
                                 std::string(Name(SwanctlModes(view).front())) +
                                 " mode alone; our end offers it first");
  rendering.files.push_back(SwanctlConf(view, ids, rendering.warnings));
  if (view.Uses(ExchangeMode::kAggressive) && !view.Initiates())
    rendering.files.push_back(AggressiveConf(view));
  return rendering;
}

}  // namespace iscsi_ike::policy::render
