#include "ike/wire/delete_payload.hpp"

#include <algorithm>

#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::uint8_t kCookiePairSize = 16;
constexpr std::uint8_t kSpiSize = 4;

bool IsSpiSize(ProtocolId protocol, std::uint8_t size) {
  switch (protocol) {
    case ProtocolId::kIsakmp:
      return size == kCookiePairSize;
    case ProtocolId::kAh:
    case ProtocolId::kEsp:
      return size == kSpiSize;
    case ProtocolId::kIpcomp:
      return size == 2 || size == kSpiSize;
    default:
      return false;
  }
}

}  // namespace

std::optional<Spi> DeleteView::SpiAt(std::size_t index) const {
  if (spi_size != kSpiSize || index >= count()) return std::nullopt;
  Reader reader(At(index));
  std::uint32_t number = 0;
  if (!reader.ReadU32(number)) return std::nullopt;
  return static_cast<Spi>(number);
}

bool DeleteView::NamesCookies(const Cookie& initiator, const Cookie& responder) const {
  if (protocol != ProtocolId::kIsakmp || spi_size != kCookiePairSize) return false;
  for (std::size_t i = 0; i < count(); ++i) {
    const Octets pair = At(i);
    if (std::equal(initiator.octets.begin(), initiator.octets.end(), pair.begin()) &&
        std::equal(responder.octets.begin(), responder.octets.end(), pair.begin() + 8)) {
      return true;
    }
  }
  return false;
}

Wire<DeleteView> ParseDelete(Octets body) {
  const auto malformed = [](std::string_view rule, std::size_t offset, NotifyType notify) {
    return Malformed(rule, offset, notify, PayloadType::kDelete);
  };
  DeleteView view;
  Reader reader(body);
  std::uint8_t protocol = 0;
  std::uint16_t count = 0;
  if (!reader.ReadU32(view.doi) || !reader.ReadU8(protocol) || !reader.ReadU8(view.spi_size) ||
      !reader.ReadU16(count)) {
    return malformed("no room for the fixed part", 0, NotifyType::kPayloadMalformed);
  }
  if (view.doi > kIpsecDoi) return malformed("DOI unknown", 0, NotifyType::kDoiNotSupported);
  view.protocol = static_cast<ProtocolId>(protocol);
  if (NameOf(view.protocol).empty()) {
    return malformed("protocol unknown", 4, NotifyType::kInvalidProtocolId);
  }
  if (!IsSpiSize(view.protocol, view.spi_size)) {
    return malformed("SPI size does not fit the protocol", 5, NotifyType::kInvalidSpi);
  }
  if (reader.remaining() != std::size_t{count} * view.spi_size) {
    return malformed("SPIs do not fill the payload", 6, NotifyType::kPayloadMalformed);
  }
  view.spis = reader.rest();
  return view;
}

void WriteDelete(Writer& writer, ProtocolId protocol, std::span<const Spi> spis) {
  writer.U32(kIpsecDoi);
  writer.U8(ToNumber(protocol));
  writer.U8(kSpiSize);
  writer.U16(static_cast<std::uint16_t>(spis.size()));
  for (const Spi spi : spis) writer.U32(ToNumber(spi));
}

void WriteDelete(Writer& writer, const Cookie& initiator, const Cookie& responder) {
  writer.U32(kIpsecDoi);
  writer.U8(ToNumber(ProtocolId::kIsakmp));
  writer.U8(kCookiePairSize);
  writer.U16(1);
  writer.Put(initiator.octets);
  writer.Put(responder.octets);
}

}  // namespace iscsi_ike::ike
