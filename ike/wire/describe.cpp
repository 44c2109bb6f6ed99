#include "ike/wire/describe.hpp"

#include <array>

#include "ike/wire/attribute.hpp"
#include "ike/wire/delete_payload.hpp"
#include "ike/wire/fragment.hpp"
#include "ike/wire/id.hpp"
#include "ike/wire/nat_oa.hpp"
#include "ike/wire/notify.hpp"
#include "ike/wire/text.hpp"
#include "ike/wire/vendor_id.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kShownBody = 8;
constexpr std::size_t kShownSpis = 16;

std::string Compact(std::string_view name, std::uint32_t number) {
  return std::string(name.empty() ? "unknown" : name) + "(" + std::to_string(number) + ")";
}
std::string Compact(ProtocolId protocol) { return Compact(NameOf(protocol), ToNumber(protocol)); }

// LineStart: "SA ", or "payload(99) ".
std::string LineStart(const Payload& payload) {
  const std::string_view name = NameOf(payload.type);
  return name.empty() ? Compact("payload", ToNumber(payload.type)) : std::string(name);
}

std::string BrokenText(const ParseError& error) { return "<" + DescribeError(error) + ">"; }

std::string OpaqueText(Octets body) {
  std::string text = std::to_string(body.size()) + " octets";
  if (!body.empty()) text += " " + HexStart(body, kShownBody);
  return text;
}

void DescribeSa(const Payload& payload, const LineVisitor& visitor) {
  const std::string start = LineStart(payload);
  const Wire<SaView> sa = ParseSa(payload.body);
  if (!sa) return visitor(payload, start + " " + BrokenText(sa.error()));
  for (const ProposalView proposal : sa->proposals()) {
    std::string prefix =
        start + " proposal " + std::to_string(proposal.number) + " " + Compact(proposal.protocol);
    if (!proposal.spi.empty()) prefix += " spi=" + Hex(proposal.spi);
    for (const TransformView transform : proposal.transforms()) {
      visitor(payload, prefix + ": " + DescribeTransform(proposal.protocol, transform));
    }
  }
}

std::string IdText(Octets body) {
  const Wire<IdView> id = ParseId(body);
  return id ? Describe(*id) : BrokenText(id.error());
}

// Data of errors are free text by custom; of status notifications, what RFC 2407 section 4.6.3
// says.
std::string NotifyDataText(const NotifyView& notify) {
  if (notify.data.empty()) return {};
  // Of either phase these are attributes of the IPsec DOI (RFC 2407 section 4.6.3.1).
  if (notify.type == NotifyType::kResponderLifetime)
    return " " + DescribeAttributes(ProtocolId::kEsp, notify.data);
  if (const auto number = notify.DataAsU32(); number && !IsError(notify.type)) {
    return " data=" + std::to_string(*number);
  }
  constexpr std::size_t kShownText = 64;
  if (IsError(notify.type)) return " data=" + PrintableStart(notify.data, kShownText);
  return " data=" + HexStart(notify.data, kShownText);
}

std::string NotifyText(Octets body) {
  const Wire<NotifyView> notify = ParseNotify(body);
  if (!notify) return BrokenText(notify.error());
  std::string text = Describe(notify->type) + " " + Compact(notify->protocol);
  if (!notify->spi.empty()) text += " spi=" + Hex(notify->spi);
  return text + NotifyDataText(*notify);
}

std::string DeleteText(Octets body) {
  const Wire<DeleteView> deletion = ParseDelete(body);
  if (!deletion) return BrokenText(deletion.error());
  std::string text = Compact(deletion->protocol);
  for (std::size_t i = 0; i < deletion->count(); ++i) {
    if (i == kShownSpis) return text + " and " + std::to_string(deletion->count() - i) + " more";
    text += (i == 0 ? " spi=" : ",") + Hex(deletion->At(i));
  }
  return text;
}

std::string NatOaText(Octets body) {
  const Wire<policy::IpAddress> address = ParseNatOa(body);
  return address ? address->ToString() : BrokenText(address.error());
}

std::string FragmentText(Octets body) {
  const Wire<FragmentView> fragment = ParseFragment(body);
  if (!fragment) return BrokenText(fragment.error());
  return "id=" + std::to_string(fragment->id) + " number=" + std::to_string(fragment->number) +
         (fragment->last ? " last " : " ") + std::to_string(fragment->data.size()) + " octets";
}

std::string BodyText(const Payload& payload) {
  switch (payload.type) {
    case PayloadType::kId:
      return IdText(payload.body);
    case PayloadType::kNotify:
      return NotifyText(payload.body);
    case PayloadType::kDelete:
      return DeleteText(payload.body);
    case PayloadType::kVendorId:
      return DescribeVendor(payload.body);
    case PayloadType::kNatOa:
    case PayloadType::kNatOaDraft:
      return NatOaText(payload.body);
    case PayloadType::kFragment:
      return FragmentText(payload.body);
    default:
      return OpaqueText(payload.body);
  }
}

}  // namespace

std::string DescribeHeader(const Header& header) {
  std::string text = Compact(NameOf(header.exchange), ToNumber(header.exchange));
  text += " I=" + Hex(header.initiator.octets) + " R=" + Hex(header.responder.octets);
  const std::uint32_t id = ToNumber(header.id);
  const std::array<std::uint8_t, 4> id_octets{
      static_cast<std::uint8_t>(id >> 24), static_cast<std::uint8_t>(id >> 16),
      static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)};
  text += " id=" + Hex(id_octets);
  if (header.version != kIsakmpVersion) {
    text += " version=" + std::to_string(header.major()) + "." + std::to_string(header.minor());
  }
  if (header.encrypted()) text += " encrypted";
  if ((header.flags & kFlagCommit) != 0) text += " commit";
  if ((header.flags & kFlagAuthOnly) != 0) text += " auth-only";
  return text + " length=" + std::to_string(header.length);
}

void DescribePayloads(const PayloadList& payloads, const LineVisitor& visitor) {
  for (const Payload& payload : payloads) {
    if (payload.type == PayloadType::kSa) {
      DescribeSa(payload, visitor);
    } else {
      visitor(payload, LineStart(payload) + " " + BodyText(payload));
    }
  }
}

std::string DescribeError(const ParseError& error) {
  std::string text = Describe(error.notify) + ": " + std::string(error.rule) + ", ";
  if (error.payload != PayloadType::kNone) text += Describe(error.payload) + " ";
  return text + "at offset " + std::to_string(error.offset);
}

}  // namespace iscsi_ike::ike
