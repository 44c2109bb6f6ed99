// ipsec.conf and ipsec.secrets of libreswan. Format: ipsec.conf(5), ipsec.secrets(5); what release
// 4.10 does beyond them is measured (tests/interop).
#include <algorithm>
#include <array>

#include "policy/render/view.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy::render {
namespace {

constexpr std::uint32_t kLongestLife = 86400;     // seconds
constexpr std::size_t kLongestSecretLine = 2040;  // octets that pluto reads as one

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTokens = {{
    {"sha256", "sha2_256"},
    {"sha384", "sha2_384"},
    {"sha512", "sha2_512"},
    {"aesxcbc", "aes_xcbc"},
    {"ecp256", "dh19"},
    {"ecp384", "dh20"},
    {"ecp521", "dh21"},
    {"curve25519", "dh31"},
    {"", "null"},  // no integrity: beside GCM
}};

// PlutoName is the name of an algorithm of ours in ike= and esp=.
std::string PlutoName(std::string_view name) {
  for (const auto& [ours, theirs] : kTokens) {
    if (ours == name) return std::string(theirs);
  }
  return std::string(name);
}

std::string PlutoGroup(crypto::DhGroup group) { return PlutoName(crypto::Info(group).name); }

std::string PlutoPhase1(const Phase1Suite& suite) {
  const bool aes = suite.cipher == crypto::CipherAlgorithm::kAesCbc;
  return (aes ? "aes" + std::to_string(suite.key_bits) : "3des") + "-" +
         PlutoName(crypto::Name(suite.hash)) + ";" + PlutoGroup(suite.group);
}

std::string PlutoCipher(const EspSuite& suite) {
  const std::string bits = std::to_string(suite.key_bits);
  switch (suite.cipher) {
    case EspCipher::kNull:
      return "null";
    case EspCipher::kTripleDesCbc:
      return "3des";
    case EspCipher::kAesCbc:
      return "aes" + bits;
    case EspCipher::kAesCtr:
      return "aes_ctr" + bits;
    case EspCipher::kAesGcm8:
      return "aes_gcm_a" + bits;
    case EspCipher::kAesGcm12:
      return "aes_gcm_b" + bits;
    case EspCipher::kAesGcm16:
      return "aes_gcm_c" + bits;
  }
  return "?";
}

std::string PlutoEsp(const EspSuite& suite) {
  return PlutoCipher(suite) + "-" + PlutoName(Name(suite.auth));
}

bool IsModp(crypto::DhGroup group) { return crypto::Info(group).kind == crypto::DhKind::kModp; }

// PlutoLacks says why a group cannot be had; empty: it can.
std::string PlutoLacks(crypto::DhGroup group) {
  return group == crypto::DhGroup::kModp1024 ? "libreswan is built without modp1024" : "";
}

// PlutoLacksForPfs: esp= names no elliptic curve. That of phase 1 needs no name, and works.
std::string PlutoLacksForPfs(crypto::DhGroup group) {
  return IsModp(group) ? PlutoLacks(group) : "libreswan names no elliptic curve for it";
}

// PlutoLeft is what libreswan has of the plan.
struct PlutoLeft {
  Left<Phase1Suite> phase1;
  Left<EspSuite> phase2;
};

PlutoLeft PlutoKeeps(const Plan& plan) {
  return {Keep(std::span(plan.phase1), [](const Phase1Suite& s) { return PlutoLacks(s.group); }),
          Keep(std::span(plan.phase2), [](const EspSuite& s) {
            return std::string(s.esn ? "libreswan has no extended sequence numbers in IKEv1" : "");
          })};
}

// PlutoExchanges: those for which a suite is left.
std::vector<ExchangeMode> PlutoExchanges(const View& view, const PlutoLeft& left) {
  std::vector<ExchangeMode> exchanges = view.plan().exchanges;
  std::erase_if(exchanges, [&](ExchangeMode exchange) {
    return SuitesFor(view, left.phase1.suites, exchange).empty();
  });
  return exchanges;
}

// PlutoRefusal: why nothing can be written at all.
std::optional<std::string> PlutoRefusal(const View& view, const PlutoLeft& left) {
  const Plan& plan = view.plan();
  if (left.phase1.suites.empty())
    return "has none of the phase-1 suites: " + Join(left.phase1.dropped, "; ");
  if (left.phase2.suites.empty())
    return "has none of the ESP suites: " + Join(left.phase2.dropped, "; ");
  if (PlutoExchanges(view, left).empty())
    return "has none of the suites that aggressive mode offers: " + Join(left.phase1.dropped, "; ");
  if (plan.pfs && plan.pfs_group) {
    if (const std::string why = PlutoLacksForPfs(*plan.pfs_group); !why.empty())
      return "cannot have this group for PFS: " + why;
  }
  return std::nullopt;
}

// PlutoIdentity in the double quotes that both files know. Error: pluto takes = for a name of
// X.500.
Parsed<std::string> PlutoIdentity(const std::optional<Identity>& identity) {
  if (!identity) return std::string("%any");
  if (identity->IsAddress()) return identity->address()->ToString();
  const std::string name(identity->octets().begin(), identity->octets().end());
  if (name.find('=') != std::string::npos)
    return Cannot(Target::kLibreswan, "takes a name with = for one of X.500: " + Quote(name));
  return (identity->type() == IdType::kFqdn ? "@" : "") + name;
}

std::string InQuotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

struct PlutoIds {
  std::string local;
  std::string remote;
};

void PutSetting(Lines& lines, std::string_view name, std::string_view value) {
  lines.Set(name, value, 2, "=");
}

void PutPlutoSide(Lines& lines, std::string_view end, const Side& side, std::string_view id) {
  const std::string name(end);
  PutSetting(lines, name, side.address ? side.address->ToString() : "%any");
  if (side.identity) PutSetting(lines, name + "id", InQuotes(id));
  std::uint8_t protocol = kProtocolTcp;
  std::uint16_t port = side.port;
  if (side.selector) {
    protocol = side.selector->protocol;
    port = side.selector->port;
    if (!side.IsHostAlone())
      PutSetting(
          lines, name + "subnet",
          side.selector->address.ToString() + "/" + std::to_string(side.selector->prefix_bits));
  }
  if (protocol == 0) return;
  // "tcp" may stand alone, a number may not.
  std::string protoport = protocol == kProtocolTcp ? "tcp" : std::to_string(protocol);
  if (port != 0 || protocol != kProtocolTcp) protoport += "/" + std::to_string(port);
  PutSetting(lines, name + "protoport", protoport);
}

void PutLife(Lines& lines, std::string_view name, std::uint32_t seconds) {
  if (seconds != 0) PutSetting(lines, name, std::to_string(std::min(seconds, kLongestLife)) + "s");
}

std::vector<std::string> PlutoEspList(const Plan& plan, const PlutoLeft& left) {
  std::vector<std::string> suites;
  for (const EspSuite& suite : left.phase2.suites) suites.push_back(PlutoEsp(suite));
  // The group of PFS stands behind the last; without one it is that of phase 1.
  if (plan.pfs && plan.pfs_group) suites.back() += ";" + PlutoGroup(*plan.pfs_group);
  return suites;
}

std::vector<std::string> PlutoIkeList(const View& view, const PlutoLeft& left,
                                      ExchangeMode exchange) {
  std::vector<std::string> suites;
  for (const Phase1Suite& suite : SuitesFor(view, left.phase1.suites, exchange))
    suites.push_back(PlutoPhase1(suite));
  return suites;
}

void PutConn(Lines& lines, const View& view, const PlutoIds& ids, const PlutoLeft& left,
             ExchangeMode exchange) {
  const Plan& plan = view.plan();
  lines.Blank().Line("conn " + view.NameFor(exchange));
  PutSetting(lines, "ikev2", "no");
  PutSetting(lines, "authby", "secret");
  PutSetting(lines, "auto", "add");
  PutSetting(lines, "aggressive", exchange == ExchangeMode::kAggressive ? "yes" : "no");
  PutSetting(lines, "ike", Join(PlutoIkeList(view, left, exchange), ","));
  PutLife(lines, "ikelifetime", plan.phase1_lifetime.seconds);
  PutPlutoSide(lines, "left", view.local, ids.local);
  PutPlutoSide(lines, "right", view.remote, ids.remote);
  PutSetting(lines, "type", Name(plan.encapsulations.front()));
  PutSetting(lines, "esp", Join(PlutoEspList(plan, left), ","));
  PutSetting(lines, "pfs", plan.pfs ? "yes" : "no");
  PutLife(lines, "salifetime", plan.phase2_lifetime.seconds);
}

std::vector<std::string> PlutoWarnings(const View& view, const PlutoLeft& left) {
  const Plan& plan = view.plan();
  std::vector<std::string> warnings = left.phase1.dropped;
  warnings.insert(warnings.end(), left.phase2.dropped.begin(), left.phase2.dropped.end());
  if (!left.phase2.dropped.empty() && !view.Initiates())
    warnings.push_back(
        "libreswan refuses an offer that has extended sequence numbers anywhere: "
        "our end has to offer only " +
        ToString(std::span(left.phase2.suites)));
  if (PlutoExchanges(view, left).size() < plan.exchanges.size())
    warnings.emplace_back("aggressive mode is left out: libreswan lacks the group of its offer");
  if (std::max(plan.phase1_lifetime.seconds, plan.phase2_lifetime.seconds) > kLongestLife)
    warnings.emplace_back("libreswan has no lifetime longer than a day");
  if (plan.phase2_lifetime.kilobytes != 0)
    warnings.emplace_back("the lifetime in kilobytes is left out: libreswan negotiates none");
  if (plan.encapsulations.size() > 1)
    warnings.push_back("libreswan offers " + std::string(Name(plan.encapsulations.front())) +
                       " mode alone; of an offer it takes the other, too");
  if (!view.remote.identity)
    warnings.emplace_back(
        "neither the identity nor the address of our end is known: libreswan takes any");
  return warnings;
}

File IpsecConf(const View& view, const PlutoIds& ids, const PlutoLeft& left,
               std::span<const std::string> warnings) {
  Lines lines(CommentStyle::kHash);
  Heading(lines, view, "ipsec.conf of libreswan,", warnings);
  lines.Blank().Line("config setup");
  PutSetting(lines, "ikev1-policy", "accept");
  for (const ExchangeMode exchange : PlutoExchanges(view, left))
    PutConn(lines, view, ids, left, exchange);
  return {"ipsec.conf", lines.text(), KeyForm::kHex};
}

Parsed<File> IpsecSecrets(const View& view, const PlutoIds& ids) {
  Lines lines(CommentStyle::kHash);
  Heading(lines, view, "ipsec.secrets of libreswan,", {});
  const std::string who = InQuotes(ids.local) + " " + InQuotes(ids.remote) + " : PSK ";
  if (who.size() + 2 + 2 * view.request.key_size > kLongestSecretLine)
    return Cannot(Target::kLibreswan, "reads lines of " + std::to_string(kLongestSecretLine) +
                                          " octets, and this key is longer in hexadecimal digits");
  lines.Blank();
  if (view.request.with_key) {
    lines.Line(who + kKeyMark);
  } else {
    lines.Comment(who + "0x... goes here: the key in hexadecimal digits");
  }
  return File{"ipsec.secrets", lines.text(), KeyForm::kHex};
}

}  // namespace

Parsed<Rendering> RenderLibreswan(const View& view) {
  const PlutoLeft left = PlutoKeeps(view.plan());
  if (const auto why = PlutoRefusal(view, left)) return Cannot(Target::kLibreswan, *why);
  auto local = PlutoIdentity(view.local.identity);
  if (!local) return Failure(local.error());
  auto remote = PlutoIdentity(view.remote.identity);
  if (!remote) return Failure(remote.error());
  const PlutoIds ids{*std::move(local), *std::move(remote)};
  auto secrets = IpsecSecrets(view, ids);
  if (!secrets) return Failure(secrets.error());
  Rendering rendering;
  rendering.warnings = PlutoWarnings(view, left);
  rendering.files.push_back(IpsecConf(view, ids, left, rendering.warnings));
  rendering.files.push_back(*std::move(secrets));
  return rendering;
}

}  // namespace iscsi_ike::policy::render
