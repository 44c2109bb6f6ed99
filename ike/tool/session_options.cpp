#include "ike/tool/session_options.hpp"

#include <algorithm>

#include "ike/tool/number_text.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr Duration kResponderAsksAfter{30000};
constexpr std::uint64_t kLongestWait = 31536000;  // a year, in seconds

// SetNumber leaves `value` alone when the option was not given.
template <class T>
Status<ToolError> SetNumber(const std::string& text, const char* option, std::uint64_t least,
                            std::uint64_t most, T& value) {
  if (text.empty()) return Done{};
  const auto number = ParseNumber(text, option, least, most);
  if (!number) return Failure(number.error());
  value = static_cast<T>(*number);
  return Done{};
}

Status<ToolError> SetSeconds(const std::string& text, const char* option, Duration& value) {
  std::uint64_t seconds = 0;
  if (auto set = SetNumber(text, option, 0, kLongestWait, seconds); !set) return set;
  if (!text.empty()) value = std::chrono::seconds(seconds);
  return Done{};
}

Status<ToolError> SetNat(const std::string& text, std::uint16_t nat_port, NatTraversal& nat) {
  if (text.empty() || text == "detect") {
    nat = nat_port == 0 ? NatTraversal::kOff : NatTraversal::kDetect;
  } else if (text == "off") {
    nat = NatTraversal::kOff;
  } else if (text != "force") {
    return Usage("--nat", policy::Quote(text) + " is not off, detect or force");
  } else if (nat_port == 0) {
    return Usage("--nat", "force needs a port for it: give --nat-port");
  } else {
    nat = NatTraversal::kForce;
  }
  return Done{};
}

Status<ToolError> SetRenewal(const std::string& text, Renewal& renewal) {
  if (text.empty() || text == "renew") return Done{};
  if (text != "expire" && text != "never")
    return Usage("--at-lifetime", policy::Quote(text) + " is not renew, expire or never");
  renewal = text == "expire" ? Renewal::kExpire : Renewal::kNever;
  return Done{};
}

Status<ToolError> SetLifetime(const std::string& text, const char* option,
                              policy::Lifetime& lifetime) {
  if (text.empty()) return Done{};
  const std::size_t comma = text.find(',');
  if (comma == 0 || comma + 1 == text.size())
    return Usage(option, policy::Quote(text) + " is not SECONDS or SECONDS,KILOBYTES");
  if (auto set = SetNumber(text.substr(0, comma), option, 1, UINT32_MAX, lifetime.seconds); !set)
    return set;
  if (comma == std::string::npos) return Done{};
  return SetNumber(text.substr(comma + 1), option, 1, UINT32_MAX, lifetime.kilobytes);
}

}  // namespace

Checked<NatPort> ParseNatPort(const SessionOptions& options, std::span<const Endpoint> ike) {
  const auto all_at = [&](std::uint16_t port) {
    return std::all_of(ike.begin(), ike.end(), [&](const Endpoint& p) { return p.port == port; });
  };
  if (options.nat == "off") {
    if (options.nat_port.empty()) return NatPort{};
    return Usage("--nat-port", "is of no use with --nat off");
  }
  if (options.nat_port.empty()) {
    const bool only = all_at(kIkeNattPort);
    return only || all_at(kIkePort) ? NatPort{true, false, only, kIkeNattPort} : NatPort{};
  }
  NatPort nat{true, true, false, 0};
  if (auto set = SetNumber(options.nat_port, "--nat-port", 0, 65535, nat.port); !set)
    return Failure(set.error());
  nat.only = nat.port != 0 && all_at(nat.port);
  return nat;
}

Status<ToolError> ApplySessionOptions(const SessionOptions& options, std::uint16_t nat_port,
                                      Role role, PeerConfig& peer) {
  if (auto s = SetNat(options.nat, nat_port, peer.nat); !s) return s;
  if (auto s = SetNumber(options.peer_nat_port, "--peer-nat-port", 1, 65535, peer.remote_nat_port);
      !s)
    return s;
  if (auto s = SetSeconds(options.nat_keepalive, "--nat-keepalive", peer.nat_keepalive); !s)
    return s;
  if (role == Role::kResponder) peer.liveness.delay = kResponderAsksAfter;
  if (auto s = SetSeconds(options.dpd, "--dpd", peer.liveness.delay); !s) return s;
  if (auto s = SetNumber(options.dpd_tries, "--dpd-tries", 1, 100, peer.liveness.tries); !s)
    return s;
  std::uint64_t above = peer.fragment_above;
  if (auto s = SetNumber(options.fragment_above, "--fragment-above", 0, 65507, above); !s) return s;
  if (above != 0 && above < 128)
    return Usage("--fragment-above", "is 0 (never) or 128 and more octets");
  peer.fragment_above = above;
  peer.initial_contact = !options.no_initial_contact;
  return SetRenewal(options.at_lifetime, peer.renewal.mode);
}

Status<ToolError> ApplyLifetimes(const SessionOptions& options, policy::TranslateRequest& request) {
  if (auto s = SetNumber(options.ike_lifetime, "--ike-lifetime", 1, UINT32_MAX,
                         request.phase1_lifetime.seconds);
      !s)
    return s;
  return SetLifetime(options.esp_lifetime, "--esp-lifetime", request.phase2_lifetime);
}

}  // namespace iscsi_ike::ike::tool
