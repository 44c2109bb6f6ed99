#include "ike/trace/recorded_call.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ike/trace/recording_names.hpp"
#include "ike/wire/text.hpp"
#include "policy/address_text.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kLargestDatagram = 65535;
constexpr std::size_t kMostPeers = 1U << 20U;

std::optional<Endpoint> EndpointOf(std::string_view text) {
  const auto parsed = policy::ParseAddressAndPort(text, "endpoint", true);
  if (!parsed || !parsed->port) return std::nullopt;
  const Endpoint endpoint{parsed->address, *parsed->port};
  return endpoint.ToString() == text ? std::optional(endpoint) : std::nullopt;  // as it is written
}

// SelectorText writes "192.0.2.1/32 6 3260": protocol and port as numbers.
std::string SelectorText(const policy::Selector& selector) {
  return selector.address.ToString() + "/" + std::to_string(selector.prefix_bits) + " " +
         std::to_string(selector.protocol) + " " + std::to_string(selector.port);
}

// SelectorOf reads what SelectorText writes.
std::optional<policy::Selector> SelectorOf(std::string_view text) {
  const auto parts = policy::Split(text, "/ ");
  if (parts.size() != 4) return std::nullopt;
  const auto address = policy::IpAddress::Parse(parts[0]);
  const auto bits = policy::ParseUnsigned(parts[1]);
  const auto protocol = policy::ParseUnsigned(parts[2]);
  const auto port = policy::ParseUnsigned(parts[3]);
  if (!address || !bits || *bits > address->bits() || !protocol || *protocol > 255 || !port ||
      *port > 65535) {
    return std::nullopt;
  }
  return policy::Selector{*address, static_cast<std::uint8_t>(*bits),
                          static_cast<std::uint8_t>(*protocol), static_cast<std::uint16_t>(*port)};
}

std::optional<policy::Selector> TakeSelector(FlatJson& json, std::string_view name) {
  if (!json.Has(name)) return std::nullopt;
  auto selector = SelectorOf(json.TakeText(name));
  if (!selector) json.Refuse(name, "is not ADDRESS/BITS PROTOCOL PORT");
  return selector;
}

DhFinished TakeDh(FlatJson& json) {
  DhFinished finished;
  finished.ticket = crypto::DhTicket{json.TakeNumber("ticket", UINT64_MAX)};
  const std::string_view outcome = json.TakeText("outcome");
  const auto* const named = std::find(kDhOutcomeNames.begin(), kDhOutcomeNames.end(), outcome);
  if (named == kDhOutcomeNames.end()) {
    json.Refuse("outcome", "is none of a Diffie-Hellman job");
  } else {
    finished.outcome = static_cast<crypto::DhOutcome>(named - kDhOutcomeNames.begin());
  }
  return finished;
}

SessionId TakeSession(FlatJson& json) {
  return SessionId{static_cast<std::uint32_t>(json.TakeNumber("session", UINT32_MAX))};
}
ChildId TakeChild(FlatJson& json) {
  return ChildId{static_cast<std::uint32_t>(json.TakeNumber("child", UINT32_MAX))};
}

// WriteMembers writes what only some inputs have.
void WriteMembers(JsonWriter& json, const Input& input) {
  const auto number = [&](std::string_view name, auto value) {
    json.NumberMember(name, static_cast<std::uint64_t>(value));
  };
  std::visit(
      [&](const auto& call) {
        if constexpr (requires { call.session; }) number("session", call.session);
        if constexpr (requires { call.child; }) number("child", call.child);
        if constexpr (requires { call.ticket; }) number("ticket", call.ticket);
      },
      input);
  if (const auto* negotiate = std::get_if<NegotiateCalled>(&input)) {
    const ChildOffer& offer = negotiate->offer;
    if (offer.local) json.Member("local_ts", SelectorText(*offer.local));
    if (offer.remote) json.Member("remote_ts", SelectorText(*offer.remote));
  } else if (const auto* use = std::get_if<UseReported>(&input)) {
    json.NumberMember("octets", use->octets);
  } else if (const auto* arrived = std::get_if<DatagramArrived>(&input)) {
    WriteDatagram(json, arrived->local, arrived->remote, arrived->octets);
  } else if (const auto* finished = std::get_if<DhFinished>(&input)) {
    json.Member("outcome", kDhOutcomeNames[static_cast<std::size_t>(finished->outcome)]);
  }
}

