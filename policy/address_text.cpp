#include "policy/address_text.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "policy/identity.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::uint8_t kTcp = kProtocolTcp;
constexpr std::uint8_t kUdp = 17;

Failure<Error> NoAddress(std::string_view place, std::string_view text) {
  return Reject(std::string(place),
                "'" + std::string(text) +
                    "' is not an IPv4 or IPv6 address (host names are not resolved: keys are bound "
                    "to addresses)");
}

// Pieces: of "ADDR", "ADDR:PORT", "[ADDR]", "[ADDR]:PORT"; `port` stays empty without one.
struct Pieces {
  std::string_view address;
  std::string_view port;
  bool has_port = false;
};

Pieces Cut(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return {text, {}, false};
    const auto rest = text.substr(close + 1);
    if (rest.empty()) return {text.substr(1, close - 1), {}, false};
    if (!rest.starts_with(':')) return {text, {}, false};
    return {text.substr(1, close - 1), rest.substr(1), true};
  }
  const auto colon = text.find(':');
  const bool one_colon = colon != std::string_view::npos && colon == text.rfind(':');
  if (!one_colon) return {text, {}, false};
  return {text.substr(0, colon), text.substr(colon + 1), true};
}

Parsed<std::uint64_t> ParseNumber(std::string_view text, std::string_view place,
                                  std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end || value < least || value > most)
    return Reject(std::string(place), "'" + std::string(text) + "' is not a number from " +
                                          std::to_string(least) + " to " + std::to_string(most));
  return value;
}

// Words splits at spaces and brackets, and at slashes after the first word: "A/B tcp 3260" and
// "A/B[tcp/3260]" both give {"A/B", "tcp", "3260"}.
std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view separators = words.empty() ? " []" : " []/";
    const auto begin = text.find_first_not_of(separators, at);
    if (begin == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(separators, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    at = end;
  }
  return words;
}

Parsed<std::uint8_t> ParseProtocol(std::string_view word, std::string_view place) {
  if (word == "tcp") return kTcp;
  if (word == "udp") return kUdp;
  if (word == "any") return std::uint8_t{0};
  const auto number = ParseNumber(word, place, 0, 255);
  if (!number)
    return Reject(std::string(place), "'" + std::string(word) +
                                          "' is not a protocol: tcp, udp, any or a number to 255");
  return static_cast<std::uint8_t>(*number);
}

// HasHostBits: a bit is set behind the prefix.
bool HasHostBits(const IpAddress& address, unsigned prefix_bits) {
  const auto octets = address.octets();
  for (unsigned bit = prefix_bits; bit < address.bits(); ++bit)
    if ((octets[bit / 8] >> (7 - bit % 8) & 1) != 0) return true;
  return false;
}

Parsed<Selector> ParsePrefix(std::string_view word, std::string_view place) {
  const auto slash = word.find('/');
  const auto address = IpAddress::Parse(word.substr(0, slash));
  if (!address) return NoAddress(place, word.substr(0, slash));
  Selector selector{*address, static_cast<std::uint8_t>(address->bits()), 0, 0};
  if (slash == std::string_view::npos) return selector;
  const auto bits = ParseNumber(word.substr(slash + 1), place, 0, address->bits());
  if (!bits) return Failure(bits.error());
  selector.prefix_bits = static_cast<std::uint8_t>(*bits);
  if (HasHostBits(*address, selector.prefix_bits))
    return Reject(std::string(place), "'" + std::string(word) +
                                          "' has bits set behind the prefix; " +
                                          "write the network's own address");
  return selector;
}

}  // namespace

Parsed<AddressAndPort> ParseAddressAndPort(std::string_view text, std::string_view place,
                                           bool allow_port_zero) {
  const Pieces cut = Cut(text);
  const auto address = IpAddress::Parse(cut.address);
  if (!address) return NoAddress(place, text);
  if (!cut.has_port) return AddressAndPort{*address, std::nullopt};
  const auto port =
      ParseNumber(cut.port, std::string(place) + ": port", allow_port_zero ? 0 : 1, 65535);
  if (!port) return Failure(port.error());
  return AddressAndPort{*address, static_cast<std::uint16_t>(*port)};
}

std::string WithPort(const IpAddress& address, std::uint16_t port) {
  const std::string text = address.ToString();
  return (address.is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(port);
}

Parsed<HostAddress> ParseHostAddress(std::string_view text, std::string_view place) {
  if (const auto address = IpAddress::Parse(text)) return HostAddress{*address, {}};
  const crypto::Octets octets(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const auto name = Identity::Make(static_cast<std::uint32_t>(IdType::kFqdn), octets, "");
  if (!name)
    return Reject(std::string(place), "is no address; as a host name it " + name.error().rule);
  return HostAddress{std::nullopt, std::string(text)};
}

Parsed<Selector> ParseSelector(std::string_view text, std::string_view place) {
  auto words = Words(text);
  // ToString has a word of its own in front of a number.
  if (words.size() > 2 && words[1] == "protocol") words.erase(words.begin() + 1);
  if (words.empty() || words.size() > 3)
    return Reject(std::string(place),
                  "'" + std::string(text) +
                      "' is not ADDR[/BITS] with an optional protocol and port, "
                      "e.g. 192.0.2.0/24 or '192.0.2.1 tcp 3260'");
  auto selector = ParsePrefix(words[0], place);
  if (!selector || words.size() == 1) return selector;
  const auto protocol = ParseProtocol(words[1], place);
  if (!protocol) return Failure(protocol.error());
  selector->protocol = *protocol;
  if (words.size() == 2 || words[2] == "any") return selector;
  const auto port = ParseNumber(words[2], std::string(place) + ": port", 0, 65535);
  if (!port) return Failure(port.error());
  if (*port != 0 && *protocol != kTcp && *protocol != kUdp)
    return Reject(std::string(place), "a port needs a protocol that has ports, tcp or udp");
  selector->port = static_cast<std::uint16_t>(*port);
  return selector;
}

}  // namespace iscsi_ike::policy
