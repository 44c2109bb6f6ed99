// Lines of iscsicli and PowerShell for the initiator of Windows or an adapter behind it. Order of
// the arguments: usage text of iscsicli (Windows 10); methods and properties: documentation of
// MSiSCSIInitiator_MethodClass and MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo.
#include "policy/render/view.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy::render {
namespace {

constexpr std::string_view kRequireIpsec = "0x1";  // ISCSI_LOGIN_FLAG_REQUIRE_IPSEC

// WindowsWord asks for one mode, and for one encapsulation or none: a login call takes no pairs.
SecurityFlags WindowsWord(const View& view) {
  const auto bit = [](SecurityFlag flag) { return static_cast<std::uint64_t>(flag); };
  const Plan& plan = view.plan();
  std::uint64_t word = bit(SecurityFlag::kValid) | bit(SecurityFlag::kIkeIpsec);
  word |=
      bit(view.Uses(ExchangeMode::kMain) ? SecurityFlag::kMainMode : SecurityFlag::kAggressiveMode);
  if (plan.pfs) word |= bit(SecurityFlag::kPfs);
  if (plan.encapsulations.size() == 1)
    word |= bit(plan.encapsulations.front() == Encapsulation::kTunnel
                    ? SecurityFlag::kTunnelPreferred
                    : SecurityFlag::kTransportPreferred);
  return SecurityFlags(word);
}

bool WantsTunnel(const View& view) {
  return view.plan().encapsulations.front() == Encapsulation::kTunnel;
}

std::optional<std::string> WindowsRefusal(const View& view) {
  if (!view.Initiates()) return "is written for as the initiator: our end has to be the responder";
  if (view.plan().tunnel_outer)
    return "would negotiate itself, and the settings have a gateway do that";
  if (!view.request.group_key && !view.local.identity)
    return "needs the initiator's identity or address for a key that is no group key";
  const auto& identity = view.local.identity;
  if (identity && identity->octets().front() == '*' && !identity->IsAddress())
    return "takes an argument that begins with * for no argument: " + Quote(identity->ToString());
  return std::nullopt;
}

std::vector<std::string> WindowsWarnings(const View& view) {
  std::vector<std::string> warnings;
  warnings.emplace_back("written from the documentation of Windows, and never tried with it");
  if (view.plan().exchanges.size() > 1)
    warnings.emplace_back("main mode alone: a login call takes one mode");
  if (!view.Uses(ExchangeMode::kMain))
    warnings.emplace_back(
        "Microsoft's software initiator has no aggressive mode; adapters may have it");
  if (view.local.identity && view.local.identity->type() == IdType::kUserFqdn)
    warnings.emplace_back("the usage text of iscsicli has no identity of type 3 (user FQDN)");
  warnings.emplace_back("suites and lifetimes are the adapter's own: our end has to take them");
  return warnings;
}

std::string IdText(const Identity& identity) {
  if (identity.IsAddress()) return identity.address()->ToString();
  return {identity.octets().begin(), identity.octets().end()};
}

std::string OctetList(crypto::Octets octets) {
  std::vector<std::string> numbers;
  for (const std::uint8_t octet : octets) numbers.push_back(std::to_string(octet));
  return Join(numbers, ",");
}

// PutKeyCommand writes a command with the key, or as a comment that shows where it goes.
void PutKeyCommand(Lines& lines, const View& view, const std::string& before,
                   const std::string& after) {
  if (view.request.with_key) {
    lines.Line(before + kKeyMark + after);
  } else {
    lines.Comment(before + "0x..." + after + " - the key goes here, in hexadecimal digits");
  }
}

File IscsicliCmd(const View& view, std::span<const std::string> warnings) {
  Lines lines(CommentStyle::kBatch);
  Heading(lines, view, "commands of iscsicli for Windows,", warnings);
  const std::string word = WindowsWord(view).ToHex();
  const std::string target = view.remote.host->ToString();
  if (view.request.group_key) {
    PutKeyCommand(lines, view, "iscsicli GroupKey ", " T");
  } else {
    const Identity& identity = *view.local.identity;
    PutKeyCommand(lines, view,
                  "iscsicli PSKey * * " + word + " " +
                      std::to_string(static_cast<unsigned>(identity.type())) + " " +
                      BatchArgument(IdText(identity)) + " ",
                  " T");
  }
  if (WantsTunnel(view)) lines.Line("iscsicli TunnelAddr * * " + target + " " + target + " T");
  lines.Line("iscsicli AddTargetPortal " + target + " " + std::to_string(view.request.target_port) +
             " * * " + word + " " + std::string(kRequireIpsec) + " * * * * * * * *");
  return {"iscsicli.cmd", lines.text(), KeyForm::kHex};
}

void PutKeyVariable(Lines& lines, const View& view) {
  if (view.request.with_key) {
    lines.Line("$key = [byte[]](" + std::string(1, kKeyMark) + ")");
  } else {
    lines.Comment("$key = [byte[]](...) goes here: the octets of the key, as numbers");
  }
}

void PutIkeInfo(Lines& lines, const View& view) {
  const Identity& identity = *view.local.identity;
  lines.Line("$info = New-CimInstance -ClientOnly -Namespace root/wmi `");
  lines.Line("-ClassName MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo -Property @{", 1);
  lines.Line("AuthMethod = [uint32]1", 2);
  lines.Line("SecurityFlags = [uint64]" + WindowsWord(view).ToHex(), 2);
  lines.Line("IdType = [uint32]" + std::to_string(static_cast<unsigned>(identity.type())), 2);
  lines.Line("Id = [byte[]](" + OctetList(identity.octets()) + ")", 2);
  lines.Line("Key = $key", 2);
  lines.Line("}", 1);
  lines.Line("$methods | Invoke-CimMethod -MethodName SetIScsiIKEInfo -Arguments @{");
  lines.Line("InitiatorName = $null; InitiatorPortNumber = [uint32]::MaxValue", 1);
  lines.Line("AuthInfo = $info; Persist = $true", 1);
  lines.Line("}");
}

File IscsiPs1(const View& view, std::span<const std::string> warnings) {
  Lines lines(CommentStyle::kHash);
  Heading(lines, view, "the same by WMI, for PowerShell,", warnings);
  PutKeyVariable(lines, view);
  lines.Line(
      "$methods = Get-CimInstance -Namespace root/wmi -ClassName MSiSCSIInitiator_MethodClass");
  if (view.request.group_key) {
    lines.Line("$methods | Invoke-CimMethod -MethodName SetIScsiGroupPresharedKey `");
    lines.Line("-Arguments @{ key = $key; Persist = $true }", 1);
  } else {
    PutIkeInfo(lines, view);
  }
  if (WantsTunnel(view)) {
    const std::string target = view.remote.host->ToString();
    lines.Line(
        "$methods | Invoke-CimMethod -MethodName SetIScsiTunnelModeOuterAddress -Arguments @{");
    lines.Line("InitiatorName = $null; InitiatorPortNumber = [uint32]::MaxValue", 1);
    lines.Line("DestinationAddress = '" + target + "'; OuterModeAddress = '" + target + "'", 1);
    lines.Line("Persist = $true", 1);
    lines.Line("}");
  }
  return {"iscsi.ps1", lines.text(), KeyForm::kDecimal};
}

}  // namespace

Parsed<Rendering> RenderWindows(const View& view) {
  if (const auto why = WindowsRefusal(view)) return Cannot(Target::kWindows, *why);
  Rendering rendering;
  rendering.warnings = WindowsWarnings(view);
  rendering.files.push_back(IscsicliCmd(view, rendering.warnings));
  rendering.files.push_back(IscsiPs1(view, rendering.warnings));
  return rendering;
}

}  // namespace iscsi_ike::policy::render