// Make is the call of a name; each reads its members in the order of RecordedCall.
template <class Call>
Call Make(FlatJson& json) {
  if constexpr (std::is_same_v<Call, RecordedConnect>) {
    return {static_cast<std::size_t>(json.TakeNumber("peer", kMostPeers))};
  } else if constexpr (std::is_same_v<Call, NegotiateCalled>) {
    const SessionId session = TakeSession(json);
    auto local = TakeSelector(json, "local_ts");
    return {session, {local, TakeSelector(json, "remote_ts")}};
  } else if constexpr (std::is_same_v<Call, RecordedArrival>) {
    return {TakeDatagram(json)};
  } else if constexpr (std::is_same_v<Call, DhFinished>) {
    return TakeDh(json);
  } else if constexpr (std::is_same_v<Call, UseReported>) {
    const SessionId session = TakeSession(json);
    const ChildId child = TakeChild(json);
    return {session, child, json.TakeNumber("octets", UINT64_MAX)};
  } else if constexpr (requires(Call call) { call.child; }) {
    const SessionId session = TakeSession(json);
    return {session, TakeChild(json)};
  } else if constexpr (requires(Call call) { call.session; }) {
    return {TakeSession(json)};
  } else {
    return {};
  }
}

template <std::size_t Index>
RecordedCall MakeNumbered(FlatJson& json) {
  return Make<std::variant_alternative_t<Index, RecordedCall>>(json);
}

// CallNumbered is the call of an index of RecordedCall.
template <std::size_t... Index>
RecordedCall CallNumbered(FlatJson& json, std::size_t index,
                          std::index_sequence<Index...> /*all*/) {
  constexpr std::array<RecordedCall (*)(FlatJson&), sizeof...(Index)> kMakers = {
      &MakeNumbered<Index>...};
  return kMakers[index](json);
}

}  // namespace

crypto::Secret SecretOf(FlatJson& json, std::string_view name, std::string_view digits,
                        std::size_t least, std::size_t most) {
  const std::size_t size = digits.size() / 2;
  const bool fits = digits.size() % 2 == 0 && size >= least && size <= most;
  crypto::Secret octets(fits ? size : 0);
  if (!fits || !policy::DecodeHex(digits, octets.ExposeMutable()))
    json.Refuse(name, "is not " + std::to_string(least) + " to " + std::to_string(most) +
                          " octets in hexadecimal");
  return octets;
}

Endpoint TakeEndpoint(FlatJson& json, std::string_view name, std::string_view text) {
  const auto endpoint = EndpointOf(text);
  if (!endpoint) json.Refuse(name, "is no address and port");
  return endpoint.value_or(Endpoint{});
}

void WriteDatagram(JsonWriter& json, const Endpoint& local, const Endpoint& remote,
                   crypto::Octets octets) {
  json.Member("local", local.ToString());
  json.Member("remote", remote.ToString());
  json.Member("octets", Hex(octets));
}

Datagram TakeDatagram(FlatJson& json) {
  Datagram datagram;
  datagram.local = TakeEndpoint(json, "local", json.TakeText("local"));
  datagram.remote = TakeEndpoint(json, "remote", json.TakeText("remote"));
  const std::string_view digits = json.TakeText("octets");
  if (digits.size() % 2 != 0 || digits.size() / 2 > kLargestDatagram) {
    json.Refuse("octets", "are no datagram in hexadecimal");
    return datagram;
  }
  datagram.octets.resize(digits.size() / 2);
  if (!policy::DecodeHex(digits, datagram.octets))
    json.Refuse("octets", "are no datagram in hexadecimal");
  return datagram;
}

void WriteCall(JsonWriter& json, const Input& input, std::size_t peer) {
  json.Member("in", kInputNames[input.index()]);
  if (std::holds_alternative<ConnectCalled>(input)) json.NumberMember("peer", peer);
  WriteMembers(json, input);
}

RecordedCall TakeCall(FlatJson& json) {
  static_assert(kInputNames.size() == std::variant_size_v<RecordedCall>);
  const auto* const named = std::find(kInputNames.begin(), kInputNames.end(), json.TakeText("in"));
  if (named != kInputNames.end()) {
    const auto index = static_cast<std::size_t>(named - kInputNames.begin());
    return CallNumbered(json, index, std::make_index_sequence<kInputNames.size()>());
  }
  json.Refuse("in", "is no input of the engine");
  return {};
}

}  // namespace iscsi_ike::ike
