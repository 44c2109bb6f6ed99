#include "ike/tool/isns_server.hpp"

#include <fstream>

#include "ike/tool/number_text.hpp"
#include "policy/ip_address.hpp"
#include "policy/iscsi_name.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr const char* kInitiatorNameFile = "/etc/iscsi/initiatorname.iscsi";
constexpr std::string_view kInitiatorNameKey = "InitiatorName=";
constexpr std::size_t kLongestHostName = 253;

struct HostAndPort {
  std::string_view host;
  std::string_view port;
  bool has_port = false;
};

// CutPort: an address with colons has a port only behind brackets.
HostAndPort CutPort(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return {text, {}, false};
    const std::string_view rest = text.substr(close + 1);
    if (rest.empty()) return {text.substr(1, close - 1), {}, false};
    if (!rest.starts_with(':')) return {text, {}, false};
    return {text.substr(1, close - 1), rest.substr(1), true};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon != text.rfind(':')) return {text, {}, false};
  return {text.substr(0, colon), text.substr(colon + 1), true};
}

bool IsHost(std::string_view host) {
  if (policy::IpAddress::Parse(host.substr(0, host.find('%')))) return true;
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  return !host.empty() && host.size() <= kLongestHostName &&
         host.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace

Checked<net::IsnsServer> ParseIsnsServer(std::string_view text, std::string_view place) {
  const HostAndPort cut = CutPort(text);
  if (!IsHost(cut.host))
    return Usage(std::string(place),
                 policy::Quote(text) + " is not HOST[:PORT] nor ADDR[:PORT], [ADDR]:PORT for IPv6");
  net::IsnsServer server{std::string(cut.host)};
  if (!cut.has_port) return server;
  const auto port = ParseNumber(cut.port, place, 1, 65535);
  if (!port) return Failure(port.error());
  server.port = static_cast<std::uint16_t>(*port);
  return server;
}

Checked<std::string> ParseIscsiName(std::string_view text, std::string_view place) {
  std::string name = policy::Lower(text);
  const bool typed =
      name.starts_with("iqn.") || name.starts_with("eui.") || name.starts_with("naa.");
  if (!typed || name.size() > policy::kLongestIscsiName || policy::ValidUtf8(name) != name.size())
    return Usage(std::string(place), policy::Quote(text) +
                                         " is no iSCSI name: iqn., eui. or naa. and more, at most "
                                         "223 octets");
  return name;
}

Checked<std::string> InitiatorName(const std::string& option) {
  if (!option.empty()) return ParseIscsiName(option, "--initiator");
  std::ifstream file(kInitiatorNameFile);
  for (std::string line; std::getline(file, line);) {
    const std::string_view text = policy::Trim(line);
    if (text.starts_with(kInitiatorNameKey))
      return ParseIscsiName(text.substr(kInitiatorNameKey.size()), kInitiatorNameFile);
  }
  return Usage("--initiator", std::string("is missing, and ") + kInitiatorNameFile +
                                  " names no initiator: whose targets are to be listed?");
}

Checked<net::IsnsPatience> IsnsPatienceOf(const std::string& timeout) {
  net::IsnsPatience patience;
  if (timeout.empty()) return patience;
  const auto seconds = ParseNumber(timeout, "--timeout", 1, 86400);
  if (!seconds) return Failure(seconds.error());
  patience.connect = patience.answer = std::chrono::seconds(*seconds);
  return patience;
}

ToolError IsnsFailure(const net::IsnsServer& server, const policy::isns::DialogueFailure& failure) {
  const bool is_late = failure.kind == policy::isns::DialogueFailure::Kind::kTimeout;
  return {is_late ? ExitCode::kTimeout : ExitCode::kNegotiationFailed,
          "iSNS: " + server.ToString() + ": " + failure.text};
}

}  // namespace iscsi_ike::ike::tool
