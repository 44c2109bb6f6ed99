// racoon.conf, psk.txt and setkey.conf of ipsec-tools 0.8. Format: racoon.conf(5), setkey(8) and
// the grammar of that release; Debian 12 has no racoon to try them on.
#include <algorithm>

#include "policy/render/view.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy::render {
namespace {

constexpr std::size_t kLongestPskLine = 1022;  // octets; what racoon reads at once, less the end

struct RacoonLeft {
  Left<Phase1Suite> phase1;
  Left<EspSuite> phase2;
};

std::string RacoonLacks(crypto::DhGroup group) {
  return crypto::Info(group).kind == crypto::DhKind::kModp ? "" : "racoon has no elliptic curves";
}

std::string RacoonLacks(const EspSuite& suite) {
  if (suite.esn) return "racoon has no extended sequence numbers";
  if (suite.auth == EspAuth::kAesXcbc96) return "racoon has no AES-XCBC";
  if (suite.cipher == EspCipher::kAesCtr || IsAead(suite.cipher))
    return "racoon has AES in CBC mode only";
  return {};
}

RacoonLeft RacoonKeeps(const Plan& plan) {
  return {Keep(std::span(plan.phase1), [](const Phase1Suite& s) { return RacoonLacks(s.group); }),
          Keep(std::span(plan.phase2), [](const EspSuite& s) { return RacoonLacks(s); })};
}

// FindsKey: in main mode by address, in aggressive mode by the name too.
bool FindsKey(const View& view, ExchangeMode exchange) {
  return view.remote.address || (exchange == ExchangeMode::kAggressive && view.remote.HasName());
}

std::vector<ExchangeMode> RacoonExchanges(const View& view, const RacoonLeft& left) {
  std::vector<ExchangeMode> exchanges = view.plan().exchanges;
  std::erase_if(exchanges, [&](ExchangeMode exchange) {
    return !FindsKey(view, exchange) || SuitesFor(view, left.phase1.suites, exchange).empty();
  });
  return exchanges;
}

// RacoonGroup is the one group of PFS that a sainfo has.
crypto::DhGroup RacoonGroup(const Plan& plan, const RacoonLeft& left) {
  return plan.pfs_group.value_or(left.phase1.suites.front().group);
}

std::optional<std::string> RacoonRefusal(const View& view, const RacoonLeft& left) {
  const Plan& plan = view.plan();
  if (left.phase1.suites.empty())
    return "has none of the phase-1 suites: " + Join(left.phase1.dropped, "; ");
  if (left.phase2.suites.empty())
    return "has none of the ESP suites: " + Join(left.phase2.dropped, "; ");
  if (RacoonExchanges(view, left).empty())
    return "finds a key by address or, in aggressive mode, by name, and has neither of our end; or "
           "it lacks the group of the aggressive offer";
  if (plan.pfs && !RacoonLacks(RacoonGroup(plan, left)).empty())
    return "cannot have this group for PFS: " + RacoonLacks(RacoonGroup(plan, left));
  const auto& name = view.remote.identity;
  if (view.Uses(ExchangeMode::kAggressive) && view.remote.HasName() &&
      name->octets().front() == '#')
    return "takes a line of psk.txt that begins with # for a comment: " + Quote(name->ToString());
  return std::nullopt;
}

std::string RacoonIdentity(const Identity& identity) {
  if (identity.IsAddress()) return "address " + identity.address()->ToString();
  const std::string name(identity.octets().begin(), identity.octets().end());
  return std::string(Name(identity.type())) + " \"" + name + "\"";
}

std::string RacoonCipher(const EspSuite& suite) {
  if (suite.cipher == EspCipher::kNull) return "null_enc";
  return suite.cipher == EspCipher::kAesCbc ? "aes " + std::to_string(suite.key_bits) : "3des";
}

void AddOnce(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

// RacoonEsp: ciphers and integrity stand in lists of their own, each with each.
struct RacoonEsp {
  std::vector<std::string> ciphers;
  std::vector<std::string> integrity;
};

RacoonEsp EspOf(const RacoonLeft& left) {
  RacoonEsp esp;
  for (const EspSuite& suite : left.phase2.suites) {
    AddOnce(esp.ciphers, RacoonCipher(suite));
    AddOnce(esp.integrity, "hmac_" + std::string(Name(suite.auth)));
  }
  return esp;
}

std::string PortOf(std::uint16_t port) {
  return "[" + (port == 0 ? std::string("any") : std::to_string(port)) + "]";
}

std::string ProtocolOf(std::uint8_t protocol) {
  return protocol == kProtocolTcp ? "tcp" : protocol == 0 ? "any" : std::to_string(protocol);
}

std::string AddressOf(const Selector& selector) {
  return selector.address.ToString() + "/" + std::to_string(selector.prefix_bits) +
         PortOf(selector.port);
}

std::string SainfoId(const std::optional<Selector>& selector) {
  if (!selector) return "anonymous";
  return std::string(selector->IsSingleAddress() ? "address " : "subnet ") + AddressOf(*selector) +
         " " + ProtocolOf(selector->protocol);
}

void PutLifetime(Lines& lines, std::uint32_t seconds) {
  if (seconds != 0) lines.Line("lifetime time " + std::to_string(seconds) + " sec;", 2);
}

void PutProposal(Lines& lines, const Phase1Suite& suite) {
  const bool aes = suite.cipher == crypto::CipherAlgorithm::kAesCbc;
  lines.Line("proposal {", 2);
  lines.Line(
      "encryption_algorithm " + (aes ? "aes " + std::to_string(suite.key_bits) : "3des") + ";", 4);
  lines.Line("hash_algorithm " + std::string(crypto::Name(suite.hash)) + ";", 4);
  lines.Line("authentication_method pre_shared_key;", 4);
  lines.Line("dh_group " + std::string(crypto::Info(suite.group).name) + ";", 4);
  lines.Line("}", 2);
}

void PutRemote(Lines& lines, const View& view, const RacoonLeft& left) {
  std::vector<std::string> modes;
  const auto exchanges = RacoonExchanges(view, left);
  for (const ExchangeMode mode : exchanges) modes.emplace_back(Name(mode));
  const auto& address = view.remote.address;
  lines.Line("remote " + (address ? address->ToString() : std::string("anonymous")) + " {");
  lines.Line("exchange_mode " + Join(modes, ", ") + ";", 2);
  if (view.local.identity)
    lines.Line("my_identifier " + RacoonIdentity(*view.local.identity) + ";", 2);
  if (view.remote.identity) {
    lines.Line("peers_identifier " + RacoonIdentity(*view.remote.identity) + ";", 2);
    lines.Line("verify_identifier on;", 2);
  }
  lines.Line("passive " + std::string(view.Initiates() ? "off;" : "on;"), 2);
  // Without addresses there is no policy in setkey.conf: it comes with the offer.
  if (!address) lines.Line("generate_policy on;", 2);
  lines.Line("proposal_check strict;", 2);
  PutLifetime(lines, view.plan().phase1_lifetime.seconds);
  const bool main =
      std::find(exchanges.begin(), exchanges.end(), ExchangeMode::kMain) != exchanges.end();
  for (const Phase1Suite& suite :
       SuitesFor(view, left.phase1.suites, main ? ExchangeMode::kMain : ExchangeMode::kAggressive))
    PutProposal(lines, suite);
  lines.Line("}");
}

void PutSainfo(Lines& lines, const View& view, const RacoonLeft& left) {
  const Plan& plan = view.plan();
  const RacoonEsp esp = EspOf(left);
  lines.Line("sainfo " + SainfoId(view.local.selector) + " " + SainfoId(view.remote.selector) +
             " {");
  PutLifetime(lines, plan.phase2_lifetime.seconds);
  lines.Line("encryption_algorithm " + Join(esp.ciphers, ", ") + ";", 2);
  lines.Line("authentication_algorithm " + Join(esp.integrity, ", ") + ";", 2);
  lines.Line("compression_algorithm deflate;", 2);
  if (plan.pfs)
    lines.Line("pfs_group " + std::string(crypto::Info(RacoonGroup(plan, left)).name) + ";", 2);
  lines.Line("}");
}

std::vector<std::string> RacoonWarnings(const View& view, const RacoonLeft& left) {
  const Plan& plan = view.plan();
  std::vector<std::string> warnings = left.phase1.dropped;
  warnings.insert(warnings.end(), left.phase2.dropped.begin(), left.phase2.dropped.end());
  warnings.emplace_back("written from the documentation of racoon, and never tried with it");
  const RacoonEsp esp = EspOf(left);
  if (esp.ciphers.size() * esp.integrity.size() > left.phase2.suites.size())
    warnings.emplace_back("racoon takes each cipher with each integrity, more than the suites");
  if (RacoonExchanges(view, left).size() < plan.exchanges.size())
    warnings.emplace_back("an exchange is left out: racoon finds no key in it, or lacks its group");
  if (plan.pfs && !plan.pfs_group && GroupsOf(left.phase1.suites).size() > 1)
    warnings.emplace_back("racoon has one group for PFS, whatever phase 1 has come to");
  if (plan.encapsulations.size() > 1)
    warnings.push_back("the policies are for " + std::string(Name(plan.encapsulations.front())) +
                       " mode alone");
  if (plan.phase2_lifetime.kilobytes != 0)
    warnings.emplace_back("the lifetime in kilobytes is left out: racoon has none");
  if (!view.local.selector || !view.remote.selector)
    warnings.emplace_back("setkey.conf has no policies: an address is not known");
  return warnings;
}

File RacoonConf(const View& view, const RacoonLeft& left, std::span<const std::string> warnings) {
  Lines lines(CommentStyle::kHash);
  Heading(lines, view, "racoon.conf of ipsec-tools,", warnings);
  lines.Blank().Line("path pre_shared_key \"/etc/racoon/psk.txt\";").Blank();
  PutRemote(lines, view, left);
  lines.Blank();
  PutSainfo(lines, view, left);
  return {"racoon.conf", lines.text(), KeyForm::kHex};
}

// PskNames: what racoon looks the key up by.
std::vector<std::string> PskNames(const View& view) {
  std::vector<std::string> names;
  if (view.remote.address) names.push_back(view.remote.address->ToString());
  if (view.remote.HasName() && view.Uses(ExchangeMode::kAggressive)) {
    const auto& octets = view.remote.identity->octets();
    names.emplace_back(octets.begin(), octets.end());
  }
  return names;
}

Parsed<File> PskTxt(const View& view) {
  Lines lines(CommentStyle::kHash);
  Heading(lines, view, "psk.txt of racoon,", {});
  for (const std::string& name : PskNames(view)) {
    if (name.size() + 3 + 2 * view.request.key_size > kLongestPskLine)
      return Cannot(Target::kRacoon, "reads lines of " + std::to_string(kLongestPskLine) +
                                         " octets, and this key is longer in hexadecimal digits");
    if (view.request.with_key) {
      lines.Line(name + " " + kKeyMark);
    } else {
      lines.Comment(name + " 0x... goes here: the key in hexadecimal digits");
    }
  }
  return File{"psk.txt", lines.text(), KeyForm::kHex};
}

std::string SpdLine(const Selector& source, const Selector& destination, std::string_view direction,
                    const std::string& rule) {
  return "spdadd " + AddressOf(source) + " " + AddressOf(destination) + " " +
         ProtocolOf(source.protocol) + " -P " + std::string(direction) + " ipsec esp/" + rule +
         "/require;";
}

File SetkeyConf(const View& view) {
  Lines lines(CommentStyle::kHash);
  Heading(lines, view, "policies for setkey -f,", {});
  const Side& local = view.local;
  const Side& remote = view.remote;
  if (!local.selector || !remote.selector || !local.address || !remote.address)
    return {"setkey.conf", lines.text(), KeyForm::kHex};
  std::string out = "transport/";
  std::string in = out;
  if (view.plan().encapsulations.front() == Encapsulation::kTunnel) {
    out = "tunnel/" + local.address->ToString() + "-" + remote.address->ToString();
    in = "tunnel/" + remote.address->ToString() + "-" + local.address->ToString();
  }
  lines.Blank().Line(SpdLine(*local.selector, *remote.selector, "out", out));
  lines.Line(SpdLine(*remote.selector, *local.selector, "in", in));
  return {"setkey.conf", lines.text(), KeyForm::kHex};
}

}  // namespace

Parsed<Rendering> RenderRacoon(const View& view) {
  const RacoonLeft left = RacoonKeeps(view.plan());
  if (const auto why = RacoonRefusal(view, left)) return Cannot(Target::kRacoon, *why);
  auto psk = PskTxt(view);
  if (!psk) return Failure(psk.error());
  Rendering rendering;
  rendering.warnings = RacoonWarnings(view, left);
  rendering.files.push_back(RacoonConf(view, left, rendering.warnings));
  rendering.files.push_back(*std::move(psk));
  rendering.files.push_back(SetkeyConf(view));
  return rendering;
}

}  // namespace iscsi_ike::policy::render
